"""What the page of a campaign is made of, and what of it stands on the home page of those inside."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone

from ip2a.charts import Lines, Series
from ip2a.panels import Panel, panel
from ip2a.rules import has_right
from ip2a.tables import Column, Table
from organizing.columns import workspace as columns
from organizing.counting.cards import Gauges, gauges
from organizing.counting.trend import weeks
from organizing.counting.wallchart import stale_before, stale_days
from organizing.models import Assessment, Campaign, ContactNote, ListImport, UnfairPractice, UnitList, Worker
from organizing.rules.validity import REASONS, VALID
from organizing.services.practices import running

MOST = 10
AT_ONCE = timedelta(hours=24)


def opens(name: str, campaign: Campaign, **filters: Any) -> str:
    return f"{reverse(f'organizing:{name}_list')}?{urlencode({'campaign': campaign.pk, **filters})}"


def adds(request: Any, label: str, name: str, campaign: Campaign) -> list[tuple[str, str]]:
    if not has_right(request.user, "add", apps.get_model("organizing", name)):
        return []
    return [(label, f"{reverse(f'organizing:{name}_create')}?campaign={campaign.pk}")]


def listed(title: str, rows: QuerySet, shown: list[Column], empty: str, url: str = "", **more: Any) -> Panel:
    """The first rows of a kind and the way to the rest."""
    found = list(rows[: MOST + 1])
    total = len(found) if len(found) <= MOST else rows.order_by().count()
    prepare = more.get("prepare")
    if prepare and found:
        prepare(found[:MOST])
    context = {
        "table": Table(shown, found[:MOST], caption=title),
        "left": max(0, total - MOST) if url else 0,
        "total": total,
        "all_url": url,
        "empty": empty,
    }
    return Panel(title, "members/_listed.html", context, f"{total:,}", more.get("actions", []))


def without(shown: list[Column], *keys: str) -> list[Column]:
    return [column for column in shown if column.key not in keys and column.on_page]


@panel("organizing.campaign", order=5)
def support(request, campaign: Campaign) -> Panel:
    """The gauges: valid cards against the dated list, and why the others do not count."""
    found = gauges(campaign)
    return Panel("Cards", "organizing/_gauges.html", gauge_context(campaign, found), f"{found.valid:,} count")


def gauge_context(campaign: Campaign, found: Gauges) -> dict[str, Any]:
    against = {"list": found.unit_list.pk} if found.unit_list else {}
    reasons = [
        (REASONS[key], count, opens("authorizationcard", campaign, why=key, **against))
        for key, count in found.not_counted.items()
    ]
    size = max(found.size, 1)
    return {
        "gauges": found,
        "campaign": campaign,
        "filled": f"{min(100, 100 * found.valid / size):.2f}",
        "marks": [(mark, f"{min(100, 100 * mark.need / size):.2f}") for mark in found.marks],
        "reasons": reasons,
        "counted_url": opens("authorizationcard", campaign, why=VALID, **against),
        "list_url": opens("unitlist", campaign),
        "list_add_url": f"{reverse('organizing:unitlist_create')}?campaign={campaign.pk}",
        "cards_url": opens("authorizationcard", campaign),
    }


@panel("organizing.campaign", order=10)
def how_it_stands(request, campaign: Campaign) -> Panel:
    """How many stand where, each opening its rows; stale ones are counted apart."""
    rows = Worker.objects.visible_to(request.user).filter(campaign=campaign).here().order_by()
    counted = dict(rows.values_list("standing").annotate(Count("pk")))
    total = sum(counted.values())
    stale = rows.filter(standing_on__lt=stale_before(campaign)).count()
    told = [
        (
            columns.standing_chip(value),
            counted.get(value, 0),
            opens("worker", campaign, standing=value or "none", here="yes"),
        )
        for value in (1, 2, 3, 4, 5, None)
    ]
    context = {
        "told": told,
        "total": total,
        "stale": stale,
        "stale_days": stale_days(campaign),
        "stale_url": opens("worker", campaign, stale="yes"),
        "chart_url": reverse("organizing:campaign_chart", args=[campaign.pk]),
        "workers_url": opens("worker", campaign),
    }
    actions = adds(request, "Add a worker", "worker", campaign)
    return Panel("Workers", "organizing/_standings.html", context, f"{total:,}", actions)


STEPS = without(columns.WORKERS, "card", "crew", "shift", "site", "job", "language", "contact")


@panel("organizing.campaign", order=15)
def steps_due(request, campaign: Campaign) -> Panel:
    rows = Worker.objects.visible_to(request.user).filter(campaign=campaign).here().for_table()
    due = rows.filter(next_step_on__lte=timezone.localdate() + timedelta(days=7)).order_by("next_step_on", "sort_key")
    url = opens("worker", campaign, due="yes")
    return listed(
        "Next steps of this week", due, STEPS, "Nothing is due within a week.", url, prepare=columns.with_staleness
    )


CONTACTS = [
    Column("on", "Day", lambda c: c.on, kind="day"),
    Column("worker", "Worker", lambda c: c.worker, kind="related"),
    Column("kind", "How", lambda c: c.get_kind_display(), kind="word"),
    Column("reached", "Reached", lambda c: c.was_reached, kind="yes"),
    Column("note", "What was said", lambda c: c.note[:160]),
    Column("by", "By", lambda c: str(c.by), kind="word"),
]


@panel("organizing.campaign", order=20)
def latest_contacts(request, campaign: Campaign) -> Panel:
    rows = ContactNote.objects.visible_to(request.user).filter(campaign=campaign).for_table().order_by("-on", "-pk")
    return listed("Latest conversations", rows, CONTACTS, "No conversation was noted yet.")


@panel("organizing.campaign", order=25)
def assessed_by_two(request, campaign: Campaign) -> Panel | None:
    """Within a day two people judged a worker differently: both see it here."""
    recent = Assessment.objects.visible_to(request.user).filter(campaign=campaign).for_table()
    rows = recent.filter(created_at__gt=timezone.now() - AT_ONCE).order_by("worker", "-on", "-pk")[:500]
    told: dict[int, list[Assessment]] = {}
    for one in rows:
        told.setdefault(one.worker_id, []).append(one)
    found = [ones for ones in told.values() if len({(o.by_id, o.value) for o in ones}) > 1 and _differ(ones)]
    if not found:
        return None
    return Panel("Judged differently within a day", "organizing/_at_once.html", {"found": found}, f"{len(found):,}")


def _differ(ones: list[Assessment]) -> bool:
    return any(one.by_id != ones[0].by_id and one.value != ones[0].value for one in ones[1:])


@panel("organizing.campaign", order=30)
def unit_lists(request, campaign: Campaign) -> Panel:
    rows = UnitList.objects.visible_to(request.user).filter(campaign=campaign).for_table().order_by("-as_of", "-pk")
    shown = without(columns.LISTS, "campaign")
    actions = adds(request, "Add a unit list", "unitlist", campaign)
    empty = "There is no list of the unit yet. Cards can be entered, but nothing can be counted against a list."
    url = opens("unitlist", campaign)
    return listed("Unit lists", rows, shown, empty, url, prepare=columns.with_sizes, actions=actions)


@panel("organizing.campaign", order=35)
def practices(request, campaign: Campaign) -> Panel:
    rows = UnfairPractice.objects.visible_to(request.user).filter(campaign=campaign).for_table()
    shown = without(columns.PRACTICES, "campaign", "employer", "sections")
    actions = adds(request, "Note one", "unfairpractice", campaign)
    url = opens("unfairpractice", campaign)
    empty = "Nothing was noted. A charge must be filed and served within six months."
    ordered = rows.order_by("-occurred_on", "-pk")
    return listed("Unfair labor practices", ordered, shown, empty, url, prepare=columns.with_clocks, actions=actions)


@panel("organizing.campaign", order=40)
def trend(request, campaign: Campaign) -> Panel:
    found = weeks(campaign)
    chart = Lines(
        "Signed and supporting, week by week",
        labels=[f"{week.day.day} {week.day:%b}" for week in found],
        series=[
            Series("Signed a card", [week.signed for week in found]),
            Series("Supporters", [week.supporters for week in found]),
            Series("Conversations in the week", [week.conversations for week in found]),
        ],
        axis="Workers",
        across="Week to",
    )
    return Panel("Trend", "organizing/_trend.html", {"chart": chart, "weeks": found})


@panel("organizing.unitlist", order=10)
def on_the_list(request, unit_list: UnitList) -> Panel:
    rows = Worker.objects.visible_to(request.user).on_list(unit_list).for_table().order_by("sort_key", "pk")
    shown = without(columns.WORKERS, "step", "step_on", "language")
    url = f"{reverse('organizing:worker_list')}?{urlencode({'on_list': unit_list.pk})}"
    empty = "Nobody stands on it yet. Take in the table that you were given, or put workers on it one by one."
    return listed("Workers on the list", rows, shown, empty, url, prepare=columns.with_cards)


@panel("organizing.unitlist", order=20)
def tables_taken_in(request, unit_list: UnitList) -> Panel | None:
    """Which files were taken in, and the way to take one back."""
    rows = list(
        ListImport.objects.visible_to(request.user).filter(unit_list=unit_list).select_related("by", "undone_by")[:MOST]
    )
    if not rows:
        return None
    may = has_right(request.user, "change", ListImport)
    return Panel("Tables taken in", "organizing/_taken_in.html", {"rows": rows, "may": may}, f"{len(rows):,}")


@panel("home", order=12)
def charges_running(request, subject) -> Panel | None:
    """The six months of section 10(b): only for those inside, and only where a clock runs."""
    rows = UnfairPractice.objects.visible_to(request.user)
    if not has_right(request.user, "view", UnfairPractice):
        return None
    open_ones = rows.filter(pk__in=running().values("pk")).for_table().order_by("occurred_on", "pk")
    shown = [column for column in columns.PRACTICES if column.key in ("happened", "employer", "last", "left")]
    url = f"{reverse('organizing:unfairpractice_list')}?clock=yes"
    made = listed("Charges to file and serve", open_ones, shown, "", url, prepare=columns.with_clocks)
    return made if made.context["total"] else None
