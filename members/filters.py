import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef

from ip2a.search import matching
from members.models import Member, MemberEmployment, Organization, OrganizationContact

DATES = {"type": "date"}


class SearchFilter(filters.CharFilter):
    """Names, numbers, phones, e-mails; any word order, small typos forgiven."""

    def __init__(self, **kwargs):
        super().__init__(label="Search", max_length=200, **kwargs)

    def filter(self, rows, value):
        return matching(rows, value, ranked=False) if value else rows


class DayRangeWidget(forms.MultiWidget):
    """Two date fields named ``<name>_from`` and ``<name>_to``."""

    template_name = "ip2a/widgets/range.html"

    def __init__(self):
        super().__init__({"from": forms.DateInput(DATES), "to": forms.DateInput(DATES)})

    def decompress(self, value):
        return [value.start, value.stop] if value else [None, None]


class DayRangeField(forms.MultiValueField):
    def __init__(self, **kwargs):
        fields = (forms.DateField(required=False), forms.DateField(required=False))
        super().__init__(fields, require_all_fields=False, widget=DayRangeWidget(), **kwargs)

    def compress(self, values):
        start, stop = (values + [None, None])[:2] if values else (None, None)
        if start and stop and stop < start:
            raise forms.ValidationError("The range ends before it begins: swap the two dates.")
        return slice(start, stop) if start or stop else None


class DayRangeFilter(filters.Filter):
    """From and to, both days included, either may be empty."""

    field_class = DayRangeField

    def filter(self, rows, value):
        if value and value.start:
            rows = rows.filter(**{f"{self.field_name}__gte": value.start})
        if value and value.stop:
            rows = rows.filter(**{f"{self.field_name}__lte": value.stop})
        return rows


class YesNoFilter(filters.ChoiceFilter):
    def __init__(self, *, yes="Yes", no="No", **kwargs):
        super().__init__(choices=[("yes", yes), ("no", no)], empty_label="Any", **kwargs)


class MemberFilter(filters.FilterSet):
    q = SearchFilter()
    status = filters.ChoiceFilter(choices=Member.Status, empty_label="Any")
    classification = filters.ChoiceFilter(choices=Member.Classification, empty_label="Any")
    has_job = YesNoFilter(label="Current job", yes="Has one", no="Has none", method="with_job")
    employer = filters.CharFilter(label="Works now for", method="at_employer", max_length=200)
    city = filters.CharFilter(lookup_expr="istartswith", max_length=100)
    state = filters.CharFilter(lookup_expr="iexact", max_length=2)
    joined = DayRangeFilter(field_name="hire_date", label="Joined")
    born = DayRangeFilter(field_name="date_of_birth", label="Born")

    class Meta:
        model = Member
        fields: list[str] = []

    def with_job(self, rows, name, value):
        return rows.with_current_job() if value == "yes" else rows.without_current_job()

    def at_employer(self, rows, name, value):
        employers = matching(Organization.objects.live(), value, ranked=False)
        jobs = MemberEmployment.objects.current().filter(member=OuterRef("pk"), organization__in=employers)
        return rows.filter(Exists(jobs))


class OrganizationFilter(filters.FilterSet):
    q = SearchFilter()
    org_type = filters.ChoiceFilter(label="Type", choices=Organization.Type, empty_label="Any")
    is_signatory = YesNoFilter(label="Signatory", method="signatory")
    has_workers = YesNoFilter(label="Our members work there", method="with_workers")
    city = filters.CharFilter(lookup_expr="istartswith", max_length=100)
    state = filters.CharFilter(lookup_expr="iexact", max_length=2)

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
    organization = filters.CharFilter(label="Organization", method="at_organization", max_length=200)
    is_primary = YesNoFilter(label="Primary", method="primary")

    class Meta:
        model = OrganizationContact
        fields: list[str] = []

    def at_organization(self, rows, name, value):
        return rows.filter(organization__in=matching(Organization.objects.live(), value, ranked=False))

    def primary(self, rows, name, value):
        return rows.filter(is_primary=value == "yes")


class MemberEmploymentFilter(filters.FilterSet):
    member = filters.CharFilter(label="Member", method="of_member", max_length=200)
    employer = filters.CharFilter(label="Employer", method="at_employer", max_length=200)
    current = YesNoFilter(label="Current", method="is_current_job")
    job_title = filters.CharFilter(label="Job title", lookup_expr="icontains", max_length=100)
    started = DayRangeFilter(field_name="start_date", label="Started")
    ended = DayRangeFilter(field_name="end_date", label="Ended")

    class Meta:
        model = MemberEmployment
        fields: list[str] = []

    def of_member(self, rows, name, value):
        return rows.filter(member__in=matching(Member.objects.live(), value, ranked=False))

    def at_employer(self, rows, name, value):
        return rows.filter(organization__in=matching(Organization.objects.live(), value, ranked=False))

    def is_current_job(self, rows, name, value):
        return rows.filter(end_date__isnull=value == "yes")
