"""What may be done with jobs and contacts, when."""

from datetime import date
from typing import Any

from django.utils import timezone

from ip2a.answers import YES, Answer, no
from ip2a.rules import may_change
from ip2a.words import format_day
from members.models import MemberEmployment, OrganizationContact


def may_end(user: Any, job: MemberEmployment, on: date | None = None) -> Answer:
    """Whether a job may be ended, on that day when one is given."""
    answer = may_change(user, job)
    if not answer:
        return answer
    if job.end_date is not None:
        return no(f"This job already ended on {format_day(job.end_date)}. Edit it to correct the day.")
    if on is not None and on < job.start_date:
        return no(f"The job started on {format_day(job.start_date)}; it cannot have ended before. Type a later day.")
    if on is not None and on > timezone.localdate():
        return no("That day lies in the future. End the job when it is over.")
    return YES


def may_make_primary(user: Any, contact: OrganizationContact) -> Answer:
    answer = may_change(user, contact)
    if not answer:
        return answer
    if contact.is_primary:
        return no(f"{contact} already is the primary contact.")
    return YES
