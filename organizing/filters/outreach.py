"""What the lists of activities, scores and agreements can be narrowed by."""

import django_filters as filters
from django.utils import timezone

from ip2a.filters import ChoiceFilter, DayRangeFilter, TextFilter, YesNoFilter
from ip2a.reports import RecordFilter
from members.filters import ids_of
from members.models import Member, Organization
from organizing.models import (
    ActivityOutcome,
    ActivityType,
    EmployerScore,
    EmployerStance,
    SaltingActivity,
    SaltingAgreement,
    Trade,
)


class AtEmployer(filters.FilterSet):
    """For rows about an employer."""

    employer = TextFilter(label="Employer", method="at_employer")
    employer_id = RecordFilter(Organization.objects.all, field_name="organization", label="Employer exactly")

    def at_employer(self, rows, name, value):
        return rows.filter(organization__in=ids_of(Organization.objects.all(), value))


class OfMember(AtEmployer):
    """For rows about a member at an employer."""

    member = TextFilter(label="Salt or organizer", method="of_member")
    member_id = RecordFilter(Member.objects.all, field_name="member", label="Salt or organizer exactly")

    def of_member(self, rows, name, value):
        return rows.filter(member__in=ids_of(Member.objects.all(), value))


class ActivityFilter(OfMember):
    kind = ChoiceFilter(field_name="activity_type", label="Type", choices=ActivityType)
    outcome = ChoiceFilter(choices=ActivityOutcome)
    day = DayRangeFilter(field_name="activity_date", label="Day")
    cards = YesNoFilter(label="Cards signed", yes="Some", no="None", method="with_cards")
    corrected = YesNoFilter(label="Corrected", method="was_corrected")

    class Meta:
        model = SaltingActivity
        fields: list[str] = []

    def with_cards(self, rows, name, value):
        return rows.filter(cards_signed__gt=0) if value == "yes" else rows.filter(cards_signed=0)

    def was_corrected(self, rows, name, value):
        return rows.filter(corrected_at__isnull=value == "no")


class ScoreFilter(AtEmployer):
    score = ChoiceFilter(label="Stands", choices=EmployerStance)
    city = TextFilter(field_name="organization__city", lookup_expr="iexact")
    trade = ChoiceFilter(choices=[*Trade.choices, ("unknown", "Not said")], method="of_trade")
    on = DayRangeFilter(field_name="on", label="As of")
    imported = YesNoFilter(label="From an import", method="is_imported")
    every = YesNoFilter(label="Earlier scores", yes="Show them too", no="Only the last of each", method="with_earlier")

    class Meta:
        model = EmployerScore
        fields: list[str] = []

    def with_earlier(self, rows, name, value):
        """The list itself leaves the earlier ones out, unless they are asked for."""
        return rows

    def of_trade(self, rows, name, value):
        return rows.filter(trade="" if value == "unknown" else value)

    def is_imported(self, rows, name, value):
        return rows.filter(kept_number__isnull=value == "no")


class AgreementFilter(OfMember):
    state = ChoiceFilter(
        label="State",
        choices=[("running", "Running"), ("coming", "Not begun"), ("over", "Over")],
        method="in_state",
    )
    starts = DayRangeFilter(field_name="starts_on", label="From")
    ends = DayRangeFilter(field_name="ends_on", label="To")
    signed = DayRangeFilter(field_name="signed_on", label="Signed")

    class Meta:
        model = SaltingAgreement
        fields: list[str] = []

    def in_state(self, rows, name, value):
        today = timezone.localdate()
        if value == "running":
            return rows.running()
        if value == "coming":
            return rows.filter(starts_on__gt=today, ended_on=None)
        return rows.exclude(pk__in=rows.running().values("pk")).exclude(starts_on__gt=today, ended_on=None)
