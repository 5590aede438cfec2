"""Adding documents. First the file, then the row that names it: a row never stands without its file."""

import secrets
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import File
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from ip2a.answers import Refused
from ip2a.attachments import intake, kinds, names, store
from ip2a.attachments.rules import may_attach
from ip2a.models import Attachment
from ip2a.words import format_day


def attach(
    record: models.Model, file: File, *, by: Any, category: str = Attachment.Category.GENERAL, description: str = ""
) -> Attachment:
    """Keep a file with a record; raises Refused with the reason.

    When the row cannot be written the file is taken away. A transaction around this that is rolled back later leaves
    an orphan, which ``resilience`` finds.
    """
    may_attach(by, record).enforce()
    name = names.clean(file.name or "")
    checksum = intake.checksum_of(file)
    kind = kinds.kind_of(file, name)
    _refuse_twice(record, checksum, name)
    about = {"original_name": name, "media_type": kind.media_type, "sha256": checksum, "path": new_path()}
    return _keep(record, file, **about, uploader=by, category=category, description=description)


def keep_made(
    record: models.Model, file: File, *, by: Any, media_type: str, sha256: str, path: str = "", **about: Any
) -> Attachment:
    """Keep a file that the house itself made of a record: however large, and of a kind that nobody may upload.

    Whoever calls vouches for the content, the checksum and the type. ``path`` is a name in the store that the caller
    can find again when a second attempt must clear away what the first one left; see ``new_path``.
    """
    may_attach(by, record).enforce()
    about |= {"original_name": names.clean(file.name or ""), "media_type": media_type, "sha256": sha256}
    return _keep(record, file, **about, path=path or new_path(), uploader=by)


def _keep(record: models.Model, file: File, **fields: Any) -> Attachment:
    row = Attachment(
        content_type=ContentType.objects.get_for_model(record),
        object_id=record.pk,
        compartment=record.compartment,
        size=file.size,
        **fields,
    )
    try:
        store.keep(row.path, file)
    except store.StoreUnavailable as error:
        store.logger.error("The file store failed: %s", error)
        raise Refused(
            f"“{row.original_name}” could not be kept: the file store does not answer or is full. Nothing is lost but "
            "this try. Try again in some minutes, and tell an administrator if it stays so."
        ) from error
    return _named(row, record)


def new_path() -> str:
    """A name that tells nothing and that nobody can guess, in a folder for each month."""
    return f"documents/{timezone.now():%Y/%m}/{secrets.token_hex(16)}"


def _named(row: Attachment, record: models.Model) -> Attachment:
    """Write the row. Somebody may have added the same file in this moment: the constraint notices."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        store.discard(row.path)
        if "attachment_once" in str(error):
            _refuse_twice(record, row.sha256, row.original_name)
        raise
    except BaseException:
        store.discard(row.path)
        raise
    return row


def _refuse_twice(record: models.Model, checksum: str, name: str) -> None:
    same = Attachment.objects.of(record).live().filter(sha256=checksum).select_related("uploader").first()
    if same is None:
        return
    who = f" by {same.uploader}" if same.uploader else ""
    known_as = "" if same.original_name == name else f" as “{same.original_name}”"
    raise Refused(
        f"“{name}” is already here{known_as}, added on {format_day(same.created_at)}{who}. It was not added again."
    )
