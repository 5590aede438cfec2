"""What the lists of the workspace can be narrowed by."""

from functools import partial

import django_filters as filters
from django.db.models import Q
from django.utils import timezone

from ip2a.filters import ChoiceFilter, DayRangeFilter, SearchFilter, TextFilter, YesNoFilter
from ip2a.reports import RecordFilter
from members.filters import ids_of
from organizing.counting.cards import list_for, with_verdict
from organizing.counting.wallchart import stale_before
from organizing.models import (
    AuthorizationCard,
    Campaign,
    CampaignStatus,
    CardKind,
    ChargeStatus,
    UnfairPractice,
    UnitList,
    Worker,
    WorkerStanding,
)
from organizing.rules.validity import REASONS, VALID
from organizing.services.practices import running

STANDINGS = [*WorkerStanding.choices, ("none", "Not assessed")]


def campaigns(request):
    return Campaign.objects.visible_to(request.user)


class CampaignFilter(filters.FilterSet):
    q = SearchFilter()
    status = ChoiceFilter(choices=CampaignStatus)
    running = YesNoFilter(label="Running", method="still_running")
    opened = DayRangeFilter(field_name="opened_on", label="Opened")

    class Meta:
        model = Campaign
        fields: list[str] = []

    def still_running(self, rows, name, value):
        return rows.filter(status__in=Campaign.RUNNING) if value == "yes" else rows.exclude(status__in=Campaign.RUNNING)


class OfCampaign(filters.FilterSet):
    """For rows of a campaign, by its name or exactly. Whatever is named must be known to this person."""

    of = TextFilter(label="Campaign", method="of_campaign")
    campaign = RecordFilter(Campaign.objects.none, label="Campaign exactly")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, model in (("campaign", Campaign), ("on_list", UnitList), ("list", UnitList)):
            if name in self.filters:
                self.filters[name].extra["queryset"] = partial(model.objects.visible_to, self.request.user)

    def of_campaign(self, rows, name, value):
        return rows.filter(campaign__in=ids_of(campaigns(self.request), value))


class UnitListFilter(OfCampaign):
    q = TextFilter(label="Source", field_name="source", lookup_expr="icontains")
    as_of = DayRangeFilter(label="As of")
    kept = YesNoFilter(label="Kept as it is", field_name="frozen_at", lookup_expr="isnull", method="is_kept")

    class Meta:
        model = UnitList
        fields: list[str] = []

    def is_kept(self, rows, name, value):
        return rows.filter(frozen_at__isnull=value != "yes")


class WorkerFilter(OfCampaign):
    q = SearchFilter()
    standing = ChoiceFilter(label="Assessment", choices=STANDINGS, method="stands")
    crew = TextFilter(lookup_expr="icontains")
    shift = TextFilter(lookup_expr="icontains")
    site = TextFilter(label="Site", field_name="location", lookup_expr="icontains")
    language = TextFilter(lookup_expr="icontains")
    organizer = TextFilter(label="Assigned to", method="assigned")
    mine = YesNoFilter(label="Mine", method="assigned_to_me")
    due = YesNoFilter(label="Next step due", method="has_due")
    stale = YesNoFilter(label="Stale assessment", method="is_stale")
    card = YesNoFilter(label="Has a card", method="has_card")
    here = YesNoFilter(label="In the unit", method="still_here")
    on_list = RecordFilter(UnitList.objects.none, label="On the list", method="listed")

    class Meta:
        model = Worker
        fields: list[str] = []

    def stands(self, rows, name, value):
        return rows.filter(standing=None) if value == "none" else rows.filter(standing=value)

    def assigned(self, rows, name, value):
        return rows.filter(Q(organizer__first_name__icontains=value) | Q(organizer__last_name__icontains=value))

    def assigned_to_me(self, rows, name, value):
        mine = Q(organizer=self.request.user.pk)
        return rows.filter(mine) if value == "yes" else rows.exclude(mine)

    def has_due(self, rows, name, value):
        due = Q(next_step_on__lte=timezone.localdate(), left_on=None)
        return rows.filter(due) if value == "yes" else rows.exclude(due)

    def is_stale(self, rows, name, value):
        """Each campaign has its own number of days."""
        stale = Q(pk=None)
        for campaign in campaigns(self.request).running():
            stale |= Q(campaign=campaign, standing_on__lt=stale_before(campaign), left_on=None)
        return rows.filter(stale) if value == "yes" else rows.exclude(stale)

    def has_card(self, rows, name, value):
        cards = AuthorizationCard.objects.standing().values("worker")
        return rows.filter(pk__in=cards) if value == "yes" else rows.exclude(pk__in=cards)

    def still_here(self, rows, name, value):
        return rows.filter(left_on__isnull=value == "yes")

    def listed(self, rows, name, value):
        return rows.filter(entries__unit_list=value)


class CardFilter(OfCampaign):
    """``why`` and ``list`` are what a gauge links to: cards of one campaign that came to one verdict."""

    q = TextFilter(label="Signer", method="of_worker")
    kind = ChoiceFilter(choices=CardKind)
    signed = DayRangeFilter(field_name="signed_on", label="Dated")
    received = DayRangeFilter(field_name="received_on", label="Received")
    void = YesNoFilter(label="Void", method="is_void")
    why = ChoiceFilter(
        label="Counts", choices=[(VALID, "Counts"), *REASONS.items()], method="came_to", help_text="Of one campaign."
    )
    list = RecordFilter(UnitList.objects.none, label="Against the list", method="no_more")

    class Meta:
        model = AuthorizationCard
        fields: list[str] = []

    def of_worker(self, rows, name, value):
        return rows.filter(worker__in=ids_of(Worker.objects.visible_to(self.request.user), value))

    def is_void(self, rows, name, value):
        return rows.filter(voided_at__isnull=value != "yes")

    def came_to(self, rows, name, value):
        campaign = self.form.cleaned_data.get("campaign")
        if campaign is None:
            return rows.none()
        chosen = self.form.cleaned_data.get("list")
        return with_verdict(rows, value, campaign, chosen or list_for(campaign))

    def no_more(self, rows, name, value):
        """Only says what is counted against."""
        return rows


class PracticeFilter(OfCampaign):
    q = TextFilter(label="What happened", field_name="what_happened", lookup_expr="icontains")
    status = ChoiceFilter(choices=ChargeStatus)
    clock = YesNoFilter(label="Clock runs", method="clock_runs")
    happened = DayRangeFilter(field_name="occurred_on", label="Happened")

    class Meta:
        model = UnfairPractice
        fields: list[str] = []

    def clock_runs(self, rows, name, value):
        open_ones = running().values("pk")
        return rows.filter(pk__in=open_ones) if value == "yes" else rows.exclude(pk__in=open_ones)


__all__ = ["CampaignFilter", "CardFilter", "PracticeFilter", "UnitListFilter", "WorkerFilter"]
