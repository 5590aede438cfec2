"""Lists as files: streamed CSV and XLSX, with nothing in them that a spreadsheet would run."""

import csv
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from ip2a.answers import Refused
from ip2a.tables import Column

CHUNK = 2_000
XLSX_ROWS = 100_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
Enrich = Callable[[list[Any]], None]


def defused(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers and dates stay."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    return value


def records_of(rows: QuerySet, enrich: Enrich) -> Iterator[Any]:
    """Every record, a chunk in memory at a time; ``enrich`` adds to a chunk what one query can fetch for it."""
    stream = rows.iterator(chunk_size=CHUNK)
    while chunk := list(islice(stream, CHUNK)):
        enrich(chunk)
        yield from chunk


class _Echo:
    def write(self, line: str) -> str:
        return line


def csv_response(name: str, columns: list[Column], rows: QuerySet, enrich: Enrich) -> HttpResponseBase:
    """CSV in UTF-8 with a byte-order mark, which spreadsheets need to read accents right."""
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow([column.label for column in columns])
        for record in records_of(rows, enrich):
            yield writer.writerow([defused(column.exported(record)) for column in columns])

    response = StreamingHttpResponse(_joined(lines()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _joined(lines: Iterator[str]) -> Iterator[str]:
    """Some hundred lines a write: a write for each would cost more than the line."""
    while part := list(islice(lines, 500)):
        yield "".join(part)


def xlsx_response(name: str, columns: list[Column], rows: QuerySet, enrich: Enrich) -> HttpResponseBase:
    """A workbook written to disk row by row. Texts are stored as texts, so none is ever a formula."""
    if rows.order_by().values("pk")[: XLSX_ROWS + 1].count() > XLSX_ROWS:
        raise Refused(
            f"A workbook of more than {XLSX_ROWS:,} rows takes minutes to open. Take the CSV file, or filter first."
        )
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:31])
    sheet.freeze_panes = "A2"
    sheet.append([column.label for column in columns])
    for record in records_of(rows, enrich):
        sheet.append([_xlsx_cell(sheet, column.exported(record)) for column in columns])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{name}.xlsx",
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


def _xlsx_cell(sheet: Any, value: Any) -> Any:
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None)
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        cell = WriteOnlyCell(sheet, value)
        cell.data_type = "s"
        return cell
    return value


KINDS = {"csv": csv_response, "xlsx": xlsx_response}
