"""The smallest files of each kind, put together here so that no binary file lies in the repository."""

import io
import struct
import zipfile
import zlib


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def archive(**files: str | bytes) -> bytes:
    """A zip archive; "__" stands for a slash and "_dot_" for a dot in its names."""
    return zipped({name.replace("__", "/").replace("_dot_", "."): content for name, content in files.items()})


def zipped(files: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return buffer.getvalue()


PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< >>\n%%EOF\n"
PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\0\0"))
    + _chunk(b"IEND", b"")
)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + bytes(64) + b"\xff\xd9"
WEBP = b"RIFF" + struct.pack("<I", 30) + b"WEBPVP8L" + bytes(26)
TIFF = b"II*\0\x08\0\0\0" + bytes(32)
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(32)
DOCX = zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document/>"})
XLSX = zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"})
ODT = zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<office/>"})
MSG = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + "__properties_version1.0".encode("utf-16-le") + bytes(512)
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + "WordDocument".encode("utf-16-le") + bytes(512)
EML = b"From: rosa@example.org\r\nTo: pat@example.org\r\nSubject: Hours\r\n\r\n<html><body>Hello</body></html>\r\n"
CSV = b"number,name\n1,Rosa Lima\n"
TEXT = "Dear Åsa, the meeting is on Thursday.\n".encode()
