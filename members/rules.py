"""What may be done with jobs, contacts and duplicates, when."""

from datetime import date
from typing import Any

from django.utils import timezone

from ip2a.answers import YES, Answer, no
from ip2a.rules import has_right, may_change
from ip2a.words import format_day
from members.models import Member, MemberEmployment, Merge, Organization, OrganizationContact


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


def may_merge(user: Any, survivor: Member | Organization, loser: Member | Organization) -> Answer:
    """Whether the second may become a part of the first."""
    noun = survivor._meta.verbose_name
    if not has_right(user, "change", type(survivor)):
        return no(f"Your role may not merge {survivor._meta.verbose_name_plural}. Ask an administrator for the right.")
    if survivor.pk == loser.pk:
        return no(f"That is one and the same {noun}. Choose two.")
    for record in (survivor, loser):
        if record.merged_into_id:
            return no(f"{record} was already merged into {record.merged_into}. Compare with that one instead.")
        if record.is_removed:
            return no(f"{record} was removed. Bring it back before merging it.")
    return YES


def may_take_back(user: Any, merge: Merge, survivor: Member | Organization) -> Answer:
    """Whether a merge may be undone: once, and the latest of a chain first."""
    if not has_right(user, "change", type(survivor)):
        return no(f"Your role may not undo a merge of {survivor._meta.verbose_name_plural}.")
    if merge.is_undone:
        return no(f"This merge was already taken back on {format_day(merge.undone_at)} by {merge.undone_by}.")
    if survivor.merged_into_id:
        return no(f"{survivor} was itself merged into {survivor.merged_into} later. Take that merge back first.")
    if survivor.is_removed:
        return no(f"{survivor} was removed later. Bring it back first.")
    return YES


def may_forget(user: Any, model: type[Member] | type[Organization]) -> Answer:
    """Whether "not the same" may be taken back for records of a model."""
    if not has_right(user, "change", model):
        return no(f"Your role may not decide on duplicate {model._meta.verbose_name_plural}.")
    return YES
