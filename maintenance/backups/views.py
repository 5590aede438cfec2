"""The pages of the backups: which there are, one of them, and buttons for another, for a trial, for lost documents."""

from typing import Any

import django_filters as filters
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.generic import TemplateView, View

from ip2a import jobs
from ip2a.answers import YES, Answer
from ip2a.filters import ChoiceFilter, DayRangeFilter, TextFilter
from ip2a.models import Attachment
from ip2a.tables import Column
from ip2a.views.generic import Guarded, RecordList
from ip2a.words import counted, format_moment, register_tones
from maintenance.backups import folder
from maintenance.backups.models import BackupRun, BackupState, Verdict
from maintenance.backups.telling import size
from maintenance.jobs import BACKUP, BRING_BACK, TRIAL
from maintenance.resilience.models import FileFault
from maintenance.views.acts import Asking

TITLE = "Backups"
HOME = "/maintenance/backups/"
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


def _seconds(number: float | None) -> str:
    return "" if number is None else f"{number:,.1f} s"


class BackupFilter(filters.FilterSet):
    q = TextFilter(label="Name", field_name="name", lookup_expr="icontains")
    state = ChoiceFilter(choices=BackupState, label="State")
    verdict = ChoiceFilter(choices=Verdict, label="Restored on trial")
    made = DayRangeFilter(label="Made", field_name="started_at__date")

    class Meta:
        model = BackupRun
        fields: list[str] = []


class BackupList(RecordList):
    model = BackupRun
    title = TITLE
    filterset_class = BackupFilter
    columns = [
        Column("name", "Backup", str, kind="link", sort=("name",), whole=True),
        Column("made", "Made", lambda run: run.started_at, kind="moment", sort=("started_at",)),
        Column("state", "State", lambda run: run.state, kind="state", show=lambda run: run.get_state_display()),
        Column("size", "Size", lambda run: size(run.bytes) if run.bytes else "", kind="word", sort=("bytes",)),
        Column("files", "Files", lambda run: run.files, kind="number", sort=("files",)),
        Column("missing", "Not readable", lambda run: run.files_missing or None, kind="number"),
        Column(
            "verdict", "On trial", lambda run: run.verdict, kind="state", show=lambda run: run.get_verdict_display()
        ),
        Column("took", "Restoring took", lambda run: _seconds(run.restore_seconds), kind="word", wide=True),
    ]
    default_order = "-made"
    main_filters = ("state", "verdict")
    empty_text = "Press “Back up now”, or wait for the night."

    def rows(self):
        return self.visible().for_table().defer("row_counts")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        found = [jobs.latest(kind, None, user) for kind in (BACKUP, TRIAL, BRING_BACK)]
        good = self.visible().good().defer("row_counts")
        return super().get_context_data(
            last_good=good.order_by("-started_at").first(),
            last_proved=good.filter(verdict=Verdict.GOOD).order_by("-verified_at").first(),
            running=[job for job in found if job and (job.is_unfinished or job.state == "failed")],
            wrong=FileFault.objects.count(),
            folder=folder.root(),
            may_make=user.has_perm("maintenance.add_backuprun"),
            **kwargs,
        )


class BackupDetail(Guarded, TemplateView):
    model = BackupRun
    template_name = "maintenance/backuprun_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        run, user = self.record, self.request.user
        job = jobs.latest(TRIAL, None, user)
        return super().get_context_data(
            run=run,
            title=run.name,
            crumbs=[(TITLE, self.url_of("list")), (run.name, None)],
            facts=_facts(run),
            trial=_trial(run),
            problems=[words for words in (run.problem, run.send_problem) if words],
            verify_problems=run.verify_problem.splitlines(),
            may_try=run.state == BackupState.DONE and user.has_perm("maintenance.add_backuprun"),
            job=job if job and job.data.get("name") == run.name else None,
            is_there=run.state == BackupState.DONE,
            **kwargs,
        )


class Starting(Guarded, View):
    """A button that begins a job; a second press finds the one that runs."""

    model = BackupRun
    verb = "add"
    http_method_names = ["post"]
    kind = ""
    begun = ""
    found = ""

    def data(self) -> dict[str, Any]:
        return {}

    def post(self, request, **kwargs: Any) -> HttpResponse:
        data = self.data()
        job = jobs.start(self.kind, None, by=request.user, data=data)
        if job.is_new:
            messages.success(request, self.begun)
        else:
            messages.info(request, self.found)
        return redirect(self.next_url())

    def next_url(self) -> str:
        return HOME


class BackupMake(Starting):
    kind = BACKUP
    begun = "The backup is being made. You can go on working meanwhile."
    found = "A backup is being made already. It stands here as soon as it is whole."


class BackupTry(Starting):
    """Restored aside, counted and looked through."""

    kind = TRIAL
    begun = "The backup is being restored on trial. Nothing that anybody works with is touched."
    found = "A backup is being restored on trial already. Try again when it has ended."

    def data(self) -> dict[str, Any]:
        return {"name": self.record.name}

    def next_url(self) -> str:
        return self.record.get_absolute_url()


class BringBack(Asking):
    """Documents that are lost or changed, out of the backups."""

    model = BackupRun
    verb = "add"
    submit_label = "Bring documents back"

    def may(self) -> Answer:
        return YES

    def act(self, values: dict[str, Any]) -> HttpResponse:
        return redirect(jobs.start(BRING_BACK, None, by=self.request.user).url)

    @property
    def back_url(self) -> str:
        return HOME

    def told(self) -> dict[str, Any]:
        known = FileFault.objects.count()
        last = counted(known, "1 document was wrong when it was last read.", "{count} were wrong when last read.")
        return {
            "crumbs": [(TITLE, HOME), (self.submit_label, None)],
            "question": f"Look for all {Attachment.objects.kept().count():,} documents, and bring back what is wrong?",
            "consequences": [
                f"Those whose file is gone or not the one that was kept are taken from the backups. {last}",
                "What lies in a document's place now is set aside, not overwritten.",
                "What is in no backup is named, for you to ask whoever brought it.",
            ],
        }


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
