"""What a check is, and the list of all of them.

An app declares the checks on its own data in ``<app>/integrity.py``; this module knows no app. A check looks at all
rows at once (a query, never a loop over records): real data has tens of thousands of some findings.

Three kinds, by ``Check.kind``:

- ``WRITTEN``: declared by hand with ``@check``, named ``members.several-current-jobs``; ``find()`` gives the wrong
  records.
- ``DERIVED``: made from the models, for every table, named ``members.member.status.choices`` (app, model, what, fault).
  ``fault`` says of which kind, ``column`` or ``constraint`` on what; ``condition`` is true of a wrong row.
- ``SCHEMA``: about the database rather than its rows, named ``schema.trigger-missing``.

Checks of the schema and of files have no records. They are declared with ``@check_of_things``: their ``tell()`` gives
one ``Thing`` for each place that is wrong, with the words to show and, where one is known, the exact cure. Their
``model`` is ``Finding``, whose readers may read them, and ``find()`` is empty.

What may be mended: ``fix`` says in one sentence what the repair will do, and "" means that it is for a person. How it
is done belongs to the mends; here they only hang on, as ``Check.mend`` (``@the_check.mends``).

``condition()`` is SQL over the columns of the check's own table, so that all conditions of a table are counted in one
pass; for ``UNIQUE`` it is a ``derived_sql.Shared``, because one row alone cannot say it. A written check needs none:
where its query stays within one table, the round takes its WHERE along by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from django.db.models import Model, QuerySet

from ip2a.questions import Unaskable, as_reader, rights_of
from maintenance import thresholds
from maintenance.models import Finding, Severity


class Kind(StrEnum):
    WRITTEN = "written"
    DERIVED = "derived"
    SCHEMA = "schema"


class Fault(StrEnum):
    """What a derived check looks for."""

    ORPHAN = "orphan"  # a foreign key whose record is gone
    RECORDLESS = "recordless"  # a pair of content type and number whose record is gone
    REQUIRED = "required"  # NULL, or a blank text, where the model wants a value
    CHOICES = "choices"  # a value that is not among the choices
    CONSTRAINT = "constraint"  # a CheckConstraint that the row breaks
    UNIQUE = "unique"  # a UniqueConstraint, unique field or primary key that rows share
    RANGE = "range"  # a number outside the validators of its field
    GENERATED = "generated"  # a computed column that is not what it is computed from


@dataclass(frozen=True)
class Thing:
    """One place that is wrong where there is no record: what to say, and where it is.

    ``kind`` is the sort of object (table, constraint, trigger, index, function, grant, column, sequence, file),
    ``table`` and ``name`` say which. ``cure`` is the exact SQL statement or command that puts it right, as the owner.
    """

    text: str
    kind: str = ""
    table: str = ""
    name: str = ""
    cure: str = ""


Find = Callable[[], QuerySet]
Tell = Callable[[], list[Thing]]
Fact = Callable[[Any], str]
Mend = Callable[[Any], str]


@dataclass
class Check:
    """``sentence`` is (for one, for many), with {count} and the names of ``uses``; ``advice`` says what to do.

    ``fact`` tells of one found record what is wrong with it. ``mend`` is set by ``@the_check.mends``: it gets one found
    record, repairs it and says what it did; a check without it is for a person.
    """

    name: str
    find: Find
    severity: Severity
    model: type[Model]
    sentence: tuple[str, str]
    advice: str
    fact: Fact | None = None
    uses: tuple[str, ...] = ()
    mend: Mend | None = field(default=None)
    kind: Kind = Kind.WRITTEN
    files: bool = False
    fix: str = ""
    tell: Tell | None = None
    condition: Callable[[], Any] | None = None
    fault: Fault | None = None
    column: str = ""
    constraint: str = ""

    @property
    def app(self) -> str:
        """The app whose data this is about; "schema" for the database itself."""
        return self.name.partition(".")[0]

    @property
    def is_fixable(self) -> bool:
        return bool(self.fix) or self.mend is not None

    def mends(self, function: Mend) -> Mend:
        self.mend = function
        return function

    def say(self, count: int, numbers: dict[str, Decimal] | None = None) -> str:
        """The finding in one sentence. ``numbers`` spares the look-up of thresholds."""
        known = numbers if numbers is not None else thresholds.values(*self.uses) if self.uses else {}
        words = {name.rpartition(".")[2].replace("-", "_"): f"{known[name].normalize():f}" for name in self.uses}
        return self.sentence[count != 1].format(count=f"{count:,}", **words)

    def is_visible_to(self, user: Any) -> bool:
        """Whether this person may see every row of the model. Counts are over all rows, so nobody else is told."""
        key = (self.model, rights_of(user))
        if key in _seen_whole:
            return _seen_whole[key]
        known = user.__dict__.setdefault("_sees_all_of", {})
        if key not in known:
            known[key] = _sees_all(user, self.model)
        return known[key]

    def rows_for(self, user: Any) -> QuerySet:
        """The found records, for those who may see them."""
        return self.find() if self.is_visible_to(user) else self.model._default_manager.none()


_seen_whole: dict[tuple[type[Model], frozenset[str]], bool] = {}  # where it is the same for all with these rights


def _sees_all(user: Any, model: type[Model]) -> bool:
    try:
        rights = rights_of(user)
        _seen_whole[model, rights] = as_reader(rights, lambda reader: _is_whole_for(reader, model))
    except Unaskable:
        return _is_whole_for(user, model)
    return _seen_whole[model, rights]


def _is_whole_for(user: Any, model: type[Model]) -> bool:
    rows = model._default_manager.all()
    if not hasattr(rows, "visible_to"):  # borrowed tables, and those of many-to-many fields
        return user.has_perm("maintenance.change_threshold")
    visible = rows.visible_to(user).query
    return not visible.is_empty() and not visible.where


_checks: dict[str, Check] = {}


def add(new: Check) -> Check:
    if new.name in _checks:
        raise ValueError(f"Two checks are named {new.name}.")
    _checks[new.name] = new
    return new


def check(
    name: str,
    *,
    on: type[Model],
    severity: Severity,
    sentence: tuple[str, str],
    advice: str,
    fact: Fact | None = None,
    uses: tuple[str, ...] = (),
    fix: str = "",
    files: bool = False,
) -> Callable[[Find], Check]:
    """Register a function that returns the wrong records of model ``on`` as one QuerySet."""

    def register(function: Find) -> Check:
        return add(Check(name, function, severity, on, sentence, advice, fact, uses, fix=fix, files=files))

    return register


def check_of_things(
    name: str,
    *,
    severity: Severity,
    sentence: tuple[str, str],
    advice: str,
    fix: str = "",
    files: bool = False,
    kind: Kind = Kind.WRITTEN,
) -> Callable[[Tell], Check]:
    """Register a function that returns what is wrong where there is no record: in the schema, in the store of files."""

    def register(function: Tell) -> Check:
        nothing = Finding.objects.none
        told = Check(name, nothing, severity, Finding, sentence, advice, kind=kind, files=files, fix=fix, tell=function)
        return add(told)

    return register


def put(changed: Check) -> Check:
    """Put a check in the place of the one that has its name."""
    _checks[changed.name] = changed
    return changed


def all_checks() -> list[Check]:
    return sorted(_checks.values(), key=lambda c: c.name)


def check_named(name: str) -> Check | None:
    return _checks.get(name)


class UnknownCheck(ValueError):
    """A name that no check has, with the nearest ones."""


def choose(only: list[str] | None = None, apps: list[str] | None = None, *, files: bool = True) -> list[Check]:
    """The checks of these names (or whose names begin so) and these apps; all of them when nothing is asked for."""
    known = all_checks()
    for asked in only or []:
        if not any(_is_meant(c, asked) for c in known):
            raise UnknownCheck(_not_known("check", asked, [c.name for c in known]))
    for asked in apps or []:
        if not any(c.app == asked for c in known):
            raise UnknownCheck(_not_known("app", asked, sorted({c.app for c in known})))
    return [
        c
        for c in known
        if (not only or any(_is_meant(c, asked) for asked in only))
        and (not apps or c.app in apps)
        and (files or not c.files)
    ]


def _is_meant(one: Check, asked: str) -> bool:
    asked = asked.rstrip(".*")
    return bool(asked) and (one.name == asked or one.name.startswith(f"{asked}."))


def _not_known(what: str, asked: str, names: list[str]) -> str:
    begin_so = [name for name in names if asked and name.startswith(asked)]
    near = begin_so[:3] or get_close_matches(asked, names, n=3, cutoff=0.5)
    more = f", or one of {len(begin_so) - 3:,} more that begin so" if len(begin_so) > 3 else ""
    hint = f" Did you mean {' or '.join(near)}{more}?" if near else ' "integrity --list" shows them all.'
    return f"No {what} is called {asked}.{hint}"
