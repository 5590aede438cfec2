"""The Repairs page: what is doubtful, in one sentence each, and what can be done about it."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Sum
from django.db.models.functions import TruncDate
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.views.generic import TemplateView, View

from ip2a.charts import Columns, Series
from ip2a.paging import Page, page_number, paginate
from ip2a.tables import Column, Table
from ip2a.views.generic import Guarded
from maintenance import badge, doctor, findings, repairing
from maintenance.models import Finding, HealStep, Severity
from maintenance.models_healing import RunKind
from maintenance.models_watching import Postponement
from maintenance.registry import Check, Thing, all_checks, check_named

CRUMB = "Repairs"
HOME = "/maintenance/repairs/"
SPANS = (7, 90)
MOST_PLACES = 200


class FindingList(Guarded, TemplateView):
    """What the last round over all data found: one sentence each, with examples and what to do."""

    model = Finding
    template_name = "maintenance/finding_list.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        told = findings.told_to(user)
        put_off = {p.check_name: p for p in Postponement.objects.on(timezone.localdate()).select_related("by")}
        doubtful = [one for one in told if one.is_open]
        waiting = [one for one in doubtful if one.check.name not in put_off]
        findings.add_examples(waiting, user)
        may_mend = bool(repairing.may_mend(user))
        return super().get_context_data(
            title=CRUMB,
            crumbs=[(CRUMB, None)],
            doubtful=doubtful,
            for_a_person=[one for one in waiting if _needs_a_person(one)],
            worth_knowing=[one for one in waiting if not _needs_a_person(one)],
            put_off=[(one, put_off[one.check.name]) for one in doubtful if one.check.name in put_off],
            healthy=[one for one in told if not one.is_open],
            checked_at=findings.last_checked(told),
            may_mend=may_mend,
            trend=trend(user, self.days) if may_mend else None,
            days=self.days,
            spans=SPANS,
            **kwargs,
        )

    @property
    def days(self) -> int:
        asked = self.request.GET.get("days", "")
        return int(asked) if asked in map(str, SPANS) else SPANS[0]


def _needs_a_person(one: findings.Told) -> bool:
    return bool(one.finding.trouble) or one.finding.severity != Severity.INFORMATION


def names_told_to(user: Any) -> list[str]:
    """Checks whose counts this person may know."""
    return [check.name for check in all_checks() if check.is_visible_to(user)]


def trend(user: Any, days: int) -> Columns:
    """How many rows were mended each day, of what this person may know."""
    today = timezone.localdate()
    first = today - timedelta(days=days - 1)
    steps = HealStep.objects.filter(run__kind=RunKind.MEND, run__started_at__date__gte=first, repaired__gt=0)
    steps = steps.filter(check_name__in=names_told_to(user)).annotate(day=TruncDate("run__started_at"))
    mended: dict[date, int] = dict(steps.order_by().values_list("day").annotate(Sum("repaired")))
    shown = [first + timedelta(days=n) for n in range(days)]
    return Columns(
        f"Rows mended in {days} days",
        labels=[f"{day.day} {day:%b}" for day in shown],
        series=[Series("Mended", [mended.get(day, 0) for day in shown])],
        axis="Rows",
        across="Day",
    )


class FindingDetail(Guarded, TemplateView):
    """Every record of one finding, looked up now, page by page."""

    model = Finding
    template_name = "maintenance/finding_detail.html"

    def address(self, page: int) -> str:
        return f"{self.request.path}?page={page}"

    def get_context_data(self, **kwargs):
        check = told_check(self.request.user, self.kwargs["name"])
        finding = Finding.objects.filter(check_name=check.name).first()
        shown = self.places(check) if check.tell is not None else self.records(check)
        page = shown["page"]
        return super().get_context_data(
            title=check.say(finding.count if finding else page.total or 0).rstrip("."),
            crumbs=[(CRUMB, HOME), (check.name, None)],
            check=check,
            chip=findings.severity_chip(check.severity),
            finding=finding,
            put_off=Postponement.objects.on(timezone.localdate()).filter(check_name=check.name).first(),
            repair=findings.repair_of(check, finding),
            may_mend=bool(repairing.may_mend(self.request.user, check)),
            **shown,
            **kwargs,
        )

    def records(self, check: Check) -> dict[str, Any]:
        meta = check.model._meta
        noun = (str(meta.verbose_name), str(meta.verbose_name_plural))
        page = paginate(_ordered(check), page_number(self.request.GET.get("page")), noun, self.address)
        return {"page": page, "table": Table(_columns(check), page.records, caption=page.count_label)}

    def places(self, check: Check) -> dict[str, Any]:
        """What has no record: a part of the schema, a file. Looking through files takes long, so those of the last
        round are shown."""
        columns = [Column("what", "What", lambda thing: thing.text)]
        if check.files:
            finding = Finding.objects.filter(check_name=check.name).first()
            things = [Thing(text) for text in (finding.things if finding else [])]
        else:
            things = check.tell() if check.tell else []
            columns.append(Column("cure", "How it is put right", lambda thing: thing.cure))
        page = Page(1, 1, things[:MOST_PLACES], len(things), ("place", "places"))
        return {"page": page, "table": Table(columns, page.records, caption=page.count_label)}


def told_check(user: Any, name: str) -> Check:
    """The check of this name, for those who are told of what it finds."""
    check = check_named(name)
    if check is None or not check.is_visible_to(user):
        raise Http404("No check has this name.")
    return check


def _ordered(check: Check):
    rows = check.find()
    names = {field.name for field in check.model._meta.get_fields()}
    return rows.order_by("sort_key", "pk") if "sort_key" in names else rows.order_by("-pk")


def _columns(check: Check) -> list[Column]:
    kind = "link" if hasattr(check.model, "get_absolute_url") else "text"
    columns = [Column("record", str(check.model._meta.verbose_name).capitalize(), str, kind=kind)]
    if check.fact is not None:
        columns.append(Column("fact", "What is doubtful", check.fact))
    return columns


class FindingCheck(Guarded, View):
    """Look through everything now."""

    model = Finding
    http_method_names = ["post"]

    def post(self, request):
        seen = doctor.examine()
        if seen is None:
            messages.info(request, "Somebody else started a check a moment ago. Open this page again in a few seconds.")
        else:
            badge.refresh()
            found = sum(1 for one in seen if one.count or one.trouble)
            verdict = (
                f"{found} of {len(seen)} checks found something." if found else f"all {len(seen)} checks are well."
            )
            messages.success(request, f"Everything was looked at: {verdict}")
        return redirect("maintenance:finding_list")
