import django_filters as filters
from django.db.models import Exists, OuterRef

from ip2a.filters import ChoiceFilter, DayRangeFilter, SearchFilter, TextFilter, YesNoFilter
from ip2a.reports import RecordFilter
from ip2a.rules import has_right
from ip2a.search import fold, matching
from members.models import Exemption, Member, MemberEmployment, Organization, OrganizationContact

MOST_FOUND = 1_000


def ids_of(rows, text):
    """The records that a typed name means; a whole name means only those who bear it.

    They are found first: the big table is then asked by number, which its index serves.
    """
    bearing = list(rows.filter(sort_key=fold(text.strip())).values_list("pk", flat=True)[:MOST_FOUND])
    return bearing or list(matching(rows, text, ranked=False).values_list("pk", flat=True)[:MOST_FOUND])


class MemberFilter(filters.FilterSet):
    q = SearchFilter()
    status = ChoiceFilter(choices=Member.Status)
    classification = ChoiceFilter(choices=Member.Classification)
    has_job = YesNoFilter(label="Current job", yes="Has one", no="Has none", method="with_job")
    employer = TextFilter(label="Works now for", method="at_employer")
    employer_id = RecordFilter(Organization.objects.all(), label="Works now for exactly", method="at_one_employer")
    city = TextFilter(lookup_expr="istartswith")
    state = TextFilter(lookup_expr="iexact", max_length=2)
    joined = DayRangeFilter(field_name="hire_date", label="Joined")
    joining = YesNoFilter(label="Day of joining", yes="Known", no="Not known", method="with_joining")
    born = DayRangeFilter(field_name="date_of_birth", label="Born")
    exempt = YesNoFilter(label="Exempt today", method="is_exempt")

    class Meta:
        model = Member
        fields: list[str] = []

    def is_exempt(self, rows, name, value):
        if not has_right(self.request.user, "view", Exemption):
            return rows
        exempt = Exists(Exemption.objects.running().filter(member=OuterRef("pk")))
        return rows.filter(exempt if value == "yes" else ~exempt)

    def with_job(self, rows, name, value):
        return rows.with_current_job() if value == "yes" else rows.without_current_job()

    def at_employer(self, rows, name, value):
        jobs = MemberEmployment.objects.current().filter(organization__in=ids_of(Organization.objects.live(), value))
        return rows.filter(pk__in=jobs.values("member"))

    def at_one_employer(self, rows, name, value):
        return rows.filter(pk__in=MemberEmployment.objects.current().filter(organization=value).values("member"))

    def with_joining(self, rows, name, value):
        return rows.filter(hire_date__isnull=value == "no")


class MemberReportFilter(filters.FilterSet):
    """Filters that the lists of members and of jobs know by the same names, so that a number opens its rows there."""

    status = ChoiceFilter(choices=Member.Status)
    classification = ChoiceFilter(choices=Member.Classification)
    joined = DayRangeFilter(field_name="hire_date", label="Joined")

    class Meta:
        model = Member
        fields: list[str] = []


class OrganizationFilter(filters.FilterSet):
    q = SearchFilter()
    org_type = ChoiceFilter(label="Type", choices=Organization.Type)
    is_signatory = YesNoFilter(label="Signatory", method="signatory")
    has_workers = YesNoFilter(label="Our members work there", method="with_workers")
    city = TextFilter(lookup_expr="istartswith")
    state = TextFilter(lookup_expr="iexact", max_length=2)

    class Meta:
        model = Organization
        fields: list[str] = []

    def signatory(self, rows, name, value):
        return rows.filter(is_signatory=value == "yes")

    def with_workers(self, rows, name, value):
        jobs = Exists(MemberEmployment.objects.current().filter(organization=OuterRef("pk")))
        return rows.filter(jobs if value == "yes" else ~jobs)


class OrganizationContactFilter(filters.FilterSet):
    q = SearchFilter()
    organization = TextFilter(label="Organization", method="at_organization")
    is_primary = YesNoFilter(label="Primary", method="primary")

    class Meta:
        model = OrganizationContact
        fields: list[str] = []

    def at_organization(self, rows, name, value):
        return rows.filter(organization__in=ids_of(Organization.objects.live(), value))

    def primary(self, rows, name, value):
        return rows.filter(is_primary=value == "yes")


class MemberEmploymentFilter(filters.FilterSet):
    member = TextFilter(label="Member", method="of_member")
    employer = TextFilter(label="Employer", method="at_employer")
    current = YesNoFilter(label="Current", method="is_current_job")
    job_title = TextFilter(label="Job title", lookup_expr="icontains")
    started = DayRangeFilter(field_name="start_date", label="Started")
    ended = DayRangeFilter(field_name="end_date", label="Ended")
    status = ChoiceFilter(label="Member’s status", choices=Member.Status, field_name="member__status")
    classification = ChoiceFilter(
        label="Member’s classification", choices=Member.Classification, field_name="member__classification"
    )
    joined = DayRangeFilter(label="Member joined", field_name="member__hire_date")

    class Meta:
        model = MemberEmployment
        fields: list[str] = []

    def of_member(self, rows, name, value):
        return rows.filter(member__in=ids_of(Member.objects.live(), value))

    def at_employer(self, rows, name, value):
        return rows.filter(organization__in=ids_of(Organization.objects.live(), value))

    def is_current_job(self, rows, name, value):
        return rows.filter(end_date__isnull=value == "yes")
