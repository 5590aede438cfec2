"""The queue of an officer, the case on one page, and the decision. Every verb is the service's; nothing is edited."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, ExpressionWrapper, IntegerField, Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from benevolence import columns, lookups, roster, rules, services, turns, viewing
from benevolence.admin import bulk
from benevolence.admin.acts import Act, ActsMixin
from benevolence.admin.forms import (
    APPROVE,
    ASK,
    DEFER,
    ConfirmForm,
    ConflictForm,
    DecisionForm,
    EntrustForm,
    KinshipForm,
    NoteForm,
    NothingForm,
    ReasonForm,
    StayForm,
)
from benevolence.filters import STATE, found_by
from benevolence.models import BenevolenceApplication, Confirmation, Recusal, Status
from benevolence.panels.home import is_officer, urgent_first
from ip2a import compartments, numbers
from ip2a.admin.base import ReadOnlyAdmin
from ip2a.answers import YES, Answer, Refused, no
from ip2a.words import format_money, state_chip, tone_of

DECIDE = "benevolence.decide_benevolenceapplication"
MOST_ROWS = 25


def _declare(application: BenevolenceApplication, *, by: Any, kinship: str) -> Any:
    return services.declare_relative(application.member, kinship=kinship, by=by)


def _aside(application: BenevolenceApplication, *, by: Any, kind: str, reason: str) -> Recusal:
    return services.recuse(application, kind=kind, reason=reason, by=by)


def _stay(application: BenevolenceApplication, *, by: Any, kind: str, reason: str) -> Recusal:
    return services.recuse(application, kind=kind, reason=reason, stays=True, by=by)


def _bar(application: BenevolenceApplication, *, by: Any, reason: str) -> Any:
    return services.bar_member(application.member, reason=reason, by=by, application=application)


def _may_stay(user: Any, application: BenevolenceApplication) -> Answer:
    answer = rules.may_answer_recusal(user, application)
    if answer and not any(not tie.must for tie in roster.open_conflicts(user, application)):
        return no("Nothing asks you to step aside, or you answered already.")
    return answer


def _may_declare(user: Any, application: BenevolenceApplication) -> Answer:
    if viewing.is_blind_for(application, user):
        return no("Names are hidden while this case is decided. Declare your relatives on their own page.")
    return rules.may_declare(user, application.member)


def _may_confirm(user: Any, application: BenevolenceApplication) -> Answer:
    return rules.may_confirm(user, application, agrees=True, comments="")


def _may_bar(user: Any, application: BenevolenceApplication) -> Answer:
    if application.status == Status.DRAFT:
        return no("A draft says nothing false to anybody yet.")
    return YES


def _act(name: str, label: str, about: str, form: type, do: Any, done: str, may: Any) -> Act:
    return Act(name, label, about, form, do, done, DECIDE, may)


ACTS = (
    _act(
        "step-aside",
        "Step aside",
        "The stand-in for your level decides. What you say here stays with the case and cannot be changed.",
        ConflictForm,
        _aside,
        "You have stepped aside from this case.",
        rules.may_answer_recusal,
    ),
    _act(
        "stay",
        "Stay, with the reason",
        "You decide in spite of the tie. The reason stays with the case and cannot be changed.",
        StayForm,
        _stay,
        "Your reason is on record. You can decide now.",
        _may_stay,
    ),
    _act(
        "relative",
        "The applicant is a relative",
        "Every case of this member asks you to step aside from now on.",
        KinshipForm,
        _declare,
        "The relation is on record.",
        _may_declare,
    ),
    _act(
        "resume",
        "Bring it back now",
        "The case comes back to its level before its day.",
        NothingForm,
        services.resume,
        "The case is back at its level.",
        rules.may_resume,
    ),
    _act(
        "confirm",
        "Confirm the emergency",
        "A second officer’s word on an approval of the emergency lane. It takes nothing back by itself.",
        ConfirmForm,
        services.confirm,
        "Your word is on record.",
        _may_confirm,
    ),
    _act(
        "note",
        "Notes",
        "For the officers alone.",
        NoteForm,
        services.note,
        "The notes are saved.",
        rules.may_note,
    ),
    _act(
        "entrust",
        "Entrust to another filer",
        "The case goes to another filer, with its story while it lies with the filer.",
        EntrustForm,
        services.entrust,
        "Another filer has the case now.",
        lambda user, application: YES,
    ),
    _act(
        "bar",
        "Bar the member",
        "After a false statement: no application is possible for the months of the policy in force.",
        ReasonForm,
        _bar,
        "The member is barred.",
        _may_bar,
    ),
)


class QueueFilter(admin.SimpleListFilter):
    """What an officer has to do comes first; who holds no level sees everything."""

    title = "queue"
    parameter_name = "queue"
    NAMES = {
        "mine": "Awaits my level",
        "in_review": "Being decided",
        "overdue": "Overdue",
        "asked": "More information needed",
        "deferred": "Deferred",
        "to_confirm": "Emergencies to confirm",
        "all": "Every application",
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(key, name) for key, name in self.NAMES.items() if key != "mine" or is_officer(request.user)]

    def chosen(self) -> str:
        asked = self.value() or ("mine" if is_officer(self.request.user) else "all")
        return asked if asked in self.NAMES else "all"

    def choices(self, changelist: Any):
        chosen = self.chosen()
        for key, name in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: key})
            yield {"selected": key == chosen, "query_string": query, "display": name}

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen, today = self.chosen(), timezone.localdate()
        if chosen == "mine":
            return queryset.filter(pk__in=roster.queue_of(request.user, today).order_by().values("pk"))
        if chosen == "overdue":
            return queryset.overdue(today)
        if chosen == "to_confirm":
            return queryset.unconfirmed()
        return queryset.filter(STATE.get(chosen, Q()))


@admin.register(BenevolenceApplication)
class ApplicationAdmin(ActsMixin, ReadOnlyAdmin):
    """No field can be typed here; who lacks the compartment sees state and amounts."""

    acts = ACTS
    list_display = ("number_shown", "member_shown", "asked", "state_shown", "level", "age", "urgency")
    list_filter = (QueueFilter, "current_level", "is_emergency", "status")
    list_per_page = MOST_ROWS
    list_max_show_all = MOST_ROWS
    search_help_text = "Number, or the member’s name or number"
    search_fields = ("number",)
    actions = ("approve_ticked", "deny_ticked", "ask_ticked", "defer_ticked")
    actions_on_bottom = False

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return is_officer(request.user)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = BenevolenceApplication.objects.visible_to(request.user).select_related("member", "policy", "filed_by")
        hidden = ExpressionWrapper(viewing.hidden_from(request.user), output_field=BooleanField())
        soon = Value(int(numbers.value(turns.NEEDED_SOON)), output_field=IntegerField())
        return rows.annotate(names_hidden=hidden, soon=soon)

    def get_ordering(self, request: HttpRequest) -> list[str]:
        """By urgency, where there is any; the whole book by the index that it has."""
        if request.GET.get(QueueFilter.parameter_name) == "all" or not is_officer(request.user):
            return ["-application_date", "-id"]
        return list(urgent_first(BenevolenceApplication.objects.all()).query.order_by)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        return (found_by(queryset, search_term, request.user) if search_term.strip() else queryset), False

    def action_checkbox(self, obj: Any) -> SafeString:
        """Django's own would name the member beside the box."""
        named = f"Tick {obj.number or 'this draft'} for an action"
        box = forms.CheckboxInput({"class": "action-select", "aria-label": named}, lambda value: False)
        return box.render(helpers.ACTION_CHECKBOX_NAME, str(obj.pk))

    @admin.display(description="Number", ordering="number")
    def number_shown(self, case: Any) -> str:
        return case.number or "Draft"

    @admin.display(description="Member")
    def member_shown(self, case: Any) -> str:
        return viewing.HIDDEN if case.names_hidden else str(case.member)

    @admin.display(description="Asked for", ordering="amount_requested")
    def asked(self, case: Any) -> str:
        return format_money(case.amount_requested)

    @admin.display(description="State", ordering="status")
    def state_shown(self, case: Any) -> str:
        return case.state

    @admin.display(description="Awaits", ordering="current_level")
    def level(self, case: Any) -> str:
        return columns.LEVEL.get(case.current_level, "")

    @admin.display(description="Age", ordering="level_since")
    def age(self, case: Any) -> str:
        return turns.age(case, timezone.localdate())

    @admin.display(description="Urgency", ordering="review_due_on")
    def urgency(self, case: Any) -> str:
        return turns.urgency(case, timezone.localdate(), case.soon).words if case.is_in_review else ""

    @admin.action(description="Approve the ticked cases", permissions=["decide"])
    def approve_ticked(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return bulk.run(self, request, queryset, bulk.APPROVE)

    @admin.action(description="Deny the ticked cases", permissions=["decide"])
    def deny_ticked(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return bulk.run(self, request, queryset, bulk.DENY)

    @admin.action(description="Ask for more about the ticked cases", permissions=["decide"])
    def ask_ticked(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return bulk.run(self, request, queryset, bulk.ASK)

    @admin.action(description="Defer the ticked cases", permissions=["decide"])
    def defer_ticked(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return bulk.run(self, request, queryset, bulk.DEFER)

    def record_title(self, request: HttpRequest, record: Any) -> str:
        return lookups.seen(request.user, record).title

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The whole history stands on the pages, with every road a change came by."""
        if not self.has_view_permission(request):
            raise PermissionDenied("Your role may not see applications.")
        record = self.get_object(request, object_id)
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return HttpResponseRedirect(reverse("benevolence:benevolenceapplication_history", args=[record.pk]))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The case on one page; a POST is a decision."""
        if object_id is None or not self.has_view_permission(request):
            raise PermissionDenied("Your role may not do this in the administration pages.")
        case = self.get_object(request, object_id)
        if case is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if request.method == "POST" and not self.has_decide_permission(request):
            raise PermissionDenied("Only officers may decide an application.")
        seen = lookups.seen(request.user, case)
        if seen.story is not None:
            compartments.note_opening(request, seen.story)
        answer = rules.may_review(request.user, case)
        form = None
        if answer:
            form = DecisionForm(request.POST if request.method == "POST" else None, record=case, user=request.user)
        if request.method == "POST" and form is not None and form.is_valid():
            try:
                return self._decided(request, case, form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
        return self._case(request, case, form, answer)

    def _decided(self, request: HttpRequest, case: BenevolenceApplication, values: dict[str, Any]) -> HttpResponse:
        decide(case, values, by=request.user)
        case.refresh_from_db()
        messages.success(request, f"{case.number}: your decision is on record. The case is {case.state.lower()} now.")
        return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))

    def _case(self, request: HttpRequest, case: Any, form: Any, answer: Answer) -> HttpResponse:
        user = request.user
        seen = lookups.seen(user, case)
        if request.method == "POST" and form is None:
            messages.error(request, answer.reason)
            return HttpResponseRedirect(request.path)
        submissions = lookups.submissions(user, case)
        context = {
            **self.admin_site.each_context(request),
            "title": seen.title,
            "opts": self.opts,
            "case": case,
            "seen": seen,
            "facts": self._facts(case, seen),
            "chip": chips(case),
            "form": form,
            "decides": self.has_decide_permission(request),
            "refused_because": answer.reason,
            "submission": submissions[-1] if submissions else None,
            "entries": lookups.entries(user, case),
            "recusals": list(Recusal.objects.visible_to(user).filter(application=case)),
            "confirmations": list(Confirmation.objects.visible_to(user).filter(application=case)),
            "next": turns.next_step(case, user, timezone.localdate()),
            "act_links": self.act_links(request, case),
            "page_url": case.get_absolute_url(),
        }
        status = 422 if request.method == "POST" else 200
        return TemplateResponse(request, "admin/benevolence/case.html", context, status=status)

    def _facts(self, case: BenevolenceApplication, seen: viewing.SeenApplication) -> list[tuple[str, Any]]:
        facts = [("Member", seen.member_name), ("Asked for", format_money(case.amount_requested))]
        facts += [("Reason", seen.reason)] if seen.reason else []
        facts += [("Employer", seen.employers)] if seen.employers else []
        facts += [("Approved", format_money(case.approved_amount))] if case.approved_amount else []
        facts += [("Needed by", turns.format_day(case.needed_by))] if case.needed_by else []
        levels = ", then ".join(roster.named(level) for level in case.required_levels)
        facts += [("Levels", levels)] if levels else []
        facts += [("Filed by", case.filed_by), ("Policy", case.policy or "None yet")]
        return facts


def decide(case: BenevolenceApplication, values: dict[str, Any], *, by: Any) -> Any:
    """The service for the decision that was chosen."""
    comments, words = values["comments"], values["for_applicant"]
    if values["decision"] == APPROVE:
        return services.approve(case, amount=values["amount"], comments=comments, by=by)
    if values["decision"] == ASK:
        return services.ask(case, question=words, comments=comments, by=by)
    if values["decision"] == DEFER:
        return services.defer(case, until=values["until"], reason=comments, by=by)
    return services.deny(case, for_applicant=words, comments=comments, by=by)


def chips(case: BenevolenceApplication) -> SafeString | str:
    found = state_chip(case.state, tone_of(columns.state_key(case)))
    return found + state_chip("Emergency", "bad") if case.is_emergency else found
