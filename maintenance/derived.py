"""Checks made from the models, for every table there is: a new model is covered the day it is born.

Each looks at the real rows, whether or not the database promises the same: a restore, a dropped constraint or a hand
with SQL can have broken what the model says. ``maintenance.derived_sql`` writes the conditions, ``reword`` lets an app
say one of them in better words. Nothing here says what may be mended: the mends set ``fix`` where they can.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.db.models import CheckConstraint, Field, ForeignKey, Model, UniqueConstraint
from django.db.models.constraints import BaseConstraint
from django.db.models.expressions import RawSQL

from maintenance import derived_sql as conditions
from maintenance import registry
from maintenance.models import Severity
from maintenance.registry import Check, Fault, Kind

LOOK = {
    Fault.ORPHAN: "Restore what it names from a backup or the history, or let the repair set the row aside.",
    Fault.RECORDLESS: "Restore the record from a backup or the history, or let the repair set this aside.",
    Fault.REQUIRED: "Open it and fill in what is missing.",
    Fault.CHOICES: "Open it and choose one of the list.",
    Fault.CONSTRAINT: "Correct the record. The database let it in while this rule was switched off.",
    Fault.UNIQUE: "Compare them: keep one, and correct or remove the others.",
    Fault.RANGE: "Correct the number.",
    Fault.GENERATED: "The database computes this, and somebody changed it by hand: save the record again.",
}
SEVERITY = {
    Fault.ORPHAN: Severity.CRITICAL,
    Fault.UNIQUE: Severity.CRITICAL,
    Fault.GENERATED: Severity.CRITICAL,
}
_derived = False


def covered_models() -> list[type[Model]]:
    """Every model with a table of its own, those of many-to-many fields included."""
    return [m for m in apps.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy]


def derive() -> None:
    """Register the checks of every model, once."""
    global _derived
    if _derived:
        return
    _derived = True
    for model in covered_models():
        for one in checks_of(model):
            registry.add(one)


def reword(name: str, **changes: Any) -> Check:
    """Say a derived check in an app's own words: sentence, advice, fact, severity. Its name and its test stay."""
    derive()
    one = registry.check_named(name)
    if one is None:
        raise ValueError(f"No derived check is called {name}.")
    return registry.put(replace(one, **changes))


def checks_of(model: type[Model]) -> Iterator[Check]:
    for field in model._meta.local_fields:
        yield from _of_field(model, field)
    for constraint in model._meta.constraints:
        yield from _of_constraint(model, constraint)
    for names in model._meta.unique_together:
        yield _unique(
            model, "_".join(names), partial(conditions.shared_fields, model, tuple(names)), _words(model, names)
        )
    for field in model._meta.private_fields:
        if isinstance(field, GenericForeignKey):
            yield _recordless(model, field)


def _of_field(model: type[Model], field: Field) -> Iterator[Check]:
    name = str(field.verbose_name)
    if isinstance(field, ForeignKey):
        target = field.related_model._meta.verbose_name
        says = (f"1 {_one(model)} names {_a(target)} that does not exist", f"name {_a(target)} that does not exist")
        yield _made(model, field, Fault.ORPHAN, partial(conditions.orphan, field), says)
    if field.generated:
        says = (f"1 {_one(model)} has a wrong {name}, which the database computes", f"have a wrong computed {name}")
        yield _made(model, field, Fault.GENERATED, partial(conditions.miscomputed, model, field), says)
        return
    if conditions.is_required(field):
        says = (f"1 {_one(model)} has no {name}", f"have no {name}")
        yield _made(model, field, Fault.REQUIRED, partial(conditions.missing, field), says)
    if conditions.choices_of(field):
        says = (f"1 {_one(model)} has an unknown {name}", f"have an unknown {name}")
        yield _made(model, field, Fault.CHOICES, partial(conditions.unknown, model, field), says)
    if conditions.limits_of(field):
        says = (f"1 {_one(model)} has {_a(name)} beyond its limits", f"have {_a(name)} beyond its limits")
        yield _made(model, field, Fault.RANGE, partial(conditions.beyond, field), says)
    if field.unique:
        yield _unique(model, field.name, partial(conditions.shared_fields, model, (field.name,)), name, field.column)


def _of_constraint(model: type[Model], constraint: BaseConstraint) -> Iterator[Check]:
    said = _violation(constraint)
    if isinstance(constraint, UniqueConstraint):
        about = partial(conditions.shared_constraint, model, constraint)
        yield _unique(
            model, constraint.name, about, said or _words(model, constraint.fields), constraint=constraint.name
        )
    elif conditions.is_exclusion(constraint):
        about = partial(conditions.overlapping, model, constraint)
        yield _unique(model, constraint.name, about, said or "a stretch of time", constraint=constraint.name)
    elif isinstance(constraint, CheckConstraint) and not conditions.is_said_by_fields(model, constraint):
        rule = f": {said.rstrip('.')}" if said else f" {constraint.name}"
        says = (f"1 {_one(model)} breaks a rule{rule}", f"break a rule{rule}")
        condition = partial(conditions.broken, model, constraint)
        yield _check(model, constraint.name, Fault.CONSTRAINT, condition, says, constraint=constraint.name)


def _unique(model: type[Model], what: str, condition, words: str, column: str = "", constraint: str = "") -> Check:
    words = words.rstrip(".")
    says = (f"1 {_one(model)} is there twice ({words})", f"are there several times ({words})")
    return _check(model, what, Fault.UNIQUE, condition, says, column=column, constraint=constraint)


def _recordless(model: type[Model], field: GenericForeignKey) -> Check:
    says = (f"1 {_one(model)} belongs to a record that does not exist", "belong to records that do not exist")
    condition = partial(conditions.recordless, model, field)
    return _check(model, field.name, Fault.RECORDLESS, condition, says, column=field.fk_field)


def _made(model: type[Model], field: Field, fault: Fault, condition, says: tuple[str, str]) -> Check:
    return _check(model, field.name, fault, condition, says, column=field.column)


def _check(model: type[Model], what: str, fault: Fault, condition, says: tuple[str, str], **about: str) -> Check:
    one, many = (text.replace("{", "{{").replace("}", "}}") for text in says)
    return Check(
        name=f"{model._meta.app_label}.{model._meta.model_name}.{what}.{fault}",
        find=partial(_found, model, condition),
        severity=SEVERITY.get(fault, Severity.WARNING),
        model=model,
        sentence=(f"{one}.", f"{{count}} {_many(model)} {many}."),
        advice=LOOK[fault],
        kind=Kind.DERIVED,
        fault=fault,
        condition=condition,
        **about,
    )


def _found(model: type[Model], condition):
    """The wrong rows, past whatever a manager may hide."""
    keys = conditions.select_keys(model, condition()).replace("%", "%%")
    rows = model._base_manager.filter(pk__in=RawSQL(keys, []))  # noqa: S611 - made of the models alone
    return model._default_manager.filter(pk__in=rows.values("pk"))


def _one(model: type[Model]) -> str:
    return str(model._meta.verbose_name)


def _a(noun: Any) -> str:
    """The noun with its article, by how it sounds: an organization, a user, an unfair labor practice."""
    word = str(noun)
    is_open = word[:1].lower() in tuple("aeio") or (
        word[:1].lower() == "u" and not word.lower().startswith(("uni", "use"))
    )
    return f"{'an' if is_open and not word.lower().startswith(('eu', 'one')) else 'a'} {word}"


def _many(model: type[Model]) -> str:
    return str(model._meta.verbose_name_plural)


def _words(model: type[Model], names) -> str:
    return ", ".join(str(model._meta.get_field(name).verbose_name) for name in names)


def _violation(constraint: BaseConstraint) -> str:
    """What the model says when the constraint is broken, unless it says nothing of its own."""
    said = str(constraint.violation_error_message or "")
    return "" if said == str(BaseConstraint.default_violation_error_message) else said
