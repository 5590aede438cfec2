"""What a repair may do to people and jobs by itself. Nobody's standing is raised: see docs/operations.md, "Mends"."""

from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from ip2a.models import Attachment
from maintenance import mending
from maintenance.thresholds import declare, value
from members.models import Member, MemberEmployment, Organization, OrganizationContact

PLANNED_END = declare(
    "members.planned-end-days",
    92,
    unit="days",
    about="A job that ends in the future by no more than this may be agreed so; a later end is taken for an error.",
)

mending.safest(Member, "status", Member.Status.INACTIVE)
mending.safest(Member, "classification", Member.Classification.APPRENTICE_1)
mending.safest(Organization, "org_type", Organization.Type.EMPLOYER)
mending.safest(Attachment, "category", Attachment.Category.GENERAL)

mending.constraint(
    MemberEmployment,
    "employment_ends_after_start",
    {"end_date": F("start_date")},
    says="The job ends on the day it starts: it stays ended, and nothing is made up.",
)
mending.constraint(
    Member,
    "member_birth_possible",
    {"date_of_birth": None},
    says="The date of birth becomes unknown.",
)
mending.change("members.joined-in-future", {"hire_date": None}, says="The date of joining becomes unknown.")
mending.change("members.born-in-future", {"date_of_birth": None}, says="The date of birth becomes unknown.")


def last_believable_end() -> date:
    return timezone.localdate() + timedelta(days=int(value(PLANNED_END)))


def ends_beyond_belief(jobs: QuerySet) -> QuerySet:
    """Jobs that have begun and end later than anybody agrees in advance."""
    return jobs.filter(start_date__lte=timezone.localdate(), end_date__gt=last_believable_end())


mending.change(
    "members.job-ends-in-future",
    {"end_date": timezone.localdate},
    says="A job that has begun and ends in the far future ends today. Ends in the near future are left to a person.",
    rows=ends_beyond_belief,
)


def not_the_latest(contacts: QuerySet) -> QuerySet:
    """Primary contacts beside another of the same organization that was changed more recently."""
    others = OrganizationContact.objects.live().filter(organization=OuterRef("organization"), is_primary=True)
    later = Q(updated_at__gt=OuterRef("updated_at")) | Q(updated_at=OuterRef("updated_at"), pk__gt=OuterRef("pk"))
    return contacts.filter(Exists(others.filter(later)), is_primary=True)


mending.constraint(
    OrganizationContact,
    "contact_one_primary",
    {"is_primary": False},
    says="The contact that was changed last stays primary; the others are kept, no longer primary.",
    rows=not_the_latest,
)
mending.required(Attachment, "path", None)
