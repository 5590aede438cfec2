"""Every component in every state, on one page, for the people who build and for the browser tests. Development only."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from ip2a import icons
from ip2a.timeline import Event
from ip2a.views.pattern_charts import charts
from ip2a.views.pattern_samples import (
    COLOURS,
    DAY,
    LONG,
    MEMBERS,
    MOMENT,
    SampleFilters,
    SampleForm,
    SampleReason,
    rows,
)


def _table(members: list[tuple[Any, ...]]) -> dict[str, Any]:
    labels = ["Name", "Number", "Status", "Classification", "Employer", "Rate", "Joined"]
    headers = [{"label": x, "sort_url": "?sort=x#table", "sorted": "", "numeric": x == "Rate"} for x in labels]
    headers[0]["sorted"] = "ascending"
    headers[3]["sort_url"] = None
    return {"headers": headers, "body": rows(members), "is_empty": not members, "caption": "Members"}


def _list(members: list[tuple[Any, ...]], total: str, **more: Any) -> dict[str, Any]:
    page = {"count_label": total, "range_label": f"1–{len(members)}", "next_url": "?page=2", "last_url": "?page=200"}
    return {
        "table": _table(members),
        "page": page,
        "export_csv_url": "?format=csv",
        "export_xlsx_url": "?format=xlsx",
        **more,
    }


def _timeline() -> list[tuple[date, list[Event]]]:
    at = timezone.make_aware(datetime.combine(DAY, time(14, 5)))
    filed = Event(
        at, "grievance", "Grievance GR-2026-0007 was advanced to step 2.", "Avery Kline", "", "#", "grievances"
    )
    job = Event(DAY, "job", "Started at Harbor Electric as journeyman, $41.25 an hour.", icon="job")
    early = at.replace(hour=9, minute=0)
    paper = Event(early, "document", LONG + " sent a letter.", "Import", "letter.pdf, 120 kB", icon="document")
    return [(DAY, [filed, paper]), (DAY - timedelta(days=40), [job])]


def _history() -> list[dict[str, Any]]:
    changes = [{"field": "Status", "old": "Active", "new": "Suspended"}, {"field": "Notes", "old": "", "new": LONG}]
    first = {
        "at": MOMENT - timedelta(days=400),
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
    wrong = SampleForm({"last_name": "", "hourly_rate": "1234567.891", "member_q": "lima"})
    wrong.fields["member"].widget.query = "lima"
    wrong.fields["member"].widget.matches = [
        {"id": 1, "label": "Lima, Rosa (7464416)", "fact": "Journeyman, Harbor Electric"},
        {"id": 2, "label": "Lima, Roberto (7464999)", "fact": "Retiree"},
    ]
    wrong.auto_id = "wrong_%s"
    fresh = SampleForm(
        initial={"member": "1", "last_name": "Lima", "hourly_rate": "41.25", "status": "active"}, auto_id="fresh_%s"
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
        {"id": 2, "label": label, "state": "running", "done": 4120, "total": 10000, "percent": 41, "url": "?job=2"},
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
            "why": "Article 12 gives the employer 10 working days after the meeting of Wed 4 Mar 2026.",
        },
    }


def _panels() -> list[dict[str, Any]]:
    plain = {"title": "Jobs", "id": "sample-jobs", "count": 12, "actions": [("Add a job", "#panels")]}
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
    ("colours", "Ink, paper and meaning"),
    ("type", "Type"),
    ("icons", "Icons"),
    ("chips", "State chips"),
    ("buttons", "Buttons"),
    ("messages-section", "Messages"),
    ("filters-section", "Filters and table"),
    ("one", "Table of one"),
    ("lists", "Empty lists"),
    ("facts", "Facts"),
    ("next", "Next action"),
    ("panels", "Panels"),
    ("form", "Form"),
    ("errors-form", "Form with errors"),
    ("conflict", "Two versions"),
    ("confirm", "Check before an act"),
    ("timeline", "Timeline"),
    ("history-section", "History of changes"),
    ("progress", "Progress"),
    ("chart", "Charts"),
    ("dialog", "Dialog"),
]


def _frame() -> dict[str, Any]:
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
            ("In review", "info"),
            ("Left", "quiet"),
        ],
        "colours": COLOURS,
        "notices": [
            Message(constants.SUCCESS, "Rosa Lima was saved.", extra_tags="undo:/undo/12/"),
            Message(constants.INFO, "The import runs in the background. You can go on working."),
            Message(constants.WARNING, f"Two employers have nearly this name: {LONG}, and {LONG}."),
            Message(constants.ERROR, "The job was not saved: it ends before it starts. Type a later end date."),
        ],
    }


def _lists() -> dict[str, Any]:
    filters = SampleFilters({"q": "lima", "status": "active"}, auto_id="filter_%s")
    labels = ("Status: Active", f"Employer: {LONG}")
    chips = [{"label": label, "remove_url": "?#table"} for label in labels]
    return {
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
    }


def context() -> dict[str, Any]:
    """Everything the page shows, made up."""
    phone = {"label": "Phone", "field": "phone", "yours": "(253) 555-0147", "theirs": "(253) 555-0199"}
    notes = {"label": "Notes", "field": "notes", "yours": "", "theirs": LONG}
    kinds = ("All", "Jobs", "Cases", "Documents", "Changes")
    facts = [
        ("Number", "7464416"),
        ("Classification", "Journeyman"),
        ("Current job", LONG),
        ("E-mail", ""),
        ("Jobs", 12),
    ]
    return {
        **_frame(),
        **_lists(),
        **_actions(),
        "facts": facts,
        "panels": _panels(),
        "forms": _forms(),
        "groups": _groups(),
        "conflict": [phone, notes],
        "days": _timeline(),
        "kinds": [{"label": kind, "url": "?#timeline", "active": kind == "All"} for kind in kinds],
        "entries": _history(),
        "jobs": _jobs(),
        "charts": charts(),
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
