"""Requests for information, both ways: who owes an answer, and what became of it."""

from django.urls import reverse
from django.utils.html import format_html

from grievances import columns, dues, rules, services
from grievances import forms_acts as forms
from grievances.filters import InformationRequestFilter
from grievances.models import Grievance, InformationRequest
from grievances.models.duty import AWAITED, Direction, EntryKind, RequestState
from grievances.views.act import CaseAct
from ip2a.answers import YES, Answer, no
from ip2a.rules import has_right
from ip2a.views.generic import RecordDetail, RecordList
from ip2a.views.history import RecordHistory
from ip2a.words import format_day, state_of

SHOWN = (
    "what",
    "direction",
    "state",
    "asked_on",
    "due_on",
    "answered_on",
    "asked_of",
    "grievance__grievance_number",
    "grievance__agreement_version",
    "grievance__employer__name",
)


class RequestList(RecordList):
    model = InformationRequest
    title = "Information requests"
    filterset_class = InformationRequestFilter
    columns = columns.REQUESTS
    default_order = "-asked"
    main_filters = ("direction", "state", "overdue")
    empty_text = "What we ask employers for, and what they ask us for, stands here. Ask from the page of a grievance."

    def rows(self):
        return super().rows().for_table()

    def on_page(self, rows):
        return rows.select_related(None).select_related("grievance__employer").only(*SHOWN)

    def enrich(self, records):
        days_off = dues.days_off_of([request.grievance for request in records])
        for request in records:
            request.days_off = days_off[request.grievance.agreement_version_id]


class CaseAsk(CaseAct):
    label = "Ask for information"
    form_class = forms.AskForm

    def act(self, values):
        request = services.ask(self.record, by=self.request.user, **values)
        return f"Asked on {format_day(request.asked_on)}; the answer is due {format_day(request.due_on)}."

    def next_url(self):
        return f"{super().next_url()}#requests"


class RequestTurn(CaseAct):
    """One more turn of a request, with the trail beside it."""

    model = InformationRequest
    label = "Write down what happened"
    form_class = forms.TurnForm

    def visible(self):
        case = "grievance__agreement_version__agreement"
        rows = InformationRequest.objects.visible_to(self.request.user)
        return rows.select_related("grievance__member", "grievance__employer", case)

    @property
    def case(self) -> Grievance:
        return self.record.grievance

    def facts(self):
        request = self.record
        return [
            ("Asked for", columns.asked_for(request)),
            ("Asked", format_day(request.asked_on)),
            ("Answer due", format_day(request.due_on)),
        ]

    def may(self) -> Answer:
        is_over = self.record.state not in AWAITED
        over = no(f"This request is {self.record.get_state_display().lower()}. Ask anew if something is missing.")
        return rules.first_no(rules.may_pursue(self.request.user), over if is_over else YES)

    def get_initial(self):
        return {**super().get_initial(), "kind": self.request.GET.get("kind", EntryKind.ANSWERED)}

    def fit(self, form):
        if self.record.state != RequestState.REFUSED:
            kinds = [choice for choice in form.fields["kind"].choices if choice[0] != EntryKind.OBJECTED]
            form.fields["kind"].choices = kinds

    def act(self, values):
        entry = services.turn(self.record, by=self.request.user, **values)
        return f"{entry.get_kind_display()} on {format_day(entry.happened_on)}: written down."


class RequestDetail(RecordDetail):
    model = InformationRequest

    def visible(self):
        case = "grievance__agreement_version__agreement"
        return super().visible().select_related("grievance__member", "grievance__employer", case)

    def url_of(self, page: str, *args) -> str:
        return "" if page == "update" else super().url_of(page, *args)  # its turns say what changed

    def get_context_data(self, **kwargs):
        request = self.record
        turn = {
            "label": "Write down what happened",
            "url": reverse("grievances:informationrequest_turn", args=[request.pk]),
        }
        context = super().get_context_data(
            state=state_of(request, "state"), next_action=self.next_action(turn["url"]), **kwargs
        )
        may_turn = has_right(self.request.user, "change", InformationRequest) and request.state in AWAITED
        case = request.grievance
        return context | {
            "title": columns.asked_for(request),
            "primary_action": turn if may_turn else None,
            "crumbs": [
                ("Information requests", self.url_of("list")),
                (str(case), f"{case.get_absolute_url()}#requests"),
                ("Request", None),
            ],
        }

    def next_action(self, url: str):
        request = self.record
        if request.state not in AWAITED:
            return None
        today = dues.today()
        days_off = dues.days_off_of([request.grievance])[request.grievance.agreement_version_id]
        who = request.grievance.employer if request.direction == Direction.OURS else "We"
        owes = "owes us" if request.direction == Direction.OURS else "owe the employer"
        late = request.due_on < today
        verb = "was due" if late else "is due"
        refused = (
            " It was refused: object in writing, or ask again more narrowly." if request.state == "refused" else ""
        )
        return {
            "text": f"{who} {owes} an answer; it {verb} {dues.by_when(request.due_on, today, days_off)}.{refused}",
            "late": late,
            "url": url if has_right(self.request.user, "change", InformationRequest) else "",
            "label": "Write down what happened",
        }

    def facts(self):
        request = self.record
        case = request.grievance
        return [
            ("Who asks", request.get_direction_display()),
            ("Asked of", request.asked_of),
            ("Asked", format_day(request.asked_on)),
            ("Answer due", format_day(request.due_on)),
            ("Grievance", format_html('<a href="{}">{}</a>', case.get_absolute_url(), case)),
        ]

    def aside_facts(self):
        case = self.record.grievance
        return [
            ("Employer", format_html('<a href="{}">{}</a>', case.employer.get_absolute_url(), case.employer)),
            ("Grievant", str(case.member or "None: a policy grievance")),
            ("Answered", format_day(self.record.answered_on) or "Not yet"),
        ]


class RequestHistory(RecordHistory):
    model = InformationRequest
