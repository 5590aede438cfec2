"""The one door for work that is nobody's: who uses it, and that nobody goes round it."""

import re
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from ip2a import audit, compartments
from ip2a.db.base import DatabaseWrapper
from ip2a.factories import UserFactory
from ip2a.models.audit import SystemOpening
from organizing import factories as make
from organizing.models import Worker
from organizing.tests.room import asked_by, nobody

HOUSE = Path(__file__).resolve().parents[2]
APPS = ("ip2a", "maintenance", "members", "benevolence", "grievances", "training", "organizing")
ENTER = re.compile(r"(?<![\w_])(?:compartments\.)?system\((?:\"organizing\"|place)")
WAY_ROUND = re.compile(r"as_system\(|ip2a_enter_as_system|Context\([^)]*system=|set_config\('ip2a\.context'")
# Checks, mends, tasks, seeds, mail, jobs, imports, merges, undos, backups. No page enters as the system by itself.
MAY_ENTER = {
    "ip2a/imports/batches.py",
    "ip2a/jobs/tasks.py",
    "ip2a/jobs/work.py",
    "ip2a/merging.py",
    "ip2a/post/services.py",
    "ip2a/post/tasks.py",
    "ip2a/undo.py",
    "maintenance/backups/verifying.py",
    "maintenance/doctor.py",
    "maintenance/drill.py",
    "maintenance/healing.py",
    "maintenance/healing_lock.py",
    "maintenance/mendable.py",
    "maintenance/resilience/checksums.py",
    "maintenance/resilience/reporting.py",
    "maintenance/seeding.py",
    "organizing/tasks.py",
}
KEEPERS = {"ip2a/audit.py", "ip2a/compartments.py", "ip2a/walls.py", "ip2a/db/base.py", "ip2a/jobs/channel.py"}


def sources():
    for app in APPS:
        for path in sorted((HOUSE / app).rglob("*.py")):
            if not {"tests", "migrations"} & set(path.relative_to(HOUSE).parts):
                yield str(path.relative_to(HOUSE)), path.read_text()


def test_the_system_enters_where_it_is_listed_and_nowhere_else():
    entering = {name for name, text in sources() if ENTER.search(text)} - KEEPERS
    assert entering - MAY_ENTER == set()


def test_nobody_goes_round_the_door():
    assert {name for name, text in sources() if WAY_ROUND.search(text)} - KEEPERS == set()


def test_no_view_enters_as_the_system():
    assert [name for name, text in sources() if "/views" in name and ENTER.search(text)] == []


@pytest.mark.parametrize("inner", ["with", "without"])
def test_work_within_a_system_s_work_enters_once(db, inner):
    with nobody(), compartments.system("organizing", "outer"):
        if inner == "with":
            with compartments.system("organizing", "inner"):
                Worker.objects.count()
    assert list(SystemOpening.objects.filter(why__in=["outer", "inner"]).values_list("why", flat=True)) == ["outer"]


def test_outside_of_a_transaction_one_line_an_hour_is_written_for_each_reason(committed_db):
    with nobody():
        for _ in range(3):
            with compartments.system("organizing", "every minute"):
                assert Worker.objects.count() == 0
        assert audit.current().system == ""
    with compartments.system("organizing", "looking"):
        assert SystemOpening.objects.filter(why="every minute").count() == 1


def test_a_rolled_back_entry_leaves_no_way_in(db):
    make.WorkerFactory()

    with nobody():
        with pytest.raises(ZeroDivisionError), transaction.atomic(), compartments.system("organizing", "gone"):
            raise ZeroDivisionError
        assert Worker.objects.count() == 0


def test_reading_says_nothing_for_those_without_rights_at_the_wall(signed_in, monkeypatch):
    """The database is told who reads only where a wall could open; all other pages cost no statement more."""
    told = []
    real = DatabaseWrapper.send_audit_context
    monkeypatch.setattr(DatabaseWrapper, "send_audit_context", lambda *a, **k: told.append(1) or real(*a, **k))
    counts = {}
    for role in ("staff", "representative", "organizer"):
        client = signed_in(role)
        told.clear()
        client.get("/members/")
        counts[role] = len(told)
    assert counts["staff"] == counts["representative"] == counts["organizer"] - 1


@pytest.mark.parametrize("page", ["/members/", "/"])
def test_a_page_asks_as_many_questions_as_before(signed_in, page):
    """Rights for a time come with the question who is there."""
    client = signed_in("staff")
    client.get(page)
    with CaptureQueriesContext(connection) as asked:
        client.get(page)
    assert sum("organizing_lent" in one["sql"] for one in asked) == 1
    assert sum("ip2a_user u WHERE" in one["sql"] for one in asked) == 1


def test_plans_of_the_trail_keep_their_indexes(db):
    """The wall's condition is leakproof on these tables, so what a page asks still goes down to the index."""
    with asked_by(UserFactory(role="staff")), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plans = {}
        for name, query in {
            "ip2a_audit": "SELECT * FROM ip2a_auditentry WHERE table_name = 'members_member' AND record_id = 1 "
            "AND compartment IN ('') ORDER BY at DESC LIMIT 50",
            "attachment_of_record": "SELECT * FROM ip2a_attachment WHERE content_type_id = 1 AND object_id = 5 "
            "AND compartment IN ('') ORDER BY created_at DESC LIMIT 20",
            "message_about": "SELECT * FROM ip2a_message WHERE about_model = 'members.member' AND about_id = 5",
        }.items():
            cursor.execute(f"EXPLAIN {query}")
            plans[name] = "\n".join(row[0] for row in cursor.fetchall())
    assert [name for name, plan in plans.items() if "Index Cond" not in plan] == []
    assert "table_name = " in plans["ip2a_audit"].split("Index Cond")[1]
