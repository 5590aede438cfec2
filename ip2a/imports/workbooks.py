"""Rows of an XLSX workbook's first sheet, as the texts a CSV file would hold."""

import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import IO, Any

from openpyxl import load_workbook


class TooLarge(Exception):
    """The workbook would unpack to more than is allowed."""


def check(file: IO[bytes], limit: int) -> None:
    """Raise before unpacking anything: BadZipFile or KeyError when it is no workbook, TooLarge when it is a bomb."""
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        archive.getinfo("xl/workbook.xml")
        if sum(part.file_size for part in archive.infolist()) > limit:
            raise TooLarge


def _first_sheet(file: IO[bytes]):
    file.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # styles and validations that do not matter for values
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    return book, book.worksheets[0]


def estimate(file: IO[bytes]) -> int:
    """How many rows the workbook says it has."""
    book, sheet = _first_sheet(file)
    try:
        return max((sheet.max_row or 1) - 1, 0)
    finally:
        book.close()


def rows(file: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    """Each row's number and its cells, to the width of the widest row so far."""
    book, sheet = _first_sheet(file)
    try:
        sheet.reset_dimensions()
        width = 0
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            texts = [as_text(cell) for cell in cells]
            while len(texts) > width and not texts[-1]:
                texts.pop()
            width = width or len(texts)
            texts += [""] * (width - len(texts))
            yield number, texts
    finally:
        book.close()


def as_text(value: Any) -> str:
    """A cell as CSV would have it: numbers without a needless ".0", days as 2026-03-04."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(value, ".15g")
    return str(value)
