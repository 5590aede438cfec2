"""Case files by the hundred, as the verbs would have left them: events, records, decisions, and the limits that the
clock itself says follow from the events. Nothing is made up that the clock can tell.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q
from django.utils import timezone

from grievances import agreements, clock, deadlines, terms
from grievances.models import (
    Agreement,
    AgreementEmployer,
    AgreementVersion,
    CaseEvent,
    CaseNumbers,
    CaseType,
    Deadline,
    Decision,
    EventKind,
    Grievance,
    GrievanceStepRecord,
    Grievant,
    InformationRequest,
    Notice,
    Outcome,
    RequestEntry,
    Status,
    Subject,
)
from grievances.models.duty import DecisionKind, EntryKind, RequestState
from grievances.stories import STORIES, Story
from ip2a.models import Attachment, User
from ip2a.models.attachment import RECORDED_PLACE
from maintenance import copying
from maintenance.seeding import Seed
from members.models import Member, MemberEmployment

CASES = 400  # those that are told one by one included
RECORDS = {1: 58, 2: 30, 3: 10, 4: 2}  # how many cases have so many step records
ENDS = {"settled": 58, "withdrawn": 16, "closed": 14, "held": 5, "extended": 7}
ENDING = {
    "settled": (Status.SETTLED, EventKind.SETTLED, DecisionKind.SETTLE, "Made whole; the practice ends."),
    "withdrawn": (Status.WITHDRAWN, EventKind.WITHDRAWN, DecisionKind.WITHDRAW, "The time sheets do not bear it out."),
    "closed": (Status.CLOSED, EventKind.CLOSED, DecisionKind.CLOSE, "The agreement leaves this to the employer."),
}
AT_ONCE = 200
ROOM = 260  # days before the last one in which a case begins at the latest, so that it can come to its end
FURTHER = (150, 900)  # days after the last one to which a running limit was extended


@dataclass
class _Files:
    """Unsaved rows of some cases, in the order in which they are stored."""

    rows: dict[type[Model], list[Model]] = field(default_factory=dict)

    def add(self, *records: Model) -> None:
        for record in records:
            self.rows.setdefault(type(record), []).append(record)

    def store(self, seed: Seed) -> None:
        order = (Grievance, Attachment, CaseEvent, GrievanceStepRecord, Grievant, Deadline, Decision, Notice)
        for model in (*order, InformationRequest, RequestEntry):
            seed.create(self.rows.get(model, []))


class _Keys:
    """Keys that are known before their rows are stored, fetched a thousand at a time."""

    def __init__(self) -> None:
        self.known: dict[type[Model], list[int]] = {}

    def next(self, model: type[Model]) -> int:
        if not self.known.get(model):
            self.known[model] = copying.new_keys(model, 1000)[::-1]
        return self.known[model].pop()


def cases(seed: Seed, *, told: int, people: list[User]) -> None:
    """As many more as a stress seed has, in the order of filing; none where nobody works under an agreement."""
    count = max(0, seed.scaled(CASES) - told)
    subjects = {subject.name: subject for subject in Subject.objects.all()}
    drafts = sorted(islice(_beginnings(seed, count), count), key=lambda draft: draft[0])
    numbers = dict(CaseNumbers.objects.values_list("year", "last"))
    keys = _Keys()
    for first in range(0, len(drafts), AT_ONCE):
        files = _Files()
        for place, draft in enumerate(drafts[first : first + AT_ONCE], first):
            _Case(seed, files, keys, draft, people[place % len(people)]).tell(subjects, numbers)
        files.store(seed)
    for year, last in sorted(numbers.items()):
        CaseNumbers.objects.update_or_create(year=year, defaults={"last": last})


Draft = tuple[date, int, int, AgreementVersion]


def _beginnings(seed: Seed, count: int) -> Iterator[Draft]:
    """Days on which something happened to somebody at work under an agreement that held."""
    parties = {
        one.organization_id: one
        for one in AgreementEmployer.objects.select_related("agreement").order_by("-starts_on", "pk")
    }
    versions = {one.agreement_id: one for one in AgreementVersion.objects.filter(state="in_force").order_by("pk")}
    members = list(Member.objects.active().order_by("pk").values_list("pk", flat=True))
    chosen = seed.chance.sample(members, min(len(members), 4 * count))
    last = seed.today - timedelta(days=ROOM)
    jobs = MemberEmployment.objects.live().filter(member__in=chosen, organization__in=parties)
    jobs = jobs.filter(Q(end_date=None) | Q(end_date__gte=min((p.starts_on for p in parties.values()), default=last)))
    rows = list(jobs.order_by("pk").values_list("member", "organization", "start_date", "end_date"))
    seed.chance.shuffle(rows)
    for member, employer, start, end in rows:
        party = parties[employer]
        version = versions[party.agreement_id]
        since, until = max(start, party.starts_on, version.effective_from), min(end or last, last)
        if since <= until:
            yield seed.day_between(since, until), member, employer, version


class _Case:
    """One file, from the day it happened to where it stands."""

    def __init__(self, seed: Seed, files: _Files, keys: _Keys, draft: Draft, by: User):
        self.seed, self.chance, self.files, self.keys = seed, seed.chance, files, keys
        self.day, self.member, self.employer, self.version = draft
        self.by, self.signed = by, {"by": by, "by_name": by.get_full_name()}
        self.procedure = agreements.to_procedure(self.version)
        self.events: list[CaseEvent] = []

    def later(self, least: int, most: int) -> date:
        """The next weekday on which something happens."""
        self.day += timedelta(days=self.chance.randint(least, most))
        self.day += timedelta(days=max(0, 7 - self.day.weekday()) if self.day.weekday() > 4 else 0)
        return self.day

    def tell(self, subjects: dict[str, Subject], numbers: dict[int, int]) -> None:
        self._file(self.chance.choice(STORIES), subjects, numbers)
        ends = str(self.seed.weighted(ENDS))
        reached = min(int(str(self.seed.weighted(RECORDS))), len(self.procedure.steps))
        self.records = [GrievanceStepRecord(grievance=self.case, step_number=1)]
        for number in range(2, reached + 1):
            self._go_on(number)
        self._meet()
        if self.chance.random() < 0.3:
            self._ask()
        if ends in ENDING:
            self._end(*ENDING[ends])
        self.files.add(self.case, *self.records)
        self._reckon(ends)

    def _file(self, story: Story, subjects: dict[str, Subject], numbers: dict[int, int]) -> None:
        incident, filed = self.day, self.later(1, 5)
        numbers[filed.year] = number = numbers.get(filed.year, 0) + 1
        self.case = Grievance(
            pk=self.keys.next(Grievance),
            grievance_number=f"GR-{filed.year}-{number:04d}",
            case_type=CaseType.INDIVIDUAL,
            member_id=self.member,
            employer_id=self.employer,
            agreement_version=self.version,
            subject=subjects[story.subject],
            contract_article=story.article,
            violation_description=story.what,
            remedy_sought=story.remedy,
            status=Status.OPEN,
            current_step=self.procedure.steps[0].key,
            assigned_rep=self.by,
            incident_date=incident,
            filed_date=filed,
        )
        self._note(EventKind.INCIDENT, on=incident)
        at = timezone.make_aware(datetime.combine(filed, time(10, self.chance.randrange(0, 60, 5))))
        self._note(EventKind.FILED, step=1, happened_at=at)

    def _note(self, kind: str, *, step: int = 0, on: date | None = None, **more: Any) -> CaseEvent:
        about = {"grievance": self.case, "kind": kind, "happened_on": on or self.day, "step_number": step}
        event = CaseEvent(pk=self.keys.next(CaseEvent), **about, **self.signed, **more)
        self.events.append(event)
        self.files.add(event)
        return event

    def _meet(self) -> None:
        record = self.records[-1]
        record.meeting_date = self.later(2, 4)
        record.union_attendees, record.employer_attendees = self.by.get_full_name(), "Superintendent"
        record.notes = "Both sides stated their case."
        if self.case.status == Status.OPEN:
            self.case.status = Status.HEARING
        self._note(EventKind.MET, step=record.step_number)

    def _go_on(self, number: int) -> None:
        """Denied, and on to the next step; the last one is arbitration, or the council."""
        self._meet()
        self.later(1, 3)
        self._note(EventKind.ANSWERED, step=number - 1, reason="The employer sees no violation.")
        self._note(EventKind.DENIED, step=number - 1)
        self.later(1, 3)
        is_last = number == len(self.procedure.steps)
        self.records[-1].outcome = Outcome.ADVANCED
        self.records.append(GrievanceStepRecord(grievance=self.case, step_number=number))
        self.case.current_step = self.procedure.steps[number - 1].key
        self.case.status = Status.ARBITRATION if is_last else Status.OPEN
        kind = EventKind.REFERRED if is_last else EventKind.ADVANCED
        self._note(kind, step=number, reason="Not settled at this step")
        if is_last:
            self._decide(DecisionKind.ARBITRATE, "The language is clear, and the money is worth it.")

    def _decide(self, kind: str, reason: str) -> None:
        pk = self.keys.next(Decision)
        decision = Decision(pk=pk, grievance=self.case, kind=kind, decided_on=self.day, reason=reason, **self.signed)
        self.files.add(decision)
        if kind != DecisionKind.ARBITRATE:
            self.files.add(Notice(decision=decision, told_on=self.day, told_how="phone", **self.signed))

    def _ask(self) -> None:
        """What we asked for came within the days for it."""
        asked = self.day
        request = InformationRequest(
            pk=self.keys.next(InformationRequest),
            grievance=self.case,
            what="Time sheets and call lists of the crew",
            asked_of="Human resources",
            state=RequestState.ANSWERED,
            asked_on=asked,
            due_on=asked + timedelta(days=10),
            answered_on=(answered := self.later(3, 9)),
        )
        about = {"request": request, **self.signed}
        self.files.add(request, RequestEntry(kind=EntryKind.ASKED, happened_on=asked, text=request.what, **about))
        self.files.add(RequestEntry(kind=EntryKind.ANSWERED, happened_on=answered, **about))

    def _end(self, status: str, event: str, decision: str, words: str) -> None:
        case = self.case
        self.later(2, 6)
        if case.status == Status.ARBITRATION:
            self._note(EventKind.DECIDED, step=self.records[-1].step_number, reason="The award came.")
        case.status, case.resolution, case.resolution_date = status, words, self.day
        if status == Status.SETTLED:
            self.records[-1].outcome = Outcome.SETTLED
            case.has_precedent = self.chance.random() < 0.2
            if self.chance.random() < 0.7:
                case.settlement_amount = Decimal(self.chance.randint(90, 9000))
        self._decide(decision, words)
        self._note(event, reason=words)

    def _reckon(self, ends: str) -> None:
        """The limits that follow; those of a case that goes on are stopped or moved, by agreement and with a paper."""
        agreed: dict[str, Any] = {"agreed_by": "Superintendent"}
        if ends == "held":
            self.later(1, 2)
            paper = self._paper("abeyance.pdf", "Abeyance")
            self._note(EventKind.ABEYANCE, reason="Talks about a settlement", paper=paper, **agreed)
        elif ends == "extended":
            self._extend(agreed | {"reason": "Both sides look for records"})
        known = {str(event.pk): event for event in self.events}
        self.files.add(*deadlines.first_rows(self.case, self._computed(), known))

    def _computed(self) -> tuple[terms.Deadline, ...]:
        agreement: Agreement = self.version.agreement
        days_off = agreements.days_off(agreement)
        return clock.compute(self.procedure, days_off, deadlines.as_terms(self.events), zone=agreement.zone)

    def _extend(self, agreed: dict[str, Any]) -> None:
        """One limit after the other: what hangs on an extended one moves with it."""
        until = self.seed.today + timedelta(days=self.chance.randint(*FURTHER))
        paper = self._paper("extension.pdf", "Extension")
        for _ in range(len(self.procedure.limits)):
            running = [d for d in self._computed() if d.state is terms.State.OPEN and d.due and d.due < until]
            if not running:
                break
            first = min(running, key=lambda d: (d.due, d.key))
            about: dict[str, Any] = {"limit_key": first.key, "until_on": until, "paper": paper}
            self._note(EventKind.EXTENDED, step=first.limit.step, **about, **agreed)

    def _paper(self, name: str, about: str) -> Attachment:
        """A paper that is recorded; the file itself was never here."""
        key = self.keys.next(Attachment)
        at = datetime.combine(self.day, time(17), tzinfo=UTC)
        paper = Attachment(
            pk=key,
            content_type=ContentType.objects.get_for_model(Grievance),
            object_id=self.case.pk,
            category=Attachment.Category.GRIEVANCE_DOC,
            description=about,
            original_name=name,
            size=self.chance.randint(60_000, 400_000),
            media_type="application/pdf",
            sha256=f"{self.chance.getrandbits(256):064x}",
            path=f"{RECORDED_PLACE}grievances/{key}",
            storage=Attachment.Storage.RECORDED,
            uploader=self.by,
        )
        paper.created_at = paper.updated_at = at
        self.files.add(paper)
        return paper
