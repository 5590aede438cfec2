"""One mail a day for each person instead of many: lines wait, are gathered at the local's hour, and go out together.

The digest's own row holds no text: it is put together from the lines when it is sent, so that what a line says stays
where its compartment keeps it.
"""

from collections import defaultdict
from datetime import datetime, time
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone

from ip2a import numbers
from ip2a.models import Message
from ip2a.post import kinds, outbox
from ip2a.words import format_day

State = Message.State
NO_LONGER_SEEN = "{} may not see this record any more, so it was left out of the digest."
NOTHING_LEFT = "Nothing was left to say: its lines were given up, or their records may not be seen any more."


def gathered_at(now: datetime) -> datetime | None:
    """Today's digest moment; None while it lies ahead."""
    hour = min(23, max(0, int(numbers.value(kinds.DIGEST_HOUR))))
    moment = timezone.make_aware(datetime.combine(timezone.localdate(now), time(hour)))
    return moment if moment <= now else None


def gather(now: datetime) -> int:
    """Make a digest for each person with lines from before today's digest hour; returns how many."""
    moment = gathered_at(now)
    if moment is None:
        return 0
    with transaction.atomic():
        waiting = Message.objects.filter(is_line=True, carrier=None, state=State.WAITING, created_at__lt=moment)
        lines = list(
            waiting.select_for_update(skip_locked=True, of=("self",)).select_related("recipient").order_by("pk")
        )
        by_person: dict[Any, list[Message]] = defaultdict(list)
        for line in lines:
            by_person[line.recipient_id or line.address].append(line)
        return sum(_carry(theirs, moment) for theirs in by_person.values())


def _carry(lines: list[Message], moment: datetime) -> int:
    first = lines[0]
    carrier = outbox.write(
        to=first.recipient or first.address,
        kind=kinds.DIGEST,
        key=f"{kinds.DIGEST}:{first.pk}",
        subject=f"What needs you, {format_day(moment)}",
    )
    if carrier is None:
        raise RuntimeError(f"Line {first.pk} was carried before, yet waits.")  # rolls back: nothing is sent twice
    Message.objects.filter(pk__in=[line.pk for line in lines]).update(
        carrier=carrier, state=carrier.state, last_error=carrier.last_error
    )
    return 1


def body_of(carrier: Message) -> str:
    """The text of a digest: its lines by kind, each with the address of its record. Called while it is being sent."""
    lines = list(carrier.lines.filter(state=State.SENDING).order_by("pk"))
    addresses = _addresses(lines, carrier.recipient)
    by_kind: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        if line.about_model and line.pk not in addresses:
            _leave_out(line, carrier)
            continue
        by_kind[kinds.label_of(line.kind)].append(_text(line, addresses.get(line.pk, "")))
    return "\n\n".join("\n".join([heading, "-" * len(heading), *texts]) for heading, texts in by_kind.items())


def _text(line: Message, address: str) -> str:
    parts = [f"* {line.subject}", *(f"  {text}" for text in line.body.splitlines())]
    return "\n".join([*parts, f"  {address}"] if address else parts)


def _addresses(lines: list[Message], reader: Any) -> dict[int, str]:
    """Where each line's record is, for lines whose record the reader may still see; one query for each model."""
    wanted: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        if line.about_model:
            wanted[line.about_model][line.about_id].append(line.pk)
    found = {}
    for label, numbers_ in wanted.items():
        for record in _seen(label, list(numbers_), reader):
            address = record.get_absolute_url() if hasattr(record, "get_absolute_url") else ""
            found |= dict.fromkeys(numbers_[record.pk], outbox.link(address) if address else "")
    return found


def _seen(label: str, numbers_: list[int], reader: Any) -> models.QuerySet:
    manager = apps.get_model(label)._default_manager
    rows = manager.all() if reader is None else manager.visible_to(reader)
    return rows.filter(pk__in=numbers_)


def _leave_out(line: Message, carrier: Message) -> None:
    """It leaves the digest for good: what becomes of the digest is not told of it."""
    Message.objects.filter(pk=line.pk, state=State.SENDING).update(
        carrier=None, state=State.DEAD, settled_at=timezone.now(), last_error=NO_LONGER_SEEN.format(carrier.to)
    )
