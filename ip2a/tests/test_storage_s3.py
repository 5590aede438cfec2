"""Documents on an S3-compatible service: real servers on loopback, one that works and one that checks who asks."""

import hashlib
import hmac
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, urlsplit

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from ip2a import environment
from ip2a.answers import Refused
from ip2a.attachments.services import attach
from ip2a.factories import UserFactory
from ip2a.models import Attachment
from ip2a.tests.samples import PDF
from members.factories import MemberFactory

pytestmark = pytest.mark.django_db
BODY = PDF[:-6] + bytes(1000) + b"%%EOF\n"
KEY, SECRET = "local", "a secret / with a slash"


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture(scope="module")
def service():
    """A whole S3 server in a process of its own; gives its port."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def store_at(settings, port, secret=SECRET, bucket="papers"):
    address = f"s3+http://{KEY}:{quote(secret, safe='')}@127.0.0.1:{port}/{bucket}"
    settings.STORAGES = {**settings.STORAGES, "default": environment.storage(address, None)}


@pytest.fixture
def bucket(service, settings):
    client = boto3.client(
        "s3", endpoint_url=f"http://127.0.0.1:{service}", aws_access_key_id=KEY, aws_secret_access_key=SECRET,
        region_name="us-east-1",
    )  # fmt: skip
    client.create_bucket(Bucket="papers")
    store_at(settings, service)
    yield client
    for entry in client.list_objects_v2(Bucket="papers").get("Contents", ()):
        client.delete_object(Bucket="papers", Key=entry["Key"])


def keys_in(client):
    return [entry["Key"] for entry in client.list_objects_v2(Bucket="papers").get("Contents", ())]


def document(name="scan.pdf", content=BODY):
    return attach(MemberFactory(), ContentFile(content, name), by=UserFactory(role="staff"))


def test_a_document_is_kept_and_served_by_the_service(bucket, signed_in):
    row = document()
    assert keys_in(bucket) == [row.path]
    response = signed_in("staff").get(row.get_download_url())
    assert (response.status_code, b"".join(response.streaming_content)) == (200, BODY)
    part = signed_in("staff").get(row.get_download_url(), headers={"Range": "bytes=5-9"})
    assert (part.status_code, b"".join(part.streaming_content), part["Content-Range"]) == (
        206, BODY[5:10], f"bytes 5-9/{len(BODY)}"
    )  # fmt: skip


def test_a_large_document_goes_up_in_pieces_and_comes_back_whole(bucket, signed_in):
    content = PDF[:-6] + bytes(range(256)) * 4096 * 12 + b"%%EOF\n"
    row = document("large.pdf", content)
    response = signed_in("staff").get(row.get_download_url())
    assert hashlib.sha256(b"".join(response.streaming_content)).hexdigest() == row.sha256
    assert row.size == len(content)


def test_a_part_is_all_that_is_asked_of_the_service(bucket, signed_in, service):
    """Seen in what goes out: one request, with the range in it."""
    row = document()
    asked = []
    default_storage.connection.meta.client.meta.events.register(
        "before-send.s3.GetObject", lambda request, **rest: asked.append(request.headers["Range"])
    )
    signed_in("staff").get(row.get_download_url(), headers={"Range": "bytes=100-149"})
    assert asked == [b"bytes=100-149"]


def test_a_file_that_the_service_lost_is_told(bucket, signed_in):
    row = document()
    bucket.delete_object(Bucket="papers", Key=row.path)
    response = signed_in("staff").get(row.get_download_url())
    assert response.status_code == 404
    assert "The file is not in the store any more." in response.content.decode()


def signature_of(handler, secret):
    """The signature this request should carry (AWS Signature Version 4, computed from its own headers)."""
    given = dict(part.strip().split("=", 1) for part in handler.headers["Authorization"].split(" ", 1)[1].split(","))
    scope = given["Credential"].split("/", 1)[1]
    address = urlsplit(handler.path)
    query = "&".join(
        f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}"
        for k, v in sorted(parse_qsl(address.query, keep_blank_values=True))
    )
    headers = "".join(
        f"{name}:{' '.join(handler.headers[name].split())}\n" for name in given["SignedHeaders"].split(";")
    )
    canonical = "\n".join(
        [handler.command, address.path, query, headers, given["SignedHeaders"], handler.headers["x-amz-content-sha256"]]
    )
    text = "\n".join(
        ["AWS4-HMAC-SHA256", handler.headers["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()]
    )
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest(), given["Signature"]


class Strict(BaseHTTPRequestHandler):
    """Answers only those who sign with the right secret; keeps one file in memory."""

    kept: dict[str, bytes] = {}
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if self.command != "HEAD" else b"")

    def handle_one(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        right, given = signature_of(self, SECRET)
        if not hmac.compare_digest(right, given):
            self.answer(403, b"<Error><Code>SignatureDoesNotMatch</Code><Message>No</Message></Error>")
        elif self.command == "PUT":
            self.kept[self.path] = body
            self.answer(200)
        elif self.command == "DELETE":
            self.kept.pop(self.path, None)
            self.answer(204)
        else:
            self.answer(200 if self.path in self.kept else 404, self.kept.get(self.path, b""))

    do_GET = do_HEAD = do_PUT = do_DELETE = handle_one  # noqa: N815 - names that http.server calls

    def log_message(self, *args):
        pass


@pytest.fixture
def strict_service():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Strict)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    Strict.kept.clear()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join(5)


CANNOT_KEEP = "“scan.pdf” could not be kept: the file store does not answer or is full."


def test_the_right_secret_is_let_in(strict_service, settings):
    store_at(settings, strict_service)
    row = document()
    assert list(Strict.kept) == [f"/papers/{row.path}"]


def test_a_wrong_secret_is_refused_and_nothing_is_left(strict_service, settings):
    store_at(settings, strict_service, secret="wrong")
    with pytest.raises(Refused, match=CANNOT_KEEP):
        document()
    assert (Attachment.objects.count(), Strict.kept) == (0, {})


def test_a_wrong_secret_is_told_when_reading(strict_service, settings, signed_in):
    store_at(settings, strict_service)
    row = document()
    store_at(settings, strict_service, secret="wrong")
    response = signed_in("staff").get(row.get_download_url())
    assert response.status_code == 503
    assert "The file store does not answer. Try again in some minutes." in response.content.decode()


def test_a_service_that_is_away_is_told_soon_and_nothing_is_lost(settings, signed_in):
    store_at(settings, free_port())
    began = time.monotonic()
    with pytest.raises(Refused, match=CANNOT_KEEP):
        document()
    assert Attachment.objects.count() == 0
    assert time.monotonic() - began < 20


def test_a_bucket_that_is_not_there_is_told(service, settings):
    store_at(settings, service, bucket="nowhere")
    with pytest.raises(Refused, match=CANNOT_KEEP):
        document()
    assert Attachment.objects.count() == 0
