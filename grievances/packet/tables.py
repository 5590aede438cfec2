"""The tables of a case file, for a spreadsheet."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from grievances.models import Deadline
from grievances.packet.contents import Contents
from ip2a.exports import defused

TIMELINE = ("day", "time", "step", "what", "by", "agreed by", "text", "document", "corrected later")
DECISIONS = (
    *("decided", "decision", "reason", "by", "may be appealed until"),
    *("told", "how", "whom", "note", "told by", "document"),
)
DEADLINES = (
    *("limit", "step", "binds", "article", "starts", "due", "due at", "state", "met", "when missed"),
    *("how it is counted", "superseded at", "superseded because"),
)


def as_csv(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """With a byte-order mark, which spreadsheets need to read accents right; nothing in it runs as a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([defused(value) for value in row] for row in rows)
    return "\ufeff" + text.getvalue()


def timeline(file: Contents) -> str:
    return as_csv(
        TIMELINE,
        (
            [
                *(line.on, line.at, line.step or "", line.what, line.by, line.agreed_by, line.text),
                *(line.document or "", "yes" if line.is_struck else ""),
            ]
            for line in file.lines
        ),
    )


def decisions(file: Contents) -> str:
    """A row for each time that the grievant was told; one for a decision that nobody was told of."""
    rows = []
    for decision in file.decisions:
        made = [decision.decided_on, decision.get_kind_display(), decision.reason, decision.by_name]
        made.append(decision.appeal_until or "")
        for notice in decision.notices.all() or [None]:
            rows.append([*made, *(_told(notice, file) if notice else [""] * 6)])
    return as_csv(DECISIONS, rows)


def _told(notice: Any, file: Contents) -> list[Any]:
    how = notice.get_told_how_display()
    return [notice.told_on, how, notice.told_whom, notice.note, notice.by_name, file.number_of(notice.paper_id) or ""]


def deadlines(file: Contents) -> str:
    """The dates that were superseded stand above the one that holds."""
    rows = [row for limit in file.limits for row in (*limit.former, limit.now) if row is not None]
    return as_csv(DEADLINES, map(_limit, rows))


def _limit(row: Deadline) -> list[Any]:
    return [
        *(row.label, row.step_number, row.get_side_display(), row.article, row.starts_on, row.due_on, row.due_at),
        "Superseded" if row.superseded_at else row.get_state_display(),
        *(row.met_on, row.get_consequence_display(), row.sentence),
        *(row.superseded_at, row.superseded_reason),
    ]
