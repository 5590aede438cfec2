"""The pages of many records, and those that add and change one."""

from functools import cached_property

from django.urls import reverse

from ip2a.pickers import number_of
from ip2a.views.generic import RecordCreate, RecordList, RecordUpdate
from organizing import models
from organizing.columns import workspace as columns
from organizing.filters import workspace as filters
from organizing.forms import workspace as forms
from organizing.services import campaigns, cards, lists, practices, workers
from organizing.views.workspace.acts import note_export


class Walled(RecordList):
    """What leaves by export is written down, as the opening of a record is."""

    campaign: models.Campaign | None = None

    def export(self, write):
        answer = super().export(write)
        note_export(self.request, self.model, self.campaign)
        return answer


class CampaignList(Walled):
    model = models.Campaign
    title = "Campaigns"
    filterset_class = filters.CampaignFilter
    columns = columns.CAMPAIGNS
    default_order = "name"
    main_filters = ("status", "running", "opened")
    create_label = "Open a campaign"
    empty_text = "Each drive at an employer, or at several, stands here."

    def rows(self):
        return super().rows().for_table()

    def enrich(self, records):
        columns.with_numbers(records)


class CampaignCreate(RecordCreate):
    model = models.Campaign
    form_class = forms.CampaignForm
    groups = [
        ("Where", ("name", "employer", "opened_on", "unit_description")),
        ("How", ("lead", "target_percent", "stale_days", "notes")),
    ]
    saved_message = "{record} was opened."

    def perform(self, form):
        employer = form.cleaned_data["employer"]
        return campaigns.save_campaign(form.save(commit=False), by=self.request.user, employer=employer)


class CampaignUpdate(RecordUpdate):
    model = models.Campaign
    form_class = forms.CampaignUpdateForm
    save = staticmethod(campaigns.save_campaign)


class InCampaign(Walled):
    """A list that may be that of one campaign: then it says so and leads back."""

    main_filters = ("of",)

    @cached_property
    def campaign(self):
        number = number_of(self.request.GET.get("campaign"))
        seen = models.Campaign.objects.visible_to(self.request.user)
        return seen.filter(pk=number).first() if number else None

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if self.campaign is None:
            return context
        home = ("Campaigns", reverse("organizing:campaign_list"))
        above = (str(self.campaign), self.campaign.get_absolute_url())
        if context["create_url"]:
            context["create_url"] += f"?campaign={self.campaign.pk}"
        return context | {"crumbs": [home, above, (self.title, None)]}


class UnitListList(InCampaign):
    model = models.UnitList
    title = "Unit lists"
    filterset_class = filters.UnitListFilter
    columns = columns.LISTS
    default_order = "-as_of"
    main_filters = ("of", "as_of")
    create_label = "Add a unit list"
    empty_text = "Who is in the unit on a day, and who says so. Cards are counted against such a list."

    def rows(self):
        return super().rows().for_table()

    def enrich(self, records):
        columns.with_sizes(records)


class UnitListCreate(RecordCreate):
    model = models.UnitList
    form_class = forms.ListForm
    save = staticmethod(lists.save_list)


class UnitListUpdate(RecordUpdate):
    model = models.UnitList
    form_class = forms.ListUpdateForm
    save = staticmethod(lists.save_list)


class WorkerList(InCampaign):
    model = models.Worker
    title = "Workers"
    filterset_class = filters.WorkerFilter
    columns = columns.WORKERS
    default_order = "name"
    main_filters = ("standing", "crew", "shift")
    create_label = "Add a worker"
    empty_text = "Who works in a unit stands here. Workers come with a unit list, or one by one."

    def rows(self):
        return super().rows().for_table()

    def enrich(self, records):
        columns.with_cards(records)


class WorkerCreate(RecordCreate):
    model = models.Worker
    form_class = forms.WorkerForm
    save = staticmethod(workers.save_worker)


class WorkerUpdate(RecordUpdate):
    model = models.Worker
    form_class = forms.WorkerUpdateForm
    save = staticmethod(workers.save_worker)


class CardList(InCampaign):
    model = models.AuthorizationCard
    title = "Authorization cards"
    filterset_class = filters.CardFilter
    columns = columns.CARDS
    default_order = "-signed"
    main_filters = ("why", "kind", "signed")
    create_label = "Enter a card"
    empty_text = "Each card that came in stands here, with whether it counts and why."

    def rows(self):
        return super().rows().for_table().select_related("campaign")

    def enrich(self, records):
        columns.with_verdicts(records)


class CardCreate(RecordCreate):
    model = models.AuthorizationCard
    form_class = forms.CardForm
    groups = [
        ("The card", ("worker", "kind", "has_signature", "signed_on", "employer_named", "organization")),
        ("How it came", ("witnessed_by", "received_on")),
        ("Electronic card only", ("identity_method", "signer_contact", "signed_at", "confirmation_sent_at")),
    ]
    saved_message = "{record} was entered. Attach its scan below."
    save = staticmethod(cards.enter)


class CardUpdate(RecordUpdate):
    model = models.AuthorizationCard
    form_class = forms.CardUpdateForm
    save = staticmethod(cards.correct)


class PracticeList(InCampaign):
    model = models.UnfairPractice
    title = "Unfair labor practices"
    filterset_class = filters.PracticeFilter
    columns = columns.PRACTICES
    default_order = "-happened"
    main_filters = ("status", "clock", "happened")
    create_label = "Note one"
    empty_text = "What an employer did against the law stands here, with the day by which a charge must be filed."

    def rows(self):
        return super().rows().for_table()

    def enrich(self, records):
        columns.with_clocks(records)


class PracticeCreate(RecordCreate):
    model = models.UnfairPractice
    form_class = forms.PracticeForm
    save = staticmethod(practices.save_practice)


class PracticeUpdate(RecordUpdate):
    model = models.UnfairPractice
    form_class = forms.PracticeUpdateForm
    save = staticmethod(practices.save_practice)
