"""How fast the audit trail reads at a million entries: the administrators' page and a record's history.

    .venv/bin/python benchmarks/audit_pages.py [--entries 1000000] [--rounds 60] [--plans]

Fills a scratch cluster by the real trigger, spread over twelve monthly partitions, and asks for each page again and
again through Django's whole stack (signed in, without the network). The worst cases are filters whose few matches lie
behind everything else.
"""

import argparse
import time
from datetime import date, timedelta

from figures import tell
from scratch import house, quantile

MONTHS = 12
EDITORS = 20
SPREAD = """
INSERT INTO ip2a_auditentry (at, table_name, record_id, action, old, new, changed, actor_id, actor_name, ip, user_agent,
                             path, command, reason, compartment)
SELECT now() - (%(entries)s - n) * (interval '360 days' / %(entries)s),
       CASE WHEN n %% 5 = 0 THEN 'members_member' ELSE 'members_memberemployment' END,
       CASE WHEN n %% 5 = 0 THEN m.id ELSE j.id END, 'update',
       CASE WHEN n %% 5 = 0 THEN '{"city": "Austin"}'::jsonb ELSE jsonb_build_object('organization_id', o.id) END,
       CASE WHEN n %% 5 = 0 THEN '{"city": "Dayton"}'::jsonb
            ELSE jsonb_build_object('organization_id', o.id, 'hourly_rate', 41.25) END,
       CASE WHEN n %% 5 = 0 THEN '{city}'::text[] ELSE '{organization_id,hourly_rate}'::text[] END,
       CASE WHEN n %% 3 = 0 THEN NULL ELSE %(first_editor)s + n %% %(editors)s END,
       CASE WHEN n %% 3 = 0 THEN '' ELSE 'Pat Person' END, '192.0.2.17', 'Mozilla/5.0 (X11; Linux x86_64)',
       '/jobs/1/edit/',
       CASE WHEN n %% 3 = 0 THEN 'import_records' ELSE '' END, '', ''
FROM generate_series(1, %(entries)s) AS n
JOIN LATERAL (SELECT %(first_member)s + n %% 500 AS id) AS m ON true
JOIN LATERAL (SELECT %(first_job)s + n %% 500 AS id) AS j ON true
JOIN LATERAL (SELECT %(first_employer)s + n %% 500 AS id) AS o ON true
"""
RARE = """
INSERT INTO ip2a_auditentry (at, table_name, record_id, action, old, new, actor_id, actor_name, user_agent, path,
                             command, reason, compartment)
SELECT now() - interval '359 days', %s, 7, %s, '{}', '{}', %s, '', '', '', %s, '', '' FROM generate_series(1, 3)
"""


def fill(cluster, entries: int) -> dict:
    """A year of changes, written as the owner, because no trigger writes into the past; then what is hard to find."""
    import psycopg

    from ip2a.factories import UserFactory
    from members.factories import MemberEmploymentFactory

    administrator = UserFactory(role="administrator")
    editors = UserFactory.create_batch(EDITORS)
    rare = UserFactory(first_name="Rare", last_name="Visitor")
    jobs = MemberEmploymentFactory.create_batch(500)
    numbers = {
        "entries": entries,
        "editors": EDITORS,
        "first_editor": editors[0].pk,
        "first_job": jobs[0].pk,
        "first_member": jobs[0].member.pk,
        "first_employer": jobs[0].organization.pk,
    }
    with psycopg.connect(cluster.url("owner"), autocommit=True) as owner:
        for back in range(1, MONTHS + 1):
            first = (date.today().replace(day=1) - timedelta(days=back * 30)).replace(day=1)
            after = (first + timedelta(days=32)).replace(day=1)
            owner.execute(
                f"CREATE TABLE IF NOT EXISTS ip2a_auditentry_{first:%Y_%m} PARTITION OF ip2a_auditentry "
                f"FOR VALUES FROM ('{first} 00:00+00') TO ('{after} 00:00+00')"
            )
        owner.execute(SPREAD, numbers)
        for table, action, person, command in (
            ("members_organizationcontact", "insert", rare.pk, ""),
            ("members_member", "delete", rare.pk, ""),
            ("members_member", "update", None, "rare_command"),
        ):
            owner.execute(RARE, [table, action, person, command])
        owner.execute("VACUUM ANALYZE ip2a_auditentry")
    return {"administrator": administrator, "editor": editors[0], "job": jobs[0], "rare": rare}


def addresses(found: dict) -> dict[str, str]:
    job, last_year = found["job"], date.today() - timedelta(days=300)
    return {
        "newest page": "/audit/",
        "deep in the past": f"/audit/?older={last_year}T00:00:00Z~1",
        "a table": "/audit/?table=members_member",
        "a table with few entries": "/audit/?table=members_organizationcontact",
        "a person": "/audit/?who=" + found["editor"].email,
        "a person with few entries": "/audit/?who=rare+visitor",
        "a person in a table": f"/audit/?who={found['editor'].email}&table=members_member",
        "everybody in a table": "/audit/?who=pat+person&table=members_member",
        "a person with few entries in a table": "/audit/?who=rare+visitor&table=members_member",
        "a command": "/audit/?command=import_records",
        "a command with few entries": "/audit/?command=rare_command",
        "an action with few entries": "/audit/?action=delete",
        "an action with few entries in a table": "/audit/?table=members_member&action=delete",
        "an action with none in a table": "/audit/?table=members_member&action=insert",
        "a record": f"/audit/?table=members_memberemployment&record={job.pk}",
        "a record of any table": f"/audit/?record={job.pk}",
        "a record that was never changed": "/audit/?record=123456789",
        "days a year ago": f"/audit/?on_from={last_year}&on_to={last_year + timedelta(days=3)}",
        "days and a person with none": f"/audit/?on_from={last_year}&who=rare+visitor",
        "history of a record": f"/jobs/{job.pk}/history/",
        "history of a record, older": f"/jobs/{job.pk}/history/?older={last_year}T00:00:00Z~1",
    }


def measure(found: dict, rounds: int, plans: bool) -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    browser = Client(raise_request_exception=True)
    browser.force_login(found["administrator"])
    print(f"{'page':40}{'queries':>8}{'p50':>10}{'p99':>10}")
    middles: dict[str, float] = {}
    for name, address in addresses(found).items():
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address, secure=True).status_code == 200, address
        asked = list(queries.captured_queries)
        times = []
        for _ in range(rounds):
            start = time.perf_counter()
            browser.get(address, secure=True)
            times.append((time.perf_counter() - start) * 1000)
        middles[name] = quantile(times, 0.5)
        print(f"{name:40}{len(asked):>8}{middles[name]:>7.1f} ms{quantile(times, 0.99):>7.1f} ms", flush=True)
        if plans:
            show_plan(max(asked, key=lambda query: float(query["time"]))["sql"])
    tell("trail of a million entries, newest page: p50", middles["newest page"], "ms")
    slowest = max(middles, key=middles.get)
    tell("trail of a million entries, slowest page: p50", middles[slowest], "ms", note=slowest)


def show_plan(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {statement}")
        print("\n".join(f"      {line}" for (line,) in cursor.fetchall()[:14]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--plans", action="store_true")
    options = parser.parse_args()
    with house(durable=False) as cluster:
        from django.core.management import call_command

        call_command("collectstatic", interactive=False, verbosity=0)
        measure(fill(cluster, options.entries), options.rounds, options.plans)
