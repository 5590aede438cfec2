"""What lists of this room are narrowed by. Reasons belong to the story: only those inside may filter by them."""

from datetime import datetime, time, timedelta

import django_filters as filters
from django import forms
from django.db.models import F, Q, TextField, Value
from django.db.models.functions import Concat
from django.utils import timezone

from benevolence import viewing
from benevolence.eligibility import months_after
from benevolence.models import (
    BenevolenceApplication,
    BenevolenceReview,
    Fund,
    LedgerEntry,
    Level,
    PaymentMethod,
    Reason,
    Status,
)
from benevolence.models.application import COMMITTED, IN_REVIEW
from benevolence.models.ledger import EntryKind
from ip2a import search
from ip2a.filters import ChoiceFilter, DayRangeFilter, SearchFilter, TextFilter, YesNoFilter
from ip2a.models import User
from ip2a.reports.filters import RecordFilter
from members.filters import ids_of
from members.models import Member

STATES = [
    ("in_review", "Being decided"),
    *Status.choices,
    ("asked", "More information needed"),
    ("deferred", "Deferred"),
    ("withdrawn", "Withdrawn"),
    ("handed_in", "Handed in, whatever became of it"),
    ("decided", "Decided"),
    ("granted", "Approved or paid"),
]
STATE: dict[str, Q] = {
    "in_review": Q(status__in=IN_REVIEW),
    "asked": Q(status__in=IN_REVIEW, waiting_since__isnull=False),
    "deferred": Q(status__in=IN_REVIEW, deferred_until__isnull=False),
    "withdrawn": Q(status=Status.DRAFT, withdrawn_at__isnull=False),
    "handed_in": ~Q(status=Status.DRAFT),
    "decided": Q(status__in=[*COMMITTED, Status.DENIED]),
    "granted": Q(status__in=COMMITTED),
}
MOST = 9_999_999


def found_by(rows, text, user):
    """Cases whose number or whose member is meant; a case whose names are hidden is not found by them."""
    words = search.words_of(text)
    if not words:
        return rows.none() if text.strip() else rows
    cases = BenevolenceApplication.objects.order_by()
    by_number = search.exactly(cases, words, ranked=False).values("pk")
    of_member = viewing.by_name(cases, user).filter(member__in=ids_of(Member.objects.live(), text)).values("pk")
    return rows.filter(pk__in=by_number.union(of_member))


class CaseSearchFilter(SearchFilter):
    def filter(self, rows, value):
        return found_by(rows, value, self.parent.request.user) if value else rows


class MomentRangeFilter(DayRangeFilter):
    """From and to, both days included, of a column that holds moments."""

    def filter(self, rows, value):
        if value and value.start:
            rows = rows.filter(**{f"{self.field_name}__gte": _midnight(value.start)})
        if value and value.stop:
            rows = rows.filter(**{f"{self.field_name}__lt": _midnight(value.stop + timedelta(days=1))})
        return rows


def a_year_before():
    return months_after(timezone.localdate(), -12)


def _midnight(day):
    return timezone.make_aware(datetime.combine(day, time()))


def _amount(label, lookup):
    return filters.NumberFilter(
        field_name="amount_requested",
        lookup_expr=lookup,
        label=label,
        min_value=0,
        max_value=MOST,
        widget=forms.NumberInput(),
    )


def in_emergency(rows, value):
    return rows.filter(is_emergency=value == "yes")


class ApplicationFilter(filters.FilterSet):
    q = CaseSearchFilter()
    status = ChoiceFilter(choices=STATES, method="by_state")
    level = ChoiceFilter(choices=Level, label="Awaits", field_name="current_level")
    mine = ChoiceFilter(label="Whose", choices=[("filed", "Filed by me")], method="of_mine")
    overdue = YesNoFilter(label="Overdue", method="is_overdue")
    emergency = YesNoFilter(label="Emergency", method="in_emergency")
    member = TextFilter(label="Member", method="of_member")
    filer = TextFilter(label="Filed by", method="of_filer")
    submitted = MomentRangeFilter(field_name="submitted_at", label="Submitted")
    decided = DayRangeFilter(field_name="decided_on", label="Decided")
    paid = DayRangeFilter(field_name="payment_date", label="Paid")
    partial = YesNoFilter(label="Approved in part", method="is_partial")
    least = _amount("Asked for at least", "gte")
    most = _amount("Asked for at most", "lte")
    member_id = RecordFilter(Member.objects.all, label="Member exactly", method="of_one_member")

    class Meta:
        model = BenevolenceApplication
        fields: list[str] = []

    def by_state(self, rows, name, value):
        return rows.filter(STATE.get(value, Q(status=value)))

    def of_mine(self, rows, name, value):
        return rows.filter(filed_by=self.request.user)

    def is_overdue(self, rows, name, value):
        late = rows.overdue(timezone.localdate())
        return late if value == "yes" else rows.exclude(pk__in=late.order_by().values("pk"))

    def in_emergency(self, rows, name, value):
        return in_emergency(rows, value)

    def is_partial(self, rows, name, value):
        less = Q(approved_amount__lt=F("amount_requested"))
        return rows.filter(less if value == "yes" else Q(approved_amount=F("amount_requested")))

    def of_member(self, rows, name, value):
        rows = viewing.by_name(rows, self.request.user)
        return rows.filter(member__in=ids_of(Member.objects.live(), value))

    def of_one_member(self, rows, name, value):
        return viewing.by_name(rows, self.request.user).filter(member=value)

    def of_filer(self, rows, name, value):
        people = User.objects.annotate(
            known_as=Concat("first_name", Value(" "), "last_name", Value(" "), "email", output_field=TextField())
        )
        for word in value.split():
            people = people.filter(known_as__icontains=word)
        return rows.filter(filed_by__in=list(people.values_list("pk", flat=True)[:1000]))


class ApplicationFilterInside(ApplicationFilter):
    """With the reason, which is a part of the story, and with who decided."""

    reason = ChoiceFilter(choices=Reason)
    reviewed = ChoiceFilter(choices=Level, label="Decided within a year by", method="was_reviewed")

    def was_reviewed(self, rows, name, value):
        reviews = BenevolenceReview.objects.finals().filter(review_level=value, review_date__gt=a_year_before())
        return rows.filter(pk__in=reviews.order_by().values("application"))


class ApplicationReportFilter(filters.FilterSet):
    """Filters of the report: the list knows them by the same names, so that a number opens its rows there."""

    submitted = MomentRangeFilter(field_name="submitted_at", label="Submitted")
    decided = DayRangeFilter(field_name="decided_on", label="Decided")
    emergency = YesNoFilter(label="Emergency", method="is_emergency")

    class Meta:
        model = BenevolenceApplication
        fields: list[str] = []

    def is_emergency(self, rows, name, value):
        return in_emergency(rows, value)


class ApplicationReportFilterInside(ApplicationReportFilter):
    reason = ChoiceFilter(choices=Reason)


class LedgerFilter(filters.FilterSet):
    q = TextFilter(label="Search", widget=forms.SearchInput(), method="with_words")
    kind = ChoiceFilter(choices=EntryKind)
    entry_date = DayRangeFilter(label="Day")
    method = ChoiceFilter(choices=PaymentMethod, field_name="payment_method", label="Way")
    reason = ChoiceFilter(choices=Reason, field_name="application__reason")
    fund_id = RecordFilter(Fund.objects.all, field_name="fund", label="Fund")

    class Meta:
        model = LedgerEntry
        fields: list[str] = []

    def with_words(self, rows, name, value):
        said = Q(reference__icontains=value) | Q(payee_name__icontains=value) | Q(memo__icontains=value)
        return rows.filter(said | Q(application__number__iexact=value.strip()))
