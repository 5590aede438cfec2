"""What can become false about people and jobs by time, by an import or by another's hand.

What a constraint forbids is not repeated here. Each check is one query over all rows.
"""

from datetime import date

from django.db.models import (
    Count,
    DateField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    Window,
)
from django.db.models.functions import Coalesce, Lag
from django.utils import timezone

from ip2a.models.fields import Fold
from ip2a.words import format_day, format_money
from maintenance.derived import reword
from maintenance.models import Severity
from maintenance.registry import check
from maintenance.thresholds import declare, value, values
from members.models import Member, MemberEmployment, Organization, OrganizationContact

YOUNGEST = declare(
    "members.youngest-worker", 16, unit="years", about="A job that begins before this birthday is reported."
)
LOWEST_RATE = declare(
    "members.lowest-usual-rate", 10, unit="dollars an hour", about="A lower hourly rate is reported as unusual."
)
HIGHEST_RATE = declare(
    "members.highest-usual-rate", 150, unit="dollars an hour", about="A higher hourly rate is reported as unusual."
)
FAR_AWAY = date(9999, 12, 31)

reword(
    "members.organizationcontact.contact_one_primary.unique",
    severity=Severity.WARNING,
    sentence=(
        "1 contact is primary beside another of the same organization.",
        "{count} contacts are primary beside others of the same organization.",
    ),
    advice="An organization has one primary contact: keep the one you call, and take the mark from the others.",
    fact=lambda contact: str(contact.organization),
)
reword(
    "members.member.member_number_unique.unique",
    sentence=("1 member has another's number.", "{count} members share their numbers with others."),
    advice="If they are one person, merge them; otherwise give one of them the number that is theirs.",
    fact=lambda member: f"number {member.member_number}",
)
reword(
    "members.memberemployment.is_current.generated",
    sentence=(
        "1 job is marked current although it has ended, or ended although it lasts.",
        "{count} jobs are marked current although they have ended, or ended although they last.",
    ),
    fact=lambda job: f"ended {format_day(job.end_date)}" if job.end_date else "has no end",
)
reword(
    "members.memberemployment.employment_ends_after_start.constraint",
    sentence=("1 job ends before it starts.", "{count} jobs end before they start."),
    advice="Correct the dates: one of them is wrong.",
    fact=lambda job: f"{format_day(job.start_date)} to {format_day(job.end_date)}",
)


def _jobs():
    return MemberEmployment.objects.live()


@check(
    "members.several-current-jobs",
    on=Member,
    severity=Severity.WARNING,
    sentence=("1 member has several current jobs.", "{count} members have several current jobs."),
    advice="Two jobs at once are allowed, but usually one of them is over: end it.",
    fact=lambda member: f"{member.job_count} current jobs",
)
def several_current_jobs():
    jobs = MemberEmployment.objects.current().order_by().values("member").annotate(n=Count("*"))
    several = jobs.filter(n__gt=1)
    count = Subquery(jobs.filter(member=OuterRef("pk")).values("n"), output_field=IntegerField())
    return Member.objects.live().filter(pk__in=several.values("member")).annotate(job_count=count)


@check(
    "members.current-job-of-deceased",
    on=MemberEmployment,
    severity=Severity.WARNING,
    sentence=(
        "1 current job belongs to a member who has died.",
        "{count} current jobs belong to members who have died.",
    ),
    advice="End the job with the last day worked, or correct the member's status.",
    fact=lambda job: f"since {format_day(job.start_date)}",
)
def current_job_of_deceased():
    return MemberEmployment.objects.current().filter(member__status=Member.Status.DECEASED).for_table()


@check(
    "members.current-job-of-inactive",
    on=MemberEmployment,
    severity=Severity.WARNING,
    sentence=(
        "1 current job belongs to an inactive, suspended or retired member.",
        "{count} current jobs belong to inactive, suspended or retired members.",
    ),
    advice="End the job, or make the member active again.",
    fact=lambda job: f"{job.member.get_status_display()}, job since {format_day(job.start_date)}",
)
def current_job_of_inactive():
    resting = [Member.Status.INACTIVE, Member.Status.SUSPENDED, Member.Status.RETIRED]
    return MemberEmployment.objects.current().filter(member__status__in=resting).for_table()


@check(
    "members.job-ends-in-future",
    on=MemberEmployment,
    severity=Severity.WARNING,
    sentence=("1 job ends in the future.", "{count} jobs end in the future."),
    advice="A job that still lasts has no end date: take it out, or correct it.",
    fact=lambda job: f"ends {format_day(job.end_date)}",
)
def job_ends_in_future():
    return _jobs().filter(end_date__gt=timezone.localdate()).for_table()


@check(
    "members.job-starts-in-future",
    on=MemberEmployment,
    severity=Severity.INFORMATION,
    sentence=("1 job starts in the future.", "{count} jobs start in the future."),
    advice="Fine for a dispatch already agreed; otherwise correct the date.",
    fact=lambda job: f"starts {format_day(job.start_date)}",
)
def job_starts_in_future():
    return _jobs().filter(start_date__gt=timezone.localdate()).for_table()


@check(
    "members.job-before-youngest-age",
    on=MemberEmployment,
    severity=Severity.WARNING,
    uses=(YOUNGEST,),
    sentence=(
        "1 job begins before the member was {youngest_worker}.",
        "{count} jobs begin before the member was {youngest_worker}.",
    ),
    advice="Check the job's start and the member's date of birth: one of them is wrong.",
    fact=lambda job: f"born {format_day(job.member.date_of_birth)}, started {format_day(job.start_date)}",
)
def job_before_youngest_age():
    birthday = Func(
        F("member__date_of_birth"),
        Value(int(value(YOUNGEST))),
        template="(%(expressions)s))::date",
        arg_joiner=" + make_interval(years => ",
        output_field=DateField(),
    )
    return _jobs().filter(start_date__lt=birthday).for_table()


@check(
    "members.overlapping-jobs",
    on=Member,
    severity=Severity.WARNING,
    sentence=("1 member has jobs that overlap.", "{count} members have jobs that overlap."),
    advice="Open the member and correct the dates; two jobs at once may be right.",
)
def overlapping_jobs():
    # Where any two overlap, two that follow each other do. Backwards, because so lies the index.
    following = Window(Lag("start_date"), partition_by="member", order_by=["-start_date", "-id"])
    lasting = Coalesce("end_date", Value(FAR_AWAY, output_field=DateField()))
    jobs = _jobs().order_by().annotate(following=following).filter(following__lt=lasting)
    return Member.objects.live().filter(pk__in=jobs.values("member"))


@check(
    "members.joined-in-future",
    on=Member,
    severity=Severity.WARNING,
    sentence=("1 member joined in the future.", "{count} members joined in the future."),
    advice="Correct the date of joining.",
    fact=lambda member: f"joined {format_day(member.hire_date)}",
)
def joined_in_future():
    return Member.objects.live().filter(hire_date__gt=timezone.localdate())


@check(
    "members.joined-before-birth",
    on=Member,
    severity=Severity.WARNING,
    sentence=("1 member joined before being born.", "{count} members joined before being born."),
    advice="One of the two dates is wrong: ask the member.",
    fact=lambda member: f"born {format_day(member.date_of_birth)}, joined {format_day(member.hire_date)}",
)
def joined_before_birth():
    return Member.objects.live().filter(hire_date__lte=F("date_of_birth"))


@check(
    "members.born-in-future",
    on=Member,
    severity=Severity.WARNING,
    sentence=("1 member is born in the future.", "{count} members are born in the future."),
    advice="Correct the date of birth.",
    fact=lambda member: f"born {format_day(member.date_of_birth)}",
)
def born_in_future():
    return Member.objects.live().filter(date_of_birth__gt=timezone.localdate())


@check(
    "members.unusual-rate",
    on=MemberEmployment,
    severity=Severity.INFORMATION,
    uses=(LOWEST_RATE, HIGHEST_RATE),
    sentence=(
        "1 job pays less than ${lowest_usual_rate} or more than ${highest_usual_rate} an hour.",
        "{count} jobs pay less than ${lowest_usual_rate} or more than ${highest_usual_rate} an hour.",
    ),
    advice="Often a typing error or a salary by week; correct what is wrong.",
    fact=lambda job: f"{format_money(job.hourly_rate)} an hour",
)
def unusual_rate():
    usual = values(LOWEST_RATE, HIGHEST_RATE)
    outside = Q(hourly_rate__lt=usual[LOWEST_RATE]) | Q(hourly_rate__gt=usual[HIGHEST_RATE])
    return _jobs().filter(outside).for_table()


@check(
    "members.organization-without-contacts",
    on=Organization,
    severity=Severity.INFORMATION,
    sentence=("1 organization has no contact.", "{count} organizations have no contact."),
    advice="Add the person you call there.",
    fact=lambda organization: organization.get_org_type_display(),
)
def organization_without_contacts():
    contacts = OrganizationContact.objects.live().filter(organization=OuterRef("pk"))
    return Organization.objects.live().filter(~Exists(contacts))


@check(
    "members.active-without-any-job",
    on=Member,
    severity=Severity.INFORMATION,
    sentence=("1 active member has no job on record.", "{count} active members have no job on record."),
    advice="Add their jobs, or correct their status.",
    fact=lambda member: member.get_classification_display(),
)
def active_without_any_job():
    return Member.objects.active().filter(~Exists(_jobs().filter(member=OuterRef("pk"))))


@check(
    "members.possible-duplicate-members",
    on=Member,
    severity=Severity.WARNING,
    sentence=(
        "1 member shares name and date of birth with another.",
        "{count} members share name and date of birth with another.",
    ),
    advice="Compare them; if they are one person, merge them. A merge can be taken back.",
    fact=lambda member: f"born {format_day(member.date_of_birth)}",
)
def possible_duplicate_members():
    namesakes = Window(Count("*"), partition_by=[Fold("last_name"), Fold("first_name"), "date_of_birth"])
    known = Member.objects.live().exclude(date_of_birth=None)
    twice = known.order_by().annotate(namesakes=namesakes).filter(namesakes__gt=1)
    return Member.objects.filter(pk__in=twice.values("pk"))


@check(
    "members.possible-duplicate-organizations",
    on=Organization,
    severity=Severity.WARNING,
    sentence=(
        "1 organization shares name and type with another.",
        "{count} organizations share name and type with another.",
    ),
    advice="Two firms can share a name; if they are one, merge them. A merge can be taken back.",
    fact=lambda organization: ", ".join(filter(None, [organization.get_org_type_display(), organization.city])),
)
def possible_duplicate_organizations():
    namesakes = Window(Count("*"), partition_by=["sort_key", "org_type"])
    twice = Organization.objects.live().order_by().annotate(namesakes=namesakes).filter(namesakes__gt=1)
    return Organization.objects.filter(pk__in=twice.values("pk"))


@check(
    "members.job-at-removed-employer",
    on=MemberEmployment,
    severity=Severity.WARNING,
    sentence=("1 job is at an employer that was removed.", "{count} jobs are at employers that were removed."),
    advice="Choose the employer that took its place, or bring the employer back.",
    fact=lambda job: f"since {format_day(job.start_date)}",
)
def job_at_removed_employer():
    return _jobs().filter(organization__deleted_at__isnull=False).for_table()


@check(
    "members.job-of-merged-member",
    on=MemberEmployment,
    severity=Severity.WARNING,
    sentence=(
        "1 job belongs to a member record that was merged.",
        "{count} jobs belong to member records that were merged.",
    ),
    advice="Give the job to the member record that was kept.",
    fact=lambda job: f"since {format_day(job.start_date)}",
)
def job_of_merged_member():
    return _jobs().filter(member__deleted_at__isnull=False).for_table()


@check(
    "members.contact-at-removed-organization",
    on=OrganizationContact,
    severity=Severity.WARNING,
    sentence=(
        "1 contact belongs to an organization that was removed.",
        "{count} contacts belong to organizations that were removed.",
    ),
    advice="Move the contact to the organization that took its place, or remove it.",
    fact=lambda contact: contact.title,
)
def contact_at_removed_organization():
    return OrganizationContact.objects.live().filter(organization__deleted_at__isnull=False)


@check(
    "members.deceased-may-sign-in",
    on=Member,
    severity=Severity.WARNING,
    sentence=(
        "1 member who has died may still sign in.",
        "{count} members who have died may still sign in.",
    ),
    advice="Deactivate the account.",
)
def deceased_may_sign_in():
    return Member.objects.live().filter(status=Member.Status.DECEASED, user__is_active=True)
