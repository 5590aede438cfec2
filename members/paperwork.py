"""The papers of ten thousand members: photos, scans and letters, recorded without their bytes unless they are wanted.

A document that is only recorded says so (``Attachment.storage``): no check misses its file, and no page offers it.
"""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from ip2a.attachments import store
from ip2a.models import Attachment, User
from ip2a.models.attachment import RECORDED_PLACE
from ip2a.seeds import DEMO_LOGINS
from maintenance.seeding import CannotSeed, Seed
from members.models import Member

FIELDS = (
    *("content_type", "object_id", "compartment", "category", "description", "original_name", "size", "media_type"),
    *("sha256", "path", "storage", "uploader", "created_at", "updated_at"),
)
MB = 1_000_000
MOST = 20  # of a member
ON_AVERAGE = 200_000  # bytes of one, to tell beforehand how much room all of them take
BLOCK = bytes(range(32, 127)) * 690


@dataclass(frozen=True)
class Kind:
    """``smallest`` to ``largest``: bytes; most are small, ``usual`` above the smallest on average (0: all alike)."""

    share: float
    category: str
    names: tuple[str, ...]
    media_type: str
    smallest: int
    largest: int
    usual: int
    head: bytes

    def size(self, chance: Random) -> int:
        if not self.usual:
            return chance.randint(self.smallest, self.largest)
        return min(self.largest, self.smallest + int(chance.expovariate(1 / self.usual)))


PDF, JPEG = b"%PDF-1.4\n", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
KINDS = (
    Kind(0.012, "photo", ("photo", "id-card", "jobsite"), "image/jpeg", int(2.5 * MB), int(5.5 * MB), 0, JPEG),
    Kind(0.16, "certificate", ("certificate", "license", "cpr-card"), "application/pdf", MB // 5, 2 * MB, MB // 8, PDF),
    Kind(0.10, "contract", ("dispatch", "indenture"), "application/pdf", MB // 5, 2 * MB, MB // 8, PDF),
    Kind(0.40, "general", ("beneficiary-form", "dues-slip"), "application/pdf", MB // 20, 5 * MB, 45_000, PDF),
    Kind(0.328, "correspondence", ("letter", "notice"), "application/pdf", MB // 20, 5 * MB, 45_000, PDF),
)


def documents(seed: Seed) -> Iterator[None]:
    """From one to twenty for each member, from joining on. Asks first, then makes them up."""
    members = list(Member.objects.order_by("pk").values_list("pk", "hire_date"))
    if seed.with_files and members:
        _refuse_without_room(len(members))
    made = _Papers(seed)
    seed.regrets.callback(made.take_away)
    yield
    seed.fill(Attachment, FIELDS, made.rows(members))


def _refuse_without_room(members: int) -> None:
    """Better to say so now than to fill the disk."""
    needed = members * MOST * 3 // 4 * ON_AVERAGE
    folder = getattr(default_storage, "location", None)
    if folder is not None and (free := shutil.disk_usage(folder).free) < needed * 1.2:
        raise CannotSeed(
            f"The files would take about {needed / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free in {folder}. "
            "Leave out --with-files, or choose a smaller --scale."
        )


class _Papers:
    def __init__(self, seed: Seed):
        self.seed, self.chance = seed, seed.chance
        self.member = ContentType.objects.get_for_model(Member).pk
        addresses = [login.email for login in DEMO_LOGINS if login.role in ("staff", "representative")]
        self.people = list(User.objects.filter(email__in=addresses).order_by("email").values_list("pk", flat=True))
        self.last = datetime(seed.today.year, seed.today.month, seed.today.day, 17, tzinfo=UTC)
        self.written: list[str] = []
        self.counts = [count**1.75 for count in range(1, MOST + 1)]
        self.shares = [kind.share for kind in KINDS]

    def rows(self, members: list[tuple[int, date]]) -> Iterator[tuple]:
        number = 0
        for member, joined in members:
            count = self.chance.choices(range(1, MOST + 1), self.counts)[0]
            since = (self.seed.today - joined).days if joined else 3650
            for kind in self.chance.choices(KINDS, self.shares, k=count):
                number += 1
                yield self._row(number, member, kind, since)

    def _row(self, number: int, member: int, kind: Kind, since: int) -> tuple:
        chance = self.chance
        at = self.last - timedelta(days=int(chance.random() * since), minutes=int(chance.random() * 480))
        size = kind.size(chance)
        ending = "jpg" if kind.media_type == "image/jpeg" else "pdf"
        name = f"{kind.names[number % len(kind.names)]}-{at:%Y-%m-%d}.{ending}"
        if self.seed.with_files:
            checksum, path, storage = self._write(number, kind, size)
        else:
            checksum, path, storage = f"{chance.getrandbits(256):064x}", f"{RECORDED_PLACE}{number:09}", "recorded"
        uploader = self.people[number % len(self.people)] if self.people else None
        about = (kind.category, "", name, size, kind.media_type, checksum, path, storage)
        return (self.member, member, "", *about, uploader, at, at)

    def _write(self, number: int, kind: Kind, size: int) -> tuple[str, str, str]:
        """A file of its own content; like any other its place tells nothing."""
        head = kind.head + f"{self.seed.number}/{number}\n".encode()
        body = (head + BLOCK * (size // len(BLOCK) + 1))[:size]
        path = f"documents/example/{self.chance.getrandbits(128):032x}"
        store.keep(path, ContentFile(body))
        self.written.append(path)
        return hashlib.sha256(body).hexdigest(), path, "kept"

    def take_away(self) -> None:
        for path in self.written:
            store.discard(path)
