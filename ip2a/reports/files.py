"""A report as files: a section as CSV, all sections as sheets of a workbook. Nothing in them is ever a formula."""

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.styles import Font

from ip2a.exports import FORMULA_STARTS, defused
from ip2a.reports.sections import Section

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMATS = {"money": "#,##0.00", "count": "#,##0", "day": "yyyy-mm-dd"}
_NOT_IN_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")


def csv_file(name: str, sections: Sequence[Section]) -> HttpResponse:
    """One section as a plain table; several one under the other, each under its title."""
    text = io.StringIO()
    writer = csv.writer(text)
    for number, section in enumerate(sections):
        if len(sections) > 1:
            writer.writerows([[], [defused(section.title)]] if number else [[defused(section.title)]])
        writer.writerow([defused(column.label) for column in section.columns])
        writer.writerows([[defused(value) for value in line] for line in section.lines()])
    return _answer(f"{name}.csv", "text/csv; charset=utf-8", ("\ufeff" + text.getvalue()).encode())


def xlsx_file(name: str, sections: Sequence[Section]) -> HttpResponse:
    book = Workbook()
    book.remove(book.active)
    for section in sections:
        _sheet(book.create_sheet(_sheet_name(section.title)), section)
    stream = io.BytesIO()
    book.save(stream)
    return _answer(f"{name}.xlsx", XLSX, stream.getvalue())


def _sheet_name(title: str) -> str:
    """What a workbook accepts; of two with one name it numbers the second itself."""
    return _NOT_IN_A_SHEET_NAME.sub(" ", title)[:28].strip() or "Report"


def _sheet(sheet: Any, section: Section) -> None:
    for across, column in enumerate(section.columns, 1):
        _write(sheet.cell(1, across), column.label).font = Font(bold=True)
        sheet.column_dimensions[sheet.cell(1, across).column_letter].width = 32 if across == 1 else 16
    for down, line in enumerate(section.lines(), 2):
        for across, (column, value) in enumerate(zip(section.columns, line, strict=True), 1):
            cell = _write(sheet.cell(down, across), value)
            cell.number_format = _FORMATS.get(column.kind, cell.number_format)
    sheet.freeze_panes = "B2"


def _write(cell: Any, value: Any) -> Any:
    cell.value = value
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        cell.data_type = "s"
    return cell


def _answer(name: str, kind: str, content: bytes) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
