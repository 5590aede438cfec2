"""Questions that pages ask again and again: the SQL is made once, and only the values change.

Putting a query together and turning it into SQL takes Django longer than PostgreSQL needs for the answer. So::

    @question
    def jobs_of(reader, member_id):
        return MemberEmployment.objects.visible_to(reader).filter(member=member_id).order_by("-start_date")

    jobs = jobs_of(user, member.pk)      # a list

The function runs once for each set of rights, with stand-ins for the person and the values; what it gives must be a
queryset in which every value stands as it was given. The stand-in for the person knows their rights and their number
and nothing else, so that nothing of one person can stay in what the next one is answered; a function that asks for more
is an error. Numbers of a table, days and words that may differ tomorrow are values: constants of the function stay.

Statements are prepared: PostgreSQL plans them once for a connection. ``planned_anew=True`` is for questions whose best
plan depends on the values, such as those about an employer who has three jobs or thirty thousand.
"""

import copy
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import update_wrapper, wraps
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models.query import ModelIterable, get_related_populators

TRIES = 3  # to put a question together that asks the database meanwhile; then it is unaskable for good

Row = TypeVar("Row")
Subject = TypeVar("Subject", bound=models.Model)
Answer = TypeVar("Answer")
Part = Callable[[models.QuerySet], models.QuerySet]


class Unaskable(TypeError):
    """The answer would hold something that is not the same for the next who asks."""


class AskedMeanwhile(Unaskable):
    """The database was asked while a question was put together. What is read once in a process is known next time."""


@models.ForeignObject.register_lookup  # a number of another table is one, too
@models.Field.register_lookup
class Among(models.Lookup):
    """``pk__among=[1, 2]``: as ``__in``, but the same statement for however many numbers."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, parameters = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", (*parameters, self.rhs)


class Reader:
    """Whoever has certain rights. What differs between them cannot be asked of it; the number is a value."""

    is_authenticated = is_active = True
    is_anonymous = False

    def __init__(self, rights: frozenset[str], number: int) -> None:
        self._rights = rights
        self.pk = self.id = number

    def has_perm(self, right: str, obj: Any = None) -> bool:
        return right in self._rights

    def has_perms(self, rights: Iterable[str], obj: Any = None) -> bool:
        return self._rights.issuperset(rights)

    def get_all_permissions(self) -> frozenset[str]:
        return self._rights

    def __int__(self) -> int:
        return self.pk

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in _ASKED_BY_DJANGO:
            raise AttributeError(name)
        raise Unaskable(f"A question may ask its reader for rights and number, not for {name!r}, which would be kept.")


_ASKED_BY_DJANGO = frozenset(
    {
        *("_meta", "_prepare", "as_sql", "conditional", "contains_aggregate", "contains_over_clause", "filterable"),
        *("get_compiler", "get_source_expressions", "query", "resolve_expression"),
    }
)


NOBODY = Reader(frozenset(), 0)  # no rights are asked: who asks so gives numbers that the reader may know


@dataclass(frozen=True)
class Place:
    """Where one of the values goes."""

    number: int


@dataclass(frozen=True)
class Asked:
    """A question put into SQL: how to ask it, and how to read the rows."""

    queryset: models.QuerySet
    compiler: Any
    sql: str
    parameters: tuple[Any, ...]  # constants, and a Place for each value
    kept: dict[str, Any] = field(default_factory=dict)  # how its rows are read, worked out once

    def rows(self, sql: str, values: tuple[Any, ...], connection: Any, *, is_prepared: bool) -> list[Any]:
        said = [array(value) if type(value) is list else value for value in values]
        given = [said[one.number] if type(one) is Place else one for one in self.parameters]
        if is_prepared:
            return connection.ask(sql, given)
        with connection.cursor() as cursor:
            cursor.execute(sql, given)
            return cursor.fetchall()

    def counted(self, values: tuple[Any, ...], alias: str, *, is_prepared: bool) -> int:
        sql = f"SELECT count(*) FROM ({self.sql}) AS counted"  # noqa: S608 - Django's own SQL
        return self.rows(sql, values, connections[alias], is_prepared=is_prepared)[0][0]

    def answer(self, values: tuple[Any, ...], alias: str, *, is_prepared: bool) -> list[Any]:
        connection = connections[alias]
        rows = self.rows(self.sql, values, connection, is_prepared=is_prepared)
        records = list(self._read(rows, alias, connection))
        for lookup in self.queryset._prefetch_related_lookups:
            models.prefetch_related_objects(records, lookup)
        return records

    def _read(self, rows: list[Any], alias: str, connection: Any) -> Iterator[Any]:
        converters = self.kept.get("converters")
        if converters is None or converters:
            compiler = copy.copy(self.compiler)
            compiler.connection = connection
            if converters is None:
                converters = self.kept["converters"] = compiler.get_converters([one[0] for one in compiler.select])
            rows = compiler.apply_converters(rows, converters) if converters else rows
        if self.queryset._iterable_class is not ModelIterable:
            return (tuple(row) for row in rows)
        return self._records(rows, alias)

    def _records(self, rows: Any, alias: str) -> Iterator[Any]:
        if alias not in self.kept:
            self.kept[alias] = self._shape(self.compiler, alias)
        model, start, end, names, related, annotations = self.kept[alias]
        for row in rows:
            record = model.from_db(alias, names, row[start:end])
            for one in related:
                one.populate(row, record)
            for name, column in annotations:
                setattr(record, name, row[column])
            yield record

    def _shape(self, compiler: Any, alias: str) -> tuple[Any, ...]:
        """Which columns make the record, which the records beside it, and which stand on it by a name of their own."""
        about = compiler.klass_info
        start, end = about["select_fields"][0], about["select_fields"][-1] + 1
        names = [one[0].target.attname for one in compiler.select[start:end]]
        related = get_related_populators(about, compiler.select, alias)
        return about["model"], start, end, names, related, tuple((compiler.annotation_col_map or {}).items())


class Question(Generic[Row]):
    """``question(user, *values)`` gives a list; of ``values_list`` tuples, otherwise records.

    With ``first`` only so many are fetched, from ``start`` on; ``count`` counts them all, or no further than one more
    than ``counted_to``. Raises Unaskable where the statement cannot be kept, and after TRIES also where it could not be
    put together; ``anyway`` asks all the same.
    """

    def __init__(
        self,
        ask: Callable[..., models.QuerySet],
        *,
        planned_anew: bool = False,
        start: int = 0,
        first: int | None = None,
        counted_to: int | None = None,
    ) -> None:
        self._ask = ask
        self._is_prepared = not planned_anew
        self._start, self._first, self._counted_to = start, first, counted_to
        self._known: dict[tuple, Asked | None] = {}
        self._unaskable: dict[tuple, str] = {}
        self._tries: Counter[tuple] = Counter()
        update_wrapper(self, ask)

    def __call__(self, user: Any, *values: Any) -> list[Row]:
        asked = self._asked(user, values)
        if asked is None:
            return []
        return asked.answer((user.pk, *values), asked.queryset.db, is_prepared=self._is_prepared)

    def count(self, user: Any, *values: Any) -> int:
        """How many rows there are, be they fetched or not."""
        asked = self._asked(user, values, is_counting=True)
        if asked is None:
            return 0
        return asked.counted((user.pk, *values), asked.queryset.db, is_prepared=self._is_prepared)

    def has_answer(self, user: Any, *values: Any) -> bool:
        """Whether somebody with these rights could see any such rows; the database is not asked."""
        return self._asked(user, values) is not None

    def _asked(self, user: Any, values: tuple[Any, ...], *, is_counting: bool = False) -> Asked | None:
        """The statement for this person and such values; None when there is nothing they could see."""
        rights = rights_of(user)
        key = (is_counting, rights, *(value if isinstance(value, type) else type(value) for value in values))
        if key in self._unaskable:
            raise Unaskable(self._unaskable[key])
        if key not in self._known:
            try:
                self._known[key] = self._put(rights, values, self._all_rows if is_counting else self._first_rows)
            except Unaskable as error:
                self._tries[key] += 1
                if not isinstance(error, AskedMeanwhile) or self._tries[key] == TRIES:
                    self._unaskable[key] = str(error)
                raise
        return self._known[key]

    def anyway(self, user: Any, *values: Any) -> list[Row]:
        """As a call; where the statement cannot be kept, such as for readers whose rights end with an hour, it is put
        together anew each time."""
        try:
            return self(user, *values)
        except Unaskable:
            return list(self._first_rows(self._ask(user, *values)))

    def _first_rows(self, rows: models.QuerySet) -> models.QuerySet:
        return rows if self._first is None else rows[self._start : self._start + self._first]

    def _all_rows(self, rows: models.QuerySet) -> models.QuerySet:
        """Their numbers, in no order, which is all that counting needs; tuples and such stay what they are."""
        if not rows.query.is_sliced:
            rows = rows.order_by()
        if rows._iterable_class is ModelIterable and not rows.query.distinct and not rows.query.is_sliced:
            rows = rows.values_list("pk")
        return rows if self._counted_to is None else rows[: self._counted_to + 1]

    def _put(self, rights: frozenset[str], values: tuple[Any, ...], part: Part) -> Asked | None:
        """The SQL for readers with these rights; None when there is nothing they could see."""
        marks = [mark(value, number) for number, value in enumerate((0, *values))]
        rows = part(as_reader(rights, lambda reader: self._ask(reader, *marks[1:])))
        compiler = rows.query.get_compiler(using=rows.db)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            return None
        compiler.connection = None  # each thread has its own
        return Asked(rows, compiler, sql, self._places(tuple(parameters), marks))

    def _places(self, parameters: tuple[Any, ...], marks: list[Any]) -> tuple[Any, ...]:
        placed = tuple(Place(marks.index(one)) if one in marks else one for one in parameters)
        lost = [n for n in range(1, len(marks)) if Place(n) not in placed and not isinstance(marks[n], type)]
        if lost or any(isinstance(one, date | datetime) for one in placed):
            raise Unaskable(
                f"{self._ask.__qualname__}: value {lost or 'of a day'} does not stand in the statement as it was given."
            )
        return placed


def as_reader(rights: frozenset[str], ask: Callable[[Reader], Answer]) -> Answer:
    """What is said to everybody with these rights; Unaskable where it depends on who asks, or on the database."""
    with ExitStack() as nothing_asked:
        for connection in connections.all(initialized_only=True):
            nothing_asked.enter_context(connection.execute_wrapper(_refuse))
        return ask(Reader(rights, mark(0, 0)))


def _refuse(execute: Any, statement: str, *more: Any) -> None:
    raise AskedMeanwhile(
        f"A question asks the database while it is put together, and would keep the answer: {statement}"
    )


def rights_of(user: Any) -> frozenset[str]:
    return frozenset(user.get_all_permissions())  # itself where it is one already


def mark(value: Any, number: int) -> Any:
    """What stands for a value while the SQL is made: of the same type, and found again among its parameters.

    A model stands for itself: each makes another question.
    """
    if isinstance(value, type):
        return value
    if type(value) is int:
        return 2_100_000_000 + number
    if type(value) is str:
        return f"\N{REPLACEMENT CHARACTER}{number}\N{REPLACEMENT CHARACTER}"
    if type(value) is date:
        return date(1, 1, 1 + number)
    if type(value) is datetime:
        return datetime(1, 1, 1 + number, tzinfo=UTC)
    if type(value) is list:
        return [2_100_000_000 + number]  # of numbers, for __among
    raise Unaskable(f"A question takes numbers, lists of them, texts, days and moments, not {type(value).__name__}.")


def question(ask: Callable[..., models.QuerySet] | None = None, **how: Any) -> Any:
    """Make a Question of a function ``(reader, *values) -> QuerySet``; ``how`` as Question takes it."""
    return Question(ask, **how) if ask is not None else lambda function: Question(function, **how)


def array(numbers: Iterable[int | None]) -> str:
    """As PostgreSQL reads a list of numbers, which takes psycopg a hundred times as long to say."""
    return f"{{{','.join(str(number) for number in numbers if number is not None)}}}"  # nothing equals NULL


def with_names(rows: Any) -> models.QuerySet:
    """As a table shows them, with all that their names and addresses are made of."""
    if hasattr(rows, "for_table"):
        rows = rows.for_table()
    named_by = getattr(rows.model, "named_by", ())
    return rows.select_related(*named_by) if named_by else rows


@question
def among(reader: Reader, model: type[models.Model], numbers: list[int]) -> models.QuerySet:
    """The records with these numbers that somebody may see, to be named."""
    return with_names(model._default_manager.visible_to(reader).filter(pk__among=numbers))  # type: ignore[attr-defined]


def hand_out(records: list[Any], name: str, rows: list[Any]) -> None:
    """Give each record its own of these rows under the name of the relation, as ``prefetch_related`` would."""
    if not records:
        return
    relation = getattr(type(records[0]), name).rel
    own: dict[int, list[Any]] = {}
    for row in rows:
        own.setdefault(getattr(row, relation.field.attname), []).append(row)
    for record in records:
        found = relation.related_model._default_manager.all()
        found._result_cache, found._prefetch_done = own.get(record.pk, []), True
        for row in found._result_cache:
            relation.field.set_cached_value(row, record)
        record.__dict__.setdefault("_prefetched_objects_cache", {})[relation.cache_name] = found


def once(ask: Callable[[Any, Subject], Answer]) -> Callable[[Any, Subject], Answer]:
    """Make a function ``(user, record)`` ask once for a record in hand and its reader: the parts of one page share the
    answer, and nobody else's page does."""
    place = f"_once {ask.__module__}.{ask.__qualname__}"

    @wraps(ask)
    def asked(user: Any, record: Subject) -> Answer:
        found = record.__dict__.setdefault(place, {})
        if user.pk not in found:
            found[user.pk] = ask(user, record)
        return found[user.pk]

    return asked
