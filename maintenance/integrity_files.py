"""Rows and files against each other. Left out by --no-files: the whole store is listed."""

from datetime import timedelta

from django.utils import timezone

from ip2a.models import Attachment
from maintenance import thresholds
from maintenance.backups import stored
from maintenance.models import Severity
from maintenance.registry import Thing, check, check_of_things
from maintenance.resilience import files, limits
from maintenance.resilience.models import Fault, FileFault


@check(
    "ip2a.document-not-on-disk",
    on=Attachment,
    severity=Severity.CRITICAL,
    sentence=("The file of 1 document is not in the store.", "The files of {count} documents are not in the store."),
    advice="“Bring documents back” (Upkeep, Backups) takes them from the backups. The row says where the file belongs.",
    fact=lambda document: document.path,
    files=True,
)
def document_not_on_disk():
    there = stored.listing()
    lost = [pk for path, pk in files.named() if pk is not None and path not in there]
    return Attachment.objects.filter(pk__in=lost)


@check(
    "ip2a.document-changed",
    on=Attachment,
    severity=Severity.CRITICAL,
    sentence=(
        "The file of 1 document is not what was added.",
        "The files of {count} documents are not what was added.",
    ),
    advice="A disk is failing or somebody changed it. “Bring documents back” (Upkeep, Backups) takes it from a backup.",
    files=True,
)
def document_changed():
    """As it was read last: every night some, every week all."""
    wrong = FileFault.objects.exclude(fault=Fault.MISSING)
    return Attachment.objects.filter(pk__in=wrong.values("attachment"))


@check_of_things(
    "ip2a.file-no-record-names",
    severity=Severity.INFORMATION,
    sentence=("1 file in the store is named by no record.", "{count} files in the store are named by no record."),
    advice="Left by uploads that were cut off. They do no harm; delete them by hand when you are sure.",
    files=True,
)
def file_no_record_names() -> list[Thing]:
    """Young ones are still being added."""
    young = timezone.now() - timedelta(hours=float(thresholds.value(limits.ORPHAN_HOURS)))
    there = stored.listing()
    for path, _ in files.named():
        there.pop(path, None)
    return [Thing(path, "file", "", path) for path, (_, written) in sorted(there.items()) if written < young]
