"""Filing for a member: what they could get, the draft, handing it in, answering, withdrawing."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.generic import View

from benevolence import eligibility, forms, lookups, rules, services, viewing
from benevolence.models import ApplicationStory, BenevolenceApplication
from benevolence.views.checked import ApplicationAct
from ip2a import compartments, pickers
from ip2a.answers import YES, Answer, Refused
from ip2a.models import Attachment
from ip2a.views.generic import Guarded, RecordCreate, RecordUpdate
from ip2a.words import format_day, format_money

GROUPS = [
    ("Who and what for", ("member", "reason", "amount_requested", "application_date")),
    ("How urgent", ("is_emergency", "needed_by")),
    ("What happened", ("description",)),
    ("Who is paid", ("payee", "creditor_name", "creditor_reference")),
]
CARRIED = ("member", "reason", "amount_requested", "is_emergency")


class ApplicationPreview(Guarded, View):
    """What a member could get, before a story is written. Nothing is stored, and nothing stands in the address."""

    model = BenevolenceApplication
    verb = "add"
    template_name = "benevolence/preview.html"

    def get(self, request):
        initial = pickers.presets(forms.PreviewForm, {"member": request.GET.get("member", "")}, request.user)
        return self.page(forms.PreviewForm(initial=initial))

    def post(self, request):
        form = forms.PreviewForm(request.POST)
        pickers.for_user(form, request.user)
        if not form.is_valid():
            return self.page(form, status=422)
        values = form.cleaned_data
        try:
            found = services.preview(
                values["member"],
                reason=values["reason"],
                amount=values["amount_requested"],
                is_emergency=values["is_emergency"],
                by=request.user,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.page(form, status=422)
        carried = {name: getattr(values[name], "pk", values[name]) for name in CARRIED}
        return self.page(form, found=found, member=values["member"], carried=carried)

    def page(self, form, status: int = 200, **found: Any) -> HttpResponse:
        pickers.for_user(form, self.request.user)
        title = "What could a member get?"
        crumbs = [("Benevolence", self.url_of("list")), (title, None)]
        context = {"title": title, "crumbs": crumbs, "form": form, "create_url": self.url_of("create"), **found}
        return render(self.request, self.template_name, context, status=status)


class DraftPage:
    """What writing a new draft and changing one share."""

    model = BenevolenceApplication
    form_class = forms.DraftForm
    groups = GROUPS

    def templates_for(self, kind: str) -> list[str]:
        return ["benevolence/draft_form.html"]


class ApplicationCreate(DraftPage, RecordCreate):
    saved_message = "The draft is saved. Add the papers, then submit it."

    def post(self, request, *args, **kwargs):
        if "carry" not in request.POST:
            return super().post(request, *args, **kwargs)
        return self.render_to_response(self.get_context_data(form=self.carried()))

    def carried(self):
        """The form with what the preview asked for; nothing is saved yet."""
        given = self.request.POST
        initial = pickers.presets(self.form_class, given, self.request.user)
        initial["amount_requested"] = given.get("amount_requested", "")[:14]
        initial["is_emergency"] = given.get("is_emergency") == "True"
        form = self.form_class(instance=self.instance(), initial=initial)
        pickers.for_user(form, self.request.user)
        return form

    def perform(self, form):
        return services.save_draft(form.save(commit=False), story=form.story(), by=self.request.user)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        crumbs = [("Benevolence", self.url_of("list")), ("New application", None)]
        return context | {"title": "New application", "submit_label": "Save the draft", "crumbs": crumbs}


class ApplicationUpdate(DraftPage, RecordUpdate):
    saved_message = "The draft is saved."

    def visible(self):
        return super().visible().select_related("member", "filed_by", "policy")

    def dispatch(self, request, *args, **kwargs):
        """Only the own draft can be opened: the form shows the story."""
        if request.user.has_perm("benevolence.change_benevolenceapplication"):
            answer = rules.may_edit(request.user, self.record)
            if not answer:
                messages.error(request, answer.reason)
                return redirect(self.record)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def story(self) -> ApplicationStory | None:
        return lookups.seen(self.request.user, self.record).story

    def get(self, request, *args, **kwargs):
        if self.story is not None:
            compartments.note_opening(request, self.story)
        return super().get(request, *args, **kwargs)

    def get_initial(self):
        return {name: getattr(self.story, name) for name in forms.STORY} if self.story else {}

    def perform(self, form):
        if self.opened is None:
            raise Refused("The form came back without its version. Open it again.")
        draft = form.save(commit=False)
        return services.save_draft(draft, story=form.story(), by=self.request.user, version=self.opened)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        name = self.record.number or "Draft"
        crumbs = [("Benevolence", self.url_of("list")), (name, self.record.get_absolute_url()), ("Edit", None)]
        return context | {"title": f"Edit {self.record.number or 'the draft'}", "crumbs": crumbs, "refused_because": ""}


class ApplicationSubmit(ApplicationAct):
    """Everything once more, with every rule's answer; then it is handed in."""

    verb = "change"
    form_class = Form
    template_name = "benevolence/submit.html"
    submit_label = "Submit"
    consequences = (
        "The officers decide by what stands here; you cannot change it any more.",
        "You see state and amounts from now on, not the story.",
    )

    def may(self) -> Answer:
        answer = rules.may_edit(self.request.user, self.record)
        if not answer:
            return answer
        try:
            self.found  # noqa: B018 - asks whether a policy is in force
        except Refused as refusal:
            return Answer(False, str(refusal))
        return YES

    def get(self, request, *args, **kwargs):
        if rules.may_read_story(request.user, self.record) and self.story.pk:
            compartments.note_opening(request, self.story)
        return super().get(request, *args, **kwargs)

    @cached_property
    def story(self) -> ApplicationStory:
        found = ApplicationStory.objects.visible_to(self.request.user).filter(application=self.record).first()
        return found or ApplicationStory(application=self.record)

    @cached_property
    def papers(self) -> list[Attachment]:
        return list(Attachment.objects.of(self.story).live().order_by("id")) if self.story.pk else []

    @cached_property
    def found(self) -> eligibility.Eligibility:
        case = self.record
        return eligibility.preview(
            case.member,
            reason=case.reason,
            amount=case.amount_requested,
            besides=case,
            is_emergency=case.is_emergency,
            papers=len(self.papers),
        )

    def facts(self):
        case, story = self.record, self.story
        payee = (
            f"{story.creditor_name} {story.creditor_reference}".strip() if story.payee == "creditor" else "The member"
        )
        return [
            ("Member", case.member),
            ("Reason", case.get_reason_display()),
            ("Asked for", format_money(case.amount_requested)),
            ("Emergency", "Yes" if case.is_emergency else "No"),
            ("Needed by", format_day(case.needed_by) or "No day"),
            ("Paid to", payee),
        ]

    def act(self, values):
        case = services.submit(self.record, by=self.request.user)
        messages.success(self.request, f"{case.number} is submitted. The first level has it now.")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        answer = rules.may_submit(self.request.user, self.record, self.story, self.found)
        return context | {
            "story": self.story,
            "papers": self.papers,
            "found": self.found,
            "refused_because": answer.reason,
            "edit_url": self.url_of("update", self.record.pk),
        }


class ApplicationAnswer(ApplicationAct):
    """The officers' question, and the filer's words. The case then goes back to the level that asked."""

    verb = "change"
    form_class = forms.AnswerForm
    submit_label = "Send the answer"
    consequences = ("The case goes back to the level that asked.", "The answer stays as you write it.")

    def may(self) -> Answer:
        return rules.may_answer(self.request.user, self.record)

    def facts(self):
        return [("The officers ask", lookups.seen(self.request.user, self.record).question)]

    def get(self, request, *args, **kwargs):
        seen = lookups.seen(request.user, self.record)
        if seen.story is not None and self.may():
            compartments.note_opening(request, seen.story)
        return super().get(request, *args, **kwargs)

    def act(self, values):
        services.answer(self.record, text=values["text"], by=self.request.user)
        messages.success(self.request, "Your answer is with the officers.")


class ApplicationWithdraw(ApplicationAct):
    """By the filer, or by an officer; it is a draft again."""

    verb = "view"
    form_class = forms.ReasonForm
    submit_label = "Withdraw"
    danger = True
    consequences = (
        "It is a draft again: its filer can change it and submit it anew.",
        "What was decided so far stays on record, and a new submission begins with the first level.",
    )

    def may(self) -> Answer:
        return rules.may_withdraw(self.request.user, self.record)

    def facts(self):
        facts = super().facts()
        return facts[1:] if viewing.is_blind_for(self.record, self.request.user) else facts

    def act(self, values):
        services.withdraw(self.record, reason=values["reason"], by=self.request.user)
        messages.success(self.request, "The application is withdrawn.")
