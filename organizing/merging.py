"""Two records of one member or of one employer become one, and what organizing holds of them follows the survivor.

Whoever merges may know nothing of it: nothing here is refused or told to them. What only one row may say is said by
one of both; the other ends, or names nobody, which the undo of the merge takes back.
"""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from ip2a import audit, post
from ip2a.merging import settles
from organizing.models import CampaignEmployer, SaltingAgreement, Worker
from organizing.services.campaigns import organizers

KIND = post.declare_kind("organizing.merged", "Records of organizing that followed a merge")
SUBJECT = "Something in organizing was put together"
BODY = (
    "Two records that organizing refers to were found to be one, and became one. What organizing holds of both follows "
    "the one that stayed. Sign in to see whether all is as it should be."
)
TWICE = "The salt had two agreements for this employer; the other one runs."
SIGNED = "The employer has an agreement with the local."


def _tell(rows: QuerySet) -> None:
    """Once for each merge, whatever follows. What it was about is in the history of the rows."""
    if not rows.exists():
        return
    merge = audit.current().batch
    with audit.batch(None):  # taking the merge back must not take the mail back
        for person in organizers():
            key = f"{KIND}:{merge}:{person.pk}"
            post.send(to=person, subject=SUBJECT, body=BODY, kind=KIND, key=key, compartment="organizing")


@settles("organizing.employerscore", "organization")
@settles("organizing.saltingactivity", "organization")
@settles("organizing.saltingactivity", "member")
@settles("organizing.authorizationcard", "organization")
@settles("organizing.unfairpractice", "organization")
def follows(rows: QuerySet, loser: Any, survivor: Any) -> None:
    """As many as there are."""
    _tell(rows)


@settles("organizing.campaignemployer", "organization")
def one_part_in_a_campaign(rows: QuerySet, loser: Any, survivor: Any) -> list[int]:
    """Both were part of it: the survivor's part runs if either did, the other one ended and stays behind."""
    _tell(rows)
    there = CampaignEmployer.objects.filter(organization=survivor.pk)
    twice = list(rows.filter(campaign__in=there.values("campaign")))
    for row in twice:
        if row.ended_on is None:
            there.filter(campaign=row.campaign_id, ended_on__isnull=False).update(ended_on=None)
            rows.filter(pk=row.pk).update(ended_on=timezone.localdate())
    return [row.pk for row in twice]


@settles("organizing.worker", "member")
def one_worker_of_a_campaign(rows: QuerySet, loser: Any, survivor: Any) -> None:
    """The member stays named by one worker; the other stands beside it as a worker like any other."""
    _tell(rows)
    there = Worker.objects.filter(member=survivor.pk).values("campaign")
    for row in rows.filter(campaign__in=there):
        rows.filter(pk=row.pk).update(member=None)


@settles("organizing.worker", "organization")
def one_number_at_an_employer(rows: QuerySet, loser: Any, survivor: Any) -> None:
    """Two numbers of two books: the one from the employer that goes is kept in the notes."""
    _tell(rows)
    for row in rows.exclude(employer_number=""):
        there = Worker.objects.filter(campaign=row.campaign_id, organization=survivor.pk)
        if there.filter(employer_number=row.employer_number).exists():
            notes = f"{row.notes}\n\nNumber in the books of {loser}: {row.employer_number}".strip()
            rows.filter(pk=row.pk).update(employer_number="", notes=notes)


@settles("organizing.saltingagreement", "member")
def one_agreement_of_a_salt(rows: QuerySet, loser: Any, survivor: Any) -> None:
    _tell(rows)
    for row in rows.filter(ended_on=None):
        _end_if_twice(rows, row, SaltingAgreement.objects.filter(member=survivor.pk, organization=row.organization_id))


@settles("organizing.saltingagreement", "organization")
def one_agreement_for_an_employer(rows: QuerySet, loser: Any, survivor: Any) -> None:
    """Where the employer has signed, nobody is a salt any more."""
    _tell(rows)
    for row in rows.filter(ended_on=None):
        if survivor.is_signatory:
            _end(rows, row, SIGNED)
        else:
            _end_if_twice(rows, row, SaltingAgreement.objects.filter(organization=survivor.pk, member=row.member_id))


def _end_if_twice(rows: QuerySet, row: SaltingAgreement, there: QuerySet) -> None:
    same_days = Q(ends_on=None) | Q(ends_on__gte=row.starts_on)
    if row.ends_on is not None:
        same_days &= Q(starts_on__lte=row.ends_on)
    if there.filter(same_days, ended_on=None).exists():
        _end(rows, row, TWICE)


def _end(rows: QuerySet, row: SaltingAgreement, why: str) -> None:
    rows.filter(pk=row.pk).update(ended_on=max(timezone.localdate(), row.signed_on), ended_because=why)
