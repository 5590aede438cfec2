"""How PostgreSQL answers the hot pages when there is much of everything: by index, in order, and not to the end."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from ip2a.paging import COUNTED_TO

BIG = {"members_member", "members_memberemployment", "ip2a_attachment", "members_organizationcontact"}
# Conditions that let nearly every row through: it is not removed, and does not belong to one of the few removed.
WEAK = r"\(deleted_at IS NULL\)|\(\(deleted_at IS NULL\) AND \(NOT \(ANY .*hashed SubPlan \d+\).*"
SORTED_AT_MOST = 3_000  # rows; what a page sorts is what it shows, or what a filter left over
FILLED = """
INSERT INTO members_organization (id, name, org_type, address, city, state, zip_code, phone, email, website,
  is_signatory, notes)
SELECT n, CASE WHEN n % 40 = 0 THEN 'Smith Electric ' ELSE 'Northside Works ' END || n, 'employer', '', 'Town', 'IL',
  '', '', '', '', true, ''
FROM generate_series(1, 400) n;
INSERT INTO members_organizationcontact (organization_id, first_name, last_name, title, phone, email, is_primary, notes)
SELECT 1 + n % 400, 'Pat', 'Quill' || n, '', '', '', n <= 400, '' FROM generate_series(1, 12000) n;
INSERT INTO members_member (id, member_number, first_name, middle_name, last_name, address, city, state, zip_code,
  phone, email, hire_date, status, classification, notes)
SELECT n, 'm' || n, CASE WHEN n % 50 = 0 THEN 'John' ELSE 'Kim' END, '',
  CASE WHEN n % 60 = 0 THEN 'Smith' ELSE 'Okafor' END || md5(n::text), '', 'Town', 'IL', '', '', '',
  DATE '2000-01-01' + n % 9000, 'active', 'journeyman', ''
FROM generate_series(1, 20000) n;
INSERT INTO members_memberemployment (member_id, organization_id, start_date, end_date, job_title, hourly_rate)
SELECT 1 + n % 20000, 1 + (n / 7) % 400, DATE '2001-01-01' + n % 8000,
  CASE WHEN n % 20 = 0 THEN NULL ELSE DATE '2001-01-01' + n % 8000 + 200 END, 'Wireman', 41
FROM generate_series(1, 60000) n;
INSERT INTO ip2a_attachment (content_type_id, object_id, compartment, category, description, original_name, size,
  media_type, sha256, path)
SELECT (SELECT id FROM django_content_type WHERE app_label = 'members' AND model = 'member'), 1 + n % 20000, '',
  'general', '',
  'letter.pdf', 1000, 'application/pdf', encode(sha256(n::text::bytea), 'hex'), 'p/' || n
FROM generate_series(1, 20000) n;
"""
PAGES = {
    "members": "/members/",
    "members, a later page": "/members/?page=3",
    "members, the last page": "/members/?page=200",
    "home": "/",
    "members, searched": "/members/?q=smith+john",
    "members, by employer": "/members/?employer=smith",
    "members, by number": "/members/?sort=number",
    "member": "/members/77/",
    "employers": "/organizations/",
    "employer": "/organizations/40/",
    "contacts": "/contacts/",
    "jobs": "/jobs/",
    "jobs, by title": "/jobs/?sort=title",
    "jobs, the last end first": "/jobs/?sort=-end",
    "jobs, the highest rate first": "/jobs/?sort=-rate",
    "jobs, by employer": "/jobs/?employer=smith",
    "jobs of a member": "/jobs/?member=m77",
    "search": "/search/?q=smith+john",
    "search, nearly": "/search/?q=quill+77x",
    "type-ahead": "/pick/members.member/?q=smit",
}


@pytest.fixture(scope="module")
def much(bulk_db) -> None:
    bulk_db.execute(FILLED)
    bulk_db.execute("VACUUM ANALYZE")


@pytest.fixture
def asked(much, signed_in):
    """``asked(address)`` gives the statements that a page asks, with their values."""
    browser = signed_in("staff")

    def ask(address: str) -> list[str]:
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200, address
            transaction.set_rollback(True)  # lets the tables go, so that an index can be dropped
        return [one["sql"].strip() for one in queries if one["sql"].lstrip().upper().startswith("SELECT")]

    return ask


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def faults(database: Any, statement: str) -> set[str]:
    """What in the plan of a statement would grow with the tables."""
    plan = database.execute("EXPLAIN (FORMAT JSON) " + statement.replace("%", "%%"), ()).fetchone()[0][0]["Plan"]
    found = set()
    for node in nodes(plan):
        kind, parts = node["Node Type"], node.get("Plans", [{}])
        if kind == "Seq Scan" and node["Relation Name"] in BIG and not is_cut_short(plan, node):
            found.add(f"reads all of {node['Relation Name']}")
        if kind == "Sort" and parts[0]["Plan Rows"] > SORTED_AT_MOST:
            found.add(f"sorts {parts[0]['Plan Rows']} rows")
        if kind == "Aggregate" and parts[0].get("Node Type") != "Limit" and parts[0].get("Plan Rows", 0) > COUNTED_TO:
            found.add(f"counts {parts[0]['Plan Rows']} rows to the end")
    return found


def is_cut_short(plan: dict[str, Any], scan: dict[str, Any]) -> bool:
    """A bounded count ends the scan beneath it, with nothing between that would need every row."""
    weak = re.fullmatch(WEAK, scan.get("Filter", "")) is not None
    return weak and any(
        node["Node Type"] == "Limit" and any(one is scan for one in streamed(node["Plans"][0])) for node in nodes(plan)
    )


def streamed(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A node and what it takes row by row."""
    yield node
    if node["Node Type"] in ("Hash Join", "Nested Loop"):
        yield from streamed(node["Plans"][0])


def test_hot_pages_read_no_big_table_to_the_end(asked, owner_db):
    found = {
        name: {fault for sql in asked(address) for fault in faults(owner_db, sql)} for name, address in PAGES.items()
    }
    assert found == {name: set() for name in PAGES}


@pytest.mark.parametrize(
    ("index", "page"),
    [("member_search", "search"), ("employment_of_member", "member"), ("attachment_of_record", "member")],
)
def test_plan_of_a_page_tells_of_a_missing_index(asked, owner_db, index, page):
    statements = asked(PAGES[page])
    with owner_db.transaction(force_rollback=True):
        owner_db.execute(f"DROP INDEX {index}")
        assert {fault for sql in statements for fault in faults(owner_db, sql)} != set()


def test_names_at_the_end_of_a_list_are_not_looked_for_from_its_beginning(asked, owner_db):
    """All 333 Smiths stand behind the other 19,667. In a list five times as long, the planner begins at the beginning
    by itself; here it must be kept from a better idea."""
    (statement,) = [sql for sql in asked("/members/?q=smith") if 'ORDER BY "members_member"."sort_key"' in sql]
    with owner_db.transaction(force_rollback=True):
        owner_db.execute("SET LOCAL enable_bitmapscan = off")
        owner_db.execute("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN (ANALYZE, FORMAT JSON) " + statement.replace("%", "%%")
        plan = owner_db.execute(explain, ()).fetchone()[0][0]["Plan"]
    assert plan["Actual Rows"] == 50
    assert max(node.get("Rows Removed by Filter", 0) for node in nodes(plan)) < 500


def test_unbounded_count_is_told(much, owner_db):
    told = faults(owner_db, "SELECT count(*) FROM members_memberemployment WHERE deleted_at IS NULL")
    assert [fault for fault in told if re.fullmatch(r"counts \d+ rows to the end", fault)] != []
