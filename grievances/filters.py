"""What lists of grievances are narrowed by. Names of people and employers are looked up first, then asked by number."""

from datetime import timedelta
from functools import reduce

import django_filters as filters
from django import forms
from django.db.models import F, Q, TextField, Value
from django.db.models.functions import Concat
from django.utils import timezone

from grievances.filters_counted import CountedFilter, HiddenChoiceFilter
from grievances.models import CaseType, CurrentStep, Grievance, InformationRequest, Status, Subject
from grievances.models.case import ENDED
from grievances.models.duty import Direction, RequestState
from ip2a import search
from ip2a.filters import ChoiceFilter, DayRangeFilter, SearchFilter, TextFilter, YesNoFilter
from ip2a.models import User
from ip2a.reports.filters import RecordFilter
from members.filters import ids_of
from members.models import Member, Organization

STATUSES = [("running", "Running"), ("ended", "Over"), *Status.choices]
MOST_DAYS = 3650


def found_by(rows, text):
    """Cases in which every word stands: in the number, the article, what happened, the grievant or the employer.

    Each word is looked for where an index knows it; small mistakes in names are forgiven when nothing is found.
    """
    words = search.words_of(text)
    if not words:
        return rows.none() if text.strip() else rows
    found = _with_all(rows, words, search.exactly)
    return found if found.order_by().exists() else _with_all(rows, words, search.nearly)


def _with_all(rows, words, look):
    return reduce(lambda left, word: left.filter(pk__in=_with_one(word, look)), words, rows)


def _with_one(word, look):
    cases = Grievance.objects.order_by()
    members = look(Member.objects.order_by(), [word], ranked=False).values("pk")
    employers = look(Organization.objects.order_by(), [word], ranked=False).values("pk")
    by_text = search.exactly(cases, [word], ranked=False)  # long texts: trying mistakes on each would take seconds
    return by_text.values("pk").union(
        cases.filter(member__in=members).values("pk"),
        cases.filter(grievants__member__in=members).values("pk"),
        cases.filter(employer__in=employers).values("pk"),
    )


class CaseSearchFilter(SearchFilter):
    def filter(self, rows, value):
        return found_by(rows, value) if value else rows


class GrievanceFilter(CountedFilter):
    q = CaseSearchFilter()
    status = ChoiceFilter(choices=STATUSES, method="by_status")
    step = ChoiceFilter(choices=CurrentStep, field_name="current_step")
    whose = ChoiceFilter(label="Whose", choices=[("mine", "Mine"), ("nobody", "Nobody’s")], method="by_owner")
    overdue = ChoiceFilter(
        label="Overdue", choices=[("ours", "Ours"), ("employer", "The employer’s")], method="by_default"
    )
    due = filters.NumberFilter(
        label="Our limit within days",
        min_value=0,
        max_value=MOST_DAYS,
        widget=forms.NumberInput(),
        method="due_within",
    )
    employer_due = filters.NumberFilter(
        label="Employer’s limit within days",
        min_value=0,
        max_value=MOST_DAYS,
        widget=forms.NumberInput(),
        method="employer_due_within",
    )
    employer = TextFilter(label="Employer", method="at_employer")
    representative = TextFilter(label="Representative", method="of_representative")
    article = TextFilter(label="Article", method="by_article")
    subject = TextFilter(label="Subject", field_name="subject__name", lookup_expr="icontains")
    type = ChoiceFilter(label="Type", choices=CaseType, field_name="case_type")
    is_filed = YesNoFilter(label="Filed", yes="Yes", no="Not yet", method="by_filing")
    filed = DayRangeFilter(field_name="filed_date", label="Filed on")
    resolved = DayRangeFilter(field_name="resolution_date", label="Resolved on")
    employer_id = RecordFilter(Organization.objects.all, field_name="employer", label="Employer exactly")
    member_id = RecordFilter(Member.objects.all, label="Grievant", method="of_member")
    representative_id = RecordFilter(User.objects.all, field_name="assigned_rep", label="Representative exactly")
    subject_id = RecordFilter(Subject.objects.all, field_name="subject", label="Subject exactly")

    class Meta:
        model = Grievance
        fields: list[str] = []

    def by_status(self, rows, name, value):
        if value == "running":
            return rows.running()
        return rows.filter(status__in=ENDED) if value == "ended" else rows.filter(status=value)

    def by_owner(self, rows, name, value):
        return rows.filter(assigned_rep=self.request.user if value == "mine" else None)

    def by_default(self, rows, name, value):
        today = timezone.localdate()
        return rows.overdue(on=today) if value == "ours" else rows.in_default(on=today)

    def due_within(self, rows, name, value):
        today = timezone.localdate()
        return rows.due_by(today + timedelta(days=int(value)), on=today)

    def employer_due_within(self, rows, name, value):
        today = timezone.localdate()
        last = today + timedelta(days=int(value))
        return rows.running().filter(employer_due_on__gte=today, employer_due_on__lte=last)

    def at_employer(self, rows, name, value):
        return rows.filter(employer__in=ids_of(Organization.objects.live(), value))

    def of_representative(self, rows, name, value):
        full = Concat("first_name", Value(" "), "last_name", Value(" "), "email", output_field=TextField())
        people = User.objects.annotate(known_as=full)
        for word in value.split():
            people = people.filter(known_as__icontains=word)
        return rows.filter(assigned_rep__in=people.values("pk"))

    def by_article(self, rows, name, value):
        # The folded text holds the article, too, and has an index.
        return rows.filter(search_text__contains=search.fold(value), contract_article__icontains=value)

    def by_filing(self, rows, name, value):
        return rows.filter(filed_date__isnull=value == "no")

    def of_member(self, rows, name, value):
        return rows.of_member(value)


OF_CASE = (
    "employer",
    "employer_id",
    "representative",
    "representative_id",
    "subject",
    "subject_id",
    "type",
    "is_filed",
    "filed",
)


class OfCaseFilter(filters.FilterSet):
    """For rows that belong to a case: the case's own filters, by the names that the list of grievances has for them."""

    @classmethod
    def get_filters(cls):
        return super().get_filters() | {name: GrievanceFilter.base_filters[name] for name in OF_CASE}

    def filter_queryset(self, queryset):
        cases, narrowed = GrievanceFilter(queryset=Grievance.objects.order_by(), request=self.request), False
        found = cases.queryset
        for name, value in self.form.cleaned_data.items():
            if name not in OF_CASE:
                queryset = self.filters[name].filter(queryset, value)
            elif value not in (None, ""):
                found, narrowed = cases.filters[name].filter(found, value), True
        return queryset.filter(grievance__in=found.values("pk")) if narrowed else queryset


ANSWERS = [
    ("in_time", "In time"),
    ("late", "Late"),
    ("waiting", "Not yet, in time"),
    ("overdue", "Not yet, overdue"),
]


def answered(answer):
    """Requests answered in time, late, or not yet. A refusal is no answer, and nobody waits for a withdrawn one."""
    not_yet = Q(state__in=[RequestState.OPEN, RequestState.PARTLY])
    today = timezone.localdate()
    return {
        "in_time": Q(state=RequestState.ANSWERED, answered_on__lte=F("due_on")),
        "late": Q(state=RequestState.ANSWERED, answered_on__gt=F("due_on")),
        "waiting": not_yet & Q(due_on__gte=today),
        "overdue": not_yet & Q(due_on__lt=today),
    }[answer]


class InformationRequestFilter(OfCaseFilter):
    q = TextFilter(label="Search", widget=forms.SearchInput(), method="with_words")
    direction = ChoiceFilter(label="Who asks", choices=Direction)
    state = ChoiceFilter(label="State", choices=[("awaited", "Not answered"), *RequestState.choices], method="by_state")
    overdue = YesNoFilter(label="Overdue", method="is_overdue")
    answer = HiddenChoiceFilter(label="Answered", choices=ANSWERS, method="by_answer")
    asked = DayRangeFilter(field_name="asked_on", label="Asked on")

    class Meta:
        model = InformationRequest
        fields: list[str] = []

    def with_words(self, rows, name, value):
        cases = found_by(Grievance.objects.order_by(), value).values("pk")
        return rows.filter(Q(what__icontains=value) | Q(asked_of__icontains=value) | Q(grievance__in=cases))

    def by_state(self, rows, name, value):
        return rows.awaited() if value == "awaited" else rows.filter(state=value)

    def is_overdue(self, rows, name, value):
        late = Q(due_on__lt=timezone.localdate())
        return rows.awaited().filter(late if value == "yes" else ~late)

    def by_answer(self, rows, name, value):
        return rows.filter(answered(value))
