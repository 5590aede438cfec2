"""integrity --no-files over the old system's data, once and twice: seconds and memory of the whole process.

.venv/bin/python benchmarks/integrity_run.py [FOLDER]      (default ../shared/legacy)
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
from figures import tell
from psycopg import sql
from scratch import BASE_DIR, house

RUNS = 7
ASIDE = 30_000_000  # numbers of the second copy lie beyond those of the first
COPIED = {
    "members_organization": {},
    "members_member": {"member_number": "'b' || member_number"},
    "members_organizationcontact": {"organization_id": f"organization_id + {ASIDE}"},
    "members_memberemployment": {
        "member_id": f"member_id + {ASIDE}",
        "organization_id": f"organization_id + {ASIDE}",
    },
}


def measured(command: list[str]) -> tuple[float, int]:
    """Seconds and peak memory in KB of a process. Findings are left in this data, so it ends with status 1."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, errors = process.stdout.read(), process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}\n{out}{errors}")
    return time.perf_counter() - start, used.ru_maxrss


def best() -> tuple[float, float, int, int]:
    """The quickest and the middle of some runs, the most memory of any, and the jobs there are."""
    command = [sys.executable, "manage.py", "integrity", "--no-files"]
    measured(command)  # what is read from disk once
    runs = [measured(command) for _ in range(RUNS)]
    seconds = sorted(run[0] for run in runs)
    return seconds[0], seconds[len(seconds) // 2], max(run[1] for run in runs), jobs()


def jobs() -> int:
    with psycopg.connect(owner_url()) as connection:
        return connection.execute("SELECT count(*) FROM members_memberemployment").fetchone()[0]


def owner_url() -> str:
    return os.environ["DATABASE_OWNER_URL"]


def double() -> None:
    """The same people once more under other numbers, and statistics as a running database has them."""
    with psycopg.connect(owner_url(), autocommit=True) as connection:
        for table, changed in COPIED.items():
            found = connection.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
                " AND attgenerated = ''",
                [table],
            )
            columns = [name for (name,) in found.fetchall()]
            changed = {"id": f"id + {ASIDE}", "legacy_id": f"legacy_id + {ASIDE}", **changed}
            values = [sql.SQL(changed[c]) if c in changed else sql.Identifier(c) for c in columns]
            connection.execute(
                sql.SQL("INSERT INTO {0} ({1}) SELECT {2} FROM {0}").format(
                    sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)), sql.SQL(", ").join(values)
                )
            )
            sequence = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            connection.execute(sequence)


def settle() -> None:
    with psycopg.connect(owner_url(), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def main(folder: Path) -> None:
    with house():
        load = [sys.executable, "manage.py", "legacy", str(folder)]
        subprocess.run(load, cwd=BASE_DIR, check=False, stdout=subprocess.DEVNULL)
        print(f"{'integrity --no-files, the whole process':<44}{'jobs':>9}{'best s':>9}{'median s':>10}{'MB peak':>9}")
        settle()
        once = best()
        double()
        settle()
        twice = best()
        for words, (least, middle, peak, count) in (("the old system's data", once), ("twice as much", twice)):
            print(f"{words:<44}{count:>9,}{least:>9.2f}{middle:>10.2f}{peak / 1024:>9.0f}")
        print(f"twice the rows take {twice[0] / once[0]:.2f} times the time")
        tell("integrity --no-files, the whole process: p50", once[1], "s", most=3, note=f"{once[3]:,} jobs")
        tell("integrity --no-files: most memory", once[2] / 1024, "MB", most=200)
        tell("integrity of twice the rows", twice[0] / once[0], "x", most=2.2)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else BASE_DIR.parent / "shared" / "legacy")
