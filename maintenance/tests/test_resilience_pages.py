"""The pages of resilience and backups: what an administrator reads there, and what nobody else does."""

import json
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from ip2a import jobs
from ip2a.answers import Refused
from ip2a.attachments.services import attach
from ip2a.factories import UserFactory
from ip2a.models import Attachment, Job
from ip2a.tests.vault.models import Secret
from maintenance.jobs import try_backup
from maintenance.models import BackupRun, ResilienceMetric, ResilienceReport, ScheduledRun
from maintenance.resilience import reporting
from maintenance.resilience.parts import Asked
from members.factories import MemberFactory

pytestmark = pytest.mark.django_db
LIST = reverse("maintenance:resiliencereport_list")
BACKUPS = reverse("maintenance:backuprun_list")


@pytest.fixture(autouse=True)
def own_places(settings, tmp_path):
    settings.BACKUP_FOLDER = tmp_path / "backups"
    settings.LOGS = tmp_path / "logs"


def report_of(*parts, **values):
    now = timezone.now()
    plain = {"level": "well", "says": [], "columns": [], "rows": [], "records": []}
    kept = [{**plain, **part} for part in parts]
    return ResilienceReport.objects.create(started_at=now, ended_at=now, state="done", parts=kept, **values)


def test_before_the_first_report_the_page_says_what_would_be_here(signed_in):
    page = signed_in("administrator").get(LIST).content.decode()
    assert "No report yet" in page
    assert "Make one now" in page


def test_the_report_is_shown_with_charts_and_tables(signed_in):
    for ago in range(8, 0, -1):
        at = timezone.now() - timedelta(days=7 * ago)
        old = ResilienceReport.objects.create(started_at=at, ended_at=at, state="done")
        ResilienceMetric.objects.create(report=old, name="database.bytes", value=1e8 - 1e6 * ago, at=at)
    reporting.make(Asked(files=False))
    page = signed_in("administrator").get(LIST).content.decode()
    assert "There is no good backup. Make one: Upkeep, Backups, Back up now." in page
    assert "<strong>Act now.</strong>" in page
    assert 'id="chart-growth"' in page or "chart-growth" in page
    assert "(forecast)" in page
    assert "could not be measured" not in page


def test_an_older_report_is_read_as_it_was_told(signed_in):
    said = {"level": "warn", "text": "The disk of documents was full."}
    part = {"key": "storage", "title": "Room on the disks", "level": "warn", "says": [said]}
    report = report_of({**part, "columns": ["Disk", "Files"], "rows": [["documents", 1200]]}, level="warn", over=1)
    page = signed_in("administrator").get(report.get_absolute_url()).content.decode()
    assert "The disk of documents was full." in page
    assert ">1,200<" in page


def test_documents_of_a_compartment_are_not_named(signed_in):
    by = UserFactory(role="staff")
    plain = attach(MemberFactory(), ContentFile(b"Dear Rosa.\n", "plain.txt"), by=by)
    secret = Secret.objects.create(name="Zebra", member=MemberFactory())
    hidden = Attachment.objects.create(
        record=secret, compartment="organizing", original_name="hidden.txt", size=1, media_type="text/plain",
        sha256="0" * 64, path="documents/hidden",
    )  # fmt: skip
    report = report_of({"key": "files", "title": "Files", "records": [plain.pk, hidden.pk]})
    page = signed_in("administrator").get(report.get_absolute_url()).content.decode()
    assert ("plain.txt" in page, "hidden.txt" in page) == (True, False)


def test_the_export_is_the_whole_report(signed_in):
    report = report_of({"key": "stale", "title": "Stale"}, level="well")
    ResilienceMetric.objects.create(report=report, name="x", subject="y", value=2, at=report.started_at)
    response = signed_in("administrator").get(reverse("maintenance:resiliencereport_export", args=[report.pk]))
    facts = json.loads(response.content)
    assert response["Content-Disposition"] == f'attachment; filename="resilience-{report.pk}.json"'
    assert (facts["parts"], facts["metrics"]) == (report.parts, [{"name": "x", "subject": "y", "value": 2.0}])


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("resiliencereport_make", "maintenance.resilience"),
        ("backuprun_make", "maintenance.backup"),
        ("backuprun_try", "maintenance.backup-trial"),
        ("backuprun_bring_back", "maintenance.documents-back"),
    ],
)
def test_one_press_is_one_job_and_a_second_finds_it(signed_in, name, kind):
    client = signed_in("administrator")
    run = BackupRun.objects.create(name="b", started_at=timezone.now(), ended_at=timezone.now(), state="done")
    url = reverse(f"maintenance:{name}", args=[run.pk] if name == "backuprun_try" else [])
    for _ in range(2):
        assert client.post(url).status_code == 302
    assert Job.objects.filter(kind=kind).count() == 1
    assert signed_in("staff").post(url).status_code == 403


def test_backups_are_listed_with_what_became_of_them(signed_in, django_assert_max_num_queries):
    now = timezone.now()
    for n in range(3):
        BackupRun.objects.create(
            name=f"b{n}", started_at=now, ended_at=now, state="done", bytes=3 << 20, verdict="good", verified_at=now,
            restore_seconds=4.25, started_by=UserFactory(),
        )  # fmt: skip
    client = signed_in("administrator")
    with django_assert_max_num_queries(14):
        page = client.get(BACKUPS).content.decode().partition('id="results"')[2]
    assert page.count("3.0 MB") == 3
    assert page.count("Restored and right") == 3
    assert page.count("4.2 s") == 3


def test_backups_reports_and_turns_filter_sort_and_export(signed_in):
    now = timezone.now()
    for n, state in enumerate(("done", "failed")):
        size = {"bytes": n << 20, "problem": "Full."}
        BackupRun.objects.create(name=f"b{n}", started_at=now, ended_at=now, state=state, **size)
        report_of(level=("well", "act")[n], over=n)
        ScheduledRun.objects.create(name=("tidy", "backup")[n], due=now, ended_at=now, state=state)
    client, turns = signed_in("administrator"), reverse("maintenance:scheduledrun_list")
    older = reverse("maintenance:resiliencereport_older")

    def first_column(address):
        lines = b"".join(client.get(f"{address}&format=csv").streaming_content).decode("utf-8-sig").splitlines()
        return [line.split(",")[0] for line in lines[1:]]

    assert first_column(f"{BACKUPS}?state=failed") == ["b1"]
    assert first_column(f"{BACKUPS}?sort=-size") == ["b1", "b0"]
    assert first_column(f"{older}?level=act") == [str(ResilienceReport.objects.get(over=1))]
    page = client.get(f"{turns}?work=backup").content.decode().partition('id="results"')[2]
    assert ("Back up" in page, "Tidy up" in page) == (True, False)


def test_a_trial_that_does_not_hold_fails_its_job_with_the_reason(signed_in, settings):
    run = BackupRun.objects.create(name="b", started_at=timezone.now(), ended_at=timezone.now(), state="done")
    job = jobs.start("maintenance.backup-trial", None, by=signed_in("administrator").user, data={"name": run.name})
    with pytest.raises(Refused, match="There is no backup b"):
        try_backup(job, lambda *told: None)


def test_a_failed_backup_says_why(signed_in):
    now = timezone.now()
    run = BackupRun.objects.create(name="b", started_at=now, ended_at=now, state="failed", problem="The disk is full.")
    page = signed_in("administrator").get(run.get_absolute_url()).content.decode()
    assert "The disk is full." in page


def test_nobody_else_sees_them(signed_in):
    client = signed_in("staff")
    assert [client.get(url).status_code for url in (LIST, BACKUPS)] == [403, 403]
