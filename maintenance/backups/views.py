"""The pages of the backups: which there are, one of them, and a button for another."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.generic import TemplateView, View

from ip2a import jobs
from ip2a.paging import page_number, paginate
from ip2a.tables import Column, Table
from ip2a.views.generic import Guarded
from ip2a.words import format_moment, register_tones
from maintenance.backups.models import BackupRun, BackupState, Verdict
from maintenance.backups.telling import size
from maintenance.jobs import BACKUP

TITLE = "Backups"
register_tones(
    {
        BackupState.RUNNING: "info",
        BackupState.DONE: "good",
        BackupState.FAILED: "bad",
        BackupState.GONE: "quiet",
        Verdict.GOOD: "good",
        Verdict.BAD: "bad",
        Verdict.UNKNOWN: "quiet",
    }
)
COLUMNS = [
    Column("name", "Backup", str, kind="link"),
    Column("made", "Made", lambda run: run.started_at, kind="moment"),
    Column("state", "State", lambda run: run.state, kind="state", show=lambda run: run.get_state_display()),
    Column("size", "Size", lambda run: size(run.bytes) if run.bytes else "", kind="word"),
    Column("files", "Files", lambda run: run.files, kind="number"),
    Column(
        "verdict", "Restored on trial", lambda run: run.verdict, kind="state", show=lambda r: r.get_verdict_display()
    ),
    Column("took", "Restoring took", lambda run: _seconds(run.restore_seconds), kind="word"),
]


def _seconds(number: float | None) -> str:
    return "" if number is None else f"{number:,.1f} s"


class BackupList(Guarded, TemplateView):
    model = BackupRun
    template_name = "maintenance/backup_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows, user = self.visible().for_table().defer("row_counts"), self.request.user
        page = paginate(rows, page_number(self.request.GET.get("page")), ("backup", "backups"), self.address)
        return super().get_context_data(
            title=TITLE,
            crumbs=[(TITLE, None)],
            page=page,
            table=Table(COLUMNS, page.records, caption=page.count_label),
            last_good=self.visible().good().order_by("-started_at").first(),
            last_proved=self.visible().filter(verdict=Verdict.GOOD).order_by("-verified_at").first(),
            job=jobs.latest(BACKUP, None, user),
            may_make=user.has_perm("maintenance.add_backuprun"),
            **kwargs,
        )

    def address(self, page: int) -> str:
        return f"{self.request.path}?page={page}"


class BackupDetail(Guarded, TemplateView):
    model = BackupRun
    template_name = "maintenance/backup_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        run = self.record
        return super().get_context_data(
            run=run,
            title=run.name,
            crumbs=[(TITLE, self.url_of("list")), (run.name, None)],
            facts=_facts(run),
            trial=_trial(run),
            problems=[words for words in (run.problem, run.send_problem) if words],
            verify_problems=run.verify_problem.splitlines(),
            **kwargs,
        )


class BackupMake(Guarded, View):
    model = BackupRun
    verb = "add"
    http_method_names = ["post"]

    def post(self, request) -> HttpResponse:
        job = jobs.start(BACKUP, None, by=request.user)
        if job.is_new:
            messages.success(request, "The backup is being made. You can go on working meanwhile.")
        else:
            messages.info(request, "A backup is being made already. It stands here as soon as it is whole.")
        return redirect("maintenance:backuprun_list")


def _facts(run: BackupRun) -> list[tuple[str, Any]]:
    return [
        ("Made", format_moment(run.started_at)),
        ("By", run.started_by.get_full_name() if run.started_by else "The system"),
        ("Took", _seconds(run.seconds)),
        ("Database", f"{size(run.bytes)}, {sum(run.row_counts.values()):,} rows" if run.bytes else ""),
        ("Files", f"{run.files:,} ({size(run.files_bytes)}), {run.files_copied:,} of them new"),
        ("Files that could not be read", f"{run.files_missing:,}"),
        ("Second copy", format_moment(run.sent_at) if run.sent_at else "None"),
        ("Checksum", run.sha256),
    ]


def _trial(run: BackupRun) -> list[tuple[str, Any]]:
    if run.verdict == Verdict.UNKNOWN:
        return []
    return [
        ("Restored on", format_moment(run.verified_at)),
        ("Verdict", run.get_verdict_display()),
        ("Restoring took", _seconds(run.restore_seconds)),
    ]
