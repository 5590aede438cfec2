"""What needs an officer or a filer today. Every panel is bounded; nobody else gets one."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from benevolence import roster, rules, statements, turns
from benevolence.columns import LEVEL
from benevolence.models import BenevolenceApplication, Fund, LedgerEntry, Status
from ip2a import numbers
from ip2a.panels import Panel, panel
from ip2a.questions import question
from ip2a.rules import has_right
from ip2a.words import format_day, format_money, state_chip

SHOWN = 8
QUEUE = "admin:benevolence_benevolenceapplication_changelist"
COMING_BACK = numbers.declare(
    "benevolence.coming-back", 7, unit="days", about="A deferred case that comes back within so many days is announced."
)


def is_officer(user: Any) -> bool:
    return has_right(user, "decide", BenevolenceApplication) and user.has_perm("ip2a.enter_benevolence")


def _title(case: BenevolenceApplication) -> str:
    """Without a name: the review may be blind, and a screen at an office is read over the shoulder."""
    return f"{case.number or 'Draft'}, {format_money(case.amount_requested)}"


def _panel(title: str, rows: list[dict[str, Any]], total: int, all_url: str, empty: str = "", **more: Any) -> Panel:
    context = {"rows": rows[:SHOWN], "left": max(0, total - SHOWN), "all_url": all_url, "empty": empty}
    return Panel(title, "benevolence/_queue.html", context, f"{total:,}", **more)


def _first(rows: QuerySet) -> tuple[list[BenevolenceApplication], int]:
    found = list(rows[: SHOWN + 1])
    return found, len(found) if len(found) <= SHOWN else rows.order_by().count()


def _list_url(query: str = "") -> str:
    return reverse("benevolence:benevolenceapplication_list") + query


@panel("home", order=5)
def awaits_my_level(request: Any, subject: Any) -> Panel | None:
    """The queue of an officer who holds a level or stands in, the most urgent first."""
    if not is_officer(request.user):
        return None
    today = timezone.localdate()
    if not roster.levels_of(request.user, today):
        return None
    rows = urgent_first(roster.queue_of(request.user, today))
    found, total = _first(rows)
    soon = int(numbers.value(turns.NEEDED_SOON))
    lines = []
    for case in found:
        urgency = turns.urgency(case, today, soon)
        chip = state_chip(urgency.words, urgency.tone) if urgency.words else ""
        lines.append(
            {
                "title": _title(case),
                "fact": turns.age(case, today),
                "chip": chip,
                "url": turns.admin_url("change", case),
            }
        )
    return _panel("Awaits my level", lines, total, f"{reverse(QUEUE)}?queue=mine", "No case waits for your decision.")


def urgent_first(rows: QuerySet) -> QuerySet:
    """Emergencies, then what is due first, then the oldest."""
    return rows.order_by("-is_emergency", "review_due_on", "level_since", "id")


@panel("home", order=6)
def overdue_reviews(request: Any, subject: Any) -> Panel | None:
    """Reviews beyond the days of the policy, at whichever level, shown to every officer. Only where there are any."""
    if not is_officer(request.user):
        return None
    today = timezone.localdate()
    found, total = _first(BenevolenceApplication.objects.overdue(today).order_by("review_due_on", "id"))
    if not found:
        return None
    lines = [
        {
            "title": _title(case),
            "fact": LEVEL[case.current_level],
            "chip": state_chip(f"{turns.days((today - case.review_due_on).days)} overdue", "bad"),
            "url": case.get_absolute_url(),
        }
        for case in found
    ]
    return _panel("Overdue reviews", lines, total, _list_url("?overdue=yes"))


@panel("home", order=7)
def to_confirm(request: Any, subject: Any) -> Panel | None:
    """Emergency approvals that still need a second officer's word. Only where there are any."""
    if not is_officer(request.user):
        return None
    found, total = _first(BenevolenceApplication.objects.unconfirmed().order_by("decided_on", "id"))
    if not found:
        return None
    lines = [
        {
            "title": _title(case),
            "fact": f"approved {format_day(case.decided_on)}",
            "url": turns.admin_url("confirm", case),
        }
        for case in found
    ]
    return _panel("Emergency approvals to confirm", lines, total, _list_url("?emergency=yes&sort=-date"))


@panel("home", order=8)
def to_pay(request: Any, subject: Any) -> Panel | None:
    """Approved and not yet paid, for who keeps the books. Only where there are any."""
    if not has_right(request.user, "pay", BenevolenceApplication):
        return None
    fund = Fund.objects.filter(is_default=True).first()
    if fund is None or not rules.may_keep_books(request.user, fund):
        return None
    found, total = _first(BenevolenceApplication.objects.committed().order_by("decided_on", "id"))
    if not found:
        return None
    lines = [
        {
            "title": f"{case.number}, {format_money(case.approved_amount)}",
            "fact": f"approved {format_day(case.decided_on)}",
            "url": case.get_absolute_url(),
        }
        for case in found
    ]
    return _panel("To be paid", lines, total, _list_url("?status=approved"))


@panel("home", order=9)
def coming_back(request: Any, subject: Any) -> Panel | None:
    """Deferred cases that come back soon. Only where there are any."""
    if not is_officer(request.user):
        return None
    today = timezone.localdate()
    until = today + timedelta(days=int(numbers.value(COMING_BACK)))
    rows = BenevolenceApplication.objects.deferral_over(until).order_by("deferred_until", "id")
    found, total = _first(rows)
    if not found:
        return None
    lines = [
        {
            "title": _title(case),
            "fact": f"{LEVEL[case.current_level]}, {turns.by_when(case.deferred_until, today)}",
            "url": case.get_absolute_url(),
        }
        for case in found
    ]
    return _panel("Deferred, coming back", lines, total, _list_url("?status=deferred"))


@question(first=SHOWN + 1)
def _asked_back(reader: Any) -> QuerySet:
    rows = BenevolenceApplication.objects.waiting_for(reader).select_related("member", "policy")
    return rows.order_by("waiting_since")


@question(first=SHOWN + 1)
def _drafts(reader: Any) -> QuerySet:
    rows = BenevolenceApplication.objects.filter(filed_by=reader, status=Status.DRAFT, withdrawn_at=None)
    return rows.select_related("member").order_by("-application_date", "-id")


@panel("home", order=11)
def yours_to_answer(request: Any, subject: Any) -> Panel | None:
    """A filer's own cases that lie with the filer: questions first, then drafts. Only where there are any."""
    user = request.user
    if not has_right(user, "add", BenevolenceApplication):
        return None
    today = timezone.localdate()
    asked, drafts = _asked_back(user), _drafts(user)
    questions = _asked_back.count(user) if len(asked) > SHOWN else len(asked)
    unfinished = _drafts.count(user) if len(drafts) > SHOWN else len(drafts)
    lines = [_question(case, today) for case in asked]
    lines += [
        {"title": f"Draft, {case.member}", "fact": "not submitted", "url": case.get_absolute_url()} for case in drafts
    ]
    if not lines:
        return None
    return _panel("Yours to answer", lines, questions + unfinished, _list_url("?mine=filed"))


def _question(case: BenevolenceApplication, today) -> dict[str, Any]:
    due = turns.answer_due(case)
    chip = state_chip("Late", "bad") if due < today else ""
    fact = f"answer by {turns.by_when(due, today)}"
    return {"title": f"{case.number}, {case.member}", "fact": fact, "chip": chip, "url": turns.url_of("answer", case)}


@panel("home", order=18)
def low_fund(request: Any, subject: Any) -> Panel | None:
    """The fund near its floor, for those who may see the books. Only while it is."""
    if LedgerEntry.objects.visible_to(request.user).query.is_empty():
        return None
    fund = Fund.objects.filter(is_default=True).first()
    if fund is None:
        return None
    now = statements.standing(fund, timezone.localdate())
    if now.free >= numbers.value(statements.NEAR_FLOOR):
        return None
    line = {
        "title": f"{fund} holds {format_money(now.balance)}",
        "fact": f"{format_money(now.free)} free above the floor",
        "chip": state_chip("Low", "warn" if now.free > 0 else "bad"),
        "url": reverse("benevolence:fund_detail"),
    }
    return _panel("Fund near its floor", [line], 1, "")
