"""Case files built by a real worker: seen on the page while it works, killed in the middle, there once in the end."""

import os
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from grievances.factories import case
from grievances.packet.building import place_of
from grievances.tests import packing
from grievances.tests.packing import PDF, add, kept
from ip2a.factories import UserFactory
from ip2a.jobs import tasks
from ip2a.models import Attachment, Job
from ip2a.tests.worker import until


@pytest.fixture
def grievance(committed_db):
    rep = UserFactory(role="representative")
    grievance = case(by=rep)
    for number in range(3):
        add(grievance, rep, f"scan {number}.pdf", PDF + str(number).encode() * 50_000 + b"\n%%EOF\n")
    return grievance


class Gate:
    """A stored file that nobody can open before ``lift``: whoever tries waits there."""

    def __init__(self, row: Attachment) -> None:
        self.path = Path(default_storage.path(row.path))
        self.aside = self.path.with_suffix(".aside")
        self.path.rename(self.aside)
        os.mkfifo(self.path)

    def lift(self) -> None:
        self.aside.rename(self.path)


def now(job: Job) -> Job:
    job.refresh_from_db()
    return job


def stored() -> set[Path]:
    return {path for path in Path(default_storage.location).rglob("*") if path.is_file()}


def test_a_worker_killed_in_the_middle_is_followed_by_another_and_there_is_one_case_file(worker, grievance, tmp_path):
    before, gate = stored(), Gate(Attachment.objects.get(original_name="scan 1.pdf"))
    client = Client()
    client.force_login(grievance.assigned_rep)
    worker.start()
    client.post(f"{grievance.get_absolute_url()}packet/", {"purpose": "arbitration"})
    job = Job.objects.get()
    assert until(lambda: now(job).stage == "Packing scan 0.pdf")
    page = client.get(grievance.get_absolute_url()).content.decode()
    assert (f'id="job-{job.pk}"' in page, "Packing scan 0.pdf" in page) == (True, True)
    worker.kill()
    gate.lift()
    assert until(lambda: tasks.tend() == 1)
    assert (now(job).state, job.attempts) == (Job.State.WAITING, 1)
    assert not Attachment.objects.of(grievance).filter(media_type="application/zip").exists()
    worker.start()
    assert until(lambda: not now(job).is_unfinished, 60)
    assert (job.state, job.attempts, job.error) == (Job.State.DONE, 2, "")
    row = kept(grievance)
    assert stored() - before == {Path(default_storage.path(row.path))}
    file = tmp_path / "case.zip"
    file.write_bytes(packing.content_of(row))
    assert packing.verifier().main([str(file), "--digest", job.result["digest"]]) == 0


def test_what_a_killed_worker_had_stored_is_cleared_away(worker, grievance):
    """It was killed after the file was stored and before the row that names it was committed."""
    client = Client()
    client.force_login(grievance.assigned_rep)
    client.post(f"{grievance.get_absolute_url()}packet/", {"purpose": "arbitration"})
    job = Job.objects.get()

    left = default_storage.save(place_of(job, 1), packing.paper())
    Job.objects.filter(pk=job.pk).update(attempts=1)
    worker.start()
    tasks.hand_over(job.pk)
    assert until(lambda: not now(job).is_unfinished, 60)
    there = [default_storage.exists(path) for path in (left, kept(grievance).path)]
    assert (job.attempts, there) == (2, [False, True])


def test_the_page_leads_to_the_case_file_that_can_be_downloaded(worker, grievance):
    client = Client()
    client.force_login(grievance.assigned_rep)
    worker.start()
    client.post(f"{grievance.get_absolute_url()}packet/", {"purpose": "arbitration"})
    job = Job.objects.get()
    assert until(lambda: not now(job).is_unfinished, 60)
    part = client.get(job.url, headers={"HX-Request": "true"}).content.decode()
    assert kept(grievance).get_download_url() in part
    answer = client.get(kept(grievance).get_download_url())
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="Case file GR-2026-0001 ')
    assert b"".join(answer.streaming_content) == packing.content_of(kept(grievance))
