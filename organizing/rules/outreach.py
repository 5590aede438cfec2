"""What may be done with activities, scores and salting agreements, when."""

from datetime import date
from typing import Any

from django.utils import timezone

from ip2a.answers import YES, Answer, no
from ip2a.rules import may_change
from ip2a.words import format_day
from organizing.models import SaltingAgreement
from organizing.rules.shared import first_no, not_in_future


def may_end(user: Any, agreement: SaltingAgreement, on: date | None = None) -> Answer:
    """Whether a salt's agreement may be ended, on that day when one is given."""
    return first_no(may_change(user, agreement), _still_runs(agreement), _fits(agreement, on))


def _still_runs(agreement: SaltingAgreement) -> Answer:
    if agreement.ended_on is not None:
        return no(f"This agreement ended on {format_day(agreement.ended_on)} already.")
    return YES


def _fits(agreement: SaltingAgreement, on: date | None) -> Answer:
    if on is not None and on < agreement.signed_on:
        return no(f"It was signed on {format_day(agreement.signed_on)}; it cannot have ended before. Type a later day.")
    return not_in_future(on)


def may_take_up(user: Any, agreement: SaltingAgreement) -> Answer:
    """Whether an agreement that ended by mistake may run again."""
    if agreement.ended_on is None:
        return no("This agreement runs already.")
    if agreement.organization.is_signatory:
        return no("The employer has an agreement with the local, so nobody is a salt there.")
    if agreement.ends_on is not None and agreement.ends_on < timezone.localdate():
        return no(f"Its last day, {format_day(agreement.ends_on)}, is over. Sign another one.")
    return may_change(user, agreement)


def may_sign(agreement: SaltingAgreement) -> Answer:
    """Whether this paper can be an agreement at all."""
    if agreement.organization.is_signatory:
        return no(f"{agreement.organization} has an agreement with the local, so nobody is a salt there.")
    return not_in_future(agreement.signed_on)
