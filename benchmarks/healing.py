"""Ten thousand faults mended and taken back: how long, whether every row is as it was, how long a writer waits.

    .venv/bin/python benchmarks/healing.py [--members 10000] [--jobs 433000] [--faults 10000]

The faults are of five kinds, in two thousands each: jobs that end before they start or in the far future, members of
an unknown status, jobs whose member is gone, several primary contacts. Constraints that forbid them are dropped first.
A writer saves jobs and members meanwhile, one row each few milliseconds, every second one a row that is being mended;
how long it waited for locks is what the server says of it (``lock_waits``).
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

from figures import tell
from lock_waits import SERVER, Told, Writer
from scratch import house

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


def worked_on(owner, each: int) -> dict[str, list[int]]:
    """Numbers of rows that are being mended, of the tables that the writer saves: the largest one among them."""
    some = "SELECT id FROM {} WHERE id %% 4 < 3 ORDER BY id LIMIT %s"
    return {
        table: [key for (key,) in owner.execute(some.format(table), [each]).fetchall()]
        for table in ("members_member", "members_memberemployment")
    }


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = act()
    return time.perf_counter() - began, result


def tell_waits(beside: str, told: Told) -> None:
    slowest = max(told.times) * 1000
    note = f"{len(told.waits):,} of {len(told.times):,} writes waited; the slowest took {slowest:.0f} ms"
    tell(f"longest wait for a lock of a writer beside the {beside}", told.longest_wait, "ms", most=50, note=note)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=433_000)
    parser.add_argument("--faults", type=int, default=10_000)
    asked = parser.parse_args()
    import psycopg

    with house(settings=SERVER) as cluster, psycopg.connect(cluster.url("owner"), autocommit=True) as owner:
        from maintenance import doctor
        from maintenance.healing import heal
        from maintenance.healing_undo import undo
        from maintenance.registry import all_checks

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
        faulty = worked_on(owner, 3 * asked.faults // 5)
        with Writer(cluster, faulty) as writer:
            time.sleep(3)
        print(f"a writer alone: {writer.told}")
        with Writer(cluster, faulty) as writer:
            looking = timed(lambda: doctor.survey([check for check in all_checks() if not check.files]))[0]
        looked = writer.told
        print(f"looked through in {looking:.1f} s; a writer beside it: {looked}")
        with Writer(cluster, faulty) as writer:
            mending, healed = timed(lambda: heal(only, many=True))
        mended = writer.told
        for step in healed.steps:
            print(f"  {step.check.name:60}{step.repaired:>7,} of {step.found:,} in {step.seconds:.1f} s")
        print(f"mended {healed.repaired:,} faults in {mending:.1f} s, looking before and after included (limit 20 s)")
        print(f"a writer beside it: {mended}")
        with Writer(cluster, faulty) as writer:
            taking, undone = timed(lambda: undo(healed.run, by=None))
        after = rows(owner)
        same = sum(before[table] == after[table] for table in TABLES)
        print(f"taken back {undone.restored:,} in {taking:.1f} s, {len(undone.left_alone)} left alone (limit 20 s)")
        print(f"a writer beside it: {writer.told}")
        print(f"tables whose every row is as it was: {same} of {len(TABLES)}")
        tell_waits("checks", looked)
        tell_waits("mending", mended)
        tell_waits("taking back", writer.told)
        tell(
            "faults mended, checks before and after included", mending, "s", most=20, note=f"{healed.repaired:,} faults"
        )
        tell("the same faults taken back", taking, "s", most=20, note=f"{undone.restored:,} rows")
        tell("tables whose every row is as it was", same, most=len(TABLES), least=len(TABLES), note="by their hashes")


if __name__ == "__main__":
    main()
