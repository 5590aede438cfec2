"""Who is told what, and when: each channel gets one message of what is new to it, never the same twice.

Priorities of findings (DOMAIN): CRITICAL is a critical finding that no repair can put right; HIGH are warnings while
more rows than ``maintenance.high-above`` are left of them all; MEDIUM is everything else while more than
``maintenance.medium-above`` rows are found altogether; LOW is the rest. A check that could not run is HIGH.

What is said leaves the house: sentences with counts, never anybody's name. A finding about records of a compartment
goes to nobody but those inside, by mail.
"""

import json
import logging
import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from ip2a import compartments, numbers, post, roles
from ip2a.models import Message, NotificationChannel, User
from ip2a.models.channel import Channel, Priority
from ip2a.post import kinds, outbox
from ip2a.post.carriers import carries
from ip2a.post.transport import Outcome
from maintenance import logbook, notices
from maintenance.models import Finding, Severity
from maintenance.models_watching import Notice, NoticeTelling, Postponement
from maintenance.registry import Check, check_named

logger = logging.getLogger(__name__)
SHOWN = 40
FINDING = "finding:"
KIND = post.declare_kind("maintenance.finding", "Findings in your compartment")
NOT_LOGGED = "The log book cannot be written. The line is kept and tried again by itself."
NOBODY = "The channel %s has nobody to tell: no administrator is active."

HIGH_ABOVE = numbers.declare(
    "maintenance.high-above",
    10,
    unit="rows",
    about="More warnings than this that no repair put right are of high priority.",
)
MEDIUM_ABOVE = numbers.declare(
    "maintenance.medium-above", 100, unit="rows", about="More findings than this altogether are of medium priority."
)
GROWTH = numbers.declare(
    "maintenance.notice-growth",
    10,
    unit="percent",
    about="A finding that was told already is told again when it has grown by this much.",
)


# What is there to tell


def note_findings(*, fixable: bool = True) -> None:
    """Raise a notice for every open finding, end those that are over. Without ``fixable`` what the next night mends
    by itself is not raised."""
    found = [(c, f) for f in Finding.objects.open() if (c := check_named(f.check_name)) is not None]
    put_off = set(Postponement.objects.on(timezone.localdate()).values_list("check_name", flat=True))
    found = [(c, f) for c, f in found if c.name not in put_off]
    open_names = {FINDING + c.name for c, _ in found}
    told = Notice.objects.open().filter(name__startswith=FINDING).values_list("name", flat=True)
    notices.end(*(name for name in told if name not in open_names))
    limits = _Limits(found)
    for check, finding in found:
        if not fixable and not finding.trouble and finding.fixable >= finding.count:
            continue
        if place := compartments.of_model(check.model):
            _tell_insiders(check, finding, place)
        else:
            _note(check, finding, limits.priority_of(check, finding))


class _Limits:
    def __init__(self, found: list[tuple[Check, Finding]]) -> None:
        limits = numbers.values(HIGH_ABOVE, MEDIUM_ABOVE)
        warnings = sum(f.count for c, f in found if c.severity == Severity.WARNING)
        self.is_high = warnings > limits[HIGH_ABOVE]
        self.is_medium = sum(f.count for _, f in found) > limits[MEDIUM_ABOVE]

    def priority_of(self, check: Check, finding: Finding) -> Priority:
        if finding.trouble:
            return Priority.HIGH
        if check.severity == Severity.CRITICAL:
            return Priority.CRITICAL
        if check.severity == Severity.WARNING and self.is_high:
            return Priority.HIGH
        return Priority.MEDIUM if self.is_medium else Priority.LOW


def _note(check: Check, finding: Finding, priority: Priority) -> None:
    trouble = f"The check “{check.name}” could not run, so nothing can be said about this data."
    notices.raise_notice(
        FINDING + check.name,
        priority=priority,
        sentence=trouble if finding.trouble else check.say(finding.count),
        advice=check.advice if not finding.trouble else "The log tells why.",
        path=reverse("maintenance:finding_detail", args=[check.name]),
        count=finding.count,
    )


def _tell_insiders(check: Check, finding: Finding, place: str) -> None:
    """Once for each time it begins. Nothing of it goes anywhere else."""
    if finding.trouble:
        return
    inside = roles.granting(compartments.COMPARTMENTS[place].permission)
    for person in User.objects.filter(is_active=True, groups__name__in=inside).distinct():
        if check.is_visible_to(person):
            post.send(
                to=person,
                subject=check.say(finding.count),
                body=check.advice,
                kind=KIND,
                key=f"{KIND}:{check.name}:{finding.since:%Y%m%dT%H%M%S}:{person.pk}",
                digest=True,
                compartment=place,
            )


# Telling it


def tell(now: datetime | None = None) -> int:
    """One message to each channel for which something is new; returns how many messages. Safe at any time."""
    now = now or timezone.now()
    return sum(_tell(pk, now) for pk in NotificationChannel.objects.filter(is_on=True).values_list("pk", flat=True))


@transaction.atomic
def _tell(pk: int, now: datetime) -> int:
    channel = NotificationChannel.objects.select_for_update(skip_locked=True).filter(pk=pk, is_on=True).first()
    if channel is None:
        return 0  # somebody tells it in this moment
    due = due_for(channel, now)
    if not due:
        return 0
    people = receivers(channel)
    if not people:
        logger.error(NOBODY, channel)
        return 0
    for person in people:
        _send(channel, person, due)
    for notice in due:
        facts = {"since": notice.since, "priority": notice.priority, "count": notice.count, "told_at": now}
        NoticeTelling.objects.update_or_create(channel=channel, notice=notice, defaults=facts)
    return len(people)


def due_for(channel: NotificationChannel, now: datetime) -> list[Notice]:
    """What this channel has not been told as it is now, the gravest first; in its quiet hours what is critical."""
    lowest = Priority.CRITICAL if channel.quiet_until(now) else Priority(channel.lowest_priority)
    told = {telling.notice_id: telling for telling in NoticeTelling.objects.filter(channel=channel)}
    growth = 1 + numbers.value(GROWTH) / 100
    due = [
        notice
        for notice in Notice.objects.open()
        if Priority(notice.priority).weight <= lowest.weight and _is_news(notice, told.get(notice.pk), growth)
    ]
    return sorted(due, key=lambda notice: (Priority(notice.priority).weight, -notice.count, notice.name))


def _is_news(notice: Notice, told: NoticeTelling | None, growth: Any) -> bool:
    if told is None or told.since != notice.since:
        return True
    if Priority(notice.priority).weight < Priority(told.priority).weight:
        return True
    return notice.count > told.count and notice.count >= told.count * growth


def administrators() -> list[User]:
    """Who may have data mended, and can be written to."""
    names = roles.granting("maintenance.mend_data")
    return list(User.objects.filter(is_active=True, groups__name__in=names).exclude(email="").distinct())


def receivers(channel: NotificationChannel) -> list[Any]:
    if channel.kind == Channel.EMAIL:
        return [channel.address] if channel.address else administrators()
    return [channel]


def _send(channel: NotificationChannel, to: Any, due: list[Notice]) -> None:
    is_urgent = any(notice.priority == Priority.CRITICAL for notice in due)
    as_data = channel.kind in (Channel.WEBHOOK, Channel.LOG)
    post.send(
        to=to,
        subject=subject_of(due),
        body=json.dumps(data_of(due), ensure_ascii=False) if as_data else text_of(due),
        kind=kinds.URGENT_NOTICE if is_urgent else kinds.NOTICE,
        key=f"{kinds.NOTICE}:{channel.pk}:{uuid.uuid4()}",
        through=None if to is channel else channel,
    )


def subject_of(due: list[Notice]) -> str:
    counted = [(p, sum(1 for notice in due if notice.priority == p)) for p in Priority]
    words = ", ".join(f"{count} {p.label.lower()}" for p, count in counted if count)
    return f"{settings.LOCAL_NAME}: {due[0].sentence}" if len(due) == 1 else f"{settings.LOCAL_NAME}: {words}"


def text_of(due: list[Notice]) -> str:
    parts = []
    for priority in Priority:
        theirs = [notice for notice in due[:SHOWN] if notice.priority == priority]
        if theirs:
            lines = "\n\n".join(_lines(notice) for notice in theirs)
            parts.append(f"{priority.label}\n{'-' * len(priority.label)}\n{lines}")
    more = [f"And {len(due) - SHOWN} more."] if len(due) > SHOWN else []
    return "\n\n".join([*parts, *more, f"Everything: {outbox.link(reverse('maintenance:finding_list'))}"])


def _lines(notice: Notice) -> str:
    rest = [notice.advice, outbox.link(notice.path) if notice.path else ""]
    return "\n".join([f"* {notice.sentence}", *(f"  {line}" for line in rest if line)])


def data_of(due: list[Notice]) -> dict[str, Any]:
    """What programs are told. Its shape is documented in docs/operations.md; add to it, never change it."""
    return {
        "text": subject_of(due),
        "notices": [
            {
                "name": notice.name,
                "priority": notice.priority,
                "sentence": notice.sentence,
                "count": notice.count,
                "since": notice.since.isoformat(),
                "url": outbox.link(notice.path) if notice.path else "",
            }
            for notice in due
        ],
    }


@carries(Channel.LOG, may_repeat=True)
def to_log(row: Message, *, subject: str, body: str) -> Outcome:
    """A line in the log book, and one in the log of the process."""
    logger.warning("%s", subject)
    try:
        said = json.loads(body)
    except ValueError:
        said = {"text": body}
    said = said if isinstance(said, dict) else {"text": body}
    if logbook.write(logbook.NOTIFICATIONS, {"message": row.pk, "event": row.kind, "subject": subject, **said}):
        return Outcome(Message.State.SENT)
    return Outcome(Message.State.FAILED, NOT_LOGGED, is_outage=True)


def set_up(**kwargs: Any) -> None:
    """After each migrate: where no channel was ever made, the log and a mail to the administrators."""
    if NotificationChannel.objects.exists():
        return
    NotificationChannel.objects.create(
        name="Log", kind=Channel.LOG, address="logs/admin_notifications", lowest_priority=Priority.LOW
    )
    NotificationChannel.objects.create(name="Administrators", kind=Channel.EMAIL, lowest_priority=Priority.HIGH)
