"""The list of all mail: its columns and its filters."""

import django_filters as filters
from django.db.models import Q, QuerySet

from ip2a.filters import ChoiceFilter, DayRangeFilter, TextFilter
from ip2a.models import Message
from ip2a.post import kinds
from ip2a.tables import Column

State = Message.State
IN_TROUBLE = "trouble"
STATES = [(IN_TROUBLE, "Needs a person"), *State.choices]

BY_RECIPIENT = ("recipient__last_name", "recipient__first_name", "address")

COLUMNS = [
    Column("to", "To", lambda m: m.to, sort=BY_RECIPIENT, kind="link"),
    Column("subject", "Subject", lambda m: m.subject, sort=("subject",)),
    Column("kind", "Kind", lambda m: kinds.label_of(m.kind), sort=("kind",)),
    Column("state", "State", lambda m: m.state, sort=("state",), kind="state", show=lambda m: m.get_state_display()),
    Column("written", "Written", lambda m: m.created_at, sort=("created_at",), kind="moment"),
    Column("sent", "Sent", lambda m: m.sent_at, sort=("sent_at",), kind="moment", wide=True),
    Column("address", "Address", lambda m: m.address, on_page=False),
    Column("tries", "Tries", lambda m: m.tries, on_page=False),
    Column("error", "Why not", lambda m: m.last_error, on_page=False),
]


class MessageFilter(filters.FilterSet):
    q = TextFilter(label="Search", method="found")
    state = ChoiceFilter(label="State", choices=STATES, method="in_state")
    kind = ChoiceFilter(label="Kind", choices=kinds.choices)
    to = TextFilter(label="To", method="sent_to")
    written = DayRangeFilter(label="Written", field_name="created_at__date")

    class Meta:
        model = Message
        fields: list[str] = []

    def found(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        for word in _words(value):
            rows = rows.filter(Q(subject__icontains=word) | Q(address__icontains=word))
        return rows

    def sent_to(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        for word in _words(value):
            person = Q(recipient__first_name__icontains=word) | Q(recipient__last_name__icontains=word)
            rows = rows.filter(person | Q(address__icontains=word))
        return rows

    def in_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.needing_a_person() if value == IN_TROUBLE else rows.filter(state=value)


def _words(typed: str) -> list[str]:
    return typed.replace("\x00", "").replace(",", " ").split()[:6]
