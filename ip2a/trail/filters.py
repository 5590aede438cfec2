"""What the trail can be searched by. Each filter has an index, because a million entries are not read through."""

from datetime import datetime, time, timedelta
from typing import Any

import django_filters as filters
from django import forms
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from ip2a.filters import ChoiceFilter, DayRangeFilter, TextFilter
from ip2a.models import AuditEntry, User
from ip2a.trail import tables

MOST_PEOPLE = 100
# Distinct commands by jumping from one to the next in the index instead of reading every entry.
COMMANDS = """
WITH RECURSIVE jump AS (
  (SELECT command FROM ip2a_auditentry WHERE actor_id IS NULL AND command > '' ORDER BY command LIMIT 1)
  UNION ALL
  SELECT (SELECT e.command FROM ip2a_auditentry e
          WHERE e.actor_id IS NULL AND e.command > jump.command ORDER BY e.command LIMIT 1)
  FROM jump WHERE jump.command IS NOT NULL
) SELECT command FROM jump WHERE command IS NOT NULL LIMIT 200
"""


def commands() -> list[tuple[str, str]]:
    """The commands and tasks that have changed something."""
    with connection.cursor() as cursor:
        cursor.execute(COMMANDS)
        return [(name, name) for (name,) in cursor.fetchall()]


class AuditFilter(filters.FilterSet):
    who = TextFilter(label="Person", method="by_person")
    table = ChoiceFilter(label="What", field_name="table_name", choices=tables.choices)
    record = filters.NumberFilter(
        label="Record number",
        method="by_record",
        decimal_places=0,
        min_value=1,
        max_value=2**63 - 1,
        widget=forms.NumberInput(),
    )
    action = ChoiceFilter(label="Action", choices=AuditEntry.Action.choices)
    on = DayRangeFilter(label="Date", method="by_days")
    command = ChoiceFilter(label="Command", method="by_command", choices=commands)

    class Meta:
        model = AuditEntry
        fields: list[str] = []

    def by_person(self, rows: Any, name: str, typed: str) -> Any:
        """Any part of the name or the address, in any order."""
        fields = ("first_name", "last_name", "email")
        words = typed.split()[:6]
        people = User.objects.filter(
            *(Q(*((f"{field}__icontains", word) for field in fields), _connector=Q.OR) for word in words)
        )
        return rows.filter(actor_id__in=list(people.values_list("pk", flat=True)[:MOST_PEOPLE]))

    def by_record(self, rows: Any, name: str, number: Any) -> Any:
        """With every table named, so that the index of records serves also without a choice of table."""
        rows = rows.filter(record_id=int(number))
        return rows if self.form.cleaned_data.get("table") else rows.filter(table_name__in=dict(tables.choices()))

    def by_command(self, rows: Any, name: str, command: str) -> Any:
        return rows.filter(command=command, actor_id=None)

    def by_days(self, rows: Any, name: str, days: slice) -> Any:
        """The local's days, both included."""
        if days.start:
            rows = rows.filter(at__gte=timezone.make_aware(datetime.combine(days.start, time.min)))
        if days.stop:
            rows = rows.filter(at__lt=timezone.make_aware(datetime.combine(days.stop + timedelta(days=1), time.min)))
        return rows
