"""Every component in every state, on one page, for the people who build and for the browser tests. Development only."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from ip2a import icons
from ip2a.words import format_day, format_money, state_chip

LONG = "Consolidated Interior Electrical and Communication Contractors of the Greater Pacific Northwest, Incorporated"
DAY = date(2026, 3, 18)
MOMENT = datetime(2026, 3, 18, 14, 5)

COLOURS = [
    "paper",
    "surface",
    "sunken",
    "line",
    "line-strong",
    "ink",
    "ink-2",
    "ink-3",
    "accent",
    "accent-soft",
    "good",
    "warn",
    "bad",
    "info",
]

CITIES = [
    {"label": "Tacoma", "value": 4210, "percent": 100, "url": "?city=tacoma"},
    {"label": "Olympia", "value": 1204, "percent": 28.6, "url": "?city=olympia"},
    {
        "label": "Federal Way and the whole peninsula",
        "value": 87,
        "percent": 2.1,
        "url": "",
    },
    {"label": "Elsewhere", "value": 0, "percent": 0, "url": ""},
]

MEMBERS = [
    (
        "Lima, Rosa",
        "7464416",
        ("Active", "good"),
        "Journeyman",
        "Harbor Electric",
        "41.25",
        DAY,
    ),
    (
        "Ångström, Per-Olof",
        "a22555555",
        ("Suspended", "warn"),
        "Apprentice 3",
        "",
        "28.5",
        date(2019, 7, 1),
    ),
    (
        "O’Shaughnessy-Featherstonehaugh, Maximiliana",
        "7000001",
        ("Retired", "info"),
        "Retiree",
        LONG,
        "1041.25",
        date(1984, 12, 31),
    ),
    (
        "Ng, Li",
        "12",
        ("Inactive", "quiet"),
        "Foreman",
        "North Star Power",
        "52",
        date(2026, 1, 2),
    ),
    ("Doe, John", "7464417", ("Dropped", "bad"), "Journeyman", "", None, None),
]


class PickerSample(forms.TextInput):
    """The type-ahead as a form draws it; its answers come from this page."""

    template_name = "ip2a/widgets/typeahead.html"
    query = ""
    matches: list[dict[str, Any]] = []

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        label = "Lima, Rosa (7464416)" if value else ""
        context["widget"] |= {
            "label": label,
            "query": self.query,
            "matches": self.matches,
            "url": "?pick=1",
        }
        return context


class SampleForm(forms.Form):
    last_name = forms.CharField(max_length=60, help_text="As it stands on the union card.")
    member = forms.CharField(widget=PickerSample(), help_text="Type a name or a number, in any order.")
    employer = forms.CharField(widget=PickerSample(), required=False)
    hire_date = forms.DateField(label="Joined the union", widget=forms.DateInput({"type": "date"}))
    hourly_rate = forms.DecimalField(max_digits=7, decimal_places=2, required=False)
    hours = forms.DecimalField(
        max_digits=5,
        decimal_places=1,
        required=False,
        widget=forms.NumberInput({"data-unit": "hours"}),
    )
    status = forms.ChoiceField(choices=[("active", "Active"), ("retired", "Retired"), ("long", LONG)])
    decision = forms.ChoiceField(
        choices=[("yes", "Approve"), ("no", "Deny"), ("more", "Ask for more")],
        widget=forms.RadioSelect,
    )
    is_primary = forms.BooleanField(label="First person to call", required=False, help_text="One for each employer.")
    paper = forms.FileField(required=False, help_text="PDF, photo or text, up to 25 MB.")
    locked = forms.CharField(
        label="Member number",
        disabled=True,
        initial="7464416",
        required=False,
        help_text="A number never changes.",
    )
    notes = forms.CharField(widget=forms.Textarea({"rows": 3}), required=False)


class SampleFilters(forms.Form):
    q = forms.CharField(
        label="Search",
        required=False,
        widget=forms.TextInput({"type": "search", "placeholder": "Name or number"}),
    )
    status = forms.ChoiceField(
        choices=[("", "Any"), ("active", "Active"), ("retired", "Retired")],
        required=False,
    )
    classification = forms.ChoiceField(choices=[("", "Any"), ("journeyman", "Journeyman")], required=False)
    city = forms.CharField(required=False)
    hired_from = forms.DateField(label="Joined from", required=False, widget=forms.DateInput({"type": "date"}))
    has_job = forms.BooleanField(label="Has a current job", required=False)


class SampleReason(forms.Form):
    reason = forms.CharField(
        widget=forms.Textarea({"rows": 3}),
        help_text="Kept in the record’s history, beside your name.",
    )


def _rows(members: list[tuple[Any, ...]]) -> SafeString:
    line = (
        '<tr><th scope="row"><a href="#table">{}</a></th><td data-label="Number">{}</td><td data-label="Status">{}</td>'
        '<td data-label="Classification">{}</td><td data-label="Employer">{}</td><td class="num" data-label="Rate">{}</td>'
        '<td data-label="Joined">{}</td></tr>'
    )
    return format_html_join(
        "",
        line,
        [
            (
                name,
                number,
                state_chip(*state),
                kind,
                employer,
                format_money(float(rate)) if rate else "",
                format_day(joined),
            )
            for name, number, state, kind, employer, rate, joined in members
        ],
    )


def _table(members: list[tuple[Any, ...]]) -> dict[str, Any]:
    labels = [
        "Name",
        "Number",
        "Status",
        "Classification",
        "Employer",
        "Rate",
        "Joined",
    ]
    headers = [{"label": x, "sort_url": "?sort=x#table", "sorted": "", "numeric": x == "Rate"} for x in labels]
    headers[0]["sorted"] = "ascending"
    headers[3]["sort_url"] = None
    return {
        "headers": headers,
        "body": _rows(members),
        "is_empty": not members,
        "caption": "Members",
    }


def _list(members: list[tuple[Any, ...]], total: str, **more: Any) -> dict[str, Any]:
    page = {
        "count_label": total,
        "range_label": f"1–{len(members)}",
        "next_url": "?page=2",
        "last_url": "?page=200",
    }
    return {
        "table": _table(members),
        "page": page,
        "export_csv_url": "?format=csv",
        "export_xlsx_url": "?format=xlsx",
        **more,
    }


def _timeline() -> list[tuple[date, list[dict[str, Any]]]]:
    filed = {
        "icon": "grievances",
        "text": "Grievance GR-2026-0007 was advanced to step 2.",
        "who": "Avery Kline",
        "time": "14:05",
        "url": "#",
    }
    job = {
        "icon": "job",
        "text": "Started at Harbor Electric as journeyman, $41.25 an hour.",
        "who": "",
        "time": "",
    }
    paper = {
        "icon": "document",
        "text": LONG + " sent a letter.",
        "who": "Import",
        "details": "letter.pdf, 120 kB",
        "time": "09:00",
    }
    return [(DAY, [filed, paper]), (DAY - timedelta(days=40), [job])]


def _history() -> list[dict[str, Any]]:
    changes = [
        {"field": "Status", "old": "Active", "new": "Suspended"},
        {"field": "Notes", "old": "", "new": LONG},
    ]
    first = {
        "at": None,
        "who": "",
        "action": "Added the member",
        "changes": [],
        "reason": "",
        "command": "import_records members",
    }
    return [
        {
            "at": MOMENT,
            "who": "Avery Kline",
            "action": "Changed",
            "changes": changes,
            "reason": "Dues three months behind",
        },
        first,
    ]


def _forms() -> dict[str, forms.Form]:
    wrong = SampleForm(
        {
            "last_name": "",
            "hire_date": "31.13.2026",
            "hourly_rate": "x",
            "member_q": "lima",
            "locked": "7464416",
        }
    )
    wrong.fields["member"].widget.query = "lima"
    wrong.fields["member"].widget.matches = [
        {
            "id": 1,
            "label": "Lima, Rosa (7464416)",
            "fact": "Journeyman, Harbor Electric",
        },
        {"id": 2, "label": "Lima, Roberto (7464999)", "fact": "Retiree"},
    ]
    wrong.auto_id = "wrong_%s"
    fresh = SampleForm(
        initial={
            "member": "1",
            "last_name": "Lima",
            "hourly_rate": "41.25",
            "status": "active",
        },
        auto_id="fresh_%s",
    )
    return {"fresh": fresh, "wrong": wrong, "reason": SampleReason(auto_id="reason_%s")}


def _groups() -> list[tuple[str, list[forms.BoundField]]]:
    form = _forms()["fresh"]
    who, job = (
        ["last_name", "locked", "member", "hire_date"],
        ["employer", "hourly_rate", "hours", "status", "is_primary"],
    )
    return [
        ("Who", [form[name] for name in who]),
        ("Work", [form[name] for name in [*job, "decision", "paper", "notes"]]),
    ]


def _jobs() -> list[dict[str, Any]]:
    label = "Importing members.csv"
    return [
        {"id": 1, "label": label, "state": "waiting", "percent": None, "url": "?job=1"},
        {
            "id": 2,
            "label": label,
            "state": "running",
            "done": 4120,
            "total": 10000,
            "percent": 41,
            "url": "?job=2",
        },
        {
            "id": 3,
            "label": label,
            "state": "done",
            "percent": 100,
            "text": "9,988 added, 12 refused.",
            "result_url": "#progress",
            "result_label": "See the 12 rows",
        },
        {
            "id": 4,
            "label": label,
            "state": "failed",
            "percent": 63,
            "text": "The file ends in the middle of row 6,301. Save it again, then import once more.",
        },
    ]


def _actions() -> dict[str, Any]:
    why = "Only officers may decide an application. Ask the vice president."
    late = {
        "text": "Your answer was due Mon 9 Mar 2026, 7 working days ago.",
        "url": "#next",
        "label": "Answer now",
        "late": True,
    }
    return {
        "late": late,
        "menu_actions": [
            {"label": "Merge with another member", "url": "#buttons"},
            {
                "label": "Remove",
                "url": "#buttons",
                "disabled_reason": "Two current jobs name this employer. End them first.",
            },
        ],
        "refused": {"label": "Approve", "disabled_reason": why},
        "next": {
            "text": "Employer’s answer is due Wed 18 Mar 2026, in 3 working days.",
            "url": "#next",
            "label": "Record the answer",
            "why": "Article 12 gives the employer 10 working days after the meeting of Wed 4 Mar 2026. Day 0 does not count.",
        },
    }


def _panels() -> list[dict[str, Any]]:
    plain = {
        "title": "Jobs",
        "id": "sample-jobs",
        "count": 12,
        "actions": [("Add a job", "#panels")],
    }
    empty = {"title": "Documents", "id": "sample-documents", "count": 0, "actions": []}
    nothing = {
        "empty": {
            "text": "Cards, letters and photos will be here.",
            "action_url": "#panels",
            "action_label": "Add a document",
        },
        "small": True,
    }
    table = {"table": _table(MEMBERS[:2]), "plain": True}
    return [
        plain | {"html": render_to_string("ip2a/_table.html", table)},
        empty | {"html": render_to_string("ip2a/_empty.html", nothing)},
    ]


SECTIONS = [
    ("colours", "Ink, paper and meaning"), ("type", "Type"), ("icons", "Icons"), ("chips", "State chips"), ("buttons", "Buttons"),
    ("messages-section", "Messages"), ("filters-section", "Filters and table"), ("one", "Table of one"), ("lists", "Empty lists"), ("facts", "Facts"), ("next", "Next action"),
    ("panels", "Panels"), ("form", "Form"), ("errors-form", "Form with errors"), ("conflict", "Two versions"), ("confirm", "Check before an act"),
    ("timeline", "Timeline"), ("history-section", "History of changes"), ("progress", "Progress"), ("chart", "Chart"), ("dialog", "Dialog"),
]  # fmt: skip


def context() -> dict[str, Any]:
    """Everything the page shows, made up."""
    filters = SampleFilters({"q": "lima", "status": "active"}, auto_id="filter_%s")
    chips = [
        {"label": "Status: Active", "remove_url": "?#table"},
        {"label": f"Employer: {LONG}", "remove_url": "?#table"},
    ]
    return {
        "sections": SECTIONS,
        "crumbs": [("Members", "#"), ("Lima, Rosa (7464416)", "#"), ("Patterns", None)],
        "long": LONG,
        "day": DAY,
        "icon_names": list(icons.DRAWINGS),
        "tones": [
            ("Active", "good"),
            ("Suspended", "warn"),
            ("Denied", "bad"),
            ("Under review", "info"),
            ("Retired", "quiet"),
        ],
        "colours": COLOURS,
        "notices": [
            Message(constants.SUCCESS, "Rosa Lima was saved.", extra_tags="undo:/undo/12/"),
            Message(
                constants.INFO,
                "The import runs in the background. You can go on working.",
            ),
            Message(
                constants.WARNING,
                f"Two employers have nearly this name: {LONG}, and {LONG}.",
            ),
            Message(
                constants.ERROR,
                "The job was not saved: it ends before it starts. Type a later end date.",
            ),
        ],
        "filter_form": filters,
        "search_field": filters["q"],
        "main_fields": [filters["status"], filters["classification"]],
        "more_fields": [filters["city"], filters["hired_from"], filters["has_job"]],
        "many": _list(MEMBERS * 3, "10,000 members", chips=chips, clear_url="?#table"),
        "one": _table(MEMBERS[:1]),
        "empty": {
            "title": "No members yet",
            "text": "Everybody who belongs to the local will be listed here. Add the first, or import a spreadsheet.",
            "action_url": "#lists",
            "action_label": "Add a member",
        },
        "facts": [
            ("Number", "7464416"),
            ("Classification", "Journeyman"),
            ("Current job", LONG),
            ("E-mail", ""),
            ("Jobs", 12),
        ],
        "panels": _panels(),
        "forms": _forms(),
        "groups": _groups(),
        "conflict": [
            {
                "label": "Phone",
                "field": "phone",
                "yours": "(253) 555-0147",
                "theirs": "(253) 555-0199",
            },
            {"label": "Notes", "field": "notes", "yours": "", "theirs": LONG},
        ],
        "days": _timeline(),
        "kinds": [
            {"label": k, "url": "?#timeline", "active": k == "All"}
            for k in ("All", "Jobs", "Cases", "Documents", "Changes")
        ],
        "entries": _history(),
        "jobs": _jobs(),
        "chart": {"title": "Members by city", "unit": "City", "rows": CITIES},
        **_actions(),
    }


def picked(query: str) -> JsonResponse:
    """What the sample type-ahead is told."""
    words = query.casefold().split()
    found = [m for m in MEMBERS if all(word in f"{m[0]} {m[1]}".casefold() for word in words)]
    return JsonResponse({"results": [{"id": m[1], "label": f"{m[0]} ({m[1]})", "fact": m[3]} for m in found]})


def patterns(request: HttpRequest) -> HttpResponse:
    """The page itself; with ``?pick=1`` the sample type-ahead's answers, with ``?job=`` a running job's next state."""
    if "pick" in request.GET:
        return picked(request.GET.get("q", ""))
    if "job" in request.GET:
        job = {
            "id": request.GET["job"][:2],
            "label": "Importing members.csv",
            "state": "done",
            "percent": 100,
            "text": "10,000 added.",
        }
        return render(request, "ip2a/_progress.html", {"job": job})
    return render(request, "ip2a/patterns.html", context())
