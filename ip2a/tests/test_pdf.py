"""PDF, where its libraries are and where they are not; nothing is fetched that is not ours."""

import http.server
import io
import os
import re
import subprocess
import sys
import threading
import zlib
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.safestring import mark_safe

from ip2a import pdf
from ip2a.factories import UserFactory

BASE_DIR = Path(__file__).resolve().parent.parent.parent
LETTER = "ip2a/papers/letter.html"
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

needs_libraries = pytest.mark.skipif(
    not pdf.is_available() and not os.environ.get("CI"),
    reason="No PDF libraries on this machine: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
)


def unpacked(made: bytes) -> bytes:
    """The PDF with its streams legible."""
    parts = [made]
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", made, re.S):
        try:
            parts.append(zlib.decompress(found[1]))
        except zlib.error:
            continue  # a font or a picture that is packed otherwise
    return b"\n".join(parts)


def paper_with(html: str) -> bytes | None:
    return pdf.render_pdf(LETTER, {"title": "A paper", "body": mark_safe(html)})


@needs_libraries
@pytest.mark.django_db
def test_a_paper_becomes_a_pdf_with_its_title_and_who_printed_it():
    by = UserFactory(first_name="Pat", last_name="Brandt")
    made = pdf.render_pdf(LETTER, {"title": "Extension letter", "by": by, "body": mark_safe("<p>Hello</p>")})
    inside = unpacked(made)
    assert (made[:5], made.rstrip()[-5:]) == (b"%PDF-", b"%%EOF")
    assert b"(Extension letter)" in inside
    assert f"(Pat Brandt, {settings.LOCAL_NAME})".encode() in inside
    assert inside.count(b"/Type /Page\n") + inside.count(b"/Type /Page/") == 1


@needs_libraries
@pytest.mark.django_db
def test_a_long_paper_has_pages_and_goes_to_a_file_or_a_path(tmp_path):
    context = {"title": "Long", "body": mark_safe("<p>word</p>" * 200)}
    target = io.BytesIO()
    assert pdf.render_pdf_to(target, LETTER, context) is True
    assert pdf.render_pdf_to(tmp_path / "long.pdf", LETTER, context) is True
    for made in (target.getvalue(), (tmp_path / "long.pdf").read_bytes()):
        assert int(re.search(rb"/Count (\d+)", unpacked(made))[1]) > 3


@pytest.fixture
def listener():
    """A real web server that remembers whether anybody asked it for anything."""
    asked = []

    class Remembering(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x")

        def log_message(self, *args):
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Remembering)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    server.asked = asked
    yield server
    server.shutdown()
    server.server_close()


@needs_libraries
@pytest.mark.django_db
def test_a_paper_fetches_nothing_from_the_network_or_the_disk(listener, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("THE-SECRET")
    web = f"http://127.0.0.1:{listener.server_address[1]}"
    made = paper_with(
        f'<base href="{web}/"><link rel="stylesheet" href="{web}/a.css"><img src="{web}/a.png"><img src="b.png">'
        f'<img src="file://{secret}"><link rel="attachment" href="file://{secret}">'
        f'<link rel="attachment" href="{web}/c.txt"><p style="background: url({web}/d.png)">Hello</p>'
        f'<object data="file://{secret}"></object><img src="//127.0.0.1:{listener.server_address[1]}/e.png">'
    )
    assert listener.asked == []
    assert made.startswith(b"%PDF-") and b"THE-SECRET" not in unpacked(made)


@needs_libraries
@pytest.mark.django_db
def test_pictures_inside_the_text_are_drawn():
    plain = unpacked(paper_with("<p>Hello</p>"))
    pictured = unpacked(paper_with(f'<p>Hello</p><img src="data:image/png;base64,{DOT}">'))
    assert (plain.count(b"/Subtype /Image"), pictured.count(b"/Subtype /Image") > 0) == (0, True)


def test_our_own_static_files_are_read():
    content, media_type = pdf.static_file("https://paper.invalid/static/css/paper.css")
    assert (content, media_type) == ((BASE_DIR / "static/css/paper.css").read_bytes(), "text/css")


@pytest.mark.parametrize(
    "url",
    [
        "https://paper.invalid/static/../ip2a/settings.py",
        "https://paper.invalid/static/%2e%2e/ip2a/settings.py",
        "https://paper.invalid/static//etc/passwd",
        "https://paper.invalid/static/",
        "https://paper.invalid/static/css",
        "https://paper.invalid/static/none.css",
        "https://paper.invalid/media/x",
        "https://paper.invalid:8000/static/css/paper.css",
        "https://paper.invalid@127.0.0.1/static/css/paper.css",
        "http://paper.invalid/static/css/paper.css",
        "file:///etc/passwd",
        "file:///static/css/paper.css",
        "ftp://paper.invalid/static/css/paper.css",
        "/static/css/paper.css",
        "",
    ],
)
def test_no_other_address_leads_anywhere(url):
    with pytest.raises(pdf.Refused):
        pdf.static_file(url)


WITHOUT_LIBRARIES = """
import json
import cffi

dlopen = cffi.FFI.dlopen

def missing(self, name, *flags):
    if "pango" in name:
        raise OSError(f"cannot load library {name!r}: cannot open shared object file")
    return dlopen(self, name, *flags)

cffi.FFI.dlopen = missing

import django
django.setup()
from ip2a import pdf
from ip2a.papers import drafting, registry

class Person:
    def get_full_name(self):
        return "Pat Brandt"

kind = registry.named("members.confirmation")
context = {"title": "A paper", "by": Person(), "body": "Hello"}
file = drafting.as_file(kind, "Dear Rosa,\\n", Person())
print(json.dumps({
    "available": pdf.is_available(),
    "pdf": pdf.render_pdf("ip2a/papers/letter.html", context),
    "written": pdf.render_pdf_to("/nonexistent/a.pdf", "ip2a/papers/letter.html", context),
    "page": "Hello" in pdf.render_html("ip2a/papers/letter.html", context),
    "file": [file.name.rpartition(".")[2], file.read().decode()],
}))
"""


def test_without_the_libraries_there_is_no_pdf_but_a_page_to_print_and_the_words_to_keep(committed_db):
    """In a process of its own, in which loading them really fails."""
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT_LIBRARIES],
        cwd=BASE_DIR,
        env=os.environ | {"PYTHONPATH": str(BASE_DIR)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.stdout == (
        '{"available": false, "pdf": null, "written": false, "page": true, "file": ["txt", "Dear Rosa,\\n"]}\n'
    ), result.stderr
    assert "No PDF can be made, so pages to print are offered instead: cannot load library" in result.stderr
