"""Bringing documents back from the backups: those whose file is gone, or is not the one that was kept.

Whatever lies in a document's place and is not the document is set aside, never overwritten.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils import timezone

from ip2a.attachments import store
from ip2a.models import Attachment
from maintenance import logbook
from maintenance.backups import folder, owner
from maintenance.backups.contents import Contents
from maintenance.backups.errors import CannotBackUp
from maintenance.backups.stored import Found, Named, listing, named_files
from maintenance.resilience.models import FileFault

logger = logging.getLogger(__name__)
Say = Callable[[int, int, str], None]
READING = "The store of the documents could not be used ({}), so nothing more was brought back. Try again later."


@dataclass
class BroughtBack:
    """``returned`` are there again; ``lost`` are in no backup; ``aside`` is where what lay in their place is now."""

    looked: int = 0
    returned: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)


def bring_back(say: Say = lambda done, total, text: None) -> BroughtBack:
    """Everything that the database names and the store has not, or has otherwise. Safe to run twice."""
    found = BroughtBack()
    with owner.held(), owner.connect() as reader:
        wrong = list(_wrong(reader, found))
        known = _checksums() if any(not one.sha256 for one in wrong) else {}
        for number, one in enumerate(wrong, 1):
            _bring(one, one.sha256 or known.get(one.path, ""), found)
            say(number, len(wrong), "Bringing documents back")
    returned = list(Attachment.objects.filter(path__in=found.returned).values_list("pk", flat=True))
    FileFault.objects.filter(attachment__in=returned).delete()
    counts = {"looked": found.looked, "returned": len(found.returned), "lost": len(found.lost)}
    logbook.write(logbook.AUTO_HEAL, {"event": "documents brought back", **counts, "documents": returned[:1000]})
    return found


def _wrong(reader, found: BroughtBack):
    """Not there, of another size, or found changed when they were last read."""
    here = _listing()
    changed = set(FileFault.objects.values_list("attachment__path", flat=True))
    for one in named_files(reader):
        found.looked += 1
        there = here.get(one.path)
        if there is None or one.path in changed or (one.size is not None and there[0] != one.size):
            yield one


def _listing() -> Found:
    try:
        return listing()
    except OSError as error:
        raise CannotBackUp(READING.format(error.strerror or error)) from error


def _checksums() -> dict[str, str]:
    """By path, of files whose row knows no checksum: the newest backup that kept them says it."""
    known: dict[str, str] = {}
    for backup in folder.all_backups():
        for line in backup.files():
            if line["kept"]:
                known.setdefault(line["path"], line["sha256"])
    return known


def _bring(one: Named, checksum: str, found: BroughtBack) -> None:
    place = Contents().place(checksum) if checksum else None
    if place is None or not place.is_file() or folder.checksum_of(place) != checksum:
        found.lost.append(one.path)
        return
    try:
        if default_storage.exists(one.path):
            found.aside.append(_set_aside(one.path))
        with place.open("rb") as content:
            store.keep(one.path, File(content))
    except (OSError, store.StoreUnavailable) as error:
        raise CannotBackUp(READING.format(getattr(error, "strerror", None) or error)) from error
    found.returned.append(one.path)


def _set_aside(path: str) -> str:
    """Under a name that no record has, so that the report of files without a record tells of it."""
    with default_storage.open(path) as content:
        aside = default_storage.save(f"{path}.wrong-{timezone.localtime():%Y%m%d-%H%M%S}", content)
    default_storage.delete(path)
    return aside
