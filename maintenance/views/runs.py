"""What was mended: run by run, row by row, as far as the reader may know of it."""

import json
from typing import Any

import django_filters as filters
from django.db.models import Sum
from django.utils.html import format_html

from ip2a.filters import ChoiceFilter, DayRangeFilter, TextFilter, YesNoFilter
from ip2a.models import Job
from ip2a.tables import Column, Table
from ip2a.views.generic import RecordDetail, RecordList
from ip2a.words import format_moment, register_tones
from maintenance import healing
from maintenance.models import HealRun, HealStep, QuarantineRow
from maintenance.models_healing import Action, Road, RunKind, RunStatus
from maintenance.views.findings import CRUMB, HOME, names_told_to

register_tones({"changed": "info", "removed": "warn", "cured": "good"})
ROWS_SHOWN = 50
NUMBERS = ("found", "repaired", "still")


class RunFilter(filters.FilterSet):
    kind = ChoiceFilter(choices=RunKind, label="Kind")
    status = ChoiceFilter(choices=RunStatus, label="State")
    road = ChoiceFilter(choices=Road, label="Begun by")
    started = DayRangeFilter(label="Started", field_name="started_at__date")

    class Meta:
        model = HealRun
        fields: list[str] = []


RUN_COLUMNS = [
    Column("run", "Run", lambda r: f"{r.get_kind_display()} {r.pk}", kind="link", sort=("id",)),
    Column("started", "Started", lambda r: r.started_at, kind="moment", sort=("started_at",)),
    Column("road", "Begun by", lambda r: str(r.by) if r.by else r.get_road_display()),
    Column("status", "State", lambda r: r.status, kind="state", show=lambda r: r.get_status_display()),
    Column("found", "Found", lambda r: r.told["found"], kind="number"),
    Column("repaired", "Mended", lambda r: r.told["repaired"], kind="number"),
    Column("left", "Left", lambda r: r.told["still"], kind="number"),
    Column("undone", "Taken back", lambda r: r.undone_at, kind="moment", wide=True),
]


class RunList(RecordList):
    model = HealRun
    title = "Repair runs"
    filterset_class = RunFilter
    columns = RUN_COLUMNS
    default_order = "-run"
    main_filters = ("kind", "status", "road")
    empty_text = "Every round of repair will stand here, with what it mended. It runs each night at two."

    def rows(self):
        return self.visible().select_related("by")

    def enrich(self, records: list[Any]) -> None:
        """Counts of what this person may know: a run's own numbers are over all data, compartments included."""
        add_counts(records, self.request.user)


def add_counts(runs: list[HealRun], user: Any) -> None:
    """An undo has no checks of its own, so nothing is counted for it."""
    steps = HealStep.objects.filter(run__in=runs, check_name__in=names_told_to(user)).order_by()
    counted = steps.values("run").annotate(**{name: Sum(name) for name in NUMBERS})
    told = {row["run"]: row for row in counted}
    for run in runs:
        run.told = told.get(run.pk, dict.fromkeys(NUMBERS, None if run.kind == RunKind.UNDO else 0))


STEP_COLUMNS = [
    Column("check", "Check", lambda s: s.check_name),
    Column("found", "Found", lambda s: s.found, kind="number"),
    Column("repaired", "Mended", lambda s: s.repaired, kind="number"),
    Column("withheld", "For a person", lambda s: s.withheld, kind="number"),
    Column("still", "Left", lambda s: s.still, kind="number"),
    Column("message", "Remark", lambda s: s.message),
]
ROW_COLUMNS = [
    Column("row", "Row", lambda q: f"{q.label} {q.row_key}", kind="link"),
    Column("check", "Check", lambda q: q.check_name),
    Column("action", "What was done", lambda q: q.action, kind="state", show=lambda q: q.get_action_display()),
    Column("returned", "Put back", lambda q: q.returned.at if q.is_undone else None, kind="moment"),
]


class Kept(RecordDetail):
    """Written by the program alone: nobody edits it, and it has no history but itself."""

    def url_of(self, page: str, *args: Any) -> str:
        return "" if page in ("update", "history") else super().url_of(page, *args)


class RunDetail(Kept):
    model = HealRun

    def visible(self):
        return super().visible().select_related("by", "undone_by", "undoes")

    def facts(self) -> list[tuple[str, Any]]:
        run = self.record
        facts = [
            ("Started", format_moment(run.started_at)),
            ("Ended", format_moment(run.ended_at) if run.ended_at else "Not yet"),
            ("Begun by", str(run.by) if run.by else run.get_road_display()),
        ]
        if run.undoes_id:
            link = format_html('<a href="{}">{}</a>', run.undoes.get_absolute_url(), run.undoes)
            facts.append(("Takes back", link))
        if run.undone_at:
            who = str(run.undone_by) if run.undone_by else "the house itself"
            facts.append(("Taken back", f"{format_moment(run.undone_at)} by {who}"))
        return facts

    def get_context_data(self, **kwargs: Any) -> dict:
        run, user = self.record, self.request.user
        steps = list(run.steps.filter(check_name__in=names_told_to(user)))
        rows = QuarantineRow.objects.visible_to(user).filter(run=run).select_related("returned")
        shown = list(rows[: ROWS_SHOWN + 1])
        may_undo = healing.may_mend(user) and run.kind == RunKind.MEND and run.ended_at and not run.undone_at
        context = super().get_context_data(
            run=run,
            steps=Table(STEP_COLUMNS, steps, caption="Checks"),
            rows=Table(ROW_COLUMNS, shown[:ROWS_SHOWN], caption="Rows"),
            has_more=len(shown) > ROWS_SHOWN,
            job=Job.objects.of("maintenance.undo", run).order_by("-pk").first(),
            **kwargs,
        )
        undo = {"label": "Undo", "url": self.url_of("undo", run.pk)}
        return context | {
            "crumbs": [(CRUMB, HOME), ("Runs", self.url_of("list")), (str(run), None)],
            "primary_action": undo if may_undo and rows.kept().exists() else None,
        }


class QuarantineFilter(filters.FilterSet):
    q = TextFilter(label="Check or table", method="named")
    run = filters.NumberFilter(label="Run")
    action = ChoiceFilter(choices=Action, label="What was done")
    back = YesNoFilter(label="Put back", method="put_back")
    at = DayRangeFilter(label="When", field_name="at__date")

    class Meta:
        model = QuarantineRow
        fields: list[str] = []

    def named(self, rows, name, value):
        word = value.replace("\x00", "").strip()
        return rows.filter(check_name__icontains=word) | rows.filter(table_name__icontains=word)

    def put_back(self, rows, name, value):
        return rows.undone() if value == "yes" else rows.kept()


def _content(values: Any) -> str:
    return json.dumps(values, ensure_ascii=False, default=str) if values is not None else ""


class QuarantineRowList(RecordList):
    model = QuarantineRow
    title = "Rows in quarantine"
    filterset_class = QuarantineFilter
    columns = [
        ROW_COLUMNS[0],
        *ROW_COLUMNS[1:3],
        Column("at", "When", lambda q: q.at, kind="moment", sort=("at",)),
        Column("run", "Run", lambda q: q.run, kind="related", show=lambda q: f"{q.run_id}"),
        ROW_COLUMNS[3],
        Column("before", "Before", lambda q: _content({n: v for n, v, _ in q.differences()}), on_page=False),
        Column("after", "After", lambda q: _content({n: v for n, _, v in q.differences()}), on_page=False),
    ]
    default_order = "-at"
    main_filters = ("run", "action", "back")
    empty_text = "Every row that a repair changes or removes is kept here as it was, and can be put back."

    def rows(self):
        return self.visible().select_related("run", "returned")


class QuarantineRowDetail(Kept):
    model = QuarantineRow

    def visible(self):
        return super().visible().select_related("run", "returned__run")

    def facts(self) -> list[tuple[str, Any]]:
        row = self.record
        run = format_html('<a href="{}">{}</a>', row.run.get_absolute_url(), row.run)
        return [
            ("Mended", format_moment(row.at)),
            ("What was done", row.get_action_display()),
            ("Check", row.check_name),
            ("Run", run),
            *([("Put back", format_moment(row.returned.at))] if row.is_undone else []),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        row = self.record
        columns = [
            Column("name", "Column", lambda d: d[0]),
            Column("before", "Before", lambda d: _shown(d[1])),
            Column("after", "After", lambda d: _shown(d[2]) if row.after is not None else ""),
        ]
        context = super().get_context_data(
            row=row,
            differences=Table(columns, row.differences(), caption="What was changed"),
            may_put_back=bool(healing.may_mend(self.request.user)) and not row.is_undone and row.action != Action.CURED,
            **kwargs,
        )
        return context | {"crumbs": [(CRUMB, HOME), ("Quarantine", self.url_of("list")), (str(row), None)]}


def _shown(value: Any) -> str:
    return "nothing" if value is None else str(value)
