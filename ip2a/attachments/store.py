"""Where files are kept: a folder of this machine, or an S3-compatible service (``s3.py``)."""

import logging
from collections.abc import Iterator
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage

CHUNK = 256 * 1024
logger = logging.getLogger(__name__)


class StoreUnavailable(Exception):
    """The store does not answer, refuses us or is full."""


class Missing(Exception):
    """The store answers, and has no such file."""


class NeverKept(Exception):
    """Only facts of this document are recorded; its file was never brought here."""


class DiskStore(FileSystemStorage):
    def part(self, name: str, start: int, length: int) -> Iterator[bytes]:
        """``length`` bytes from ``start``. The file is open before this returns."""
        file = open(self.path(name), "rb")  # noqa: SIM115 - closed when the part is read or dropped
        file.seek(start)
        return read_part(file, length)


def read_part(file: Any, left: int) -> Iterator[bytes]:
    try:
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
    finally:
        file.close()


def keep(path: str, file: File) -> None:
    """Write a file. What was half written is taken away again."""
    try:
        default_storage.save(path, file)
    except (OSError, StoreUnavailable) as error:
        discard(path)
        raise StoreUnavailable(str(error)) from error


def discard(path: str) -> None:
    """Take away a file that no row names. When even that fails it stays as an orphan, which ``resilience`` reports."""
    try:
        default_storage.delete(path)
    except (OSError, StoreUnavailable) as error:
        logger.warning("An unused file may stay in the store at %s: %s", path, error)


def part(path: str, start: int, length: int) -> Iterator[bytes]:
    """Bytes of a stored file; raises Missing or StoreUnavailable before the first byte."""
    try:
        return default_storage.part(path, start, length)
    except FileNotFoundError as error:
        raise Missing(path) from error
    except OSError as error:
        raise StoreUnavailable(str(error)) from error
