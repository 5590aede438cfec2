"""The verbs of activities, scores and salting agreements."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from ip2a import services as records
from ip2a.models import User
from ip2a.rules import may_add
from members import exemptions
from members.models import Member, Organization
from organizing.models import EmployerScore, SaltingActivity, SaltingAgreement
from organizing.rules import outreach as rules
from organizing.rules.shared import not_in_future
from organizing.services.shared import locked, needs_reason, store


@transaction.atomic
def save_activity(
    activity: SaltingActivity, *, by: Any, version: int | None = None, reason: str = ""
) -> SaltingActivity:
    """Write an activity down, or correct it: the old values stay in the history, beside the reason."""
    not_in_future(activity.activity_date).enforce()
    if activity.pk is None:
        may_add(by, SaltingActivity).enforce()
        activity.entered_by = by
    else:
        activity.correction_reason = needs_reason(reason, "it is corrected")
        activity.corrected_at = timezone.now()
    return records.save(activity, by=by, version=version, reason=reason)


def last_entered(by: Any) -> SaltingActivity | None:
    """What this person wrote down last: the next one is often at the same employer."""
    rows = SaltingActivity.objects.visible_to(by).live().filter(entered_by=by.pk)
    return rows.for_table().order_by("-id").first()


def salt_of(user: User) -> Member | None:
    """The member whose login this is."""
    return Member.objects.visible_to(user).live().filter(user=user.pk).first()


@transaction.atomic
def score(score: EmployerScore, *, by: Any, version: int | None = None, reason: str = "") -> EmployerScore:
    """Say how an employer stands. The scores before stay."""
    may_add(by, EmployerScore).enforce()
    not_in_future(score.on).enforce()
    score.why = needs_reason(score.why, "you score the employer so")
    if not score.trade:
        score.trade = trade_of(score.organization)
    score.by = by
    return records.write(score)


def trade_of(organization: Organization) -> str:
    """What the employer mostly does, as somebody said it last; "" where nobody did."""
    said = EmployerScore.objects.filter(organization=organization).exclude(trade="").order_by("-on", "-id")
    return said.values_list("trade", flat=True).first() or ""


@transaction.atomic
def sign(agreement: SaltingAgreement, *, by: Any, exempt_until: date | None = None) -> SaltingAgreement:
    """A salt signed. Until the day of exemption the office reads "exempt until", and nothing of why."""
    may_add(by, SaltingAgreement).enforce()
    rules.may_sign(agreement).enforce()
    if exempt_until:
        agreement.exemption = exemptions.exempt(agreement.member, until=exempt_until, by=by)
    return store(agreement)


@transaction.atomic
def end(agreement: SaltingAgreement, *, on: date, reason: str, by: Any) -> SaltingAgreement:
    """The agreement is over since that day. An exemption stays until its own day: its end would tell."""
    agreement = locked(agreement)
    rules.may_end(by, agreement, on).enforce()
    agreement.ended_on, agreement.ended_by = on, by
    agreement.ended_because = needs_reason(reason, "it ends")
    return store(agreement, ["ended_on", "ended_by", "ended_because"], because=agreement.ended_because)


@transaction.atomic
def take_up(agreement: SaltingAgreement, *, reason: str, by: Any) -> SaltingAgreement:
    """It ended by mistake, and runs again."""
    agreement = locked(agreement, "organization")
    rules.may_take_up(by, agreement).enforce()
    why = needs_reason(reason, "it runs again")
    agreement.ended_on = agreement.ended_by = None
    agreement.ended_because = ""
    return store(agreement, ["ended_on", "ended_by", "ended_because"], because=why)


@transaction.atomic
def exempt(agreement: SaltingAgreement, *, until: date, by: Any) -> SaltingAgreement:
    """The salt is exempt until another day."""
    agreement = locked(agreement, "member")
    rules.may_end(by, agreement).enforce()
    agreement.exemption = exemptions.exempt(agreement.member, until=until, by=by)
    return store(agreement, ["exemption"])
