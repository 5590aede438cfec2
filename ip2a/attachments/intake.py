"""Taking a file in from the network: measured while it streams, so that one that is too large never fills the disk."""

import hashlib
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler

from ip2a.answers import Refused

MOST_FILES = 20
COMPLETE = "complete"  # a form's last field: its absence tells that the sender hung up on the way


class MeasuringUploadHandler(TemporaryFileUploadHandler):
    """Writes each file to a temporary file, with its checksum; drops a file the moment it is over the limit."""

    def __init__(self, request: Any = None):
        super().__init__(request)
        self.too_large: list[str] = []
        self.too_many: list[str] = []
        self.seen = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.seen += 1
        self.taken = 0
        self.checksum = hashlib.sha256()
        if self.seen > MOST_FILES:
            self.too_many.append(self.file_name)
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.taken += len(raw_data)
        if self.taken > settings.ATTACHMENT_MAX_BYTES:
            self.too_large.append(self.file_name)
            raise SkipFile
        self.checksum.update(raw_data)
        super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> UploadedFile:
        file = super().file_complete(file_size)
        file.sha256 = self.checksum.hexdigest()
        return file

    def refusals(self) -> list[str]:
        """What was dropped on the way, and why."""
        many = [f"“{name}” is one too many: add at most {MOST_FILES} at once." for name in self.too_many]
        return [str(too_large(name)) for name in self.too_large] + many


def checksum_of(file: File) -> str:
    """The sha256 of a file: as measured on its way in, or read now. Refuses what is too large or empty."""
    name = file.name or "document"
    if file.size > settings.ATTACHMENT_MAX_BYTES:
        raise too_large(name)
    if not file.size:
        raise Refused(f"“{name}” is empty. Check the file on your machine, and add it again.")
    measured = getattr(file, "sha256", "")
    if measured:
        return measured
    checksum = hashlib.sha256()
    for chunk in file.chunks():
        checksum.update(chunk)
    file.seek(0)
    return checksum.hexdigest()


def too_large(name: str) -> Refused:
    limit = settings.ATTACHMENT_MAX_BYTES / 1024 / 1024
    return Refused(f"“{name}” is larger than {limit:g} MB, which is the most a document may have. Make it smaller.")
