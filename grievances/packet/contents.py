"""What a case file tells: read from the case once, in a bounded number of queries, for the PDF and the tables alike."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Prefetch, Q

from grievances.models import (
    Deadline,
    Decision,
    Grievance,
    GrievanceStepRecord,
    Grievant,
    InformationRequest,
    Notice,
    RequestEntry,
)
from ip2a.attachments import names
from ip2a.attachments.serving import download_name
from ip2a.models import Attachment
from ip2a.words import format_day

ARCHIVE = "application/zip"
LONGEST_NAME = 100


class Purpose(StrEnum):
    ARBITRATION = "arbitration"
    FAIRNESS = "fair_representation"

    @property
    def label(self) -> str:
        return {"arbitration": "Arbitration", "fair_representation": "Fair-representation defence"}[self.value]


@dataclass
class Document:
    """A document of the case. ``path`` is its place in the archive; ``amiss`` says what is wrong with it."""

    number: int
    row: Attachment
    of: str
    path: str
    sha256: str = ""
    size: int = 0
    amiss: str = ""


@dataclass(frozen=True)
class Line:
    """One line of the chronology. ``document`` is its number."""

    on: date
    what: str
    at: datetime | None = None
    step: int = 0
    by: str = ""
    agreed_by: str = ""
    text: str = ""
    document: int | None = None
    is_struck: bool = False


@dataclass(frozen=True)
class Limit:
    """One limit: the date that stands (None when none does any more) and those that were superseded."""

    now: Deadline | None
    former: list[Deadline]

    @property
    def label(self) -> str:
        return (self.now or self.former[-1]).label

    @property
    def days(self) -> list[tuple[str, str]]:
        """The working of the date that stands: each day, and what it counts as."""
        lines = self.now.working if self.now else []
        return [(format_day(date.fromisoformat(day)), why) for day, _, why in lines]


@dataclass
class Contents:
    grievance: Grievance
    purpose: Purpose
    is_internal: bool
    documents: list[Document]
    lines: list[Line] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    steps: list[GrievanceStepRecord] = field(default_factory=list)
    requests: list[InformationRequest] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    grievants: list[Grievant] = field(default_factory=list)
    earlier: list[Attachment] = field(default_factory=list)
    left_out: int = 0  # documents about how the grievant was told

    @property
    def amiss(self) -> list[Document]:
        return [document for document in self.documents if document.amiss]

    def number_of(self, paper: int | None) -> int | None:
        """The number of a paper among the documents."""
        return self._numbers.get(paper) if paper else None

    def __post_init__(self) -> None:
        self._numbers = {document.row.pk: document.number for document in self.documents}


def gather(grievance: Grievance, *, purpose: Purpose, internal: bool) -> Contents:
    """Everything of a case. Without ``internal`` what we thought among ourselves stays out."""
    grievance = Grievance.objects.select_related(
        "member", "employer", "subject", "assigned_rep", "agreement_version__agreement"
    ).get(pk=grievance.pk)
    steps = list(grievance.step_records.order_by("step_number"))
    requests = list(
        grievance.information_requests.order_by("asked_on", "id").prefetch_related(
            Prefetch("entries", RequestEntry.objects.order_by("happened_on", "id"))
        )
    )
    decisions = list(
        grievance.decisions.order_by("decided_on", "id").prefetch_related(
            Prefetch("notices", Notice.objects.order_by("told_on", "id"))
        )
    )
    private = set() if internal else {n.paper_id for d in decisions for n in d.notices.all() if n.paper_id}
    rows = [row for row in _attachments(grievance, steps, requests) if row.media_type != ARCHIVE]
    kept = [row for row in rows if row.pk not in private]
    found = Contents(grievance, purpose, internal, _numbered(kept, grievance, steps, requests))
    found.left_out = len(rows) - len(kept)
    found.steps, found.requests = steps, requests
    found.decisions = decisions if internal else []
    found.grievants = list(grievance.grievants.select_related("member").order_by("joined_on", "id"))
    found.earlier = list(Attachment.objects.of(grievance).live().filter(media_type=ARCHIVE).order_by("created_at"))
    found.limits = _limits(grievance)
    return found


def _attachments(grievance: Grievance, steps: list, requests: list) -> list[Attachment]:
    """Documents of the case, of its steps and of its information requests, oldest first."""
    of = Q()
    for records in ([grievance], steps, requests):
        if records:
            kind = ContentType.objects.get_for_model(records[0])
            of |= Q(content_type=kind, object_id__in=[record.pk for record in records])
    return list(Attachment.objects.live().filter(of).select_related("uploader").order_by("created_at", "id"))


def _numbered(rows: list[Attachment], grievance: Grievance, steps: list, requests: list) -> list[Document]:
    whose = {(ContentType.objects.get_for_model(r).pk, r.pk): r for r in (grievance, *steps, *requests)}
    return [
        Document(number, row, _of(whose[row.content_type_id, row.object_id]), _path(number, row))
        for number, row in enumerate(rows, 1)
    ]


def _of(record: Any) -> str:
    if isinstance(record, GrievanceStepRecord):
        return f"Step {record.step_number}"
    if isinstance(record, InformationRequest):
        return f"Information request of {format_day(record.asked_on)}"
    return "The case"


def _path(number: int, row: Attachment) -> str:
    """A name of its own, which every system can write: the number tells two of one name apart."""
    name = names.clean(download_name(row))
    ending = names.ending_of(name)
    return f"documents/{number:03d} {name.removesuffix(ending)[:LONGEST_NAME].rstrip(' .')}{ending}"


def _limits(grievance: Grievance) -> list[Limit]:
    """Each limit with the date that stands and those it had before, in the order of their last days."""
    rows = grievance.deadlines.select_related("superseded_by").order_by("step_number", "limit_key", "occurrence", "id")
    found = []
    for _, group in groupby(rows, key=lambda row: (row.step_number, row.limit_key, row.occurrence)):
        dates = list(group)
        now = next((row for row in dates if row.superseded_at is None), None)
        found.append(Limit(now, [row for row in dates if row.superseded_at is not None]))
    return sorted(found, key=lambda limit: ((limit.now or limit.former[-1]).due_on or date.max, limit.label))
