"""Writing the ZIP: each file in parts, with its size and checksum, and at the end the manifest that names them all."""

import hashlib
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.utils import timezone

FORMAT, VERSION = "ip2a-case-file", 1
MANIFEST, DIGEST = "manifest.json", "manifest.sha256"
PACKED_ALREADY = (
    "application/pdf",
    "image/jpeg",
    "image/png",
    "image/heic",
    "image/webp",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
)


@dataclass(frozen=True)
class Entry:
    path: str
    size: int
    sha256: str
    about: dict[str, Any]


class Archive:
    """``with Archive(file, at=now) as archive: archive.add(...); digest = archive.finish({...})``"""

    def __init__(self, file: IO[bytes], *, at: datetime) -> None:
        self.entries: list[Entry] = []
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self._date = timezone.localtime(at).timetuple()[:6]

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *error: object) -> None:
        self._zip.close()

    def add(self, path: str, chunks: Iterable[bytes], *, media_type: str = "", **about: Any) -> Entry:
        """Write a file as it comes. What ``chunks`` raises leaves the archive as it was before that part."""
        info = zipfile.ZipInfo(path, self._date)
        info.compress_type = zipfile.ZIP_STORED if media_type in PACKED_ALREADY else zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        checksum, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=True) as target:
            for chunk in chunks:
                target.write(chunk)
                checksum.update(chunk)
                size += len(chunk)
        entry = Entry(path, size, checksum.hexdigest(), about)
        self.entries.append(entry)
        return entry

    def add_text(self, path: str, text: str) -> Entry:
        return self.add(path, [text.encode()])

    def finish(self, facts: dict[str, Any]) -> str:
        """Write the manifest with these facts; returns its digest."""
        files = [{"path": e.path, "size": e.size, "sha256": e.sha256, **e.about} for e in self.entries]
        manifest = {"format": FORMAT, "version": VERSION, **facts, "files": files}
        content = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
        digest = hashlib.sha256(content).hexdigest()
        self.add(MANIFEST, [content])
        self.add_text(DIGEST, f"{digest}  {MANIFEST}\n")
        return digest
