"""What members' and employers' pages show of grievances. Nothing for those who may not read them."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from grievances import dues
from grievances.columns import COLUMN
from grievances.lookups import MOST_CASES, cases_of
from grievances.models import Grievance
from grievances.models.case import RUNNING
from ip2a import timeline
from ip2a.panels import Panel, panel
from ip2a.rules import has_right
from ip2a.tables import Table

MOST = 25
EVENTS_SHOWN = 20
BESIDE_MEMBER = [COLUMN[key] for key in ("number", "employer", "status", "step", "due", "representative")]
BESIDE_EMPLOYER = [COLUMN[key] for key in ("number", "grievant", "status", "step", "due", "employer_due")]


def list_url(**query: Any) -> str:
    address = reverse("grievances:grievance_list")
    return f"{address}?{urlencode(query)}" if query else address


def adding(request: Any, subject: Any, **query: Any) -> list[tuple[str, str]]:
    if not has_right(request.user, "add", Grievance) or subject.is_removed:
        return []
    return [("New grievance", f"{reverse('grievances:grievance_create')}?{urlencode(query)}")]


def first_of(rows: QuerySet, most: int) -> tuple[list[Grievance], int]:
    """The first cases with their days off, and how many there are in all."""
    records = list(rows[: most + 1])
    total = len(records) if len(records) <= most else rows.order_by().count()
    dues.attach_days_off(records[:most])
    return records[:most], total


@panel("members.member", order=20)
def of_member(request, member) -> Panel | None:
    """Own cases and those of a group, the running ones first."""
    if not has_right(request.user, "view", Grievance):
        return None
    found = cases_of(request.user, member)
    shown = found[:MOST]
    total = len(found)
    if total > MOST_CASES:
        total = Grievance.objects.visible_to(request.user).of_member(member).count()
    dues.attach_days_off(shown)
    context = {
        "table": Table(BESIDE_MEMBER, shown, caption="Grievances"),
        "left": total - len(shown),
        "total": total,
        "all_url": list_url(member_id=member.pk),
        "empty": "No grievance for this member yet.",
    }
    actions = adding(request, member, member=member.pk)
    return Panel("Grievances", "members/_listed.html", context, f"{total:,}", actions, "grievances")


@panel("members.organization", order=40)
def of_employer(request, organization) -> Panel | None:
    """The open cases at an employer, and how many there are and were."""
    rows = Grievance.objects.visible_to(request.user)
    if rows.query.is_empty():
        return None
    here = rows.filter(employer=organization)
    figures = _figures(here, organization)
    open_ = here.running().for_table().order_by("next_due_on", "pk")
    shown, total = first_of(open_, MOST)
    context = {
        "figures": figures,
        "table": Table(BESIDE_EMPLOYER, shown, caption="Open grievances"),
        "left": total - len(shown),
        "total": total,
        "all_url": list_url(employer_id=organization.pk, status="running"),
        "empty": "No open grievance here.",
        "any": any(number for _, number, _ in figures),
    }
    actions = adding(request, organization, employer=organization.pk)
    return Panel("Grievances", "grievances/_of_employer.html", context, f"{total:,}", actions, "grievances")


def _figures(here: QuerySet, organization: Any) -> list[tuple[str, int, str]]:
    """How many cases there are and were, each with the way to them."""
    numbers = here.aggregate(
        running=Count("pk", filter=Q(status__in=RUNNING)),
        in_default=Count("pk", filter=Q(status__in=RUNNING, employer_due_on__lt=dues.today())),
        settled=Count("pk", filter=Q(status=Grievance.Status.SETTLED)),
        every=Count("pk"),
    )
    shown = (
        ("Open", "running", {"status": "running"}),
        ("In default", "in_default", {"overdue": "employer"}),
        ("Settled", "settled", {"status": "settled"}),
        ("In all", "every", {}),
    )
    return [(words, numbers[key], list_url(employer_id=organization.pk, **query)) for words, key, query in shown]


@panel("members.organization", order=80)
def employer_timeline(request, organization) -> Panel | None:
    """What happened with this employer, as far as anybody tells it."""
    found = timeline.events(request.user, organization)
    if not any(event.kind == "grievance" for event in found):
        return None
    whole = request.GET.get("events") == "all"
    shown = found if whole else found[:EVENTS_SHOWN]
    context = {
        "days": timeline.by_day(shown),
        "kinds": [],
        "left": len(found) - len(shown),
        "all_url": "?events=all#timeline",
    }
    return Panel("Timeline", "members/_timeline_panel.html", context, len(found), id="timeline")
