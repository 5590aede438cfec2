"""What the clock does: last and next, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import django_filters as filters
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.views.generic import TemplateView, View

from ip2a.answers import Refused
from ip2a.filters import ChoiceFilter, DayRangeFilter
from ip2a.tables import Column, Table
from ip2a.views.generic import Guarded, RecordList
from ip2a.words import register_tones
from maintenance import schedule
from maintenance.models_watching import UNFINISHED, RunState, ScheduledRun
from maintenance.timetable import timetable

register_tones({"skipped": "quiet"})
TURNS_SHOWN = 12
CRUMB, HOME = "Schedule", "/maintenance/schedule/"


@dataclass
class Line:
    """One scheduled work as a person reads it."""

    work: schedule.Scheduled
    when: str
    next_at: datetime | None
    last: ScheduledRun | None

    @property
    def is_running(self) -> bool:
        return self.last is not None and self.last.state in UNFINISHED

    @property
    def took(self) -> str:
        return in_words(self.last) if self.last else ""


def in_words(run: ScheduledRun) -> str:
    """How long it took."""
    if run.took is None:
        return ""
    seconds = run.took.total_seconds()
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{seconds // 3600:.0f} h {seconds % 3600 // 60:.0f} min" if seconds >= 3600 else f"{seconds / 60:.0f} min"


TURN_COLUMNS = [
    Column("due", "Due", lambda r: r.due, kind="moment", sort=("due",)),
    Column("work", "Work", lambda r: r.label, sort=("name",)),
    Column("started", "Started", lambda r: r.started_at, kind="moment", sort=("started_at",)),
    Column("took", "Took", in_words, kind="word"),
    Column("state", "State", lambda r: r.state, kind="state", show=lambda r: r.get_state_display()),
    Column("message", "Result", lambda r: r.message),
    Column("by", "Asked for by", lambda r: str(r.by) if r.by else "", wide=True),
]


class Schedule(Guarded, TemplateView):
    model = ScheduledRun
    template_name = "maintenance/schedule.html"

    def get_context_data(self, **kwargs):
        works, now = schedule.works(), timezone.now()
        newest = ScheduledRun.objects.order_by("name", "-due", "-pk").distinct("name").select_related("job", "by")
        last = {run.name: run for run in newest}
        lines = [
            Line(works[key], times.words(), times.next(now), last.get(key))
            for key, times in timetable().items()
            if key in works
        ]
        turns = list(ScheduledRun.objects.select_related("by")[:TURNS_SHOWN])
        add_labels(turns)
        return super().get_context_data(
            title=CRUMB,
            crumbs=[(CRUMB, None)],
            lines=sorted(lines, key=lambda line: (line.next_at is None, line.next_at)),
            turns=Table(TURN_COLUMNS, turns, caption="The newest turns"),
            may_run=bool(schedule.may_run(self.request.user)),
            **kwargs,
        )


def add_labels(turns: list[Any]) -> None:
    """What was taken off the schedule since keeps its key."""
    works = schedule.works()
    for run in turns:
        run.label = works[run.name].label if run.name in works else run.name


def _works() -> list[tuple[str, str]]:
    """The rooms' works, as they are when somebody looks."""
    return sorted(((key, work.label) for key, work in schedule.works().items()), key=lambda pair: pair[1])


class TurnFilter(filters.FilterSet):
    work = ChoiceFilter(choices=_works, label="Work", field_name="name")
    state = ChoiceFilter(choices=RunState, label="State")
    due = DayRangeFilter(label="Due", field_name="due__date")

    class Meta:
        model = ScheduledRun
        fields: list[str] = []


class TurnList(RecordList):
    model = ScheduledRun
    title = "Turns of the schedule"
    filterset_class = TurnFilter
    columns = TURN_COLUMNS
    default_order = "-due"
    main_filters = ("work", "state")
    empty_text = "Nothing was due yet. Each turn will stand here, with what came of it."

    def rows(self):
        return self.visible().select_related("by")

    def enrich(self, records: list[Any]) -> None:
        add_labels(records)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"crumbs": [(CRUMB, HOME), ("Turns", None)]}


class RunNow(Guarded, View):
    model = ScheduledRun
    http_method_names = ["post"]

    def post(self, request, key):
        if key not in schedule.works():
            raise Http404
        try:
            job = schedule.run_now(key, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("maintenance:schedule")
        return redirect(job.url)
