"""Files that no record names, and records whose file is not there."""

from collections.abc import Iterator
from datetime import timedelta

from django.core.files.storage import default_storage
from django.utils import timezone

from ip2a.models import Attachment
from ip2a.words import counted
from maintenance import thresholds
from maintenance.backups import stored
from maintenance.backups.telling import size
from maintenance.resilience import limits
from maintenance.resilience.models import Level
from maintenance.resilience.parts import Asked, Part

SHOWN = 20
RETURN = "Upkeep, Backups, “Bring documents back” takes them from the backups."


def named() -> Iterator[tuple[str, int | None]]:
    """Every name in the store that a row knows, with the number of the document, if it is one."""
    for pk, path in Attachment.objects.kept().order_by("pk").values_list("pk", "path").iterator():
        yield path, pk
    for field in stored.file_fields():
        for path in field.model._base_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True).iterator():
            yield path, None


def files(asked: Asked) -> Part:
    """The listing first and the rows after: what came in between has a row by then, or is young."""
    part = Part("files", "Files and the records that name them", columns=["File no record names", "Size", "Written"])
    if not asked.files:
        part.say(Level.UNKNOWN, "The files were not looked at.")
        return part
    began, here = timezone.now(), stored.listing()
    total, lost = len(here), 0
    documents: list[int] = []
    for path, pk in named():
        if here.pop(path, None) is None and not _came_meanwhile(path):
            lost += 1
            documents += [pk] if pk is not None and len(documents) < SHOWN else []
    grace = began - timedelta(hours=float(thresholds.value(limits.ORPHAN_HOURS)))
    orphans = {path: about for path, about in here.items() if about[1] < grace}
    _tell(part, lost, documents, orphans)
    part.measure("files.count", total)
    asked.say(total, total, "Looking at the files")
    return part


def _came_meanwhile(path: str) -> bool:
    return default_storage.exists(path)


def _tell(part: Part, lost: int, documents: list[int], orphans: stored.Found) -> None:
    waste = sum(about[0] for about in orphans.values())
    if lost:
        told = counted(
            lost, "1 record names a file that is not in the store.", "{count} records name files not in the store."
        )
        part.say(Level.ACT, f"{told} {RETURN}")
    if orphans:
        part.say(
            Level.WARN,
            counted(len(orphans), "1 file", "{count} files")
            + f" ({size(waste)}) no record names: left by uploads that were cut off. They do no harm; delete them by "
            "hand when you are sure.",
        )
    part.records = documents
    part.measure("files.lost", lost)
    part.measure("files.orphans", len(orphans))
    part.measure("files.orphan_bytes", waste)
    for path, about in sorted(orphans.items(), key=lambda pair: -pair[1][0])[:SHOWN]:
        part.rows.append([path, size(about[0]), f"{timezone.localtime(about[1]):%Y-%m-%d}"])
