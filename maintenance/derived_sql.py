"""What is wrong with a row, as SQL over the columns of its own table.

Each function gives a condition that is true of a wrong row. Values are written into the text, as the database's own
definitions of constraints are, so that any number of conditions can stand in one statement.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connection
from django.db.models import CheckConstraint, Field, ForeignKey, Model, Q, UniqueConstraint
from django.db.models.fields import NOT_PROVIDED, CharField, PositiveIntegerRelDbTypeMixin, TextField
from django.db.models.sql import Query

from ip2a.models import Record


@dataclass(frozen=True)
class Shared:
    """What rows may not share. ``keys`` are expressions, each with the operator by which two rows collide."""

    table: str
    pk: str
    keys: tuple[tuple[str, str], ...]
    where: str = ""
    nulls_collide: bool = False

    @property
    def is_equal_only(self) -> bool:
        return all(operator == "=" for _, operator in self.keys)

    def _rows(self) -> str:
        known = [] if self.nulls_collide else [f"({key}) IS NOT NULL" for key, _ in self.keys]
        where = " AND ".join([*([f"({self.where})"] if self.where else []), *known])
        return f"{self.table} WHERE {where}" if where else self.table

    def count_sql(self) -> str:
        """How many rows collide with another."""
        if not self.is_equal_only:
            return f"SELECT count(*) FROM ({self.keys_sql()}) wrong"
        keys = ", ".join(str(place + 1) for place in range(len(self.keys)))
        named = ", ".join(f"({key}) AS k{place}" for place, (key, _) in enumerate(self.keys))
        groups = f"SELECT {named}, count(*) AS n FROM {self._rows()} GROUP BY {keys} HAVING count(*) > 1"
        return f"SELECT coalesce(sum(n), 0)::bigint FROM ({groups}) wrong"

    def keys_sql(self) -> str:
        """Their primary keys."""
        keys = ", ".join(key for key, _ in self.keys)
        if self.is_equal_only:
            counted = f"SELECT {self.pk} AS pk, count(*) OVER (PARTITION BY {keys}) AS n FROM {self._rows()}"
            return f"SELECT pk FROM ({counted}) wrong WHERE n > 1"
        named = ", ".join(f"({key}) AS k{place}" for place, (key, _) in enumerate(self.keys))
        rows = f"(SELECT {self.pk} AS pk, {named} FROM {self._rows()})"
        meet = " AND ".join(f"a.k{place} {operator} b.k{place}" for place, (_, operator) in enumerate(self.keys))
        return f"SELECT a.pk FROM {rows} a WHERE EXISTS (SELECT FROM {rows} b WHERE b.pk <> a.pk AND {meet})"


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def editor() -> Any:
    """Only to write SQL; it never executes any."""
    return connection.schema_editor(collect_sql=True)


def table_of(model: type[Model]) -> str:
    return quoted(model._meta.db_table)


def pk_of(model: type[Model]) -> str:
    return quoted(model._meta.pk.column)


def select_keys(model: type[Model], condition: "str | Shared") -> str:
    """The primary keys of the wrong rows."""
    if isinstance(condition, Shared):
        return condition.keys_sql()
    return f"SELECT {pk_of(model)} FROM {table_of(model)} WHERE {condition}"


def _at(field: Field) -> str:
    """The column with its table: inside a subquery the other table may have one of the same name."""
    return f"{quoted(field.model._meta.db_table)}.{quoted(field.column)}"


def _literals(field: Field, values: list) -> str:
    plain = [value.value if isinstance(value, Enum) else value for value in values]
    return ", ".join(editor().quote_value(field.get_db_prep_value(value, connection)) for value in plain)


def orphan(field: ForeignKey) -> str:
    there = field.target_field
    parent = quoted(there.model._meta.db_table)
    same = f"parent.{quoted(there.column)} = {_at(field)}"
    return f"{_at(field)} IS NOT NULL AND NOT EXISTS (SELECT FROM {parent} parent WHERE {same})"


def recordless(model: type[Model], field: GenericForeignKey) -> str:
    """Asks only of the kinds of records that the table names, which takes a look at it."""
    kind, number = (model._meta.get_field(name) for name in (field.ct_field, field.fk_field))
    used = model._base_manager.order_by().values_list(kind.attname, flat=True).distinct()
    wrong = [_gone(ContentType.objects.filter(pk=key).first(), key, kind, number) for key in used if key is not None]
    return " OR ".join([f"({_at(kind)} IS NULL) <> ({_at(number)} IS NULL)", *wrong])


def _gone(content_type: ContentType | None, key: int, kind: Field, number: Field) -> str:
    record = content_type.model_class() if content_type else None
    this = f"{_at(kind)} = {int(key)}"
    if record is None:
        return f"({this})"
    same = f"record.{pk_of(record)}::text = {_at(number)}::text"
    if number.get_internal_type() in ("BigIntegerField", "PositiveBigIntegerField", "IntegerField"):
        same = f"record.{pk_of(record)} = {_at(number)}"
    return f"({this} AND NOT EXISTS (SELECT FROM {table_of(record)} record WHERE {same}))"


def is_required(field: Field) -> bool:
    return not field.primary_key and (not field.null or _needs_text(field))


def _needs_text(field: Field) -> bool:
    """A text that people must not leave blank. One whose default is blank may be, whatever its form says."""
    if not issubclass(field.model, Record) or field.name in field.model.audit_hidden:
        return False  # logs, tables of borrowed apps, secrets: nobody fills them in
    may_be_blank = field.blank or field.choices or field.default == "" or field.db_default is not NOT_PROVIDED
    return isinstance(field, CharField | TextField) and not may_be_blank


def missing(field: Field) -> str:
    conditions = [] if field.null else [f"{_at(field)} IS NULL"]
    return " OR ".join([*conditions, f"btrim({_at(field)}) = ''"] if _needs_text(field) else conditions)


def choices_of(field: Field) -> list:
    """Every value that the model lets the field have; nothing where there is no list."""
    listed = field.base_field if isinstance(field, ArrayField) else field
    values = [value for value, _ in listed.flatchoices if value is not None]
    if not values or "" in values or not isinstance(field, CharField | TextField):
        return values
    return [*values, ""] if field.blank or field.default == "" else values


def unknown(model: type[Model], field: Field) -> str:
    if isinstance(field, ArrayField):
        known = _literals(field.base_field, choices_of(field))
        return f"NOT {_at(field)} <@ ARRAY[{known}]::{field.db_type(connection)}"
    return f"{_at(field)} NOT IN ({_literals(field, choices_of(field))})"


def limits_of(field: Field) -> list[str]:
    """How a number can lie outside what its field allows. Limits reckoned anew each time are not asked here."""
    found = [f"{{}} < {0}"] if isinstance(field, PositiveIntegerRelDbTypeMixin) else []
    for validator in field._validators:
        for kind, sign in ((MinValueValidator, "<"), (MaxValueValidator, ">")):
            if isinstance(validator, kind) and not callable(validator.limit_value):
                found.append(f"{{}} {sign} {validator.limit_value}")
    return found


def beyond(field: Field) -> str:
    return " OR ".join(limit.format(_at(field)) for limit in limits_of(field))


def miscomputed(model: type[Model], field: Field) -> str:
    text, values = field.generated_sql(connection)
    text = text % tuple(editor().quote_value(value) for value in values) if values else text
    return f"{_at(field)} IS DISTINCT FROM ({text})"


def broken(model: type[Model], constraint: CheckConstraint) -> str:
    """As the database judges a constraint: what is unknown is not broken."""
    return f"({constraint._get_check_sql(model, editor())}) IS FALSE"


def is_said_by_fields(model: type[Model], constraint: CheckConstraint) -> bool:
    """Whether choices and required texts already ask all that this constraint does: one fault, one finding."""
    condition = constraint.condition
    return (
        condition.connector == Q.AND and not condition.negated and all(_is_said(model, c) for c in condition.children)
    )


def _is_said(model: type[Model], part: Any) -> bool:
    if isinstance(part, Q) and part.negated:
        return len(part.children) == 1 and _is_blank(model, part.children[0])
    if isinstance(part, Q):
        return part.connector == Q.AND and all(_is_said(model, child) for child in part.children)
    if not isinstance(part, tuple) or not part[0].endswith("__in"):
        return False
    field = model._meta.get_field(part[0].removesuffix("__in"))
    return not isinstance(field, ArrayField) and set(choices_of(field)) == set(part[1])


def _is_blank(model: type[Model], part: Any) -> bool:
    if not isinstance(part, tuple) or "__" in part[0]:
        return False
    return part[1] == "" and _needs_text(model._meta.get_field(part[0]))


def shared_fields(model: type[Model], names: tuple[str, ...]) -> Shared:
    keys = tuple((quoted(model._meta.get_field(name).column), "=") for name in names)
    return Shared(table_of(model), pk_of(model), keys)


def shared_constraint(model: type[Model], constraint: UniqueConstraint) -> Shared:
    named = [quoted(model._meta.get_field(name).column) for name in constraint.fields]
    keys = tuple((key, "=") for key in [*named, *_expressions(model, constraint)])
    where = constraint._get_condition_sql(model, editor()) or ""
    return Shared(table_of(model), pk_of(model), keys, where, nulls_collide=constraint.nulls_distinct is False)


def _expressions(model: type[Model], constraint: UniqueConstraint) -> list[str]:
    query = Query(model, alias_cols=False)
    compiler = query.get_compiler(connection=connection)
    found = []
    for expression in constraint.expressions:
        text, values = compiler.compile(expression.resolve_expression(query, allow_joins=False))
        found.append(text % tuple(editor().quote_value(value) for value in values) if values else text)
    return found


def is_exclusion(constraint: Any) -> bool:
    return isinstance(constraint, ExclusionConstraint)


def overlapping(model: type[Model], constraint: ExclusionConstraint) -> Shared:
    query = Query(model, alias_cols=False)
    compiler = query.get_compiler(connection=connection)
    keys = []
    for expression, operator in constraint.expressions:
        resolved = query.resolve_ref(expression) if isinstance(expression, str) else None
        text, values = compiler.compile(resolved or expression.resolve_expression(query, allow_joins=False))
        keys.append((text % tuple(editor().quote_value(value) for value in values) if values else text, operator))
    where = constraint._get_condition_sql(compiler, editor(), query) or ""
    return Shared(table_of(model), pk_of(model), tuple(keys), where)
