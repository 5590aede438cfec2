"""Many applications, one application, its history. Of the story nothing shows to those who may not read it."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from benevolence import columns, filters, lookups, rules, turns, viewing
from benevolence.models import ApplicationStory, BenevolenceApplication, Fund, Policy, Status
from benevolence.models.application import IN_REVIEW
from ip2a import compartments
from ip2a.models import AuditEntry
from ip2a.rules import has_right
from ip2a.views.generic import RecordDetail, RecordList
from ip2a.views.history import RecordHistory
from ip2a.words import format_day, format_money, state_chip, tone_of

SHOWN = (
    *("number", "status", "reason", "amount_requested", "approved_amount", "current_level", "level_since"),
    *("waiting_since", "deferred_until", "withdrawn_at", "application_date", "is_emergency", "policy_id"),
    *("member__first_name", "member__last_name", "member__member_number"),
    *("filed_by__first_name", "filed_by__last_name", "filed_by__email"),
)


def with_names(records: list[BenevolenceApplication], user: Any) -> None:
    """Give each case the member's name as this person may know it, and the day to count its age from."""
    blind = set()
    if user.has_perm("ip2a.enter_benevolence"):
        blind = set(Policy.objects.filter(is_blind=True).values_list("pk", flat=True))
    today = timezone.localdate()
    for case in records:
        hidden = case.policy_id in blind and case.status in IN_REVIEW and case.filed_by_id != user.pk
        case.shown_member = viewing.HIDDEN if hidden else str(case.member)
        case.today = today


class ApplicationList(RecordList):
    model = BenevolenceApplication
    title = "Benevolence"
    filterset_class = filters.ApplicationFilter
    columns = columns.APPLICATIONS
    default_order = "-date"
    main_filters = ("status", "level", "mine")
    empty_text = "Applications of members in trouble stand here, with their state and amounts. First see what a member "
    empty_text += "could get, then write the application."

    def rows(self):
        return super().rows().for_table()

    def on_page(self, rows):
        return rows.only(*SHOWN)

    def enrich(self, records):
        with_names(records, self.request.user)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if rules.may_file(self.request.user):
            context |= {
                "create_url": reverse("benevolence:benevolenceapplication_preview"),
                "create_label": "New application",
            }
        return context


class ApplicationListInside(ApplicationList):
    """For those who may read the stories: with the reason."""

    filterset_class = filters.ApplicationFilterInside
    columns = columns.APPLICATIONS_INSIDE
    main_filters = ("status", "reason", "level")


def applications(request):
    """The same list for everybody who may see it; the reason is a part of the story."""
    inside = request.user.has_perm("ip2a.enter_benevolence")
    return (ApplicationListInside if inside else ApplicationList).as_view()(request)


class ApplicationDetail(RecordDetail):
    model = BenevolenceApplication

    def visible(self):
        return super().visible().select_related("member", "filed_by", "policy")

    @cached_property
    def seen(self) -> viewing.SeenApplication:
        return lookups.seen(self.request.user, self.record)

    def get(self, request, *args, **kwargs):
        if self.seen.story is not None:
            compartments.note_opening(request, self.seen.story)
        return super().get(request, *args, **kwargs)

    def facts(self):
        case = self.record
        facts = [
            ("Asked for", format_money(case.amount_requested)),
            ("Approved", format_money(case.approved_amount) or "Nothing yet"),
        ]
        if self.seen.reason:
            facts.insert(0, ("Reason", self.seen.reason))
        if case.is_in_review:
            level = columns.LEVEL[case.current_level]
            facts += [("Awaits", f"{level}, {turns.age(case, timezone.localdate())}")]
        if case.needed_by:
            facts += [("Needed by", format_day(case.needed_by))]
        if case.status == Status.PAID:
            facts += [("Paid", f"{format_day(case.payment_date)}, {columns.METHOD[case.payment_method].lower()}")]
        return facts

    def aside_facts(self):
        case, seen = self.record, self.seen
        member = seen.member_name
        if not seen.names_hidden and has_right(self.request.user, "view", type(case.member)):
            member = format_html('<a href="{}">{}</a>', case.member.get_absolute_url(), case.member)
        facts = [("Member", member)]
        if seen.employers:
            facts += [("Employer", seen.employers)]
        facts += [("Filed by", str(case.filed_by)), ("Applied", format_day(case.application_date))]
        facts += [("Submitted", format_day(case.submitted_at) or "Not yet")]
        if case.policy is not None:
            facts += [("Policy", f"Version {case.policy.number}")]
        if case.decided_on:
            facts += [("Decided", format_day(case.decided_on))]
        return facts

    def verbs(self):
        case, user = self.record, self.request.user
        found = []
        if has_right(user, "change", BenevolenceApplication) or has_right(user, "decide", BenevolenceApplication):
            answer = rules.may_withdraw(user, case)
            if answer or case.filed_by_id == user.pk:
                found += [self._verb("Withdraw", "withdraw", answer.reason)]
        if has_right(user, "pay", BenevolenceApplication) and case.status == Status.PAID:
            fund = Fund.objects.filter(is_default=True).first()
            answer = rules.may_keep_books(user, fund) if fund else None
            why = answer.reason if answer is not None else "There is no fund to pay from."
            found += [self._verb("Pay again (reissue)", "reissue", why), self._verb("Void the payment", "void", why)]
        if has_right(user, "decide", BenevolenceApplication):
            found += [{"label": "In the officers’ room", "url": turns.admin_url("change", case)}]
        return found

    def _verb(self, label: str, page: str, why: str) -> dict[str, Any]:
        return {"label": label, "url": self.url_of(page, self.record.pk), "disabled_reason": why}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        case, seen, user = self.record, self.seen, self.request.user
        edit = None
        if case.status == Status.DRAFT and rules.may_edit(user, case):
            edit = {"label": "Edit", "url": self.url_of("update", case.pk)}
        chips = state_chip(seen.state, tone_of(columns.state_key(case)))
        if case.is_emergency:
            chips += state_chip("Emergency", "bad")
        return context | {
            "title": seen.title,
            "crumbs": [("Benevolence", self.url_of("list")), (case.number or "Draft", None)],
            "seen": seen,
            "state": chips,
            "primary_action": edit,
            "next_action": turns.next_step(case, user, timezone.localdate()),
            "history_url": None if seen.names_hidden else context["history_url"],
        }


class ApplicationHistory(RecordHistory):
    model = BenevolenceApplication

    def visible(self):
        return super().visible().select_related("member", "policy", "filed_by")

    def get(self, request, *args, **kwargs):
        if viewing.is_blind_for(self.record, request.user):
            messages.error(request, "The history names the member. You can read it once the case is decided.")
            return redirect(self.record)
        story = self.story
        if story is not None:
            compartments.note_opening(request, story)
        return super().get(request, *args, **kwargs)

    @cached_property
    def story(self) -> ApplicationStory | None:
        return lookups.seen(self.request.user, self.record).story

    def entries(self):
        """With the changes of the story, for those inside; the trail keeps them from everybody else."""
        user = self.request.user
        about = Q(table_name=BenevolenceApplication._meta.db_table, record_id=self.record.pk)
        if self.story is not None and user.has_perm("ip2a.enter_benevolence"):
            about |= Q(table_name=ApplicationStory._meta.db_table, record_id=self.story.pk)
        return AuditEntry.objects.visible_to(user).filter(about)
