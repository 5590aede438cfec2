"""Whether what guards the data still stands: triggers, row policies, the narrow rights of the application's role."""

from collections.abc import Iterator

from django.conf import settings

from ip2a import guards
from maintenance import promises
from maintenance.derived_sql import quoted
from maintenance.models import Severity
from maintenance.registry import Thing
from maintenance.schema import MIGRATE, rows, schema_check

TRIGGERS = """
SELECT relname, tgname, tgisinternal, tgenabled::text, conname FROM pg_trigger
JOIN pg_class ON pg_class.oid = tgrelid LEFT JOIN pg_constraint c ON c.oid = tgconstraint
WHERE relnamespace = 'public'::regnamespace
"""
DISABLED = ("D", "R")


@schema_check(
    "trigger-disabled",
    Severity.CRITICAL,
    "1 trigger is switched off.",
    "{count} triggers are switched off.",
    "What it guards is unguarded: changes are not written to the history, or lost records are not refused.",
    fix="The trigger is switched on again.",
)
def trigger_disabled() -> list[Thing]:
    found = {}
    for table, name, is_internal, state, constraint in rows(TRIGGERS):
        if state not in DISABLED:
            continue
        what = f"foreign key {constraint}" if is_internal else name
        which = "ALL" if is_internal else quoted(name)
        cure = f"ALTER TABLE {quoted(table)} ENABLE TRIGGER {which}"
        found[table, what] = Thing(f"{table}: {what}", "trigger", table, which if is_internal else name, cure)
    return list(found.values())


@schema_check(
    "trigger-missing",
    Severity.CRITICAL,
    "1 guard of the data is missing.",
    "{count} guards of the data are missing.",
    "Run the migrations: what every table needs is set up again, even when none is new.",
    sql=False,
)
def trigger_missing() -> list[Thing]:
    there = {(table, name) for table, name, *_ in rows(TRIGGERS)}
    tables = {table for (table,) in rows("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')")}
    return [
        Thing(f"{table}: {name}", "trigger", table, name, MIGRATE)
        for table, name in _wanted_triggers(tables)
        if table in tables and (table, name) not in there
    ]


def _wanted_triggers(tables: set[str]) -> Iterator[tuple[str, str]]:
    for audited in guards.audited_tables():
        for trigger in guards.AUDIT_TRIGGERS:
            yield audited.name, trigger.split()[0]
        if audited.is_record:
            yield audited.name, "ip2a_touch"
    for table in [*guards.append_only_tables(), *(name for name in tables if name.startswith("ip2a_auditentry_"))]:
        yield table, "ip2a_append_only"
    for table in guards.undeletable_tables():
        yield table, "ip2a_never_deleted"


@schema_check(
    "promise-broken",
    Severity.CRITICAL,
    "1 trigger, function or row policy is not as the last migration left it.",
    "{count} triggers, functions or row policies are not as the last migration left them.",
    "Somebody changed it by hand, or a restore left it out. The statement shown puts it back word for word.",
)
def promise_broken() -> list[Thing]:
    return [
        Thing(
            f"{promise} {'was changed' if is_changed else 'is missing'}",
            promise.kind,
            promise.table_name,
            promise.name,
            promise.definition,
        )
        for promise, is_changed in promises.broken()
    ]


@schema_check(
    "audit-partition-missing",
    Severity.CRITICAL,
    "The history has no place of its own for 1 month.",
    "The history has no place of its own for {count} months.",
    "Its entries go to the leftover table. Run the migrations; then see whether the schedule runs, which makes them.",
)
def audit_partition_missing() -> list[Thing]:
    months = rows(
        "SELECT 'ip2a_auditentry_' || to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + n * interval '1 month',"
        " 'YYYY_MM') FROM generate_series(0, 1) n"
    )
    there = {name for (name,) in rows("SELECT relname FROM pg_class WHERE relname LIKE 'ip2a\\_auditentry%%'")}
    return [
        Thing(f"Table {name}", "table", name, name, "SELECT ip2a_make_audit_partitions()")
        for (name,) in months
        if name not in there
    ]


ROLE = """
SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls,
  ARRAY(SELECT r.rolname FROM pg_roles r WHERE r.rolname <> me.rolname AND pg_has_role(me.oid, r.oid, 'MEMBER')),
  has_schema_privilege(me.oid, 'public', 'CREATE'), has_database_privilege(me.oid, current_database(), 'CREATE'),
  (SELECT count(*) FROM pg_class WHERE relowner = me.oid AND relnamespace = 'public'::regnamespace AND relkind = 'r')
FROM pg_roles me WHERE rolname = %s
"""
ATTRIBUTES = ("SUPERUSER", "CREATEDB", "CREATEROLE", "REPLICATION", "BYPASSRLS")
PRIVILEGES = """
SELECT relname, has_table_privilege(%s, oid, 'SELECT'), has_table_privilege(%s, oid, 'INSERT'),
  has_table_privilege(%s, oid, 'UPDATE'), has_table_privilege(%s, oid, 'DELETE'),
  has_table_privilege(%s, oid, 'TRUNCATE'), has_table_privilege(%s, oid, 'TRIGGER'),
  has_table_privilege(%s, oid, 'REFERENCES')
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
"""
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES")


@schema_check(
    "role-too-mighty",
    Severity.CRITICAL,
    "The application's role may do 1 thing that it must not.",
    "The application's role may do {count} things that it must not.",
    "Whoever breaks into the program could do it as well. Take the right away with the statement shown, as superuser.",
)
def role_too_mighty() -> list[Thing]:
    role = quoted(settings.APP_ROLE_NAME)
    found = rows(ROLE, settings.APP_ROLE_NAME)
    if not found:
        return []
    *flags, members, may_create, may_make_schemas, owned = found[0]
    if owned:
        words = f"It owns {owned} tables, so no guard binds it: give it a role of its own, apart from the owner"
        return [Thing(words, "grant", "", settings.APP_ROLE_NAME)]
    things = [
        Thing(name, "grant", "", name, f"ALTER ROLE {role} NO{name}")
        for name, is_set in zip(ATTRIBUTES, flags, strict=True)
        if is_set
    ]
    things += [Thing(f"Member of {m}", "grant", "", m, f"REVOKE {quoted(m)} FROM {role}") for m in members]
    database = quoted(settings.DATABASES["default"]["NAME"])
    for may, where in ((may_create, "SCHEMA public"), (may_make_schemas, f"DATABASE {database}")):
        if may:
            things.append(Thing(f"CREATE in {where}", "grant", "", where, f"REVOKE CREATE ON {where} FROM {role}"))
    return things + _too_wide(role)


def _too_wide(role: str) -> list[Thing]:
    found = []
    for table, *may in rows(PRIVILEGES, *[settings.APP_ROLE_NAME] * len(VERBS)):
        refused = _refused(table)
        for verb, is_allowed in zip(VERBS, may, strict=True):
            if is_allowed and verb in refused:
                cure = f"REVOKE {verb} ON {quoted(table)} FROM {role}"
                found.append(Thing(f"{verb} on {table}", "grant", table, verb, cure))
    return found


def _refused(table: str) -> set[str]:
    """What the application's role must not do there."""
    refused = {"TRUNCATE", "TRIGGER", "REFERENCES"}
    if table in guards.append_only_tables():
        refused |= {"UPDATE", "DELETE"}
    if table in guards.undeletable_tables():
        refused.add("DELETE")
    if table.startswith("ip2a_auditentry") or table in guards.READ_ONLY_TABLES:
        refused |= {"INSERT", "UPDATE", "DELETE"}
    return refused | {"INSERT", "UPDATE", "DELETE"} if table == "django_migrations" else refused


@schema_check(
    "role-too-weak",
    Severity.CRITICAL,
    "The application's role may not do 1 thing that it needs.",
    "The application's role may not do {count} things that it needs.",
    "Pages fail there. Run the migrations: they set the rights again, even when none is new.",
    sql=False,
)
def role_too_weak() -> list[Thing]:
    found = []
    for table, *may in rows(PRIVILEGES, *[settings.APP_ROLE_NAME] * len(VERBS)):
        needed = {"SELECT", "INSERT"} - _refused(table)
        if table.startswith("ip2a_auditentry_"):
            continue  # read through the whole
        for verb, is_allowed in zip(VERBS, may, strict=True):
            if verb in needed and not is_allowed:
                found.append(Thing(f"{verb} on {table}", "grant", table, verb, MIGRATE))
    return found
