"""Files on an S3-compatible service. Not in ``store.py``, because loading boto3 costs what most locals never use."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage
from urllib3.exceptions import HTTPError

from ip2a.attachments.store import Missing, StoreUnavailable, read_part

NOT_THERE = ("404", "NoSuchKey", "NotFound", "InvalidRange")  # the last: of an object that was emptied


@contextmanager
def told_apart() -> Iterator[None]:
    """The many failures of a service as two: it has no such file, or it cannot be used."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code")
        raise (Missing if code in NOT_THERE else StoreUnavailable)(str(error)) from error
    except (BotoCoreError, Boto3Error, HTTPClientError, HTTPError) as error:
        raise StoreUnavailable(str(error)) from error


class S3Store(S3Storage):
    def __init__(self, **settings: Any):
        config = Config(
            connect_timeout=5,  # somebody is waiting for the page
            read_timeout=30,
            retries={"max_attempts": 2},
            signature_version="s3v4",
            s3={"addressing_style": "path" if settings.get("endpoint_url") else "auto"},
            request_checksum_calculation="when_required",  # other services know no checksums but S3's own
            response_checksum_validation="when_required",
        )
        super().__init__(**{"client_config": config, **settings})

    def exists(self, name: str) -> bool:
        with told_apart():
            return super().exists(name)

    def _save(self, name: str, content: File) -> str:
        with told_apart():
            return super()._save(name, content)

    def delete(self, name: str) -> None:
        with told_apart():
            super().delete(name)

    def part(self, name: str, start: int, length: int) -> Iterator[bytes]:
        """Asks the service for these bytes and no others."""
        with told_apart():
            found = self.bucket.Object(name).get(Range=f"bytes={start}-{start + length - 1}")
        return read_part(found["Body"], length)
