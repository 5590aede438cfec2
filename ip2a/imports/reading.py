"""Opening a table that somebody hands in: CSV or XLSX, gzip or plain, in whatever encoding and with whatever delimiter.

A ``Sheet`` is read from its beginning as often as needed and holds one row in memory at a time. What cannot be a table
is refused with one sentence; a single line that cannot be read becomes a ``Row`` with its reason.
"""

import codecs
import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, NamedTuple

from django.conf import settings

from ip2a.answers import Refused
from ip2a.imports import workbooks
from ip2a.words import format_count

BLOCK = 1 << 20
LONGEST_CELL = 1_000_000
MOST_COLUMNS = 500
DELIMITERS = ",;\t|"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
csv.field_size_limit(LONGEST_CELL)


class CannotRead(Refused):
    """The file as a whole cannot be imported; the message says why and what to do."""


class Row(NamedTuple):
    """``number`` is what a spreadsheet would show beside it (the header is row 1)."""

    number: int
    cells: list[str]
    problem: str = ""


@dataclass
class Sheet:
    """A table in a file: its headers, what was noticed on opening it, and its rows."""

    file: IO[bytes]
    name: str
    headers: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    estimate: int = 0
    encoding: str = "utf-8"
    delimiter: str = ","
    is_workbook: bool = False
    is_gzip: bool = False
    blank_rows: int = 0

    def rows(self) -> Iterator[Row]:
        """Every row that is not wholly blank, from the first one on. Rows of the wrong width carry a problem."""
        self.blank_rows = 0
        source = self._workbook_rows() if self.is_workbook else self._csv_rows()
        width = len(self.headers)
        _header_of(source)
        for row in source:
            if not any(row.cells) or not any(map(str.strip, row.cells)):
                self.blank_rows += 1
            elif len(row.cells) == width or row.problem:
                yield row
            else:
                yield _fitted(row, width)

    def _workbook_rows(self) -> Generator[Row, None, None]:
        self.file.seek(0)
        for number, cells in workbooks.rows(self.file):
            yield Row(number, cells)

    def _csv_rows(self) -> Generator[Row, None, None]:
        with _text(self) as stream:
            yield from _records(_Lines(stream), self.delimiter)

    def read_header(self) -> None:
        source = self._workbook_rows() if self.is_workbook else self._csv_rows()
        first = _header_of(source)
        source.close()
        if first is None:
            raise CannotRead(f"{self.name} is empty: there is no header row. Choose the file that holds the table.")
        if len(first.cells) > MOST_COLUMNS:
            raise CannotRead(
                f"{self.name} has {len(first.cells):,} columns in its first row; a table has at most {MOST_COLUMNS}."
            )
        self.headers = _named([" ".join(cell.replace("\x00", "").split()) for cell in first.cells], self.name)


def _header_of(source: Iterator[Row]) -> Row | None:
    """The first row that is not blank."""
    return next((row for row in source if any(map(str.strip, row.cells))), None)


def _named(headers: list[str], name: str) -> list[str]:
    """Header words, each once; trailing blank ones are dropped, blank ones between get a name."""
    while headers and not headers[-1]:
        headers.pop()
    headers = [header or f"column {position}" for position, header in enumerate(headers, 1)]
    twice = next((header for header in headers if headers.count(header) > 1), None)
    if twice is not None:
        raise CannotRead(f"{name} has two columns called “{twice}”. Give each column its own name.")
    return headers


def _fitted(row: Row, width: int) -> Row:
    cells = row.cells
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        return Row(row.number, cells[:width])
    says = f"the row has {len(cells)} cells and the header {width}: a delimiter is missing or too many"
    return Row(row.number, cells, says)


class _Lines:
    """Physical lines, with those of the record being read remembered so that a broken one can be read again."""

    def __init__(self, stream: Iterator[str]):
        self.stream = stream
        self.again: list[str] = []
        self.taken: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.again.pop() if self.again else next(self.stream)
        self.taken.append(line)
        return line

    def step_back(self) -> str:
        """The first line of the broken record; those after it will be read again."""
        first, *rest = self.taken
        self.again.extend(reversed(rest))
        return first


def _records(lines: _Lines, delimiter: str) -> Iterator[Row]:
    """Parsed records. A record that breaks the rules of quoting costs its first line only, never the ones behind."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    while True:
        lines.taken.clear()
        number += 1
        try:
            yield Row(number, next(reader))
        except StopIteration:
            return
        except csv.Error:
            line = lines.step_back()
            yield Row(
                number, line.rstrip("\r\n")[:LONGEST_CELL].split(delimiter), "the row's quotation marks do not match"
            )
            reader = csv.reader(lines, delimiter=delimiter, strict=True)


def open_sheet(file: IO[bytes], name: str) -> Sheet:
    """Find out what the file is. Raises CannotRead with one sentence when it is no table."""
    start = _start(file)
    if not start:
        raise CannotRead(f"{name} is empty. Choose the file that holds the table.")
    sheet = Sheet(file, name)
    if start.startswith(b"\x1f\x8b"):
        sheet.is_gzip = True
    elif start.startswith(b"PK\x03\x04"):
        _check_workbook(file, name)
        sheet.is_workbook = True
        sheet.estimate = workbooks.estimate(file)
    elif start.startswith(OLD_EXCEL):
        raise CannotRead(f"{name} is in the old Excel format (.xls). Save it as .xlsx or CSV, then try again.")
    if not sheet.is_workbook:
        _find_encoding(sheet)
        _find_delimiter(sheet)
    sheet.read_header()
    return sheet


def _start(file: IO[bytes], length: int = 8) -> bytes:
    file.seek(0)
    return file.read(length)


@contextmanager
def _bytes(sheet: Sheet) -> Iterator[IO[bytes]]:
    """The file unpacked, from its beginning. It stays open: its owner closes it."""
    sheet.file.seek(0)
    yield gzip.GzipFile(fileobj=sheet.file, mode="rb") if sheet.is_gzip else sheet.file


@contextmanager
def _text(sheet: Sheet) -> Iterator[io.TextIOWrapper]:
    with _bytes(sheet) as raw:
        stream = io.TextIOWrapper(raw, encoding=sheet.encoding, newline="")
        try:
            yield stream
        finally:
            stream.detach()


def _check_workbook(file: IO[bytes], name: str) -> None:
    try:
        workbooks.check(file, settings.IMPORT_MAX_BYTES)
    except (zipfile.BadZipFile, KeyError) as error:
        raise CannotRead(f"{name} is neither a spreadsheet nor a CSV file. Save the table as .xlsx or CSV.") from error
    except workbooks.TooLarge as error:
        raise CannotRead(_too_large(name)) from error


def _too_large(name: str) -> str:
    limit = format_count(settings.IMPORT_MAX_BYTES // (1024 * 1024))
    return f"{name} unpacks to more than {limit} MB. Split it into smaller files."


def _find_encoding(sheet: Sheet) -> None:
    """Read the whole file once: how long it is, how many lines, and which encoding every byte of it fits."""
    try:
        with _bytes(sheet) as raw:
            sheet.encoding = _guess(raw.read(BLOCK), sheet.name)
        if sheet.encoding.startswith("utf-16"):
            sheet.notices.append("The file is in UTF-16; it was read as such.")
        elif not _fits(sheet):
            sheet.encoding = "cp1252"
            sheet.notices.append("The file is not in UTF-8; it was read as Windows-1252. Look at a few accented names.")
        if sheet.encoding not in ("utf-8", "utf-8-sig") and not _fits(sheet):
            raise CannotRead(f"{sheet.name} is in no encoding that can be read. Save the table as CSV in UTF-8.")
    except (OSError, EOFError, zlib.error) as error:
        raise CannotRead(f"{sheet.name} is damaged: it cannot be unpacked to its end.") from error


def _guess(first: bytes, name: str) -> str:
    if not first:
        raise CannotRead(f"{name} is empty. Choose the file that holds the table.")
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    start = first[:4096]
    if b"\x00" in start:
        half = len(start) // 2
        for encoding, rest in (("utf-16-le", start[1::2]), ("utf-16-be", start[0::2])):
            if rest.count(0) > half * 0.8:
                return encoding
        raise CannotRead(f"{name} is a binary file, not a table. Save the table as .xlsx or CSV.")
    if any(byte < 9 or 13 < byte < 27 for byte in start):
        raise CannotRead(f"{name} is a binary file, not a table. Save the table as .xlsx or CSV.")
    return "utf-8-sig" if first.startswith(codecs.BOM_UTF8) else "utf-8"


def _fits(sheet: Sheet) -> bool:
    """Whether every byte is valid in the sheet's encoding. Counts the lines, and refuses what unpacks to too much."""
    decoder = codecs.getincrementaldecoder(sheet.encoding)()
    size = sheet.estimate = 0
    with _bytes(sheet) as raw:
        while True:
            block = raw.read(BLOCK)
            size += len(block)
            if size > settings.IMPORT_MAX_BYTES:
                raise CannotRead(_too_large(sheet.name))
            try:
                sheet.estimate += decoder.decode(block, final=not block).count("\n")
            except UnicodeDecodeError:
                return False
            if not block:
                return True


def _find_delimiter(sheet: Sheet) -> None:
    """The delimiter that stands most often in the header line, outside quotation marks."""
    with _text(sheet) as stream:
        line = next((line for line in stream if line.strip()), "")[:LONGEST_CELL]
    outside = "".join(part for position, part in enumerate(line.split('"')) if position % 2 == 0)
    counts = {mark: outside.count(mark) for mark in DELIMITERS}
    best = max(counts, key=lambda mark: counts[mark])
    sheet.delimiter = best if counts[best] else ","
