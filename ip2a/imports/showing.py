"""What the import desk shows of a batch, to those who may see it: columns with samples, figures, refused rows."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.apps import apps

from ip2a.compartments import COMPARTMENTS, open_to
from ip2a.imports import batches, kinds, tasks
from ip2a.imports.mapping import KEEP
from ip2a.imports.values import shown
from ip2a.models import ImportBatch, KeptValues
from ip2a.words import register_tones

LOOKED_AT = 200
SAMPLES = 3
State = ImportBatch.State
register_tones(
    {
        State.UPLOADED: "quiet",
        State.CHECKING: "info",
        State.CHECKED: "info",
        State.IMPORTING: "info",
        State.IMPORTED: "good",
        State.FAILED: "bad",
        State.UNDOING: "warn",
        State.UNDONE: "quiet",
    }
)


@dataclass
class FileColumn:
    """A column of the file: its header, a few of its values, and what it is read as."""

    number: int
    header: str
    samples: list[str]
    reads_as: str
    wall: str
    notice: str = ""

    @property
    def field_name(self) -> str:
        return f"column-{self.number}"


def visible_batches(user: Any):
    """Imports of kinds that this person may import."""
    keys = [kind.key for kind in kinds.kinds() if batches.may_import(user, kind.key)]
    return ImportBatch.objects.visible_to(user).filter(kind__in=keys).select_related("by")


def columns_of(batch: ImportBatch) -> list[FileColumn]:
    """The file's columns; values of a compartment's columns are shown to nobody here."""
    kind = kinds.find(batch.kind)
    with batches.opened(batch) as sheet:
        first = [row.cells for row in islice(sheet.rows(), LOOKED_AT) if not row.problem]
        headings = batches.headings_unchecked(batch, sheet)
        headers = sheet.headers
    found = []
    for number, header in enumerate(headers):
        if header not in batch.mapping:
            continue
        wall = kind.wall_of(header)
        seen = dict.fromkeys(cells[number].strip() for cells in first)
        samples = [] if wall else [shown(text, 40)[1:-1] for text in seen if text][:SAMPLES]
        label = COMPARTMENTS[wall].label if wall else ""
        found.append(
            FileColumn(number, header, samples, batch.mapping[header], label, headings.notices.get(header, ""))
        )
    return found


def choices_of(kind_key: str) -> list[tuple[str, str]]:
    """What a column can be read as."""
    kind = kinds.find(kind_key)
    return [(KEEP, "Keep beside the record")] + [(c.name, c.label) for c in kind.columns.values()]


def lacking_text(batch: ImportBatch) -> str:
    """What must be found among the columns before anything can be added; "" when nothing is missing."""
    missing = batches.lacking(batch)
    return f"No column is read as {', nor as '.join(missing)}. Choose one below." if missing else ""


def left_alone(batch: ImportBatch) -> list[dict[str, Any]]:
    """What an undo could not take back, with links to the first records."""
    found = []
    for group in batch.undo_outcome.get("left_alone", []):
        model = apps.get_model(group["model"])
        linked = model._default_manager.in_bulk([key for key, _ in group["records"]])
        records = [
            (linked[key].get_absolute_url() if key in linked and hasattr(model, "get_absolute_url") else "", name)
            for key, name in group["records"]
        ]
        noun = model._meta.verbose_name if group["count"] == 1 else model._meta.verbose_name_plural
        found.append({"noun": noun, "reason": group["reason"], "count": group["count"], "records": records})
    return found


def job_of(batch: ImportBatch, url: str) -> dict[str, Any]:
    """For the progress fragment: what the worker said last, or what the batch itself knows."""
    told = tasks.progress_of(batch.pk) or {}
    done, total = told.get("done", 0), told.get("total", 0)
    return {
        "id": batch.pk,
        "label": told.get("stage") or batch.get_state_display(),
        "done": done,
        "total": total,
        "percent": min(100 * done // total, 100) if total else None,
        "state": "running" if batch.started_at else "waiting",
        "url": url,
    }


def kept_columns(batch: ImportBatch, user: Any) -> list[dict[str, str]]:
    """Columns kept beside the records, each with who may see its values."""
    inside = open_to(user)
    return [
        {
            "column": kept["column"],
            "for": f"the {COMPARTMENTS[kept['compartment']].label.lower()} compartment" if kept["compartment"] else "",
            "seen": "yes" if not kept["compartment"] or kept["compartment"] in inside else "",
        }
        for kept in batch.outcome.get("kept", [])
    ]


def kept_samples(batch: ImportBatch, user: Any) -> list[KeptValues]:
    return list(KeptValues.objects.visible_to(user).filter(batch=batch).order_by("record_id", "compartment")[:10])


def hidden_columns(batch: ImportBatch, user: Any) -> list[str]:
    """Columns of compartments this person may not enter: left out of what is handed to them."""
    kind, inside = kinds.find(batch.kind), open_to(user)
    return [header for header in batch.mapping if kind.wall_of(header) not in ("", *inside)]


def refused_rows(batch: ImportBatch, user: Any) -> Iterator[str]:
    """The refused rows as lines of CSV, without the columns this person may not see."""
    hidden = set(hidden_columns(batch, user))
    with batch.report.storage.open(batch.report.name, "rb") as stored:
        rows = csv.reader(io.TextIOWrapper(stored.file, encoding="utf-8-sig", newline=""))
        headers = next(rows)
        places = [n for n, header in enumerate(headers) if header not in hidden]
        yield "\ufeff" + _line(headers[n] for n in places)
        for row in rows:
            beyond = row[len(headers) :] if not hidden else []
            yield _line([*(row[n] for n in places), *beyond])


def _line(cells: Any) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
