"""Verbs of campaigns, lists, workers, cards and unfair labor practices."""

from django.http import Http404, HttpResponse

from ip2a.answers import Refused
from ip2a.words import format_day
from organizing import models
from organizing.forms_acts import workspace as forms
from organizing.rules import campaigns as rules
from organizing.rules.shared import may_work, may_work_now
from organizing.services import campaigns, cards, lists, practices, workers
from organizing.views.workspace.acts import Act
from organizing.views.workspace.chart import one_tile


def known(choices, value):
    if value not in choices.values:
        raise Http404("There is no such state.")
    return choices(value)


class CampaignAct(Act):
    model = models.Campaign

    def visible(self):
        return self.model.objects.visible_to(self.request.user)


class CampaignMove(CampaignAct):
    form_class = forms.OnPerhapsBecauseForm

    @property
    def to(self):
        return known(models.CampaignStatus, self.kwargs["to"])

    @property
    def submit_label(self):
        return rules.MOVES[self.to]

    @property
    def consequences(self):
        if self.to in campaigns.ENDS:
            return ("Nothing is assessed and no card is entered any more. Everything stays to be read.",)
        if self.to == models.CampaignStatus.FILED:
            return ("The newest unit list is kept as it is from now on.",)
        return ()

    def may(self):
        return rules.may_move(self.request.user, self.record, self.to)

    def do(self, values):
        moved = campaigns.move(self.record, to=self.to, by=self.request.user, **values)
        return f"{moved} is “{moved.get_status_display().lower()}” now."


class CampaignEmployer(CampaignAct):
    form_class = forms.EmployerForm
    submit_label = "Add an employer"

    def may(self):
        return may_work(self.request.user, self.record, "change", models.Campaign)

    def do(self, values):
        campaigns.add_employer(self.record, by=self.request.user, **values)
        return f"{values['organization']} is part of the campaign now."


class ListFreeze(Act):
    model = models.UnitList
    form_class = forms.BecauseForm
    submit_label = "Keep it as it is"
    consequences = ("The list cannot be changed any more, by nobody. Another list can be added at any time.",)

    def may(self):
        return rules.may_change_list(self.request.user, self.record)

    def do(self, values):
        lists.freeze(self.record, by=self.request.user, **values)
        return "The list is kept as it is."


class ListAddWorker(Act):
    model = models.UnitList
    form_class = forms.PutOnListForm
    submit_label = "Put a worker on the list"

    def may(self):
        return rules.may_change_list(self.request.user, self.record)

    def do(self, values):
        lists.put_on_list(self.record, values["worker"], by=self.request.user)
        return f"{values['worker']} stands on the list."


class WorkerAct(Act):
    model = models.Worker

    def may(self):
        return rules.may_change_worker(self.request.user, self.record)


class WorkerAssess(WorkerAct):
    """The page of the verb, and where the worker's page and the wall chart send their small forms."""

    verb = "view"
    form_class = forms.AssessForm
    submit_label = "Assess"

    def may(self):
        return may_work_now(self.request.user, self.record.campaign, "add", models.Assessment)

    def get_initial(self):
        newest = self.record.assessments.order_by("-pk").values_list("pk", flat=True).first()
        return {**super().get_initial(), "seen": newest or 0}

    def do(self, values):
        done = workers.assess(self.record, by=self.request.user, **values)
        word = done.assessment.get_value_display()
        return f"{self.record} is assessed “{word}”. {done.words}".strip()

    def form_valid(self, form):
        """From the chart with script only the tile comes back, or the refusal."""
        if not self.request.htmx:
            return super().form_valid(form)
        try:
            said = self.do(form.cleaned_data)
        except Refused as refusal:
            return HttpResponse(str(refusal), status=422, content_type="text/plain; charset=utf-8")
        return one_tile(self.request, self.record, said)

    def form_invalid(self, form):
        if not self.request.htmx:
            return super().form_invalid(form)
        words = " ".join(error for errors in form.errors.values() for error in errors)
        return HttpResponse(words, status=422, content_type="text/plain; charset=utf-8")


class WorkerContact(WorkerAct):
    verb = "view"
    form_class = forms.ContactForm
    submit_label = "Note a conversation"

    def may(self):
        return may_work_now(self.request.user, self.record.campaign, "add", models.ContactNote)

    def do(self, values):
        workers.note_contact(self.record, by=self.request.user, **values)
        step = values["next_step"]
        when = f" on {format_day(values['next_step_on'])}" if values["next_step_on"] else ""
        return f"Noted. Next: {step}{when}." if step else "Noted."


class WorkerAssign(WorkerAct):
    form_class = forms.AssignForm
    submit_label = "Assign"

    def get_initial(self):
        return {"organizer": self.record.organizer_id}

    def do(self, values):
        workers.assign([self.record], organizer=values["organizer"], by=self.request.user)
        return f"{self.record} is assigned to {values['organizer'] or 'nobody'}."


class WorkerLeave(WorkerAct):
    form_class = forms.LeaveForm
    submit_label = "Left the unit"
    consequences = ("Lists, cards and history stay. The worker no longer stands on the wall chart.",)

    def do(self, values):
        workers.leave(self.record, by=self.request.user, **values)
        return f"{self.record} has left the unit."


class WorkerReturn(WorkerAct):
    form_class = forms.BecauseForm
    submit_label = "Back in the unit"

    def do(self, values):
        workers.come_back(self.record, by=self.request.user, **values)
        return f"{self.record} is back in the unit."


class CardAct(Act):
    model = models.AuthorizationCard

    def visible(self):
        return super().visible().select_related("worker")


class CardVoid(CardAct):
    form_class = forms.BecauseForm
    submit_label = "Make it void"
    danger = True
    consequences = ("The card counts no more. It stays to be seen, with the reason.", "This cannot be taken back.")

    def may(self):
        return rules.may_void(self.request.user, self.record)

    def do(self, values):
        cards.void(self.record, by=self.request.user, **values)
        return "The card is void."


class CardHand(CardAct):
    verb = "view"
    form_class = forms.HandForm
    submit_label = "Hand it over"

    def may(self):
        return rules.may_hand_over(self.request.user, self.record)

    def do(self, values):
        made = cards.hand_over(self.record, by=self.request.user, **values)
        return f"{made.handed_by} handed the card to {made.handed_to}."


class PracticeMove(Act):
    model = models.UnfairPractice

    @property
    def to(self):
        return known(models.ChargeStatus, self.kwargs["to"])

    @property
    def submit_label(self):
        return self.to.label

    def get_form_class(self):
        if self.to == models.ChargeStatus.FILED:
            return forms.FiledForm
        return forms.OutcomeForm if self.ends else forms.OnForm

    @property
    def ends(self):
        return self.to in (*practices.CLOSED, models.ChargeStatus.DROPPED)

    def may(self):
        return rules.may_move_practice(self.request.user, self.record, self.to)

    def do(self, values):
        moved = practices.move(self.record, to=self.to, by=self.request.user, **values)
        return f"Now: {moved.get_status_display().lower()}."


class PracticeServe(Act):
    model = models.UnfairPractice
    form_class = forms.OnForm
    submit_label = "Served on the employer"

    def may(self):
        return rules.may_serve(self.request.user, self.record)

    def do(self, values):
        practices.serve(self.record, by=self.request.user, **values)
        return "Filed and served: the six months are kept."


class PracticeWorker(Act):
    model = models.UnfairPractice
    form_class = forms.PutOnListForm
    submit_label = "Name a worker"

    def do(self, values):
        practices.name_worker(self.record, values["worker"], by=self.request.user)
        return f"{values['worker']} is named."
