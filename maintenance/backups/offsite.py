"""A second copy of each backup on an S3-compatible service, named by BACKUP_URL. The last part sent is SHA256SUMS."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from ip2a import environment
from maintenance.backups import folder
from maintenance.backups.contents import Contents

Say = Callable[[int, int, str], None]


class CannotSend(Exception):
    """The second place does not answer, refuses us or is full; the backup here is whole all the same."""


def is_wanted() -> bool:
    return bool(settings.BACKUP_URL)


def send(backup: folder.Backup, gone: list[str], say: Say) -> None:
    """Copy a backup and the contents it needs; ``gone`` are the names of those that were taken away here."""
    # Loading boto3 costs what most locals never use.
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        bucket = _bucket()
        contents = Contents()
        there = {entry.key: entry.size for entry in bucket.objects.filter(Prefix="files/")}
        wanted = {line["sha256"]: line["size"] for line in backup.files() if line["kept"]}
        missing = [checksum for checksum, size in wanted.items() if there.get(_key(checksum)) != size]
        for number, checksum in enumerate(missing, 1):
            bucket.upload_file(str(contents.place(checksum)), _key(checksum))
            say(number, len(missing), "Copying files to the second place")
        for part in (*folder.PARTS, folder.SUMS):
            bucket.upload_file(str(backup.part(part)), f"{backup.name}/{part}")
            say(0, 0, "Copying the database to the second place")
        _take_away(bucket, gone)
    except (ClientError, BotoCoreError, Boto3Error, OSError) as error:
        raise CannotSend(f"The second copy could not be made: {error}") from error


def _bucket():
    from ip2a.attachments.s3 import S3Store  # loads boto3

    return S3Store(**environment.storage(settings.BACKUP_URL, Path())["OPTIONS"]).bucket


def _key(checksum: str) -> str:
    return f"files/{checksum[:2]}/{checksum}"


def _take_away(bucket, gone: list[str]) -> None:
    """Backups that left this machine, their checksums first. Contents stay: another machine's backups may name them."""
    for name in gone:
        for part in (folder.SUMS, *folder.PARTS):
            bucket.Object(f"{name}/{part}").delete()
