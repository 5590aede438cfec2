"""Serving files whole and in part, and what happens when the store fails."""

import os
from urllib.parse import quote

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError

from ip2a import environment
from ip2a.answers import Refused
from ip2a.attachments.services import attach
from ip2a.factories import UserFactory
from ip2a.models import Attachment
from ip2a.tests.samples import JPEG, PDF
from members.factories import MemberFactory

pytestmark = pytest.mark.django_db
BODY = PDF[:-6] + bytes(range(10)) * 100 + b"%%EOF\n"
SIZE = len(BODY)


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": environment.storage(f"file://{quote(str(tmp_path))}", tmp_path),
    }
    return tmp_path


def files_in(store):
    return [path for path in store.rglob("*") if path.is_file()]


def document(name="scan.pdf", content=BODY):
    return attach(MemberFactory(), ContentFile(content, name), by=UserFactory(role="staff"))


def body_of(response):
    return b"".join(response.streaming_content)


def test_a_download_is_something_to_save_and_never_a_page(signed_in):
    row = document()
    response = signed_in("staff").get(row.get_download_url())
    assert (response.status_code, body_of(response)) == (200, BODY)
    wanted = {
        "Content-Type": "application/pdf",
        "Content-Length": str(SIZE),
        "Content-Disposition": 'attachment; filename="scan.pdf"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Accept-Ranges": "bytes",
        "ETag": f'"{row.sha256}"',
        "Cache-Control": "private, no-cache",
    }
    assert {name: response[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("name", "content", "header"),
    [
        ("Ångström.pdf", BODY, "attachment; filename*=utf-8''%C3%85ngstr%C3%B6m.pdf"),
        ("a; filename=evil.exe", JPEG, 'attachment; filename="a; filename=evil.exe.jpg"'),
        ("page.html", JPEG, 'attachment; filename="page.html.jpg"'),
    ],
)
def test_the_name_of_a_download_is_safe(signed_in, name, content, header):
    assert signed_in("staff").get(document(name, content).get_download_url())["Content-Disposition"] == header


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-9", 0, 9), ("bytes=10-", 10, SIZE - 1), ("bytes=-5", SIZE - 5, SIZE - 1), ("bytes=5-5", 5, 5),
        ("bytes=5-999999", 5, SIZE - 1), ("bytes=-999999", 0, SIZE - 1),
    ],
)  # fmt: skip
def test_a_part_is_sent_as_asked(signed_in, asked, start, end):
    response = signed_in("staff").get(document().get_download_url(), headers={"Range": asked})
    assert (response.status_code, body_of(response)) == (206, BODY[start : end + 1])
    assert (response["Content-Range"], response["Content-Length"]) == (
        f"bytes {start}-{end}/{SIZE}",
        str(end + 1 - start),
    )


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=999999-1000000", "bytes=-0"])
def test_a_part_behind_the_end_is_refused(signed_in, asked):
    response = signed_in("staff").get(document().get_download_url(), headers={"Range": asked})
    assert (response.status_code, response["Content-Range"], response.content) == (416, f"bytes */{SIZE}", b"")


@pytest.mark.parametrize("asked", ["bytes=9-5", "bytes=", "bytes=-", "lines=1-2", "bytes=a-b", "bytes=0-1,5-6", "junk"])
def test_a_senseless_range_gets_the_whole(signed_in, asked):
    response = signed_in("staff").get(document().get_download_url(), headers={"Range": asked})
    assert (response.status_code, body_of(response)) == (200, BODY)


def test_a_range_of_a_file_that_has_changed_since_gets_the_whole(signed_in):
    browser, row = signed_in("staff"), document()
    asked = {"Range": "bytes=0-9", "If-Range": f'"{row.sha256}"'}
    assert browser.get(row.get_download_url(), headers=asked).status_code == 206
    assert browser.get(row.get_download_url(), headers={**asked, "If-Range": '"other"'}).status_code == 200


def test_what_the_browser_has_is_not_sent_again(signed_in):
    row = document()
    response = signed_in("staff").get(row.get_download_url(), headers={"If-None-Match": f'"{row.sha256}"'})
    assert (response.status_code, response.content) == (304, b"")


def test_head_tells_everything_and_sends_nothing(signed_in):
    browser, row = signed_in("staff"), document()
    whole = browser.head(row.get_download_url())
    assert (whole.status_code, whole["Content-Length"], body_of(whole)) == (200, str(SIZE), b"")
    part = browser.head(row.get_download_url(), headers={"Range": "bytes=0-9"})
    assert (part.status_code, part["Content-Length"], body_of(part)) == (206, "10", b"")
    os.unlink(default_storage.path(row.path))
    assert browser.head(row.get_download_url()).status_code == 200


def test_nothing_but_reading_is_answered(signed_in):
    assert signed_in("staff").post(document().get_download_url()).status_code == 405


def test_a_missing_file_is_told(signed_in):
    browser, row = signed_in("staff"), document()
    os.unlink(default_storage.path(row.path))
    response = browser.get(row.get_download_url())
    assert response.status_code == 404
    assert "The file is not in the store any more. Ask an administrator to restore it." in response.content.decode()


def test_a_store_that_cannot_be_read_is_told(signed_in):
    browser, row = signed_in("staff"), document()
    path = default_storage.path(row.path)
    os.unlink(path)
    os.mkdir(path)
    response = browser.get(row.get_download_url())
    assert response.status_code == 503
    assert "The file store does not answer. Try again in some minutes." in response.content.decode()


def test_a_store_that_cannot_be_written_leaves_no_row(store):
    (store / "documents").write_text("a file where the folder should be")
    with pytest.raises(Refused, match="“scan.pdf” could not be kept: the file store does not answer or is full."):
        document()
    assert Attachment.objects.count() == 0
    assert len(files_in(store)) == 1


def test_a_row_that_cannot_be_written_leaves_no_file(store):
    """The file is in the store already when the database refuses its row."""
    member, user = MemberFactory(), UserFactory(role="staff")
    with pytest.raises(DatabaseError, match="too long"):
        attach(member, ContentFile(BODY, "x.pdf"), by=user, description="x" * 301)
    assert files_in(store) == []


def test_the_address_of_the_store_is_understood():
    assert environment.storage("file:///srv/ip2a%20files", None)["OPTIONS"]["location"].name == "ip2a files"
    s3 = environment.storage("s3://key:se%2Fcret@s3.example.org/papers?region=eu-west-1", None)
    assert s3["BACKEND"] == "ip2a.attachments.s3.S3Store"
    kept = ("bucket_name", "access_key", "secret_key", "endpoint_url", "region_name")
    assert {name: s3["OPTIONS"][name] for name in kept} == {
        "bucket_name": "papers", "access_key": "key", "secret_key": "se/cret",
        "endpoint_url": "https://s3.example.org", "region_name": "eu-west-1",
    }  # fmt: skip


def recorded(**fields):
    about = {"original_name": "scan.pdf", "size": 1200, "media_type": "application/pdf", "sha256": "a" * 64}
    return Attachment.objects.create(record=MemberFactory(), **about, **fields)


def test_a_document_that_is_only_recorded_says_so_and_has_no_file_to_take(signed_in, store):
    row = recorded(storage="recorded", path="recorded/7")
    browser = signed_in("staff")
    response = browser.get(row.get_download_url())
    assert response.status_code == 404
    assert "Only its facts are recorded here; its file was never brought into this system." in response.text
    page = browser.get(row.get_absolute_url()).text
    assert ("Not stored here: only these facts are recorded" in page, row.get_download_url() in page) == (True, False)
    panel = browser.get(row.record.get_absolute_url()).text
    assert ("Not stored here" in panel, row.get_download_url() in panel) == (True, False)
    assert list(Attachment.objects.kept()) == [] == files_in(store)


@pytest.mark.parametrize(("storage", "path"), [("recorded", "documents/7"), ("kept", "recorded/7"), ("lost", "x")])
def test_what_is_only_recorded_cannot_pass_for_a_kept_file_nor_the_other_way_round(storage, path):
    with pytest.raises(DatabaseError, match="attachment_(recorded_has_no_place|storage_known)"):
        recorded(storage=storage, path=path)
