"""What a case file holds, for whom, and what is amiss."""

import csv
import hashlib
import io

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.test import override_settings
from django.utils import timezone

from grievances import packet, services
from grievances.factories import case, complaint
from grievances.packet import paper
from grievances.packet.chronology import lines_of
from grievances.packet.contents import Purpose, gather
from grievances.tests import packing
from grievances.tests.packing import PDF, add, built, kept, manifest_of, opened, told_case
from ip2a import jobs
from ip2a.answers import Refused
from ip2a.attachments.services import attach
from ip2a.factories import UserFactory
from ip2a.models import Attachment, AuditEntry, Job


@pytest.fixture
def rep(db):
    return UserFactory(role="representative", first_name="Avery", last_name="Kline")


@pytest.fixture
def build(rep, django_capture_on_commit_callbacks):
    def run(grievance, purpose="fair_representation", internal=False) -> Job:
        with django_capture_on_commit_callbacks(execute=True):
            job = built(grievance, rep, purpose, internal)
        job.refresh_from_db()
        return job

    return run


def rows_of(row, name) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(opened(row).read(name).decode("utf-8-sig"))))


def html_of(grievance, purpose, internal=False) -> str:
    """The paper as a page, of which the PDF is drawn."""
    file = gather(grievance, purpose=Purpose(purpose), internal=internal)
    file.lines = lines_of(file)
    return paper.page(file, by=grievance.assigned_rep, now=timezone.now())


def test_the_archive_holds_the_paper_the_documents_the_tables_and_the_manifest(build, rep):
    grievance = told_case(rep)
    attach(grievance.step_records.get(step_number=1), packing.paper("minutes.txt"), by=rep)
    attach(grievance.information_requests.get(), packing.paper("request.txt"), by=rep)
    job = build(grievance)
    row = kept(grievance)
    assert opened(row).namelist() == [
        "documents/001 proof of service.txt",
        "documents/002 notice.txt",
        "documents/003 minutes.txt",
        "documents/004 request.txt",
        "case-file.pdf",
        *("timeline.csv", "deadlines.csv", "decisions.csv", "README.txt", "verify_packet.py"),
        *("manifest.json", "manifest.sha256"),
    ]
    assert opened(row).read("case-file.pdf").startswith(b"%PDF")
    digest = hashlib.sha256(opened(row).read("manifest.json")).hexdigest()
    assert (row.category, row.media_type, row.uploader) == ("grievance_doc", "application/zip", rep)
    assert row.description == f"Fair-representation defence; 4 documents; manifest {digest}"
    assert (job.state, job.text) == ("done", f"Fair-representation defence, 4 documents. Manifest {digest}")
    assert (job.result_url, job.result_label) == (row.get_download_url(), "Download the case file")
    content = packing.content_of(row)
    assert (row.size, row.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_the_manifest_names_case_builder_and_every_file_with_its_checksum(build, rep):
    grievance = told_case(rep)
    build(grievance)
    manifest = manifest_of(kept(grievance))
    about = {key: manifest[key] for key in ("format", "version", "case", "purpose", "built_by", "documents")}
    assert about == {
        "format": "ip2a-case-file",
        "version": 1,
        "case": grievance.grievance_number,
        "purpose": "fair_representation",
        "built_by": "Avery Kline",
        "documents": 2,
    }
    archive = opened(kept(grievance))
    for entry in manifest["files"]:
        content = archive.read(entry["path"])
        assert (entry["size"], entry["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    first = Attachment.objects.get(original_name="proof of service.txt")
    assert manifest["files"][0] == {
        "path": "documents/001 proof of service.txt",
        "size": first.size,
        "sha256": first.sha256,
        "document": 1,
        "name": "proof of service.txt",
    }


def test_the_timeline_tells_what_was_corrected_and_which_paper_proves_it(build, rep):
    grievance = told_case(rep)
    build(grievance)
    rows = [
        (row["day"], row["what"], row["by"], row["document"], row["corrected later"])
        for row in rows_of(kept(grievance), "timeline.csv")
        if row["what"].startswith("Received")
    ]
    corrected = "Received by the employer (corrected; written down before as Wed 4 Mar 2026)"
    assert rows == [
        ("2026-03-04", "Received by the employer", "Avery Kline", "1", "yes"),
        ("2026-03-05", corrected, "Avery Kline", "1", ""),
    ]


def test_decisions_are_told_with_reason_and_how_the_grievant_was_told(build, rep):
    grievance = told_case(rep)
    build(grievance)
    rows = [
        (row["decided"], row["decision"], row["reason"], row["told"], row["how"], row["whom"], row["document"])
        for row in rows_of(kept(grievance), "decisions.csv")
    ]
    assert rows == [
        *[
            (
                "2026-04-20",
                "Not to arbitrate",
                "The list does not help us.",
                "2026-04-21",
                "By certified letter",
                "Rosa",
                "2",
            )
        ],
        *[("2026-04-23", "To withdraw", "Nothing left to win.", "2026-04-22", "By phone", "Rosa", "")],
    ]


def test_superseded_dates_stand_above_the_one_that_holds(build, rep):
    grievance = told_case(rep)
    build(grievance)
    rows = [
        (row["due"], row["state"], row["superseded because"])
        for row in rows_of(kept(grievance), "deadlines.csv")
        if row["limit"] == "Step 1 meeting"
    ]
    assert rows == [
        ("2026-03-10", "Superseded", "Received by the employer"),
        ("2026-03-11", "Superseded", "Corrected: Stamped a day later"),
        ("2026-03-12", "Met", ""),
    ]


OURS = ("We think we win on seniority.", "The list does not help us.", "Nothing left to win.", "Was sad.", "Shouted.")


def test_for_an_arbitrator_what_we_thought_among_ourselves_is_left_out(build, rep):
    grievance = told_case(rep)
    build(grievance, "arbitration")
    archive = opened(kept(grievance))
    assert [name for name in archive.namelist() if "notice" in name or "decisions" in name] == []
    assert "are left out" in archive.read("README.txt").decode()
    html = html_of(grievance, "arbitration")
    told = html + "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith((".csv", ".txt")))
    assert [text for text in OURS if text in told] == []
    theirs = ("No overtime was due.", "Too much work.", "Stamped a day later")
    assert [text for text in theirs if text not in told] == []


@pytest.mark.parametrize(("purpose", "internal"), [("arbitration", True), ("fair_representation", False)])
def test_it_is_in_when_asked_for_and_for_our_own_defence(build, rep, purpose, internal):
    grievance = told_case(rep)
    build(grievance, purpose, internal)
    archive = opened(kept(grievance))
    assert "documents/002 notice.txt" in archive.namelist()
    html = html_of(grievance, purpose, internal=True)
    assert [text for text in OURS if text not in html] == []
    assert "Nothing left to win." in archive.read("decisions.csv").decode()


def test_the_paper_strikes_through_what_was_corrected_and_superseded(rep):
    html = html_of(told_case(rep), "fair_representation", internal=True)
    assert "<del>Wed 4 Mar 2026</del>" in html
    assert "<del>Tue 10 Mar 2026: 5 working days from Tue 3 Mar" in html
    assert "Wed 4 Mar 2026: day 1" not in html  # the working is that of the date that stands
    assert "Fri 6 Mar 2026: day 1" in html


def test_what_people_wrote_is_never_markup_nor_a_formula(build, rep):
    grievance = case(by=rep, violation_description="<script>alert(1)</script> & more", remedy_sought="=1+1")
    services.ask(grievance, direction="ours", what="=HYPERLINK(1)", on=grievance.filed_date, by=rep)
    build(grievance)
    html = html_of(grievance, "arbitration")
    assert ("<script>alert" in html, "=HYPERLINK" in html) == (False, True)
    assert [row["text"] for row in rows_of(kept(grievance), "timeline.csv")][-1] == "'=HYPERLINK(1)"


def test_names_are_unique_safe_and_tell_what_the_file_is(build, rep):
    grievance = case(by=rep)
    for name, content in (
        ("../../etc/pass wd.pdf", b"a"),
        ("scan.pdf", b"b"),
        ("scan.pdf", b"c"),
        ("x" * 170 + ".pdf", b"d"),
    ):
        add(grievance, rep, name, PDF + content + b"\n%%EOF\n")
    build(grievance)
    assert opened(kept(grievance)).namelist()[:4] == [
        "documents/001 pass wd.pdf",
        "documents/002 scan.pdf",
        "documents/003 scan.pdf",
        f"documents/004 {'x' * 100}.pdf",
    ]


def test_a_missing_and_a_changed_document_are_named_and_stop_nothing(build, rep):
    grievance = case(by=rep)
    missing, changed = add(grievance, rep, "missing.txt", b"One.\n"), add(grievance, rep, "changed.txt", b"Two.\n")
    add(grievance, rep, "whole.txt", b"Three.\n")
    default_storage.delete(missing.path)
    with default_storage.open(changed.path, "wb") as file:
        file.write(b"Forged.\n")
    job = build(grievance)
    row = kept(grievance)
    assert "2 of them are missing or damaged and named in it." in job.text
    assert manifest_of(row)["documents_amiss"] == [
        {
            "number": 1,
            "name": "missing.txt",
            "what": "The file is missing in the store.",
            "recorded_sha256": missing.sha256,
        },
        {
            "number": 2,
            "name": "changed.txt",
            "what": "This is not the file that was added: its checksum differs.",
            "recorded_sha256": changed.sha256,
        },
    ]
    assert opened(row).namelist()[:2] == ["documents/002 changed.txt", "documents/003 whole.txt"]
    assert opened(row).read("documents/002 changed.txt") == b"Forged.\n"
    assert "Document 1, missing.txt: The file is missing in the store." in opened(row).read("README.txt").decode()


def test_a_store_that_does_not_answer_fails_it_with_words_and_keeps_nothing(build, rep, tmp_path):
    grievance = case(by=rep)
    add(grievance, rep, "one.txt", b"One.\n")
    gone = {
        "BACKEND": "ip2a.attachments.s3.S3Store",
        "OPTIONS": {
            "bucket_name": "gone",
            "endpoint_url": "http://127.0.0.1:9",
            "access_key": "a",
            "secret_key": "b",
        },
    }
    with override_settings(STORAGES={**settings.STORAGES, "default": gone}):
        job = build(grievance)
    assert (job.state, job.error) == ("failed", packet.building.NO_STORE)
    assert not Attachment.objects.of(grievance).filter(media_type="application/zip").exists()


def test_earlier_case_files_stay_and_are_named_but_not_packed_again(build, rep):
    grievance = case(by=rep)
    add(grievance, rep, "one.txt", b"One.\n")
    build(grievance)
    first = kept(grievance)
    build(grievance)
    rows = packet.packets_of(grievance, rep)
    assert [row.pk for row in rows][1:] == [first.pk]
    assert [name for name in opened(rows[0]).namelist() if name.endswith(".zip")] == []
    assert first.sha256 in html_of(grievance, "arbitration")


def test_a_complaint_that_was_never_filed_has_a_case_file_too(build, rep):
    grievance = complaint(by=rep)
    assert build(grievance).state == "done"
    assert manifest_of(kept(grievance))["case"] == str(grievance)


def test_larger_than_an_upload_may_be_it_is_kept_all_the_same(build, rep):
    grievance = case(by=rep)
    with override_settings(ATTACHMENT_MAX_BYTES=1000):
        assert build(grievance).state == "done"
    assert kept(grievance).size > 1000


def test_where_no_pdf_can_be_made_the_paper_is_a_page_that_is_whole_in_itself(build, rep, monkeypatch, tmp_path):
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load library libpango-1.0-0')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))  # a machine without its libraries
    grievance = told_case(rep)
    assert build(grievance).state == "done"
    html = opened(kept(grievance)).read("case-file.html").decode()
    assert ("<style>" in html, "<link" in html, "<script" in html) == (True, False, False)


def test_a_drawing_that_fails_fails_the_job_and_says_why_in_the_log(build, rep, monkeypatch, tmp_path, caplog):
    (tmp_path / "weasyprint.py").write_text("raise SystemExit('Out of ink')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert build(case(by=rep)).state == "failed"
    assert "The case file could not be drawn (status 1): Out of ink" in caplog.text


def test_only_who_works_on_grievances_builds_it(rep, db):
    grievance = case(by=rep)
    for role in ("officer", "staff"):
        with pytest.raises(Refused, match="Only representatives build case files"):
            packet.start(grievance, purpose="arbitration", internal=False, by=UserFactory(role=role))
    assert Job.objects.count() == 0


def test_whoever_lost_the_right_meanwhile_builds_nothing(rep, django_capture_on_commit_callbacks):
    grievance = case(by=rep)
    with django_capture_on_commit_callbacks(execute=True):
        job = built(grievance, rep)
        rep.groups.clear()
    job.refresh_from_db()
    assert (job.state, job.error) == (
        "failed",
        "Only representatives build case files. You can open those that were built.",
    )


def test_while_one_is_built_a_second_click_leads_to_it(rep):
    grievance = case(by=rep)
    first = built(grievance, rep)
    second = built(grievance, rep, "arbitration")
    assert (second.pk, second.is_new, Job.objects.count()) == (first.pk, False, 1)


def test_it_is_written_down_under_the_name_of_who_asked(build, rep):
    grievance = case(by=rep)
    build(grievance)
    entry = AuditEntry.objects.get(table_name="ip2a_attachment", record_id=kept(grievance).pk)
    assert (entry.action, entry.actor_id) == ("insert", rep.pk)


def test_the_number_of_queries_does_not_grow_with_the_case(build, rep, django_assert_max_num_queries):
    small, large = case(by=rep), told_case(rep)
    for grievance in (small, large):
        jobs.latest(packet.JOB, grievance, rep)  # content types are remembered
        with django_assert_max_num_queries(20):
            html_of(grievance, "fair_representation", internal=True)
