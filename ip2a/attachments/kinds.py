"""What a file is, told by its content. What is not known to be harmless is refused, with what to do instead."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import filetype

from ip2a.answers import Refused
from ip2a.attachments.names import ending_of

HEAD = 256 * 1024
TAIL = 64 * 1024 + 22  # where a zip archive ends, comment included
ACCEPTED_WORDS = (
    "PDF, JPEG, PNG, HEIC, TIFF and WebP pictures, Word, Excel and OpenDocument files, text, CSV and e-mails"
)


@dataclass(frozen=True)
class Kind:
    """``endings``: what such a file may be called; the first one is given to a file that is called otherwise."""

    media_type: str
    label: str
    endings: tuple[str, ...]


KINDS = {
    kind.media_type: kind
    for kind in (
        Kind("application/pdf", "PDF", (".pdf",)),
        Kind("image/jpeg", "JPEG picture", (".jpg", ".jpeg")),
        Kind("image/png", "PNG picture", (".png",)),
        Kind("image/heic", "HEIC picture", (".heic", ".heif")),
        Kind("image/tiff", "TIFF picture", (".tif", ".tiff")),
        Kind("image/webp", "WebP picture", (".webp",)),
        Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word document", (".docx",)),
        Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel workbook", (".xlsx",)),
        Kind("application/vnd.oasis.opendocument.text", "OpenDocument text", (".odt",)),
        Kind("application/vnd.oasis.opendocument.spreadsheet", "OpenDocument spreadsheet", (".ods",)),
        Kind("application/vnd.ms-outlook", "Outlook e-mail", (".msg",)),
        Kind("message/rfc822", "E-mail", (".eml",)),
        Kind("text/csv", "CSV list", (".csv",)),
        Kind("text/plain", "Text", (".txt", ".md", ".log", ".text")),
    )
}
PICTURES = ("image/jpeg", "image/png", "image/heic", "image/tiff", "image/webp")
OFFICE_PARTS = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
ACTIVE = re.compile(rb"<\s*(!doctype\s+html|html|script|svg|iframe|body|\?php|object|embed|meta|base)\b", re.I)
PROGRAM_STARTS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")
STRANGE = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\ufffd]")  # in a text: control characters, bytes that stand for nothing
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAIL_MARK = "__properties_version1.0".encode("utf-16-le")
MAIL_HEADER = re.compile(
    rb"(received|return-path|delivered-to|from|to|subject|date|message-id|mime-version|x-[\w-]+):", re.I
)


def kind_of(file: BinaryIO, name: str) -> Kind:
    """The kind of a whole file; raises Refused for what is not kept here. Leaves the file at its start."""
    try:
        return KINDS[_Judge(file, name).media_type()]
    finally:
        file.seek(0)


def label_of(media_type: str) -> str:
    return KINDS[media_type].label if media_type in KINDS else media_type


class _Judge:
    def __init__(self, file: BinaryIO, name: str):
        self.file, self.name = file, name
        file.seek(0)
        self.head = file.read(HEAD)
        self.size = file.seek(0, 2)
        file.seek(max(0, self.size - TAIL))
        self.tail = file.read()

    def media_type(self) -> str:
        if self.head.startswith(PROGRAM_STARTS):
            raise self.refusal("is a program. Programs are not kept here.")
        if self.head.startswith(b"PK"):
            return self._office()
        if self.head.startswith(OLD_OFFICE):
            return self._outlook()
        for media_type, is_one in BINARY:
            if is_one(self.head):
                return self._only(media_type)
        return self._text()

    def refusal(self, what: str) -> Refused:
        return Refused(f"“{self.name}” {what}")

    def unknown(self) -> Refused:
        guess = filetype.guess(self.head)
        what = f" ({guess.mime})" if guess is not None else ""
        return self.refusal(f"is of a kind that is not kept here{what}. You can add {ACCEPTED_WORDS}.")

    def _only(self, media_type: str) -> str:
        """A picture or a PDF, and nothing else besides."""
        if ACTIVE.search(self.head[:4096]) or ACTIVE.search(self.tail[-4096:]):
            raise self.refusal("has a script or a web page hidden in it. Print it to a new PDF and add that.")
        if b"PK\x05\x06" in self.tail and zipfile.is_zipfile(self.file):
            raise self.refusal("has an archive hidden in it. Print it to a new PDF and add that.")
        if not _is_whole(media_type, self.head, self.tail, self.size):
            raise self.refusal("is damaged or was not copied to its end. Open it to check, and add it again.")
        return media_type

    def _office(self) -> str:
        try:
            with zipfile.ZipFile(self.file) as archive:
                names = set(archive.namelist())
                declared = archive.read("mimetype")[:100].decode("ascii", "replace") if "mimetype" in names else ""
        except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
            raise self.refusal("is damaged or protected, so it cannot be told what it is. Save it again.") from None
        if any(name.lower().endswith(("vbaproject.bin", ".exe", ".js", ".vbs", ".jar")) for name in names) or any(
            name.startswith("Basic/") for name in names
        ):
            raise self.refusal("holds macros, which can do harm. Save it without macros, or as a PDF.")
        if declared in KINDS:
            return declared
        for part, media_type in OFFICE_PARTS.items():
            if part in names and "[Content_Types].xml" in names:
                return media_type
        raise self.refusal("is an archive. Unpack it and add the files in it, all at once if you like.")

    def _outlook(self) -> str:
        self.file.seek(0)
        kept = b""
        while chunk := self.file.read(1024 * 1024):
            if MAIL_MARK in kept + chunk:
                return "application/vnd.ms-outlook"
            kept = chunk[-len(MAIL_MARK) :]
        raise self.refusal("is an old Office file, which can hold macros. Save it as .docx, .xlsx or PDF.")

    def _text(self) -> str:
        ending = ending_of(self.name).lower()
        if ending == ".eml" and MAIL_HEADER.match(self.head) and b"\0" not in self.head:
            return "message/rfc822"
        text = _read_as_text(self.head)
        if text is None:
            raise self.unknown()
        if ACTIVE.search(text.encode()) or text.lstrip().startswith(("<?xml", "<!--")):
            raise self.refusal(
                "is a web page, a drawing or a script, which can do harm in a browser. Save it as a PDF."
            )
        if ending in KINDS["text/csv"].endings:
            return "text/csv"
        if ending in KINDS["text/plain"].endings:
            return "text/plain"
        raise self.unknown()


def _read_as_text(head: bytes) -> str | None:
    """None when it is no text: bytes that stand for nothing, or control characters."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head[: len(head) // 2 * 2].decode("utf-16", "replace")
    else:
        text = head.decode("utf-8-sig" if _is_utf8(head) else "cp1252", "replace")
    strange = len(STRANGE.findall(text))
    return text if strange == 0 or (strange == 1 and len(head) == HEAD) else None


def _is_utf8(head: bytes) -> bool:
    try:
        head[:-4].decode("utf-8") if len(head) == HEAD else head.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _guessed(mime: str) -> Callable[[bytes], bool]:
    return lambda head: (guess := filetype.guess(head)) is not None and guess.mime == mime


def _is_heic(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS


BINARY: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("application/pdf", lambda head: head.startswith(b"%PDF-")),
    ("image/heic", _is_heic),
    ("image/jpeg", _guessed("image/jpeg")),
    ("image/png", _guessed("image/png")),
    ("image/webp", _guessed("image/webp")),
    ("image/tiff", lambda head: head.startswith((b"II*\0", b"MM\0*"))),
)


def _is_whole(media_type: str, head: bytes, tail: bytes, size: int) -> bool:
    """Whether the end is there, where the format says how a file ends."""
    if media_type == "application/pdf":
        return b"%%EOF" in tail
    if media_type == "image/png":
        return b"IEND\xaeB`\x82" in tail
    if media_type == "image/jpeg":
        return b"\xff\xd9" in tail
    if media_type == "image/webp":
        return int.from_bytes(head[4:8], "little") + 8 <= size
    return True
