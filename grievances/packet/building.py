"""Building a case file: asked for by a person, done by a worker, kept among the documents of the case."""

import errno
import hashlib
import logging
import tempfile
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import IO, Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import File
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from grievances import rules
from grievances.models import Grievance
from grievances.packet import chronology, paper, tables
from grievances.packet.archive import Archive
from grievances.packet.contents import ARCHIVE, Contents, Document, Purpose, gather
from ip2a import jobs
from ip2a.answers import Answer, Refused
from ip2a.attachments import store
from ip2a.attachments.rules import may_attach
from ip2a.attachments.services import keep_made
from ip2a.jobs import Result
from ip2a.models import Attachment, Job
from ip2a.questions import question

logger = logging.getLogger(__name__)
JOB = "grievances.packet"
CHUNK = 1024 * 1024
MOST = 1024**4  # bytes of a document; none is ever so large
VERIFIER = settings.BASE_DIR / "bin" / "verify_packet.py"
NO_STORE = (
    "The file store does not answer, so the documents could not be read and nothing was kept. "
    "Build the case file again in some minutes, and tell an administrator if it stays so."
)
NO_ROOM = (
    "There was no room on the disk for the case file, and nothing was kept. Tell an administrator, then build it again."
)


def may_build(user: Any, grievance: Grievance, *, is_seen: bool = False) -> Answer:
    """``is_seen``: the page has made sure already that this person may see the case."""
    if not user.has_perm("grievances.pursue_grievance"):
        return rules.no("Only representatives build case files. You can open those that were built.")
    return may_attach(user, grievance, is_seen=is_seen)


@transaction.atomic
def start(grievance: Grievance, *, purpose: str, internal: bool, by: Any) -> Job:
    """Have the case file built; while one is being built, that one is the answer."""
    may_build(by, grievance).enforce()
    wanted = Purpose(purpose)
    data = {"purpose": wanted.value, "internal": internal or wanted is Purpose.FAIRNESS}
    return jobs.start(JOB, grievance, by=by, data=data)


def packets_of(grievance: Grievance, user: Any) -> list[Attachment]:
    """The case files that were built, newest first."""
    kind = ContentType.objects.get_for_model(Grievance).pk
    return _packets.anyway(user, kind, grievance.pk)


@question
def _packets(reader: Any, kind: int, number: int) -> QuerySet:
    rows = Attachment.objects.beside(reader, Grievance, kind, number).live().filter(media_type=ARCHIVE)
    return rows.select_related("uploader").order_by("-created_at", "-id")


def build(job: Job, progress: Any) -> Result:
    """The work of the job: one archive, and one document of the case that holds it."""
    grievance: Grievance = job.subject
    may_build(job.started_by, grievance).enforce()
    for attempt in range(1, job.attempts):
        store.discard(place_of(job, attempt))  # what a killed worker may have left
    file = gather(grievance, purpose=Purpose(job.data["purpose"]), internal=job.data["internal"])
    file.lines = chronology.lines_of(file)
    now = timezone.now()
    try:
        with tempfile.TemporaryFile() as target:  # has no name: it is gone with the worker, whatever ends that
            with Archive(target, at=now) as archive:
                digest = _fill(archive, file, job, now, progress)
            kept = _keep(target, file, job, digest, now)
    except store.StoreUnavailable as error:
        logger.error("The file store failed while a case file was built: %s", error)
        raise Refused(NO_STORE) from error
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        logger.error("No room for a case file: %s", error)
        raise Refused(NO_ROOM) from error
    return _told(kept, file, digest)


def _fill(archive: Archive, file: Contents, job: Job, now: datetime, progress: Any) -> str:
    total = len(file.documents) + 1
    for document in file.documents:
        progress(document.number - 1, total, f"Packing {document.row.original_name}")
        _pack(archive, document)
    progress(total - 1, total, "Writing the chronology")
    with paper.case_file(file, by=job.started_by, now=now) as (name, content):
        archive.add(name, iter(partial(content.read, CHUNK), b""), media_type="application/pdf")
    archive.add_text("timeline.csv", tables.timeline(file))
    archive.add_text("deadlines.csv", tables.deadlines(file))
    if file.is_internal:
        archive.add_text("decisions.csv", tables.decisions(file))
    archive.add_text("README.txt", paper.read_me(file, by=job.started_by, now=now))
    archive.add("verify_packet.py", [VERIFIER.read_bytes()])
    return archive.finish(_facts(file, job, now))


def _facts(file: Contents, job: Job, now: datetime) -> dict[str, Any]:
    return {
        "case": str(file.grievance),
        "purpose": file.purpose.value,
        "includes_internal": file.is_internal,
        "built_at": timezone.localtime(now).isoformat(timespec="seconds"),
        "built_by": job.started_by.get_full_name(),
        "local": settings.LOCAL_NAME,
        "documents": len(file.documents),
        "documents_amiss": [
            {"number": d.number, "name": d.row.original_name, "what": d.amiss, "recorded_sha256": d.row.sha256}
            for d in file.amiss
        ],
    }


def _pack(archive: Archive, document: Document) -> None:
    """Copy a document into the archive; one that is missing or not what it was is named and stops nothing."""
    row, about = document.row, {"document": document.number, "name": document.row.original_name}
    try:
        chunks = store.part(row.path, 0, MOST)  # as much as there is, not as much as was recorded
    except store.Missing:
        document.amiss = "The file is missing in the store."
        return
    entry = archive.add(document.path, _whole(chunks, document), media_type=row.media_type, **about)
    document.size, document.sha256 = entry.size, entry.sha256
    if not document.amiss and entry.sha256 != row.sha256:
        document.amiss = "This is not the file that was added: its checksum differs."


def _whole(chunks: Iterator[bytes], document: Document) -> Iterator[bytes]:
    """The file, as far as it can be read."""
    try:
        yield from chunks
    except OSError as error:
        logger.error("Document %s cannot be read to its end: %s", document.row.pk, error)
        document.amiss = "The file cannot be read to its end."


def _keep(target: IO[bytes], file: Contents, job: Job, digest: str, now: datetime) -> Attachment:
    checksum = hashlib.sha256()
    target.seek(0)
    while chunk := target.read(CHUNK):
        checksum.update(chunk)
    target.seek(0)
    return keep_made(
        file.grievance,
        File(target, name=f"Case file {file.grievance} {timezone.localtime(now):%Y-%m-%d %H%M}.zip"),
        by=job.started_by,
        media_type=ARCHIVE,
        sha256=checksum.hexdigest(),
        path=place_of(job, job.attempts),
        category=Attachment.Category.GRIEVANCE_DOC,
        description=f"{file.purpose.label}; {_count(file)}; manifest {digest}",
    )


def place_of(job: Job, attempt: int) -> str:
    """A place in the store that nobody can guess, and that a later attempt finds again."""
    secret = salted_hmac("grievances.packet", f"{job.pk}:{attempt}", algorithm="sha256").hexdigest()
    return f"documents/{job.created_at:%Y/%m}/{secret[:32]}"


def _count(file: Contents) -> str:
    number = len(file.documents)
    return f"{number:,} document{'' if number == 1 else 's'}"


def _told(kept: Attachment, file: Contents, digest: str) -> Result:
    amiss = len(file.amiss)
    named = f" {amiss:,} of them {'is' if amiss == 1 else 'are'} missing or damaged and named in it." if amiss else ""
    return Result(
        text=f"{file.purpose.label}, {_count(file)}.{named} Manifest {digest}",
        url=kept.get_download_url(),
        label="Download the case file",
        data={"attachment": kept.pk, "digest": digest, "amiss": amiss},
    )
