"""Ten thousand faults mended and taken back: how long, whether every row is as it was, how long a writer waits.

    .venv/bin/python benchmarks/healing.py [--members 10000] [--jobs 433000] [--faults 10000]

The faults are of five kinds, in two thousands each: jobs that end before they start or in the far future, members of
an unknown status, jobs whose member is gone, several primary contacts. Constraints that forbid them are dropped first.
A writer saves jobs and members meanwhile, one row each few milliseconds, some of them rows that are being mended.
"""

import argparse
import random
import threading
import time

from scratch import house, quantile

DROPPED = (
    "ALTER TABLE members_memberemployment DROP CONSTRAINT employment_ends_after_start",
    "ALTER TABLE members_member DROP CONSTRAINT member_status_known",
    "DROP INDEX contact_one_primary",
)
TABLES = ("members_member", "members_memberemployment", "members_organizationcontact")
FOREIGN_KEY = (
    "SELECT conname FROM pg_constraint WHERE conrelid = 'members_memberemployment'::regclass AND contype = 'f'"
)


def fill(owner, members: int, jobs: int, contacts: int) -> None:
    owner.execute(
        "INSERT INTO members_organization (name, org_type, address, city, state, zip_code, phone, email, website, "
        "is_signatory, notes) SELECT 'Employer ' || n, 'employer', '', '', '', '', '', '', '', true, '' "
        "FROM generate_series(1, 700) n"
    )
    owner.execute(
        "INSERT INTO members_member (member_number, first_name, middle_name, last_name, address, city, state, "
        "zip_code, phone, email, status, classification, notes) "
        "SELECT 'B' || n, 'Rosa', '', 'Lima ' || n, '', '', '', '', '', '', 'active', 'journeyman', '' "
        "FROM generate_series(1, %s) n",
        [members],
    )
    owner.execute(
        "INSERT INTO members_memberemployment (member_id, organization_id, start_date, end_date, job_title, "
        "hourly_rate) SELECT (SELECT min(id) FROM members_member) + n %% %s, "
        "(SELECT min(id) FROM members_organization) + n %% 700, "
        "date '2000-01-01' + n %% 8000, date '2000-01-01' + n %% 8000 + 90, 'Wireman', 41.25 "
        "FROM generate_series(1, %s) n",
        [members, jobs],
    )
    owner.execute(
        "INSERT INTO members_organizationcontact (organization_id, first_name, last_name, title, phone, email, "
        "is_primary, notes) SELECT (SELECT min(id) FROM members_organization) + n %% 700, 'Chris', 'Contact ' || n, "
        "'', '', '', false, '' FROM generate_series(1, %s) n",
        [contacts],
    )
    owner.execute("ANALYZE")


def plant(owner, each: int) -> None:
    for statement in DROPPED:
        owner.execute(statement)
    for (name,) in owner.execute(FOREIGN_KEY).fetchall():
        owner.execute(f'ALTER TABLE members_memberemployment DROP CONSTRAINT "{name}"')
    some = "WHERE id IN (SELECT id FROM {} WHERE id %% 4 = {} ORDER BY id LIMIT %s)"
    jobs = "UPDATE members_memberemployment SET {} " + some.format("members_memberemployment", "{}")
    owner.execute(jobs.format("end_date = start_date - 5", 0), [each])
    owner.execute(jobs.format("end_date = date '2900-01-01'", 1), [each])
    owner.execute(jobs.format("member_id = 900000000 + id", 2), [each])
    owner.execute("UPDATE members_member SET status = 'vip' " + some.format("members_member", 0), [each])
    owner.execute(
        "UPDATE members_organizationcontact SET is_primary = true WHERE id IN "
        "(SELECT id FROM members_organizationcontact ORDER BY id LIMIT %s)",
        [each + 700],
    )


def rows(owner) -> dict[str, tuple]:
    """Every row of every table that is touched, by its key; without what the database keeps of the last change."""
    return {
        table: owner.execute(
            f"SELECT count(*), sum(hashtextextended((to_jsonb(t) - ARRAY['version', 'updated_at'])::text, 0)::numeric) "
            f"FROM {table} t"
        ).fetchone()
        for table in TABLES
    }


class Writer(threading.Thread):
    """Somebody at work: one row every few milliseconds, and how long each took."""

    def __init__(self, url: str, members: int):
        super().__init__(daemon=True)
        self.url, self.members, self.times, self.over = url, members, [], threading.Event()

    def run(self) -> None:
        import psycopg

        chance = random.Random(7)
        with psycopg.connect(self.url, autocommit=True) as connection:
            first = connection.execute("SELECT min(id) FROM members_member").fetchone()[0]
            while not self.over.wait(0.003):
                key = first + chance.randrange(self.members)
                began = time.perf_counter()
                # A column that is not part of what is compared: the proof of restoring must hold beside it.
                connection.execute("UPDATE members_member SET updated_at = now() WHERE id = %s", [key])
                self.times.append(time.perf_counter() - began)

    def done(self) -> list[float]:
        self.over.set()
        self.join()
        return self.times


def said(times: list[float]) -> str:
    return (
        f"{len(times):,} writes, median {quantile(times, 0.5) * 1000:.1f} ms, "
        f"p99 {quantile(times, 0.99) * 1000:.1f} ms, longest {max(times) * 1000:.1f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=433_000)
    parser.add_argument("--faults", type=int, default=10_000)
    asked = parser.parse_args()
    import psycopg

    with house() as cluster, psycopg.connect(cluster.url("owner"), autocommit=True) as owner:
        from maintenance.healing import heal
        from maintenance.healing_undo import undo

        fill(owner, asked.members, asked.jobs, contacts=max(2250, asked.faults // 5 + 1400))
        plant(owner, asked.faults // 5)
        before = rows(owner)
        only = [
            "members.memberemployment.employment_ends_after_start",
            "members.job-ends-in-future",
            "members.memberemployment.member.orphan",
            "members.member.status",
            "members.organizationcontact.contact_one_primary",
        ]
        quiet = Writer(cluster.url("app"), asked.members)
        quiet.start()
        time.sleep(3)
        print(f"a writer alone: {said(quiet.done())}")
        writer = Writer(cluster.url("app"), asked.members)
        writer.start()
        began = time.perf_counter()
        healed = heal(only, many=True)
        mending = time.perf_counter() - began
        beside = writer.done()
        for step in healed.steps:
            print(f"  {step.check.name:60}{step.repaired:>7,} of {step.found:,} in {step.seconds:.1f} s")
        print(f"mended {healed.repaired:,} faults in {mending:.1f} s, looking before and after included (limit 20 s)")
        print(f"a writer beside it: {said(beside)} (limit 50 ms)")
        writer = Writer(cluster.url("app"), asked.members)
        writer.start()
        began = time.perf_counter()
        undone = undo(healed.run, by=None)
        taking = time.perf_counter() - began
        beside = writer.done()
        after = rows(owner)
        same = sum(before[table] == after[table] for table in TABLES)
        print(f"taken back {undone.restored:,} in {taking:.1f} s, {len(undone.left_alone)} left alone (limit 20 s)")
        print(f"a writer beside it: {said(beside)} (limit 50 ms)")
        print(f"tables whose every row is as it was: {same} of {len(TABLES)}")


if __name__ == "__main__":
    main()
