"""Filing: the draft with its story, handing it in, answering, withdrawing."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from benevolence import eligibility, mailing, rules
from benevolence.models import (
    ApplicationStory,
    BenevolenceApplication,
    NumberSeries,
    Status,
    StoryAddition,
    Submission,
)
from benevolence.rules.filing import amount_is_sensible, not_in_future
from benevolence.services.moving import CASE, PLACE, locked, moment, move, put_before, put_nowhere
from ip2a import audit
from ip2a.answers import Refused
from ip2a.models import Attachment
from ip2a.services import Conflict
from members.models import Member, MemberEmployment

STORY = ("description", "payee", "creditor_name", "creditor_reference")
EDITABLE = ["member", "application_date", "reason", "amount_requested", "is_emergency", "needed_by"]


def preview(
    member: Member,
    *,
    reason: str,
    amount: Decimal,
    by: Any,
    on: date | None = None,
    is_emergency: bool = False,
    besides: BenevolenceApplication | None = None,
) -> eligibility.Eligibility:
    """What the member could get, with every rule's sentence, before a story is written. Changes nothing.

    Refuses only who may not file, and a day without a policy.
    """
    rules.may_file(by).enforce()
    return eligibility.preview(member, reason=reason, amount=amount, on=on, is_emergency=is_emergency, besides=besides)


@transaction.atomic
def save_draft(
    application: BenevolenceApplication, *, story: Mapping[str, str], by: Any, version: int | None = None
) -> BenevolenceApplication:
    """Add a draft or change one. ``story`` has description, payee, creditor_name, creditor_reference, all optional.

    The draft belongs to who files it. With ``version`` (the application's, as the form was opened) a draft that moved
    on meanwhile raises ``ip2a.services.Conflict``.
    """
    rules.may_file(by, application.member).enforce()
    amount_is_sensible(application.amount_requested).enforce()
    if application.pk:
        stored = locked(application)
        rules.may_edit(by, stored).enforce()
        if version is not None and stored.version != version:
            raise Conflict(stored)
        with audit.because("Draft changed"):
            application.save(update_fields=EDITABLE)
    else:
        application.filed_by, application.status = by, Status.DRAFT
        with audit.because("Draft begun"):
            application.save()
    _save_story(application, story)
    application.refresh_from_db()
    return application


def _save_story(application: BenevolenceApplication, given: Mapping[str, str]) -> None:
    row, _ = ApplicationStory.objects.get_or_create(
        application=application, defaults={name: given[name] for name in STORY if name in given}
    )
    changed = [name for name in STORY if name in given and getattr(row, name) != given[name]]
    for name in changed:
        setattr(row, name, given[name])
    if changed:
        row.save(update_fields=changed)


@transaction.atomic
def submit(application: BenevolenceApplication, *, by: Any, on: date | None = None) -> BenevolenceApplication:
    """Hand the draft in: every rule of the preview is enforced, and the case keeps policy, levels and numbers for good.

    The number (BA-2026-0001) is given now, without gaps. A withdrawn application can be handed in again; it keeps its
    number and begins with its first level.
    """
    on = on or timezone.localdate()
    application = locked(application)
    story, _ = ApplicationStory.objects.select_for_update().get_or_create(application=application)
    found = eligibility.preview(
        application.member,
        reason=application.reason,
        amount=application.amount_requested,
        on=on,
        besides=application,
        is_emergency=application.is_emergency,
        papers=Attachment.objects.of(story).live().count(),
    )
    not_in_future(on).enforce()
    rules.may_submit(by, application, story, found).enforce()
    move(application, Status.SUBMITTED)
    application.policy, application.required_levels = found.policy, found.levels
    application.attempt += 1
    application.round += 1
    application.submitted_at, application.withdrawn_at = moment(on), None
    application.number = application.number or _next_number(on.year)
    put_before(application, found.levels[0], on)
    _keep(application, found, by, on)
    with audit.because("Submitted"):
        application.save(
            update_fields=[*CASE, *PLACE, "policy", "required_levels", "attempt", "submitted_at", "number"]
        )
    mailing.awaits(application, on)
    return application


def _next_number(year: int) -> str:
    """The next of the year. The row stays locked to the end of the transaction, so none is lost when it fails."""
    NumberSeries.objects.get_or_create(year=year)
    series = NumberSeries.objects.select_for_update().get(year=year)
    series.last += 1
    series.save(update_fields=["last"])
    return str(series)


def _keep(application: BenevolenceApplication, found: eligibility.Eligibility, by: Any, on: date) -> None:
    jobs = MemberEmployment.objects.live().filter(member=application.member_id, start_date__lte=on)
    there = jobs.exclude(end_date__lt=on).values_list("organization_id", flat=True)
    Submission.objects.create(
        application=application,
        attempt=application.attempt,
        by=by,
        by_name=by.get_full_name(),
        submitted_on=on,
        policy=found.policy,
        reason=application.reason,
        amount_requested=application.amount_requested,
        is_emergency=application.is_emergency,
        required_levels=found.levels,
        can_get=found.can_get,
        lines=found.as_json(),
        employers=sorted(set(there)),
    )


@transaction.atomic
def answer(
    application: BenevolenceApplication, *, text: str, by: Any, on: date | None = None
) -> BenevolenceApplication:
    """Answer the officers' question: the case returns to the level that asked, in a new round."""
    on = on or timezone.localdate()
    application = locked(application)
    rules.may_answer(by, application).enforce()
    not_in_future(on).enforce()
    if not text.strip():
        raise Refused("Write the answer. If only a paper was missing, say which one you added.")
    StoryAddition.objects.create(
        application=application, round=application.round, text=text.strip(), by=by, by_name=by.get_full_name()
    )
    application.round += 1
    put_before(application, application.current_level, on)
    with audit.because("Question answered"):
        application.save(update_fields=PLACE)
    mailing.awaits(application, on, "The filer has answered.")
    return application


@transaction.atomic
def withdraw(
    application: BenevolenceApplication, *, reason: str, by: Any, on: date | None = None
) -> BenevolenceApplication:
    """Take the application back: it is a draft again, marked as withdrawn. What was decided stays on record."""
    application = locked(application)
    rules.may_withdraw(by, application).enforce()
    if not reason.strip():
        raise Refused("Say why it is withdrawn: the reason stays with the case.")
    move(application, Status.DRAFT)
    put_nowhere(application)
    application.approved_amount = application.decided_on = application.reapply_on = None
    application.withdrawn_at = moment(on or timezone.localdate())
    ApplicationStory.objects.filter(application=application).update(withdrawn_because=reason.strip())
    with audit.because("Withdrawn"):
        application.save(update_fields=[*CASE, *PLACE])
    mailing.withdrawn(application, by, on or timezone.localdate())
    return application


@transaction.atomic
def entrust(application: BenevolenceApplication, *, to: Any, by: Any) -> BenevolenceApplication:
    """Another person becomes the filer, with the story while it lies with the filer."""
    application = locked(application)
    rules.may_entrust(by, application, to).enforce()
    before, application.filed_by = application.version, to
    with audit.because("Entrusted to another filer"):
        application.save(update_fields=["filed_by"])
    mailing.entrusted(application, before)
    return application


@transaction.atomic
def note(application: BenevolenceApplication, *, text: str, by: Any) -> ApplicationStory:
    """Keep the officers' notes on a case; they are as confidential as the story."""
    rules.may_note(by, application).enforce()
    story = ApplicationStory.objects.select_for_update().get(application=application)
    story.notes = text.strip()
    story.save(update_fields=["notes"])
    return story
