"""Damage to people and jobs, for the drill (``maintenance.damaging``)."""

from datetime import date

from django.utils import timezone

from ip2a.factories import UserFactory
from maintenance.damaging import change, damage
from members.factories import MemberEmploymentFactory, MemberFactory, OrganizationFactory
from members.models import Member, Organization, OrganizationContact

LONG_AGO = date(2001, 2, 3)


def a_job(**fields):
    return MemberEmploymentFactory(**{"start_date": LONG_AGO, **fields})


@damage("members.several-current-jobs")
def several_current_jobs():
    job = a_job()
    return f"{job}, and {a_job(member=job.member)}"


@damage("members.current-job-of-deceased")
def current_job_of_deceased():
    return f"{a_job(member__status=Member.Status.DECEASED)}, who has died"


@damage("members.current-job-of-inactive")
def current_job_of_inactive():
    return f"{a_job(member__status=Member.Status.RETIRED)}, who is retired"


@damage("members.job-before-youngest-age")
def job_before_youngest_age():
    return f"{a_job(member__date_of_birth=LONG_AGO)}, on the day of birth"


@damage("members.overlapping-jobs")
def overlapping_jobs():
    job = a_job(end_date=date(2003, 1, 1))
    return f"{job}, and {a_job(member=job.member, start_date=date(2002, 1, 1), end_date=date(2004, 1, 1))}"


@damage("members.organization-without-contacts")
def organization_without_contacts():
    return f"{OrganizationFactory()} without a contact"


@damage("members.active-without-any-job")
def active_without_any_job():
    return f"{MemberFactory(status=Member.Status.ACTIVE)} without a job"


@damage("members.possible-duplicate-members")
def possible_duplicate_members():
    one = MemberFactory(date_of_birth=LONG_AGO)
    MemberFactory(first_name=one.first_name, last_name=one.last_name, date_of_birth=LONG_AGO)
    return f"{one} twice"


@damage("members.possible-duplicate-organizations")
def possible_duplicate_organizations():
    one = OrganizationFactory()
    OrganizationFactory(name=one.name.upper())
    return f"{one} twice"


@damage("members.job-at-removed-employer")
def job_at_removed_employer():
    job = a_job()
    Organization.objects.filter(pk=job.organization_id).update(deleted_at=timezone.now())
    return f"{job}, which was removed"


@damage("members.job-of-merged-member")
def job_of_merged_member():
    job = a_job()
    Member.objects.filter(pk=job.member_id).update(deleted_at=timezone.now(), merged_into=MemberFactory())
    return f"{job}, whose record was merged"


@damage("members.contact-at-removed-organization")
def contact_at_removed_organization():
    firm = OrganizationFactory()
    OrganizationContact.objects.create(organization=firm, first_name="Alex", last_name="Reed")
    change(firm, deleted_at=timezone.now())
    return f"a contact of {firm}, which was removed"


@damage("members.deceased-may-sign-in")
def deceased_may_sign_in():
    member = MemberFactory(user=UserFactory(is_active=True))
    return f"{change(member, status=Member.Status.DECEASED)}, who has died and may sign in"
