"""The import desk: each page, each verb, each wall; two people at once; a worker that was killed."""

import csv
import io
import os
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone

from ip2a import audit
from ip2a.answers import Refused
from ip2a.factories import UserFactory
from ip2a.imports import batches, tasks
from ip2a.models import AuditEntry, ImportBatch
from maintenance.tasks import examine
from members.factories import MemberEmploymentFactory, OrganizationFactory
from members.models import Organization
from members.tests.importing import media, rounds  # noqa: F401

State = ImportBatch.State
LOOK_THROUGH = tasks.look_through  # before the tests put another in its place
TEXT = (
    "id,name,org_type,salting_score,salting_notes,colour\n"
    "1,Volt,EMPLOYER,HOSTILE,Ask Al,red\n"
    "2,Ohm,EMPLOYR,NEUTRAL,Hush,blue\n"
)


@pytest.fixture
def run(django_capture_on_commit_callbacks):
    """Ask for something, and let the worker do what was handed to it."""

    def post(browser, url, data=None, **more):
        with django_capture_on_commit_callbacks(execute=True):
            return browser.post(url, data or {}, **more)

    return post


def upload(browser, text=TEXT, kind="organizations", name="firms.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    response = browser.post(reverse("imports:batch_create"), {"kind": kind, "file": SimpleUploadedFile(name, content)})
    assert response.status_code == 302, response.context["form"].errors
    return ImportBatch.objects.latest("id")


def page(browser, batch):
    response = browser.get(batch.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def url(name, batch):
    return reverse(f"imports:batch_{name}", args=[batch.pk])


def test_from_upload_to_undo(signed_in, run, rounds):  # noqa: F811
    browser = signed_in("staff")
    batch = upload(browser)
    assert "Try it out" in page(browser, batch)

    run(browser, url("columns", batch))
    shown = page(browser, batch)
    assert "What would happen" in shown
    assert "2 read = 1 added + 0 updated + 1 refused." in shown
    assert (
        "Row 3: type &#x27;EMPLOYR&#x27; is not one of Employer, Union, Training partner, JATC; did you mean" in shown
    )
    assert (Organization.objects.count(), rounds) == (0, [])

    run(browser, url("start", batch))
    shown = page(browser, batch)
    assert "What came of it" in shown
    assert Organization.objects.get().name == "Volt"
    entry = AuditEntry.objects.get(table_name="members_organization")
    assert (entry.actor_id, entry.reason) == (browser.user.pk, "Import of firms.csv")

    assert "Take this whole import back?" in browser.get(url("undo", batch)).content.decode()
    run(browser, url("undo", batch), {"reason": "Wrong file"})
    shown = page(browser, batch)
    assert (Organization.objects.count(), "What was taken back" in shown, "Wrong file" in shown) == (0, True, True)
    batch.refresh_from_db()
    assert (batch.state, len(rounds)) == (State.UNDONE, 2)


def test_looking_through_is_handed_to_the_round_of_all_checks(monkeypatch):
    handed = []
    monkeypatch.setattr("ip2a.imports.tasks.queue.hand_over", lambda task: handed.append(task.task))
    LOOK_THROUGH()
    assert handed == [examine.name]


def test_the_mapping_can_be_changed_and_tried_again(signed_in, run):
    browser = signed_in("staff")
    batch = upload(browser, "label,sort\nVolt,jatc\n")
    shown = page(browser, batch)
    assert "No column is read as Name. Choose one below." in shown
    run(browser, url("columns", batch))
    assert "firms.csv lacks what every row of organizations needs: Name. Columns found: label, sort." in page(
        browser, batch
    )
    run(browser, url("columns", batch), {"column-0": "name", "column-1": "org_type"})
    assert "1 read = 1 added + 0 updated + 0 refused." in page(browser, batch)
    response = run(browser, url("columns", batch), {"column-0": "name", "column-1": "name"}, follow=True)
    assert "Two columns of the file are read as “Name”. Choose one of them." in response.content.decode()
    run(browser, url("start", batch))
    assert Organization.objects.values_list("name", "org_type").get() == ("Volt", "jatc")


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a.png", "a.png is a binary file, not a table."),
        (b"", "a.csv", "That file is empty. Choose another one."),
        (b"a,a\n1,2\n", "a.csv", "a.csv has two columns called “a”."),
    ],
)
def test_a_file_that_is_no_table_comes_back_with_the_reason(signed_in, content, name, words):
    response = signed_in("staff").post(
        reverse("imports:batch_create"), {"kind": "members", "file": SimpleUploadedFile(name, content)}
    )
    assert (response.status_code, ImportBatch.objects.count()) == (422, 0)
    assert words in response.content.decode()


@pytest.mark.parametrize("role", ["officer", "representative", "organizer", "instructor"])
def test_only_those_who_may_import_come_to_the_desk(signed_in, role):
    batch = upload(signed_in("staff"))
    browser = signed_in(role)
    for path in (reverse("imports:batch_list"), reverse("imports:batch_create"), batch.get_absolute_url()):
        assert browser.get(path).status_code == 403
    assert browser.post(url("start", batch)).status_code == 403
    assert browser.get(url("refused", batch)).status_code == 403


def test_strangers_are_sent_to_sign_in(signed_in, client):
    batch = upload(signed_in("staff"))
    for path in (batch.get_absolute_url(), url("refused", batch), url("progress", batch), url("undo", batch)):
        response = client.get(path)
        assert (response.status_code, "next=" in response["Location"]) == (302, True)


def test_values_of_a_compartment_are_shown_to_nobody_outside(signed_in, run):
    browser = signed_in("staff")
    batch = upload(browser)
    seen = [page(browser, batch)]
    run(browser, url("columns", batch))
    seen.append(page(browser, batch))
    run(browser, url("start", batch))
    seen.append(page(browser, batch))
    download = b"".join(browser.get(url("refused", batch)).streaming_content).decode()
    seen += [download, browser.get("/imports/").content.decode()]
    trail = signed_in("administrator").get("/audit/").content.decode()
    for text in [*seen, trail]:
        assert [word for word in ("HOSTILE", "NEUTRAL", "Ask Al", "Hush") if word in text] == []
    assert "Kept for the organizing compartment" in seen[0]
    assert "salting_score, for the organizing compartment only" in seen[2]
    assert "red" in seen[2]
    assert next(csv.reader(io.StringIO(download.lstrip("\ufeff")))) == [
        "import_row", "import_problem", "id", "name", "org_type", "colour"
    ]  # fmt: skip


def test_somebody_inside_the_compartment_gets_the_whole_rows(signed_in, run):
    from django.contrib.auth.models import Group

    browser = signed_in("staff")
    browser.user.groups.add(Group.objects.get(name="organizer"))
    batch = upload(browser)
    run(browser, url("columns", batch))
    run(browser, url("start", batch))
    download = b"".join(browser.get(url("refused", batch)).streaming_content).decode()
    assert "NEUTRAL,Hush" in download
    assert "HOSTILE" in page(browser, batch)


def test_the_refused_rows_can_be_mended_and_imported(signed_in, run):
    browser = signed_in("staff")
    batch = upload(browser)
    run(browser, url("columns", batch))
    run(browser, url("start", batch))
    mended = b"".join(browser.get(url("refused", batch)).streaming_content).replace(b",EMPLOYR", b",EMPLOYER")
    second = upload(browser, mended, name="mended.csv")
    run(browser, url("columns", second))
    run(browser, url("start", second))
    assert sorted(Organization.objects.values_list("name", flat=True)) == ["Ohm", "Volt"]


def test_importing_before_trying_out_is_refused(signed_in):
    browser = signed_in("staff")
    response = browser.post(url("start", upload(browser)), follow=True)
    assert "Try it out first" in response.content.decode()


def test_an_undo_needs_a_reason_and_an_import(signed_in, run):
    browser = signed_in("staff")
    batch = upload(browser)
    response = browser.get(url("undo", batch), follow=True)
    assert "This import is uploaded, so that cannot be done any more." in response.content.decode()
    run(browser, url("columns", batch))
    run(browser, url("start", batch))
    assert run(browser, url("undo", batch), {"reason": " "}).status_code == 422


def test_what_an_undo_leaves_alone_is_named_with_a_link(signed_in, run):
    browser = signed_in("staff")
    batch = upload(browser)
    run(browser, url("columns", batch))
    run(browser, url("start", batch))
    volt = Organization.objects.get()
    MemberEmploymentFactory(organization=volt)
    run(browser, url("undo", batch), {"reason": "Wrong"})
    shown = page(browser, batch)
    assert "1 organization left alone: is used by records that came from elsewhere." in shown
    assert f'<a href="{volt.get_absolute_url()}">Volt</a>' in shown


def test_an_import_that_changed_nothing_can_be_taken_back_too(signed_in, run):
    browser = signed_in("staff")
    for _ in range(2):
        batch = upload(browser, "id,name\n1,Volt\n")
        run(browser, url("columns", batch))
        run(browser, url("start", batch))
    assert "1 already are as the file says" in page(browser, batch)
    run(browser, url("undo", batch), {"reason": "Twice"})
    assert ("What was taken back" in page(browser, batch), Organization.objects.count()) == (True, 1)


def test_progress_is_a_fragment_that_ends_by_loading_the_page(signed_in, run):
    browser = signed_in("staff")
    batch = upload(browser)
    ImportBatch.objects.filter(pk=batch.pk).update(state=State.CHECKING, asked_at=timezone.now())
    response = browser.get(url("progress", batch), headers={"HX-Request": "true"})
    assert "Waiting to start" in response.content.decode()
    assert browser.get(url("progress", batch)).status_code == 302
    ImportBatch.objects.filter(pk=batch.pk).update(state=State.UPLOADED)
    response = browser.get(url("progress", batch), headers={"HX-Request": "true"})
    assert response["HX-Refresh"] == "true"


def test_a_batch_whose_worker_is_gone_is_told_and_can_be_started_again(signed_in, run):
    browser = signed_in("staff")
    batch = upload(browser)
    run(browser, url("columns", batch))
    ImportBatch.objects.filter(pk=batch.pk).update(
        state=State.IMPORTING, asked_at=timezone.now(), started_at=timezone.now()
    )
    assert "It was interrupted" in page(browser, batch)
    run(browser, url("start", batch))
    batch.refresh_from_db()
    assert (batch.state, Organization.objects.count()) == (State.IMPORTED, 1)


def test_a_batch_that_no_worker_takes_up_can_be_started_again(signed_in, run):
    browser = signed_in("staff")
    batch = upload(browser)
    ImportBatch.objects.filter(pk=batch.pk).update(state=State.CHECKING, asked_at=timezone.now() - timedelta(minutes=3))
    assert "Start again" in page(browser, batch)
    run(browser, url("start", batch))
    batch.refresh_from_db()
    assert batch.state == State.CHECKED


def test_a_broker_that_is_gone_leaves_a_batch_that_says_so(signed_in, django_capture_on_commit_callbacks):
    from kombu.exceptions import OperationalError

    def nobody(batch_id):
        raise OperationalError("gone")

    user = signed_in("staff").user
    batch = batches.receive(io.BytesIO(TEXT.encode()), "firms.csv", kind="organizations", by=user)
    with django_capture_on_commit_callbacks(execute=True):
        batches.start(batch, to=State.CHECKING, by=user, enqueue=nobody)
    batch.refresh_from_db()
    assert (batch.state, batch.stopped_because.split(",")[0]) == (State.FAILED, "No worker could be reached")


def test_a_task_delivered_twice_imports_once(signed_in, run):
    browser = signed_in("staff")
    batch = upload(browser)
    run(browser, url("columns", batch))
    run(browser, url("start", batch))
    entries = AuditEntry.objects.count()
    tasks.work(batch.pk)
    assert AuditEntry.objects.count() == entries


def test_of_two_people_who_start_at_once_one_is_told(committed_db, settings):
    from ip2a import roles

    roles.sync()
    first, second = UserFactory(role="staff"), UserFactory(role="staff")
    batch = batches.receive(io.BytesIO(TEXT.encode()), "firms.csv", kind="organizations", by=first)
    batches.start(batch, to=State.CHECKING, by=first, enqueue=batches.perform)
    gate, handed, told = threading.Barrier(2, timeout=10), [], []

    def start(user):
        try:
            gate.wait()
            batches.start(batch, to=State.IMPORTING, by=user, enqueue=handed.append)
        except Refused as refusal:
            told.append(str(refusal))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=start, args=[user]) for user in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (handed, told) == (
        [batch.pk],
        ["Somebody has started this import already; it is importing. Nothing was started twice."],
    )


KILLED = """
import os, django
django.setup()
from ip2a.imports import batches
def die(stage, done, total):
    if stage == "Importing":
        os.kill(os.getpid(), 9)
batches.perform({pk}, die)
"""


def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_next_one_does_all(committed_db, settings, tmp_path):
    text = "id,name\n" + "".join(f"{n},Firm {n}\n" for n in range(12_000))
    OrganizationFactory(legacy_id=1, name="Before")
    batch = batches.receive(io.BytesIO(text.encode()), "firms.csv", kind="organizations", by=None)
    batches.start(batch, to=State.IMPORTING, by=None, enqueue=None)
    environment = tmp_path / "settings_of_worker.py"
    location = settings.STORAGES["default"]["OPTIONS"]["location"]
    environment.write_text(
        "from ip2a.tests.settings import *\n"
        "BACKEND = 'django.core.files.storage.FileSystemStorage'\n"
        f"STORAGES['default'] = {{'BACKEND': BACKEND, 'OPTIONS': {{'location': r'{location}'}}}}\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", KILLED.format(pk=batch.pk)],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "settings_of_worker", "PYTHONPATH": f"{tmp_path}{os.pathsep}."},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == -9, result.stderr
    batch.refresh_from_db()
    assert (batch.state, Organization.objects.count()) == (State.IMPORTING, 1)
    deadline = timezone.now() + timedelta(seconds=10)
    while not batches.is_stuck(batch) and timezone.now() < deadline:
        connection.ensure_connection()
    assert batches.is_stuck(batch)
    batch = batches.perform(batch.pk)
    assert (batch.state, batch.outcome["added"], batch.outcome["updated"]) == (State.IMPORTED, 11_999, 1)
    assert Organization.objects.count() == 12_000


def test_the_list_asks_the_same_number_of_queries_for_one_and_for_many(signed_in, django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext

    browser = signed_in("staff")
    counts = []
    for _ in range(2):
        upload(browser)
        browser.get(reverse("imports:batch_list"))
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse("imports:batch_list"))
        counts.append(len(queries))
        for _ in range(3):
            upload(browser)
    assert counts[0] == counts[1]


def test_the_desk_lists_filters_sorts_and_exports_its_imports(signed_in):
    staff = signed_in("staff")
    for number in range(51):
        name = f"members-{number:02}.csv"
        ImportBatch.objects.create(kind="members", file_name=name, by=staff.user, number=audit.next_batch())
    ImportBatch.objects.create(kind="contacts", file_name="contacts.csv", number=audit.next_batch())

    def found(**query):
        response = staff.get("/imports/", query)
        assert response.status_code == 200
        return [batch.file_name for batch in response.context["table"].records]

    assert found(kind="contacts") == ["contacts.csv"]
    assert found(who="nobody by that name") == []
    assert found(q="members-07") == ["members-07.csv"]
    assert found(sort="file")[:2] == ["contacts.csv", "members-00.csv"]
    assert len(found(page=2)) == 2
    lines = b"".join(staff.get("/imports/?kind=contacts&format=csv").streaming_content).decode().splitlines()
    assert [line.split(",")[:2] for line in lines[1:]] == [["contacts.csv", "Contacts"]]
