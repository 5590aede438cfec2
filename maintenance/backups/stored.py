"""Every file that the database names: attachments, and what a model keeps in a FileField. And every file there is."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.core.files.storage import FileSystemStorage, storages
from django.db import models
from psycopg import sql

from ip2a.models import Attachment

BATCH = 2000


@dataclass(frozen=True)
class Named:
    """``size`` and ``sha256`` are None where the row does not know them. ``table`` and ``record`` say who names it."""

    path: str
    name: str
    table: str
    record: int
    size: int | None = None
    sha256: str | None = None


def file_fields() -> list[models.FileField]:
    return [
        field
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.local_fields
        if isinstance(field, models.FileField)
    ]


def named_files(line: psycopg.Connection) -> Iterator[Named]:
    """All of them, removed ones included, in the moment of the connection's transaction.

    Documents of which only facts are recorded have no file.
    """
    table = Attachment._meta.db_table
    query = sql.SQL("SELECT path, original_name, id, size, sha256 FROM {} WHERE storage = %s ORDER BY id").format(
        sql.Identifier(table)
    )
    with line.cursor("attachments") as cursor:
        cursor.itersize = BATCH
        for path, name, pk, size, checksum in cursor.execute(query, [Attachment.Storage.KEPT]):
            yield Named(path, name, table, pk, size, checksum)
    for field in file_fields():
        yield from _of_field(line, field)


def _of_field(line: psycopg.Connection, field: models.FileField) -> Iterator[Named]:
    table, column = field.model._meta.db_table, field.column
    query = sql.SQL("SELECT {0}, id FROM {1} WHERE {0} <> '' ORDER BY id").format(
        sql.Identifier(column), sql.Identifier(table)
    )
    for path, pk in line.execute(query).fetchall():
        yield Named(path, path.rpartition("/")[2], table, pk)


Found = dict[str, tuple[int, datetime]]


def listing() -> Found:
    """Everything in the store: name, size, and when it was written."""
    store: Any = storages["default"]
    if isinstance(store, FileSystemStorage):
        return dict(_on_disk(Path(store.location)))
    return {entry.key: (entry.size, entry.last_modified) for entry in store.bucket.objects.all()}


def _on_disk(root: Path) -> Iterator[tuple[str, tuple[int, datetime]]]:
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            try:
                known = os.stat(path, follow_symlinks=False)
            except FileNotFoundError:
                continue  # taken away since it was listed
            yield os.path.relpath(path, root), (known.st_size, datetime.fromtimestamp(known.st_mtime, UTC))
