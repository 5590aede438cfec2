"""A table becomes workers of a unit list: read, tried out, taken in, and taken back as far as nobody built on it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ip2a import audit
from ip2a.answers import Answer, Refused, no
from ip2a.imports import mapping, reading
from ip2a.imports.kinds import Kind, Split
from ip2a.imports.values import Bad, cleaned, folded
from organizing.models import (
    Assessment,
    AuthorizationCard,
    Campaign,
    ContactNote,
    NotTheSame,
    UnitList,
    UnitListEntry,
    Worker,
)
from organizing.models.taking import ListImport
from organizing.rules.campaigns import may_change_list, may_import
from organizing.services.shared import in_words, locked, needs_reason

MOST_ROWS = 20_000
MOST_NAMED = 200
FIELDS = (
    "first_name",
    "last_name",
    "employer_number",
    "job_title",
    "crew",
    "shift",
    "location",
    "language",
    "phone",
    "email",
    "address",
    "city",
    "state",
    "zip_code",
)


def last_and_first(text: str) -> tuple[str, ...]:
    """ "Lima, Rosa" or "Rosa Lima" as last and first name."""
    if "," in text:
        last, first = text.split(",", 1)
        return last.strip(), first.strip()
    first, _, last = text.strip().rpartition(" ")
    return last, first


KIND = Kind(
    key="unit_list",
    label="Workers of a unit list",
    model=Worker,
    fields=FIELDS,
    splits=(Split("full_name", "Name", ("last_name", "first_name"), last_and_first, ("employee", "employee name")),),
    spellings={
        "first_name": ("first", "given name"),
        "last_name": ("last", "surname", "family name"),
        "employer_number": ("employee id", "employee no", "employee number", "badge", "number", "clock number"),
        "job_title": ("job", "title", "classification", "position"),
        "crew": ("team", "department", "dept", "gang"),
        "location": ("site", "plant", "building", "jobsite"),
        "phone": ("telephone", "phone number", "cell", "mobile"),
        "email": ("mail", "email address"),
        "address": ("street", "street address", "home address"),
        "zip_code": ("zip", "postal code"),
    },
    tidy={"state": lambda text: text.strip().upper()},
)


@dataclass
class Row:
    """What one row of the file would do: a new worker, one who is there, or neither because of ``why``."""

    number: int
    values: dict[str, str]
    worker: Worker | None = None
    why: str = ""

    @property
    def name(self) -> str:
        return ", ".join(part for part in (self.values.get("last_name"), self.values.get("first_name")) if part)


@dataclass
class Reading:
    """A file as it would be taken in."""

    rows: list[Row] = field(default_factory=list)
    columns: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def new(self) -> list[Row]:
        return [row for row in self.rows if not row.why and row.worker is None]

    @property
    def known(self) -> list[Row]:
        return [row for row in self.rows if not row.why and row.worker is not None]

    @property
    def refused(self) -> list[Row]:
        return [row for row in self.rows if row.why]


def read(file: IO[bytes], name: str, unit_list: UnitList, *, by: Any) -> Reading:
    """Try out: nothing is written. Raises Refused where the file is no table of workers."""
    sheet = reading.open_sheet(file, name)
    headings = mapping.suggest(KIND, sheet.headers)
    mapping.require(KIND, headings, name)
    found = Reading(
        columns=[(header, KIND.columns[key].label) for header, key in headings.columns.items() if key],
        left_out=headings.kept,
    )
    places = headings.position_of(sheet.headers)
    people = _People(unit_list, by)
    for raw in sheet.rows():
        if len(found.rows) >= MOST_ROWS:
            raise Refused(f"{name} has more than {MOST_ROWS:,} rows. A unit list is not that long: split the file.")
        found.rows.append(people.placed(_converted(raw, places)))
    if not found.rows:
        raise Refused(f"{name} has a header and no rows. Choose the file that holds the workers.")
    return found


def _converted(raw: reading.Row, places: dict[str, int]) -> Row:
    row = Row(raw.number, {}, why=raw.problem)
    if row.why:
        return row
    for name, place in places.items():
        column = KIND.columns[name]
        try:
            text = column.convert(raw.cells[place]) or ""
        except Bad as bad:
            row.why = bad.words
            continue
        if column.into:
            pieces = zip(column.into, KIND.splits[0].split(cleaned(text)), strict=True)
            row.values |= {key: piece for key, piece in pieces if not row.values.get(key)}
        elif name in FIELDS and (text or name not in row.values):
            row.values[name] = text
    if not row.why and not row.values.get("last_name"):
        row.why = "the row has no last name"
    return row


class _People:
    """The workers that are there, by number and by name; those of other units; and those of the rows above."""

    def __init__(self, unit_list: UnitList, user: Any):
        campaign = unit_list.campaign
        self.by_number: dict[str, Worker] = {}
        self.by_name: dict[str, list[Worker]] = {}
        for worker in Worker.objects.filter(campaign=campaign).order_by("pk"):
            if worker.employer_number:
                self.by_number[folded(worker.employer_number)] = worker
            self.by_name.setdefault(_name(worker.last_name, worker.first_name), []).append(worker)
        employers = set(campaign.parties.values_list("organization", flat=True))
        self.elsewhere: dict[tuple[str, str], Worker] = {}
        others = Worker.objects.visible_to(user).here().filter(campaign__status__in=Campaign.RUNNING)
        for worker in others.exclude(campaign=campaign).select_related("campaign"):
            if worker.employer_number and worker.organization_id in employers:
                self.elsewhere["number", folded(worker.employer_number)] = worker
            self.elsewhere[_name(worker.last_name, worker.first_name), _digits(worker.phone)] = worker
        self.listed = set(UnitListEntry.objects.filter(unit_list=unit_list).values_list("worker", flat=True))
        self.seen: dict[Any, int] = {}

    def placed(self, row: Row) -> Row:
        if row.why:
            return row
        number = folded(row.values.get("employer_number", ""))
        name = _name(row.values["last_name"], row.values.get("first_name", ""))
        phone = _digits(row.values.get("phone", ""))
        other = self.elsewhere.get(("number", number)) if number else None
        if other is None and len(phone) >= 7:
            other = self.elsewhere.get((name, phone))
        if other is not None:
            row.why = f"{other} is a worker of “{other.campaign}” already, and a worker is in one unit only"
            return row
        self._match(row, number, name, phone)
        key = row.worker.pk if row.worker else (number or (name, phone))
        if not row.why and key in self.seen:
            row.why = f"row {self.seen[key]} is the same worker"
        elif not row.why and row.worker and row.worker.pk in self.listed:
            row.why = "stands on the list already"
        self.seen.setdefault(key, row.number)
        return row

    def _match(self, row: Row, number: str, name: str, phone: str) -> None:
        if number and number in self.by_number:
            row.worker = self.by_number[number]
            return
        named = [one for one in self.by_name.get(name, []) if not (number and one.employer_number)]
        if len(named) > 1 and phone:
            named = [one for one in named if _digits(one.phone) == phone]
        if len(named) > 1:
            row.why = f"{len(named)} workers are called so; give the number at the employer, or the telephone"
        elif named:
            row.worker = named[0]


def _name(last: str, first: str) -> str:
    return f"{folded(last)} {folded(first)}"


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))[-10:]


@transaction.atomic
def take_in(file: IO[bytes], name: str, unit_list: UnitList, *, sha256: str, by: Any) -> ListImport:
    """Write what was tried out, in one go; rows with something wrong stay out."""
    unit_list = locked(unit_list, "campaign")
    may_import(by, unit_list).enforce()
    if ListImport.objects.filter(unit_list=unit_list, sha256=sha256, undone_at=None).exists():
        raise Refused(f"{name} was taken into this list already.")
    found = read(file, name, unit_list, by=by)
    if not found.new and not found.known:
        raise Refused("No row of the file can be taken in. Look at what is wrong with them.")
    employers = list(unit_list.campaign.parties.filter(ended_on=None).values_list("organization", flat=True))
    with audit.because(f"Table {name}"):
        try:
            with transaction.atomic():
                made = Worker.objects.bulk_create(
                    Worker(
                        campaign=unit_list.campaign,
                        organization_id=employers[0] if len(employers) == 1 else None,
                        **row.values,
                    )
                    for row in found.new
                )
                entries = UnitListEntry.objects.bulk_create(_entries(unit_list, made, found))
        except IntegrityError as error:
            raise in_words(Worker, error) from error
        return ListImport.objects.create(
            unit_list=unit_list,
            campaign_id=unit_list.campaign_id,
            file_name=name[:255],
            sha256=sha256,
            entries=[entry.pk for entry in entries],
            workers=[worker.pk for worker in made],
            refused=len(found.refused),
            by=by,
        )


def _entries(unit_list: UnitList, made: list[Worker], found: Reading) -> Iterator[UnitListEntry]:
    for worker, row in [*zip(made, found.new, strict=True), *((row.worker, row) for row in found.known)]:
        yield UnitListEntry(
            unit_list=unit_list,
            campaign_id=unit_list.campaign_id,
            worker=worker,
            name_on_list=row.name[:201],
            **{key: row.values.get(key, "") for key in ("job_title", "shift", "location")},
        )


@dataclass
class TakenBack:
    """How many entries and workers went, and who was left alone with what somebody did since."""

    entries: int = 0
    workers: int = 0
    kept: list[tuple[Worker, str]] = field(default_factory=list)


def built_on(imported: ListImport) -> list[tuple[Worker, str]]:
    """Workers of the import with whom somebody did something since: they and their entries stay."""
    rows = Worker.objects.filter(entries__in=imported.entries).distinct().order_by("sort_key", "pk")
    since = imported.created_at
    others = UnitListEntry.objects.exclude(pk__in=imported.entries)
    done = (
        ("was assessed since", Assessment.objects.filter(created_at__gte=since)),
        ("signed a card", AuthorizationCard.objects.filter(created_at__gte=since)),
        ("was spoken with since", ContactNote.objects.filter(created_at__gte=since)),
        (
            "stands on another list",
            others.filter(created_at__gte=since),
        ),
    )
    told: dict[int, list[str]] = {}
    for words, found in done:
        keys = found.filter(campaign=imported.campaign_id, worker__in=rows.values("pk"))
        for worker in set(keys.values_list("worker", flat=True)):
            told.setdefault(worker, []).append(words)
    practices = rows.filter(unfair_practices__isnull=False).values_list("pk", flat=True)
    pairs = NotTheSame.objects.filter(campaign=imported.campaign_id).values_list("first", "second")
    apart = rows.filter(pk__in={pk for pair in pairs for pk in pair}).values_list("pk", flat=True)
    edited = (
        rows.filter(pk__in=imported.workers, updated_at__gt=since).exclude(pk__in=told).values_list("pk", flat=True)
    )
    for keys, words in (
        (practices, "is named in an unfair labor practice"),
        (apart, "was told apart"),
        (edited, "was changed since"),
    ):
        for worker in keys:
            told.setdefault(worker, []).append(words)
    return [(worker, ", ".join(told[worker.pk])) for worker in rows if worker.pk in told]


@transaction.atomic
def take_back(imported: ListImport, *, reason: str, by: Any) -> TakenBack:
    """Undo an import. Whoever was assessed, carded or edited since is left alone, and named one by one."""
    imported = locked(imported, "unit_list__campaign")
    locked(imported.unit_list)
    may_take_back(by, imported).enforce()
    reason = needs_reason(reason, "it is taken back")[:300]
    kept = built_on(imported)
    stays = {worker.pk for worker, _ in kept}
    gone = UnitListEntry.objects.filter(pk__in=imported.entries).exclude(worker__in=stays)
    leaving = [pk for pk in imported.workers if pk not in stays]
    with audit.because(reason):
        entries = gone.delete()[0]
        workers = Worker.objects.filter(pk__in=leaving).delete()[0]
        imported.undone_at, imported.undone_by, imported.undo_reason = timezone.now(), by, reason
        imported.save(update_fields=["undone_at", "undone_by", "undo_reason"])
    return TakenBack(entries, workers, kept)


def may_take_back(user: Any, imported: ListImport) -> Answer:
    answer = may_change_list(user, imported.unit_list)
    if answer and imported.undone_at is not None:
        return no("This was taken back already.")
    return answer
