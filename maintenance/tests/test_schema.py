"""The schema is compared with what models and migrations say; each damage is planted, found and rolled back."""

import io

import pytest
from django.conf import settings
from django.core.management import call_command

from ip2a.tests.damage import past_constraints, run
from maintenance import doctor
from maintenance.promises import sync
from maintenance.registry import Kind, all_checks, check_named

__all__ = ["past_constraints"]
MEMBERS, JOBS = "members_member", "members_memberemployment"
ROLE = settings.APP_ROLE_NAME
DAMAGES = {
    "table-missing": ["DROP TABLE members_distinct CASCADE"],
    "migration-missing": ["DELETE FROM django_migrations WHERE app = 'members' AND name LIKE '0001%%'"],
    "column-differs": [f"ALTER TABLE {MEMBERS} ALTER COLUMN city TYPE text"],
    "constraint-missing": [f"ALTER TABLE {MEMBERS} DROP CONSTRAINT member_status_known"],
    "constraint-not-valid": [
        f"ALTER TABLE {MEMBERS} DROP CONSTRAINT member_status_known",
        f"ALTER TABLE {MEMBERS} ADD CONSTRAINT member_status_known CHECK (status <> '') NOT VALID",
    ],
    "index-missing": ["DROP INDEX member_in_order"],
    "index-invalid": ["UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'member_in_order'::regclass"],
    "sequence-behind": [
        f"INSERT INTO {MEMBERS} (id, member_number, first_name, middle_name, last_name, address, city, state, zip_code,"
        " phone, email, status, classification, notes) VALUES (99999, '1', 'A', '', 'B', '', '', '', '', '', '',"
        " 'active', 'foreman', '')"
    ],
    "trigger-disabled": [f"ALTER TABLE {MEMBERS} DISABLE TRIGGER ip2a_audit_update"],
    "trigger-missing": [f"DROP TRIGGER ip2a_audit_insert ON {MEMBERS}"],
    "promise-broken": ["DROP TRIGGER benevolence_ledger_guard ON benevolence_ledgerentry"],
    "audit-partition-missing": [
        "DO $$ BEGIN EXECUTE 'ALTER TABLE ip2a_auditentry_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')"
        " || ' RENAME TO elsewhere'; END $$"
    ],
    "role-too-mighty": [f"GRANT TRUNCATE ON {MEMBERS} TO {ROLE}"],
    "role-too-weak": [f"REVOKE INSERT ON {MEMBERS} FROM {ROLE}"],
}
# What needs an extension or another version of the system's collations, which cannot be made here.
NOT_PLANTED = {"index-corrupt", "collation-changed"}


def told(name):
    return check_named(f"schema.{name}").tell()


def test_a_migrated_database_is_as_it_should_be(db):
    schema = [check for check in all_checks() if check.kind is Kind.SCHEMA]
    assert {check.name.removeprefix("schema.") for check in schema} == set(DAMAGES) | NOT_PLANTED
    assert [(seen.check.name, seen.things, seen.trouble) for seen in doctor.survey(schema) if seen.is_open] == []


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_to_the_schema_is_found(past_constraints, name):
    assert told(name) == []
    for statement in DAMAGES[name]:
        run(statement)
    (thing, *_) = told(name)
    assert thing.text and thing.kind


@pytest.mark.parametrize(
    "name", ["constraint-missing", "constraint-not-valid", "index-missing", "sequence-behind", "trigger-disabled"]
)
def test_the_cure_told_puts_it_right(past_constraints, name):
    for statement in DAMAGES[name]:
        run(statement)
    for thing in told(name):
        run(thing.cure.replace(" CONCURRENTLY", "").replace("%", "%%"))  # no transaction may build one beside the work
    assert told(name) == []


def test_a_finding_with_a_statement_says_where_to_read_how_it_is_run(past_constraints):
    for statement in DAMAGES["constraint-missing"]:
        run(statement)
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("integrity", "--only", "schema.constraint-missing", stdout=out, stderr=io.StringIO())
    assert "docs/operations.md, “Statements for the database”" in " ".join(out.getvalue().split())
    assert "### Statements for the database" in (settings.BASE_DIR / "docs" / "operations.md").read_text()


def test_the_statements_are_a_script_that_its_owner_can_run(past_constraints):
    for name in ("constraint-missing", "trigger-disabled", "migration-missing"):
        for statement in DAMAGES[name]:
            run(statement)
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("integrity", "--app", "schema", "--no-files", "--statements", stdout=out, stderr=io.StringIO())
    script = out.getvalue()
    assert ended.value.code == 1
    assert "-- schema.constraint-missing: members_member: member_status_known\nALTER TABLE" in script
    assert "\n-- manage.py migrate\n" in script
    run(script.replace("%", "%%"))
    assert (told("constraint-missing"), told("trigger-disabled")) == ([], [])


def test_a_switched_off_foreign_key_is_named(past_constraints):
    run(f"ALTER TABLE {JOBS} DISABLE TRIGGER ALL")
    assert any("foreign key" in thing.text for thing in told("trigger-disabled"))


def test_a_lost_foreign_key_is_known_by_its_columns(past_constraints):
    (name,) = run(
        f"SELECT conname FROM pg_constraint WHERE conrelid = '{JOBS}'::regclass AND confrelid = '{MEMBERS}'::regclass"
    )[0]
    run(f'ALTER TABLE {JOBS} DROP CONSTRAINT "{name}"')
    (thing,) = told("constraint-missing")
    assert thing.text == f"{JOBS}: foreign key of member_id"
    run(thing.cure)
    assert told("constraint-missing") == []


def test_a_migrate_without_migrations_does_not_forget_what_is_gone(past_constraints):
    run("DROP TRIGGER benevolence_ledger_guard ON benevolence_ledgerentry")
    sync(plan=[])
    (thing,) = told("promise-broken")
    run(thing.cure)
    assert told("promise-broken") == []


def test_a_function_changed_by_hand_is_found(past_constraints):
    run("CREATE OR REPLACE FUNCTION ip2a_touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
    assert [thing.text for thing in told("promise-broken")] == ["function ip2a_touch() was changed"]
