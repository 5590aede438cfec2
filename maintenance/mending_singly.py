"""Mending one record at a time, by a function of its room: what reckons a record anew may touch other rows as well.

Each record is a transaction. The audit trail says what the function touched; every such row goes to quarantine, whole,
before and after, so that the run can be taken back like any other.
"""
# ruff: noqa: S608 - the statements are put together from names of the models alone

import logging
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from ip2a.answers import Refused
from ip2a.compartments import of_model
from ip2a.guards import record_models
from ip2a.models import AuditEntry
from maintenance.mending_rows import Batches, candidates, names_of
from maintenance.models_healing import Action, model_of_table

logger = logging.getLogger(__name__)


class Singly(Batches):
    """The records of one check in one run, one by one."""

    def some(self, batch: Any) -> set[Any]:
        return {key for key in batch if self.one(key)}

    def one(self, key: Any) -> bool:
        """Its error is told, and the others go on."""
        try:
            with transaction.atomic():
                return self.mended(key)
        except Refused as error:
            self.result.failed.append((key, str(error)))
        except Exception as error:
            if connection.connection is None or connection.connection.closed:
                raise
            logger.exception("The mend of %s %s could not run", self.check.name, key)
            self.result.failed.append((key, f"{type(error).__name__}: {error}"[:200]))
        return False

    def mended(self, key: Any) -> bool:
        rows = self.check.model._base_manager.select_for_update(of=("self",), skip_locked=True).filter(pk=key)
        if not list(rows.values_list("pk", flat=True)):
            return False
        record = candidates(self.check, self.mend, again=self.again, keys=[key]).first()
        if record is None:
            return False
        newest = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        before = _whole(self.check.model._meta.db_table, key)
        beside = {table: _whole(table, key) for table in _beside(self.check.model)}
        self.mend.each(record)
        self.keep(key, before, newest)
        for table, old in beside.items():
            self.keep_beside(table, key, old)
        return True

    def keep_beside(self, table: str, key: Any, before: str | None) -> None:
        """What is added up beside the record, in a table of which the trail keeps nothing."""
        after = _whole(table, key)
        if before is None and after is not None:
            self.store(table, key, Action.ADDED, "{}", after)
        elif before is not None and after is None:
            self.store(table, key, Action.REMOVED, before, None)
        elif before is not None:
            self.store(table, key, Action.CHANGED, before, after)

    def keep(self, key: Any, before: str, newest: int) -> None:
        """The record itself, even where its change is no event for the trail, and all else that was touched."""
        table = self.check.model._meta.db_table
        self.store(table, key, Action.CHANGED, before, _whole(table, key))
        with connection.cursor() as cursor:
            cursor.execute(TOUCHED, [self.run.batch, newest])
            entries = cursor.fetchall()
        for name, row_key, action, old in entries:
            if (name, row_key) != (table, key):
                self.touched(name, row_key, action, old)

    def touched(self, table: str, key: Any, action: str, old: str) -> None:
        after = _whole(table, key)
        if action == "insert":
            if after is not None:
                self.store(table, key, Action.ADDED, "{}", after)
        elif after is None:
            self.store(table, key, Action.REMOVED, old, None)
        else:
            self.store(table, key, Action.CHANGED, after, after, old=old)

    def store(self, table: str, key: Any, action: str, before: str, after: str | None, old: str = "{}") -> None:
        """Rows stay text on their way, so that no digit is lost; ``old`` are values to put back into ``before``."""
        model = model_of_table(table)
        about = [self.run.pk, self.check.name, table, str(key), action, of_model(model) if model else ""]
        with connection.cursor() as cursor:
            cursor.execute(STORE, [before, old, after, *about])


def _beside(model: type[Model]) -> list[str]:
    """Tables with a row for each record, under the record's own key, that the audit trail passes over."""
    audited = set(record_models())
    return [
        relation.related_model._meta.db_table
        for relation in model._meta.related_objects
        if relation.one_to_one and relation.field.primary_key and relation.related_model not in audited
    ]


# Of several changes of one row the first says what was there before.
TOUCHED = """
SELECT table_name, record_id, (array_agg(action ORDER BY id))[1],
  coalesce((SELECT jsonb_object_agg(key, value ORDER BY o.id DESC) FROM ip2a_auditentry o, jsonb_each(o.old)
    WHERE o.batch = e.batch AND o.table_name = e.table_name AND o.record_id = e.record_id AND o.id > min(e.id) - 1),
    '{}')::text
FROM ip2a_auditentry e WHERE batch = %s AND id > %s GROUP BY batch, table_name, record_id ORDER BY min(id)
"""
STORE = """
WITH kept AS (SELECT %s::jsonb || %s::jsonb AS before, %s::jsonb AS after)
INSERT INTO maintenance_quarantinerow
  (run_id, check_name, table_name, row_key, action, compartment, before, after, at)
SELECT %s, %s, %s, %s, %s, coalesce(nullif(%s, ''), coalesce(after, before) ->> 'compartment', ''),
  before, after, clock_timestamp()
FROM kept WHERE before IS DISTINCT FROM after
"""


def _whole(table: str, key: Any) -> str | None:
    model = model_of_table(table)
    name, pk = names_of(model) if model else (connection.ops.quote_name(table), "id")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(t)::text FROM {name} t WHERE t.{pk} = %s", [key])
        found = cursor.fetchone()
    return found[0] if found else None
