"""The case file as one paper, and what the archive says of itself."""

import logging
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from grievances.packet.chronology import facts_of
from grievances.packet.contents import Contents
from grievances.packet.drawing import MISSING
from ip2a import pdf
from ip2a.words import format_moment

logger = logging.getLogger(__name__)
TEMPLATE = "grievances/packet/case_file.html"
STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
PROGRAM = Path(__file__).with_name("drawing.py")
MOST_SECONDS = 900


@contextmanager
def case_file(file: Contents, *, by: Any, now: datetime) -> Iterator[tuple[str, IO[bytes]]]:
    """Its name and content: a PDF, or where none can be made a page that can be printed."""
    html = page(file, by=by, now=now).encode()
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target, tempfile.TemporaryFile() as said:
        source.write(html)
        source.seek(0)
        command = [sys.executable, "-P", str(PROGRAM)]
        done = subprocess.run(command, stdin=source, stdout=target, stderr=said, check=False, timeout=MOST_SECONDS)
        said.seek(0)
        words = said.read(10_000).decode(errors="replace").strip()
        if done.returncode not in (0, MISSING):
            raise RuntimeError(f"The case file could not be drawn (status {done.returncode}): {words}")
        if done.returncode == MISSING:
            logger.warning("The case file is a page to print: %s", words)
        name, content = ("case-file.html", source) if done.returncode == MISSING else ("case-file.pdf", target)
        content.seek(0)
        yield name, content


def page(file: Contents, *, by: Any, now: datetime) -> str:
    """The paper as a page that is whole in itself: it can be read anywhere."""
    facts = [(label, value) for label, value in facts_of(file) if value]
    context = {"title": f"Case file {file.grievance}", "by": by, "file": file, "facts": facts, "built_at": now}
    return STYLE.sub(_with_its_style, pdf.render_html(TEMPLATE, context))


def _with_its_style(link: re.Match) -> str:
    content, _ = pdf.static_file(pdf.BASE_URL.rstrip("/") + link[1])
    return f"<style>{content.decode()}</style>"


def read_me(file: Contents, *, by: Any, now: datetime) -> str:
    """What is in the archive, and how anybody can verify it."""
    left_out = "" if file.is_internal else LEFT_OUT
    amiss = "".join(f"  Document {d.number}, {d.row.original_name}: {d.amiss}\n" for d in file.amiss)
    return READ_ME.format(
        case=file.grievance,
        local=settings.LOCAL_NAME,
        purpose=file.purpose.label,
        when=format_moment(now),
        by=by.get_full_name(),
        decisions="decisions.csv    our decisions with their reasons, and how the grievant was told\n"
        if file.is_internal
        else "",
        left_out=left_out,
        amiss=f"\nMissing or damaged when this was built:\n{amiss}" if amiss else "",
    )


LEFT_OUT = "\nThe local's own reasons for its decisions, and how the grievant was told of them, are left out.\n"
READ_ME = """Case file {case}
{local}
Built for: {purpose}
Built on {when} by {by}

case-file.pdf    everything in the order in which it is read (case-file.html where no PDF could be made)
documents/       every document, under the number that it has in the case file
timeline.csv     what happened, in order; an entry that was corrected later says so
deadlines.csv    every limit with how it is counted, and the dates it had before
{decisions}manifest.json    this archive: each file with its size and its sha256 checksum
manifest.sha256  the checksum of the manifest
{left_out}{amiss}
How to verify
-------------
On any computer with Python, without a network:

    python3 verify_packet.py FILE.zip --digest DIGEST

DIGEST is the digest of the manifest. The local keeps it beside this case file: ask for it. With it nobody can put
another archive in the place of this one unnoticed. The program names every file that differs and ends with status 0
(all right), 1 (something differs) or 2 (no case file). A program out of the same archive proves little to somebody who
doubts the archive: take it from the local, or compute the checksums with a program of your own, such as sha256sum,
shasum -a 256 or certutil -hashfile FILE SHA256, and compare them with manifest.json.
"""
