"""Making one of two records of the same person or employer, and taking that back."""

from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone

from ip2a import audit, merging, services
from ip2a.answers import Refused
from ip2a.merging import settles
from ip2a.undo import UndoResult, undo
from members import rules
from members.comparing import BOTH, FIELDS, KEEP, TAKE, can_join
from members.models import Distinct, Member, Merge, Organization

MODELS: dict[str, type[models.Model]] = {
    Merge.Kind.MEMBERS: Member,
    Merge.Kind.ORGANIZATIONS: Organization,
}
KINDS = {model: kind for kind, model in MODELS.items()}
LONGEST_REASON = 300


@settles("members.organizationcontact", "organization")
def one_primary_contact(rows, loser, survivor):
    """The primary contact of the record that stays remains it; the other one becomes a contact like any other."""
    there = survivor.contacts.live().filter(is_primary=True)
    if there.exists():
        rows.filter(is_primary=True, deleted_at=None).update(is_primary=False)


@transaction.atomic
def merge(
    survivor: models.Model,
    loser: models.Model,
    *,
    choices: dict[str, str],
    by: Any,
    reason: str,
    versions: tuple[int, int] | None = None,
) -> Merge:
    """The loser becomes a part of the survivor: its jobs, contacts, documents and all else move over.

    ``choices`` says by field what stays: KEEP (also when not named), TAKE the loser's, or BOTH texts. ``versions`` are
    those that were compared. The whole is one audit batch, which ``take_back`` undoes.
    """
    survivor, loser = _locked(survivor, loser)
    rules.may_merge(by, survivor, loser).enforce()
    reason = _said(reason, "Say why they are the same: the reason stays in the history.")
    if versions is not None and versions != (survivor.version, loser.version):
        raise Refused("Somebody changed one of the two since you compared them. Look at both again, then merge.")
    noted = Merge(
        kind=KINDS[type(survivor)],
        survivor_key=survivor.pk,
        survivor_name=str(survivor),
        loser_key=loser.pk,
        loser_name=str(loser),
        reason=reason,
        by=by,
        batch=audit.next_batch(),
    )
    with audit.because(reason), audit.batch(noted.batch):
        _join(survivor, loser, choices, by=by, reason=reason)
    noted.save()  # outside the batch: taking it back must not take this back
    return noted


def _join(survivor: models.Model, loser: models.Model, choices: dict[str, str], *, by: Any, reason: str) -> None:
    values = _values(survivor, loser, choices)
    _take_out(loser, survivor)
    _put_in(survivor, values, by=by, reason=reason)
    merging.move_all(loser, survivor, by=by)


def _locked(one: models.Model, other: models.Model) -> tuple[models.Model, models.Model]:
    """Both records as they stand now, locked in the order of their keys: two merges cannot wait on each other."""
    rows = type(one)._default_manager.select_for_update(of=("self",)).filter(pk__in=[one.pk, other.pk]).order_by("pk")
    found = {row.pk: row for row in rows}
    if one.pk not in found or other.pk not in found:
        raise Refused("One of the two is not there any more.")
    return found[one.pk], found[other.pk]


def _said(reason: str, question: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Refused(question)
    return reason[:LONGEST_REASON]


def _values(survivor: models.Model, loser: models.Model, choices: dict[str, str]) -> dict[str, Any]:
    """What changes on the survivor, by field."""
    values: dict[str, Any] = {}
    for name, choice in choices.items():
        if name not in FIELDS[type(survivor)] or choice not in (KEEP, TAKE, BOTH):
            raise Refused(f"“{name}” cannot be chosen that way. Compare the two again.")
        if choice == BOTH and can_join(survivor, loser, name):
            values[name] = f"{getattr(survivor, name).rstrip()}\n\n{getattr(loser, name).strip()}"
        elif choice == TAKE and getattr(survivor, name) != getattr(loser, name):
            values[name] = getattr(loser, name)
    return values


def _take_out(loser: models.Model, survivor: models.Model) -> None:
    """First of all, because its number and its login must be free before the survivor can have them."""
    loser.deleted_at, loser.merged_into = timezone.now(), survivor
    changed = ["deleted_at", "merged_into"]
    if getattr(loser, "user_id", None):
        loser.user = None
        changed.append("user")
    loser.save(update_fields=changed)


def _put_in(survivor: models.Model, values: dict[str, Any], *, by: Any, reason: str) -> None:
    if not values:
        return
    for name, value in values.items():
        setattr(survivor, name, value)
    try:
        services.save(survivor, by=by, reason=reason)
    except services.Taken as taken:
        raise Refused(taken.message) from taken


@transaction.atomic
def take_back(merge: Merge, *, by: Any, reason: str = "") -> UndoResult:
    """The two are two again. What somebody changed since the merge stays as it is and is named in the answer."""
    merge = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    model = MODELS[merge.kind]
    pair = model._default_manager.filter(pk__in=[merge.survivor_key, merge.loser_key]).order_by("pk")
    survivor = {row.pk: row for row in pair.select_for_update(of=("self",))}[merge.survivor_key]
    rules.may_take_back(by, merge, survivor).enforce()
    reason = reason.strip()[:LONGEST_REASON] or "The merge was taken back"
    result = undo(merge.batch, by=by, reason=reason)
    if model._default_manager.get(pk=merge.loser_key).is_removed:
        raise Refused(_why_not_back(merge, result))
    merge.undone_at, merge.undone_by, merge.undone_reason = timezone.now(), by, reason
    with audit.because(reason):
        merge.save(update_fields=["undone_at", "undone_by", "undone_reason"])
    return result


def _why_not_back(merge: Merge, result: UndoResult) -> str:
    label = MODELS[merge.kind]._meta.label_lower
    for group in result.left_alone:
        if group.model == label and merge.loser_key in dict(group.records):
            return f"{merge.loser_name} {group.reason}. Settle that first; nothing was taken back."
    return f"{merge.loser_name} cannot be brought back as it was. Nothing was taken back."


def left_words(result: UndoResult, user: Any) -> str:
    """What an undo left alone, in a sentence, within what this person may know of; "" when nothing was left."""
    said = []
    for group in result.left_alone:
        model = _model_named(group.model)
        if model is None or not merging.knows_of(user, model):
            continue
        noun = model._meta.verbose_name if group.count == 1 else model._meta.verbose_name_plural
        named = ", ".join(name for _, name in group.records[:3] if name)
        said.append(f"{group.count:,} {noun}{f' ({named})' if named else ''} {group.reason}")
    return f"Left as it is: {'; '.join(said)}." if said else ""


def _model_named(label: str) -> type[models.Model] | None:
    return next((model for model in apps.get_models() if model._meta.label_lower == label), None)


@transaction.atomic
def tell_apart(one: models.Model, other: models.Model, *, by: Any, reason: str) -> Distinct:
    """Remember that two records that seem alike are not the same."""
    one, other = _locked(one, other)
    rules.may_merge(by, one, other).enforce()
    reason = _said(reason, "Say how you know that they are not the same: the next person will ask.")
    first, second = sorted((one.pk, other.pk))
    kind = KINDS[type(one)]
    if Distinct.objects.filter(kind=kind, one_key=first, other_key=second).exists():
        raise Refused("That these two are not the same was written down already.")
    with audit.because(reason):
        return Distinct.objects.create(kind=kind, one_key=first, other_key=second, reason=reason, by=by)


@transaction.atomic
def forget(distinct: Distinct, *, by: Any) -> None:
    """The two may be duplicates after all: they are offered again. The trail keeps who said otherwise, and why."""
    rules.may_forget(by, MODELS[distinct.kind]).enforce()
    with audit.because("May be duplicates after all"):
        Distinct.objects.filter(pk=distinct.pk).delete()
