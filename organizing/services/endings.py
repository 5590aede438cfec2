"""Telling those inside that an agreement, or the exemption that came with it, ends soon."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from ip2a import post
from ip2a.models import User
from ip2a.numbers import value
from ip2a.words import format_day
from organizing.models import SaltingAgreement
from organizing.rules.numbers import ENDING_DAYS
from organizing.services.campaigns import organizers

# Nothing of whom or where is in the mail: what it is about stands inside.
ENDING = post.declare_kind("organizing.ending", "Agreements that end")
ENDING_SUBJECT = "Something in organizing ends soon"
ENDING_BODY = "Something in organizing ends on {day}. Sign in to see."


@transaction.atomic
def remind_of_ends(*, on: date | None = None) -> int:
    """Tell who directs a salt, once, some days before the agreement or the exemption that came with it ends."""
    on = on or timezone.localdate()
    until = on + timedelta(days=int(value(ENDING_DAYS)))
    inside = {person.pk: person for person in organizers()}
    sent = 0
    for agreement in SaltingAgreement.objects.filter(ended_on=None).select_related("exemption").order_by("pk"):
        exemption = agreement.exemption if agreement.exemption and agreement.exemption.ended_on is None else None
        ends = {"agreement": agreement.ends_on, "exemption": exemption.until_day if exemption else None}
        director = inside.get(agreement.directed_by_id)
        people = [director] if director is not None else list(inside.values())
        for what, day in ends.items():
            if day is not None and on <= day <= until:
                sent += sum(_tell_of_end(agreement, what, day, person) for person in people)
    return sent


def _tell_of_end(agreement: SaltingAgreement, what: str, day: date, person: User) -> bool:
    key = f"{ENDING}:{agreement.pk}:{what}:{day}:user {person.pk}"
    body = ENDING_BODY.format(day=format_day(day))
    return bool(post.send(to=person, subject=ENDING_SUBJECT, body=body, kind=ENDING, key=key, about=agreement))
