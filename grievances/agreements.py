"""Agreements as the clock reads them, and the verbs that change them.

A draft may be changed by hand; putting it in force freezes it, and cases keep the version they were filed under. Days
off belong to the agreement: changing them recomputes its running cases.
"""

import logging
from dataclasses import fields
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from celery import current_app
from django.db import IntegrityError, transaction
from django.utils import timezone

from grievances import procedures, terms
from grievances.daysoff import DaysOff, OwnDay, Recurs
from grievances.models import (
    Agreement,
    AgreementEmployer,
    AgreementVersion,
    ContractHoliday,
    ProcedureLimit,
    ProcedureStep,
)
from ip2a import audit, queue, services
from ip2a.answers import YES, Answer, Refused, no
from ip2a.rules import has_right, may_add, may_change
from ip2a.words import format_day

REFRESH = "grievances.tasks.refresh_agreement"
State = AgreementVersion.State
logger = logging.getLogger(__name__)


# As the clock reads them


def to_procedure(version: AgreementVersion) -> terms.Procedure:
    """The procedure of a version. One that is frozen is read once in each process."""
    if version.is_draft:
        return _read(version.pk)
    return _remembered(version.pk, version.version)


@lru_cache(maxsize=512)
def _remembered(pk: int, version: int) -> terms.Procedure:
    return _read(pk)


def _read(pk: int) -> terms.Procedure:
    version = AgreementVersion.objects.select_related("agreement").get(pk=pk)
    return terms.Procedure(
        name=version.agreement.name,
        steps=tuple(terms.Step(step.number, step.key, step.name, step.who) for step in version.steps.all()),
        limits=tuple(_limit(row) for row in version.limits.all()),
        policy_starts_at=version.policy_starts_at,
        group_starts_at=version.group_starts_at,
        sitting_months=tuple(sorted(version.sitting_months)),
        sitting_weekday=version.sitting_weekday,
        version=str(version.number),
    )


def _limit(row: ProcedureLimit) -> terms.Limit:
    given = {name: getattr(row, name) for name in PLAIN}
    return terms.Limit(
        **given,
        step=row.step_number,
        side=terms.Side(row.side),
        act=terms.Act(row.act),
        trigger=terms.Trigger(row.trigger),
        unit=terms.Unit(row.unit),
        roll_weekend=terms.Roll(row.roll_weekend),
        roll_holiday=terms.Roll(row.roll_holiday),
        consequence=terms.Consequence(row.consequence),
    )


WORDS = ("side", "act", "trigger", "unit", "roll_weekend", "roll_holiday", "consequence")
PLAIN = [field.name for field in fields(terms.Limit) if field.name not in (*WORDS, "step")]


def days_off(agreement: Agreement) -> DaysOff:
    """Which days are off under an agreement. Its version moves with its holidays, so this is read once for each."""
    return _days_off(agreement.pk, agreement.version)


@lru_cache(maxsize=512)
def _days_off(pk: int, version: int) -> DaysOff:
    agreement = Agreement.objects.get(pk=pk)
    own = ContractHoliday.objects.filter(agreement_id=pk, removed_at=None)
    return DaysOff(
        weekend=frozenset(agreement.weekend),
        public=agreement.calendar != Agreement.Calendar.NONE,
        state=agreement.state if agreement.calendar == Agreement.Calendar.STATE else "",
        kinds=tuple(sorted(agreement.kinds)) or ("public",),
        observed=agreement.moves_holidays,
        own=tuple(own_day(row) for row in own.order_by("pk")),
    )


def own_day(row: ContractHoliday) -> OwnDay:
    return OwnDay(
        name=row.name,
        on=row.on,
        recurs=Recurs(row.recurs),
        beside=row.beside,
        offset=row.offset,
        days=row.days,
        is_off=row.effect == ContractHoliday.Effect.OFF,
        moves=row.moves,
    )


def versions_for(organization: Any, on: date) -> list[AgreementVersion]:
    """The versions in force that bind an employer on a day, by the name of their agreement."""
    parties = AgreementEmployer.objects.filter(organization=organization, starts_on__lte=on).exclude(ends_on__lt=on)
    in_force = AgreementVersion.objects.filter(
        state=State.IN_FORCE,
        effective_from__lte=on,
        agreement__is_active=True,
        agreement__in=parties.values("agreement"),
    )
    return list(in_force.exclude(effective_to__lt=on).select_related("agreement").order_by("agreement__name", "number"))


def version_for(organization: Any, on: date, *, agreement: Agreement | None = None) -> AgreementVersion:
    """The version that binds an employer on a day; Refused says why there is none, or which to choose from."""
    found = [v for v in versions_for(organization, on) if agreement is None or v.agreement_id == agreement.pk]
    if len(found) == 1:
        return found[0]
    if not found:
        under = f"Under {agreement} there is" if agreement else "There is"
        raise Refused(
            f"{under} no procedure in force for {organization} on {format_day(on)}. "
            "Ask an administrator to enter the agreement."
        )
    names = " and ".join(str(version.agreement) for version in found)
    raise Refused(f"{organization} is bound by {names} on {format_day(on)}. Choose which of them was violated.")


# Rules


def may_change_procedure(user: Any, version: AgreementVersion) -> Answer:
    if not (answer := may_change(user, version)):
        return answer
    if not version.is_draft:
        return no("This version was in force, so its procedure stays as it is. Make a new version.")
    return YES


def may_put_in_force(user: Any, version: AgreementVersion) -> Answer:
    """Every contradiction is named, so that all can be mended at once."""
    if not (answer := may_change(user, version)):
        return answer
    if not version.is_draft:
        return no(
            f"Version {version.number} is {version.get_state_display().lower()}; only a draft can be put in force."
        )
    wrong = procedures.contradictions(to_procedure(version))
    return no(" ".join(["The procedure contradicts itself.", *wrong])) if wrong else YES


def may_withdraw(user: Any, version: AgreementVersion) -> Answer:
    if not (answer := may_change(user, version)):
        return answer
    if State.WITHDRAWN not in AgreementVersion.NEXT[State(version.state)]:
        return no(f"Version {version.number} was withdrawn already: {version.withdrawn_reason}")
    return YES


# Verbs


def _locked(version: AgreementVersion) -> AgreementVersion:
    """The agreement first, so that two versions of it are never put in force at once."""
    Agreement.objects.select_for_update().get(pk=version.agreement_id)
    return AgreementVersion.objects.select_for_update(of=("self",)).select_related("agreement").get(pk=version.pk)


@transaction.atomic
def put_in_force(version: AgreementVersion, *, by: Any, reason: str = "") -> AgreementVersion:
    """From its first day on, cases are filed under it. The version before ends on the day before, if it has no end."""
    version = _locked(version)
    may_put_in_force(by, version).enforce()
    earlier = AgreementVersion.objects.select_for_update().filter(
        agreement=version.agreement,
        state=State.IN_FORCE,
        effective_to=None,
        effective_from__lt=version.effective_from,
    )
    with audit.because(reason or f"Version {version.number} put in force"):
        for open_ended in earlier:
            open_ended.effective_to = version.effective_from - timedelta(days=1)
            open_ended.save(update_fields=["effective_to"])
        version.state = State.IN_FORCE
        try:
            with transaction.atomic():
                version.save(update_fields=["state"])
        except IntegrityError as error:
            raise Refused(
                "Another version is in force for some of these days. Withdraw it, or change the days of this one."
            ) from error
    version.refresh_from_db()
    return version


@transaction.atomic
def withdraw(version: AgreementVersion, *, by: Any, reason: str) -> AgreementVersion:
    """No new case is filed under it; running cases keep it."""
    version = _locked(version)
    may_withdraw(by, version).enforce()
    if not reason.strip():
        raise Refused("Say why the version is withdrawn. It stays in the history, beside your name.")
    version.state, version.withdrawn_reason = State.WITHDRAWN, reason.strip()[:300]
    with audit.because(reason):
        version.save(update_fields=["state", "withdrawn_reason"])
    version.refresh_from_db()
    return version


@transaction.atomic
def new_version(version: AgreementVersion, *, by: Any, effective_from: date | None = None) -> AgreementVersion:
    """A draft with the same procedure, to be changed and put in force."""
    version = _locked(version)
    may_add(by, AgreementVersion).enforce()
    last = AgreementVersion.objects.filter(agreement=version.agreement).latest("number")
    draft = AgreementVersion.objects.create(
        agreement=version.agreement,
        number=last.number + 1,
        effective_from=effective_from or timezone.localdate(),
        note=f"From version {version.number}.",
        policy_starts_at=version.policy_starts_at,
        group_starts_at=version.group_starts_at,
        sitting_months=version.sitting_months,
        sitting_weekday=version.sitting_weekday,
    )
    write_procedure(draft, to_procedure(version))
    return draft


@transaction.atomic
def make_from_template(
    key: str, *, by: Any, name: str, effective_from: date, zone: str = "America/Chicago", **facts: Any
) -> AgreementVersion:
    """A new agreement with one of the shipped procedures as the draft of its first version."""
    may_add(by, Agreement).enforce()
    procedure = procedures.TEMPLATES[key]
    agreement = Agreement(name=name, zone=zone, **facts)
    services.write(agreement, reason=f"Started from: {procedure.name}")
    draft = AgreementVersion.objects.create(
        agreement=agreement,
        number=1,
        effective_from=effective_from,
        note=f"From the template: {procedure.name}.",
        policy_starts_at=procedure.policy_starts_at,
        group_starts_at=procedure.group_starts_at,
        sitting_months=list(procedure.sitting_months),
        sitting_weekday=procedure.sitting_weekday,
    )
    write_procedure(draft, procedure)
    return draft


def write_procedure(draft: AgreementVersion, procedure: terms.Procedure) -> None:
    """Give a draft without steps the steps and limits of a procedure."""
    ProcedureStep.objects.bulk_create(
        ProcedureStep(agreement_version=draft, number=step.number, key=step.key, name=step.name, who=step.who)
        for step in procedure.steps
    )
    ProcedureLimit.objects.bulk_create(
        ProcedureLimit(
            agreement_version=draft,
            position=10 * (place + 1),
            step_number=limit.step,
            **{name: getattr(limit, name) for name in PLAIN},
            **{name: getattr(limit, name).value for name in WORDS},
        )
        for place, limit in enumerate(procedure.limits)
    )


@transaction.atomic
def add_holiday(agreement: Agreement, *, by: Any, reason: str = "", **facts: Any) -> ContractHoliday:
    """A day off, or a public holiday that is worked. Running cases are recomputed."""
    holiday = ContractHoliday(agreement=agreement, **facts)
    return save_holiday(holiday, by=by, reason=reason)


@transaction.atomic
def save_holiday(holiday: ContractHoliday, *, by: Any, reason: str = "") -> ContractHoliday:
    if not has_right(by, "change", Agreement):
        raise Refused("Your role may not change the holidays of an agreement. Ask an administrator.")
    reason = (
        reason or f"{holiday.name} {'changed' if holiday.pk else 'added'} as {holiday.get_effect_display().lower()}"
    )
    services.write(holiday, reason=reason)
    recompute(holiday.agreement, reason=reason)
    return holiday


@transaction.atomic
def remove_holiday(holiday: ContractHoliday, *, by: Any, reason: str) -> ContractHoliday:
    """It stays in the list with its reason; running cases are recomputed without it."""
    if not has_right(by, "change", Agreement):
        raise Refused("Your role may not change the holidays of an agreement. Ask an administrator.")
    holiday = ContractHoliday.objects.select_for_update(of=("self",)).get(pk=holiday.pk)
    if holiday.removed_at is not None:
        raise Refused(f"{holiday.name} was removed already: {holiday.removed_reason}")
    if not reason.strip():
        raise Refused("Say why the holiday is removed. Running cases show it beside the dates that move.")
    holiday.removed_at, holiday.removed_reason = timezone.now(), reason.strip()[:300]
    with audit.because(reason):
        holiday.save(update_fields=["removed_at", "removed_reason"])
    recompute(holiday.agreement, reason=f"{holiday.name} removed: {reason}")
    return holiday


def recompute(agreement: Agreement, *, reason: str) -> None:
    """After this transaction, have the running cases of an agreement computed anew."""
    transaction.on_commit(lambda: _ask_to_refresh(agreement.pk, reason))


def _ask_to_refresh(pk: int, reason: str) -> None:
    if not queue.hand_over(current_app.signature(REFRESH), pk, reason):
        logger.warning("Cases of agreement %s are recomputed tonight, because the queue does not answer.", pk)
