"""Proving a report: each number is opened, and the list behind it must have exactly that many rows."""

import csv
import io
from html import escape
from typing import Any

from ip2a.reports import Figure, Linked, Section

WITH_FORMAT = {True: "&", False: "?"}


def rows_behind(client: Any, url: str) -> int:
    """How many rows the list at this address has: those of its CSV file, without the head."""
    response = client.get(f"{url}{WITH_FORMAT['?' in url]}format=csv")
    assert response.status_code == 200, f"{url} answers {response.status_code}"
    assert response["Content-Type"].startswith("text/csv"), f"{url} is no list with a CSV file"
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return len(list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))) - 1


def every_number_opens_its_rows(client: Any, url: str) -> int:
    """Follow each linked number of the report at ``url``; gives how many there were.

    Fails for a count that has no link, for a link that the page does not show, and for a list of another length.
    """
    response = client.get(url)
    assert response.status_code == 200, f"{url} answers {response.status_code}"
    page, followed, wrong = response.content.decode(), 0, []
    for section in response.context["sections"]:
        for place, column, cell in _numbers(section):
            if not isinstance(cell, Linked) or not cell.opens:
                wrong += _unlinked(place, column, cell)
                continue
            followed += 1
            wrong += _opened(client, page, place, column, cell)
    assert not wrong, "\n".join(wrong)
    return followed


def _numbers(section: Section) -> list[tuple[str, Figure, Any]]:
    first = section.columns[0]
    return [
        (f"{section.title} / {row.get(first.key)} / {column.label}", column, row.get(column.key))
        for row in [*section.rows, *([section.totals] if section.totals else [])]
        for column in section.columns
        if column.is_number
    ]


def _unlinked(place: str, column: Figure, cell: Any) -> list[str]:
    value = cell.value if isinstance(cell, Linked) else cell
    return [f"{place}: {value} opens nothing"] if column.kind == "count" and column.linked and value else []


def _opened(client: Any, page: str, place: str, column: Figure, cell: Linked) -> list[str]:
    found = [] if f'href="{escape(cell.url)}"' in page else [f"{place}: the page does not show {cell.url}"]
    expected = cell.rows if cell.rows is not None else cell.value if column.kind == "count" else None
    behind = rows_behind(client, cell.url)
    if expected is not None and behind != expected:
        found.append(f"{place}: says {expected}, but {cell.url} has {behind} rows")
    return found
