"""What a migration leaves in the database that no model tells of: triggers, functions and row policies.

They are written down after each migrate, each with the statement that makes it, so that one that was dropped or changed
by a hand, or was lost in a restore, is noticed and can be put back word for word. Where nothing was migrated, what is
gone stays written down: a migrate must not make anybody forget it.
"""

from typing import Any

from django.db import connection

from maintenance.brackets import flat
from maintenance.models import Promise

# Partitions of the audit trail come and go; what guards them is asked for by rule.
LEFT_BEHIND = """
SELECT 'trigger', relname, tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal AND tgparentid = 0
  AND relname NOT LIKE 'ip2a\\_auditentry\\_%%'
UNION ALL SELECT 'function', '', p.oid::regprocedure::text, pg_get_functiondef(p.oid) FROM pg_proc p
WHERE pronamespace = 'public'::regnamespace AND prokind IN ('f', 'p')
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
UNION ALL SELECT 'policy', tablename, policyname, format('CREATE POLICY %%I ON %%I AS %%s FOR %%s TO %%s', policyname,
  tablename, permissive, cmd, array_to_string(roles, ', ')) || coalesce(' USING (' || qual || ')', '')
  || coalesce(' WITH CHECK (' || with_check || ')', '')
FROM pg_policies WHERE schemaname = 'public'
UNION ALL SELECT 'row security', relname, 'row security', 'ALTER TABLE ' || relname || ' ENABLE ROW LEVEL SECURITY'
  || CASE WHEN relforcerowsecurity THEN '; ALTER TABLE ' || relname || ' FORCE ROW LEVEL SECURITY' ELSE '' END
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity
"""
Key = tuple[str, str, str]


def standing() -> dict[Key, str]:
    """What is there now: (kind, table, name) and its definition."""
    with connection.cursor() as cursor:
        cursor.execute(LEFT_BEHIND, [])
        return {(kind, table, name): definition for kind, table, name, definition in cursor.fetchall()}


def broken() -> list[tuple[Promise, bool]]:
    """Promises that are gone (False) or changed (True) since the last migrate. What a restore only writes otherwise is
    the same promise."""
    now = standing()
    found = []
    for promise in Promise.objects.order_by("kind", "table_name", "name"):
        definition = now.get((promise.kind, promise.table_name, promise.name))
        if definition is None or flat(definition) != flat(promise.definition):
            found.append((promise, definition is not None))
    return found


def sync(plan: Any = (), **kwargs: Any) -> None:
    """After each migrate, when everybody else has set up what is theirs."""
    if Promise._meta.db_table not in connection.introspection.table_names():
        return  # migrated back to before the promises
    now = standing()
    known = {(p.kind, p.table_name, p.name): p for p in Promise.objects.all()}
    if plan:
        Promise.objects.filter(pk__in=[promise.pk for key, promise in known.items() if key not in now]).delete()
    rows = [
        Promise(kind=kind, table_name=table, name=name, definition=definition)
        for (kind, table, name), definition in now.items()
    ]
    Promise.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["kind", "table_name", "name"], update_fields=["definition"]
    )
