"""Reminders of limits and of information requests: each once, on working days, to who has the case.

A limit of ours is told some working days ahead, on the last ones, on the day itself and when it has passed; the
employer's when it has passed. Working days are those of the case's agreement. Of several reminders that would be due,
after days on which nothing ran, only the most urgent is given; a date that changed is another date and reminds anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from grievances import agreements, dues
from grievances.daysoff import DaysOff, add_working_days, working_days_between
from grievances.models import Agreement, Deadline, Grievance, InformationRequest, Reminder, ReminderKind
from grievances.models.duty import Direction, RequestState
from ip2a import post
from ip2a.accounts.absences import stand_ins
from ip2a.models import User
from ip2a.post.digest import gathered_at
from ip2a.post.outbox import link
from ip2a.words import format_day
from maintenance import thresholds

MAIL = post.declare_kind("grievances.reminder", "Limits of grievances")
EARLY = thresholds.declare(
    "grievances.remind-early", 5, unit="working days", about="So long before a limit of ours comes the first reminder."
)
LAST = thresholds.declare(
    "grievances.remind-last", 1, unit="working days", about="So long before a limit of ours comes the urgent reminder."
)
LOCK = 746_2003  # of the one run at a time
AFTER = (ReminderKind.OVERDUE, ReminderKind.DEFAULT)
CANNOT_WAIT = (ReminderKind.LAST, ReminderKind.TODAY, ReminderKind.OVERDUE)
WITH_CASE = ("grievance__employer", "grievance__assigned_rep")
PURSUING = {"groups__permissions__codename": "pursue_grievance", "is_active": True}


@dataclass(frozen=True)
class Owed:
    """Something somebody owes by a day. ``about`` is its row."""

    about: Deadline | InformationRequest
    grievance: Grievance
    what: str
    due_on: date
    due_at: datetime | None
    is_ours: bool
    cost: str

    @property
    def key(self) -> tuple[str, int, date]:
        return (type(self.about).__name__, self.about.pk, self.due_on)


@transaction.atomic
def remind(now: datetime | None = None) -> int:
    """Give every reminder that is due and was not given; returns how many. Safe to run twice, and late."""
    now = now or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    today = timezone.localdate(now)
    spans = thresholds.values(EARLY, LAST)
    given = [
        (reminder, owed)
        for agreement in _with_running_cases()
        for reminder, owed in _of_agreement(agreement, now, today, int(spans[EARLY]), int(spans[LAST]))
    ]
    _mail(given, now, today)
    return len(given)


def _with_running_cases() -> QuerySet[Agreement]:
    running = Grievance.objects.running().order_by().values("agreement_version__agreement")
    return Agreement.objects.filter(pk__in=running).order_by("pk")


def _of_agreement(
    agreement: Agreement, now: datetime, today: date, early: int, last: int
) -> Iterator[tuple[Reminder, Owed]]:
    days_off = agreements.days_off(agreement)
    if not days_off.is_working(today):
        return
    horizon = add_working_days(today, max(early, last) + 1, days_off)
    found = list(_owed(agreement, now, today, horizon))
    done = _given(found)
    for owed in found:
        kind = kind_of(owed, now, today, days_off, early, last)
        if kind is not None and (*owed.key, kind) not in done:
            yield _give(owed, kind, today, days_off), owed


def kind_of(owed: Owed, now: datetime, today: date, days_off: DaysOff, early: int, last: int) -> ReminderKind | None:
    """The reminder that is in place on a working day; None while there is time, or the employer has time."""
    if owed.due_at < now if owed.due_at else owed.due_on < today:
        return ReminderKind.OVERDUE if owed.is_ours else ReminderKind.DEFAULT
    if not owed.is_ours:
        return None
    left = working_days_between(today, owed.due_on, days_off)  # 0: no working day is left after this one
    if left <= 0:
        return ReminderKind.TODAY
    return ReminderKind.LAST if left <= last else ReminderKind.EARLY if left <= early else None


def _owed(agreement: Agreement, now: datetime, today: date, horizon: date) -> Iterator[Owed]:
    """What may ask for a reminder: due before ``horizon``, and not already reminded of as passed."""
    for row in due_limits(agreement, today, horizon).exclude(_reminded("deadline")):
        cost = dues.what_it_costs(row.side, row.consequence, is_late=row.due_on < today)
        yield Owed(row, row.grievance, row.label, row.due_on, row.due_at, row.is_ours, cost)
    for asked in due_requests(agreement, horizon).exclude(_reminded("request")):
        ours = asked.direction == Direction.THEIRS  # they asked: the answer is ours to give
        what = "our answer to an information request" if ours else "the employer's answer to our information request"
        yield Owed(asked, asked.grievance, what, asked.due_on, None, ours, "")


def _reminded(of: str) -> Exists:
    return Exists(Reminder.objects.filter(**{of: OuterRef("pk")}, due_on=OuterRef("due_on"), kind__in=AFTER))


def due_limits(agreement: Agreement, today: date, horizon: date) -> QuerySet[Deadline]:
    """Running limits before a day; not those that run from a default which may still not come."""
    running = Grievance.objects.running().filter(agreement_version__agreement=agreement)
    rows = Deadline.objects.running().filter(grievance__in=running, due_on__lt=horizon)
    return rows.exclude(is_expected=True, starts_on__gte=today).select_related(*WITH_CASE).order_by("due_on", "pk")


def due_requests(agreement: Agreement, horizon: date) -> QuerySet[InformationRequest]:
    """Requests that nobody has refused and that are not answered in full."""
    running = Grievance.objects.running().filter(agreement_version__agreement=agreement)
    open_ = [RequestState.OPEN, RequestState.PARTLY]
    rows = InformationRequest.objects.filter(grievance__in=running, state__in=open_, due_on__lt=horizon)
    return rows.select_related(*WITH_CASE).order_by("due_on", "pk")


def _given(found: list[Owed]) -> set[tuple[str, int, date, str]]:
    pks = defaultdict(list)
    for owed in found:
        pks[type(owed.about)].append(owed.about.pk)
    rows = Reminder.objects.filter(Q(deadline__in=pks[Deadline]) | Q(request__in=pks[InformationRequest]))
    return {
        ("Deadline" if deadline else "InformationRequest", deadline or request, due_on, kind)
        for deadline, request, due_on, kind in rows.values_list("deadline", "request", "due_on", "kind")
    }


def _give(owed: Owed, kind: ReminderKind, today: date, days_off: DaysOff) -> Reminder:
    of = {"deadline": owed.about} if isinstance(owed.about, Deadline) else {"request": owed.about}
    return Reminder.objects.create(
        grievance=owed.grievance,
        kind=kind,
        due_on=owed.due_on,
        given_on=today,
        text=sentence(owed, kind, today, days_off)[:300],
        **of,
    )


def sentence(owed: Owed, kind: ReminderKind, today: date, days_off: DaysOff) -> str:
    """``GR-2026-0012: Appeal to step 2 is due Wed 18 Mar, in 3 working days``"""
    when = dues.by_when(owed.due_on, today, days_off, owed.due_at)
    verb = "was due" if kind in AFTER else "is due"
    default = "; the employer is in default" if kind == ReminderKind.DEFAULT else ""
    return f"{owed.grievance}: {owed.what} {verb} {when}{default}"


def people_for(cases: Iterable[Grievance], today: date) -> dict[int, list[User]]:
    """Whom to tell of each case (by number): its representative and, when away, whoever stands in.

    Where nobody is there, because a case is given to nobody or because nobody stands in, every representative.
    """
    away = stand_ins(today)
    everybody: list[User] | None = None
    found = {}
    for case in cases:
        rep = case.assigned_rep if case.assigned_rep is not None and case.assigned_rep.is_active else None
        told = [rep] if rep is not None else []
        if rep is None or (rep.pk in away and away[rep.pk] is None):
            everybody = everybody if everybody is not None else list(User.objects.filter(**PURSUING).distinct())
            told += [person for person in everybody if person not in told]
        elif rep.pk in away:
            told.append(away[rep.pk])
        found[case.pk] = told
    return found


def _mail(given: list[tuple[Reminder, Owed]], now: datetime, today: date) -> None:
    """As lines of the daily mail. What cannot wait for tomorrow's, because today's has gone, goes out now."""
    people = people_for({owed.grievance.pk: owed.grievance for _, owed in given}.values(), today)
    has_gone = gathered_at(now) is not None
    at_once: dict[User, list[tuple[Reminder, Owed]]] = defaultdict(list)
    for reminder, owed in given:
        for person in people[owed.grievance.pk] or [None]:
            if has_gone and person is not None and reminder.kind in CANNOT_WAIT:
                at_once[person].append((reminder, owed))
            else:
                _line(person, reminder, owed)
    for person, theirs in at_once.items():
        _now(person, theirs, today)


def _line(person: User | None, reminder: Reminder, owed: Owed) -> None:
    post.send(
        to=person,
        subject=reminder.text,
        body=_details(owed),
        kind=MAIL,
        key=f"{MAIL}:{reminder.pk}:{person.pk if person else 'nobody'}",
        about=owed.grievance,
        digest=True,
    )


def _now(person: User, given: list[tuple[Reminder, Owed]], today: date) -> None:
    parts = [f"{r.text}\n{_details(owed)}\n{link(owed.grievance.get_absolute_url())}" for r, owed in given]
    subject = given[0][0].text if len(given) == 1 else f"{len(given)} limits need you, {format_day(today)}"
    cases = {owed.grievance.pk: owed.grievance for _, owed in given}
    post.send(
        to=person,
        subject=subject,
        body="\n\n".join(parts),
        kind=MAIL,
        key=f"{MAIL}:{given[0][0].pk}:{person.pk}",
        about=next(iter(cases.values())) if len(cases) == 1 else None,
    )


def _details(owed: Owed) -> str:
    working = owed.about.sentence if isinstance(owed.about, Deadline) else ""
    return "\n".join(part for part in (str(owed.grievance.employer), owed.cost, working) if part)


def unreminded(today: date) -> QuerySet[Deadline]:
    """Running limits that had passed before the last working day, known by then, of which nobody was reminded."""
    missed = Q(pk__in=[])
    for agreement in _with_running_cases():
        last = add_working_days(today, -1, agreements.days_off(agreement))
        missed |= Q(grievance__agreement_version__agreement=agreement, due_on__lt=last, created_at__date__lt=last)
    running = Deadline.objects.running().filter(missed, grievance__in=Grievance.objects.running())
    return running.exclude(_reminded("deadline"))
