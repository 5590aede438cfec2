"""The parts of a case's page. All of them share one file of the case, so that nothing is fetched twice."""

from typing import Any

from django.urls import reverse

from grievances.dues import by_when, stands
from grievances.lookups import CaseFile, case_file
from grievances.models import CaseType, Deadline, InformationRequest
from grievances.models.duty import AWAITED, CLOSING
from grievances.terms import State
from grievances.timeline import KINDS
from grievances.views.showing import Shown, shown_of, shown_row
from ip2a import timeline
from ip2a.panels import Panel, panel

EVENTS_SHOWN = 30
MOST_REQUESTS = 50
Actions = list[tuple[str, str]]


def page(case: Any, verb: str, *more: Any) -> str:
    return reverse(f"grievances:grievance_{verb}", args=[case.pk, *more])


def may_pursue(file: CaseFile) -> bool:
    return file.user.has_perm("grievances.pursue_grievance")


@panel("grievances.grievance", order=10)
def what_happened(request, case) -> Panel:
    return Panel("What happened", "grievances/_what.html", {"case": case}, id="what")


@panel("grievances.grievance", order=20)
def limits(request, case) -> Panel:
    """Both sides' limits by step, the running ones first; what has not started says what it waits for."""
    file = case_file(request.user, case)
    shown = [_with_verbs(limit, file) for limit in _in_order(file)]
    waiting = [shown_of(deadline, file.days_off) for deadline in file.pending]
    return Panel(
        "Limits",
        "grievances/_limits.html",
        {"limits": shown, "waiting": waiting, "wrong": file.wrong, "case": case},
        count=len(shown),
    )


def _in_order(file: CaseFile) -> list[Deadline]:
    rank = {State.OPEN.value: 0, State.SUSPENDED.value: 1}
    return sorted(
        file.standing_limits, key=lambda d: (rank.get(d.state, 2), d.step_number, d.due_on or file.today, d.pk)
    )


def _with_verbs(limit: Deadline, file: CaseFile) -> Shown:
    shown = shown_row(limit, file)
    if stands(limit) and file.case.is_running and may_pursue(file):
        shown.extend_url = page(file.case, "extend", limit.pk)
        known = next((row for row in file.procedure.limits if row.key == limit.limit_key), None)
        if known is not None and known.may_skip:
            shown.skip_url = page(file.case, "skip", limit.pk)
    return shown


@panel("grievances.grievance", order=30)
def steps(request, case) -> Panel | None:
    file = case_file(request.user, case)
    if not case.is_filed:
        return None
    records = [(file.steps.get(record.step_number), record) for record in file.step_records]
    return Panel("Steps", "grievances/_steps.html", {"records": records}, count=len(records))


@panel("grievances.grievance", order=35)
def people(request, case) -> Panel:
    file = case_file(request.user, case)
    actions: Actions = []
    is_group = case.case_type == CaseType.GROUP
    if may_pursue(file) and is_group and case.is_running:
        actions.append(("Add a member", page(case, "join")))
    members = file.grievants if is_group or file.grievants else []
    rows = [(row, page(case, "leave", row.pk) if actions and row.left_on is None else "") for row in members]
    told = [notice for decision in file.decisions for notice in decision.notices.all()]
    context = {"case": case, "members": rows, "is_group": is_group, "told": told}
    return Panel("People", "grievances/_people.html", context, actions=actions)


@panel("grievances.grievance", order=40)
def requests(request, case) -> Panel:
    file = case_file(request.user, case)
    actions: Actions = [("Ask for information", page(case, "ask"))] if may_pursue(file) else []
    rows = [_request(row, file) for row in file.requests[:MOST_REQUESTS]]
    left = len(file.requests) - len(rows)
    context = {"rows": rows, "left": left, "case": case}
    return Panel("Information requests", "grievances/_requests.html", context, len(file.requests), actions, "requests")


def _request(row: InformationRequest, file: CaseFile) -> dict[str, Any]:
    awaited = row.state in AWAITED
    late = awaited and row.due_on < file.today
    return {
        "request": row,
        "due": by_when(row.due_on, file.today, file.days_off) if awaited else "",
        "late": late,
        "entries": row.entries.all(),
    }


@panel("grievances.grievance", order=50)
def decisions(request, case) -> Panel:
    file = case_file(request.user, case)
    actions: Actions = [("Write down a decision", page(case, "decide"))] if may_pursue(file) else []
    rows = [
        {
            "decision": decision,
            "notices": decision.notices.all(),
            "must_tell": bool(case.member_id) and decision.kind in CLOSING and not decision.notices.all(),
            "tell_url": page(case, "tell", decision.pk) if may_pursue(file) and case.member_id else "",
        }
        for decision in file.decisions
    ]
    return Panel("Decisions", "grievances/_decisions.html", {"rows": rows}, len(rows), actions)


@panel("grievances.grievance", order=60)
def case_timeline(request, case) -> Panel:
    """Everything that happened, the latest first; mending an entry is one link away."""
    found = timeline.events(request.user, case)
    present = {event.kind for event in found}
    kind = request.GET.get("kind", "")
    found = [event for event in found if event.kind == kind] if kind in present else found
    shown = found if request.GET.get("events") == "all" else found[:EVENTS_SHOWN]
    kept = f"&kind={kind}" if kind in present else ""
    tags = [{"label": "Everything", "url": "?#timeline", "active": kind not in present}]
    tags += [
        {"label": KINDS.get(each, each.capitalize()), "url": f"?kind={each}#timeline", "active": each == kind}
        for each in sorted(present)
    ]
    context = {
        "days": timeline.by_day(shown),
        "kinds": tags if len(present) > 1 else [],
        "left": len(found) - len(shown),
        "all_url": f"?events=all{kept}#timeline",
        "may_mend": may_pursue(case_file(request.user, case)),
    }
    return Panel("Timeline", "grievances/_timeline.html", context, len(found), id="timeline")


@panel("grievances.informationrequest", order=10)
def trail(request, record) -> Panel:
    """The turns of a request, in order: the refusal trail."""
    entries = list(record.entries.select_related("paper"))
    return Panel(
        "What happened", "grievances/_trail.html", {"record": record, "entries": entries}, len(entries), id="trail"
    )
