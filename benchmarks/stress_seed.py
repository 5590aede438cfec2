"""What it costs to make up a large local, beside a COPY of the very same rows that does nothing else.

    .venv/bin/python benchmarks/stress_seed.py [--scale 1] [--rounds 1] [--quick]

The whole command is measured, from the start of its process to its end: making up, the audit trail, every constraint,
statistics, and the round of checks after it. Then the rows that it stored are written to files and copied, table after
table in one transaction, into empty databases of the same cluster:

- the same tables, no trail: with their indexes, checks and references, without triggers of ours. The seed's time over
  this one is the ratio that is held to a figure. It counts each row once, although the seed stores nearly every row a
  second time, as an entry of the audit trail: the comparison favours COPY, and is kept because it is the strict one;
- the same tables with the trail: as before, and the entries that the seed left are copied, too, with their indexes:
  as many rows as the seed really stores. Told beside the other, held to nothing;
- bare tables, no trail: columns and nothing else.

At the end twice as much is made up in another database, which should take twice the time; not with --quick.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import psycopg
from figures import tell
from psycopg import sql
from scratch import BASE_DIR, house

FIGURES = {"seconds": 30, "MB": 400, "ratio": 2.5}
TABLES = """
SELECT relname, array_agg(attname::text ORDER BY attnum) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT relispartition AND attnum > 0
  AND NOT attisdropped AND attgenerated = '' GROUP BY relname ORDER BY relname
"""
MIGRATED = ("django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions")


def seeded(scale: float) -> tuple[float, float]:
    """Seconds and megabytes of the whole command."""
    command = [sys.executable, str(BASE_DIR / "manage.py"), "seed", "--stress", "--scale", str(scale)]
    begin = time.perf_counter()
    process = os.spawnve(os.P_NOWAIT, sys.executable, command, os.environ)
    _, status, used = os.wait4(process, 0)
    if status:
        raise SystemExit("The seed failed; its own words are above.")
    return time.perf_counter() - begin, used.ru_maxrss / 1024


TRAIL = "ip2a_auditentry"


def last_entry(database: psycopg.Connection) -> int:
    return database.execute("SELECT coalesce(max(id), 0) FROM ip2a_auditentry").fetchone()[0]


def trail_written(database: psycopg.Connection, last: int, folder: Path) -> dict[str, tuple[list[str], int]]:
    """The entries that came into the audit trail after ``last``, as a file like those of the tables."""
    columns = [column.name for column in database.execute("SELECT * FROM ip2a_auditentry LIMIT 0").description]
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    asked = sql.SQL("COPY (SELECT {} FROM ip2a_auditentry WHERE id > {}) TO STDOUT").format(listed, sql.Literal(last))
    rows = database.execute("SELECT count(*) FROM ip2a_auditentry WHERE id > %s", [last]).fetchone()[0]
    with (folder / TRAIL).open("wb") as file, database.cursor().copy(asked) as copy:
        for block in copy:
            file.write(block)
    return {TRAIL: (columns, rows)}


def written(database: psycopg.Connection, before: dict[str, int], folder: Path) -> dict[str, tuple[list[str], int]]:
    """Every table that grew, as a file; its columns and rows."""
    found = {}
    for name, columns in database.execute(TABLES).fetchall():
        rows = database.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()[0]
        if name in MIGRATED or rows == before.get(name, 0) or before.get(name):
            continue
        with (folder / name).open("wb") as file, database.cursor().copy(_copy(name, columns, "TO STDOUT")) as copy:
            for block in copy:
                file.write(block)
        found[name] = (columns, rows)
    return found


def _copy(name: str, columns: list[str], way: str) -> sql.Composed:
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) " + way).format(sql.Identifier(name), listed)


def counts(database: psycopg.Connection) -> dict[str, int]:
    names = [name for name, _ in database.execute(TABLES).fetchall()]
    count = sql.SQL("SELECT count(*) FROM {}")
    return {name: database.execute(count.format(sql.Identifier(name))).fetchone()[0] for name in names}


def copied(url: str, tables: dict[str, tuple[list[str], int]], folder: Path, *, bare: bool) -> float:
    """Seconds of a COPY of all files in one transaction."""
    with psycopg.connect(url) as database:
        for name in tables:
            table = sql.Identifier(name)
            if bare:
                plain = sql.SQL("CREATE TABLE public.{} AS SELECT * FROM {} WITH NO DATA")
                database.execute(plain.format(sql.Identifier(f"plain_{name}"), table))
            else:
                database.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
        database.commit()
        begin = time.perf_counter()
        for name, (columns, _) in tables.items():
            into = f"plain_{name}" if bare else name
            with (folder / name).open("rb") as file, database.cursor().copy(_copy(into, columns, "FROM STDIN")) as copy:
                while block := file.read(256 * 1024):
                    copy.write(block)
        database.commit()
        return time.perf_counter() - begin


def measure(cluster, scale: float, rounds: int, *, quick: bool) -> None:
    with psycopg.connect(cluster.url("superuser", "postgres"), autocommit=True) as database:
        for place in range(rounds):
            for kind in ("seed", "same", "whole", "bare"):
                database.execute(f"CREATE DATABASE ip2a_{kind}{place} TEMPLATE ip2a OWNER ip2a_owner")
        database.execute("CREATE DATABASE ip2a_twice TEMPLATE ip2a OWNER ip2a_owner")
    best: dict[str, float] = {}
    for place in range(rounds):
        folder = Path(tempfile.mkdtemp(prefix="ip2a-rows-"))
        try:
            for what, value in one_round(cluster, scale, place, folder).items():
                best[what] = min(value, best.get(what, value))
        finally:
            shutil.rmtree(folder)
    report(best)
    if not quick:
        connect_to(cluster, "ip2a_twice")
        twice(best["seconds"], *seeded(2 * scale))


def twice(before: float, seconds: float, megabytes: float) -> None:
    print(f"{'twice as much of everything':44}{seconds:>10.1f} s")
    print(f"{'  takes so many times as long':44}{seconds / before:>11.2f}x")
    tell("seed --stress of twice as much", seconds / before, "x", most=2.2, note=f"{seconds:.1f} s, {megabytes:.0f} MB")


def connect_to(cluster, name: str) -> None:
    os.environ |= {"DATABASE_URL": cluster.url("app", name), "DATABASE_OWNER_URL": cluster.url("owner", name)}


def one_round(cluster, scale: float, place: int, folder: Path) -> dict[str, float]:
    name = f"ip2a_seed{place}"
    connect_to(cluster, name)
    with psycopg.connect(cluster.url("superuser", name), autocommit=True) as database:
        before, last = counts(database), last_entry(database)
        seconds, megabytes = seeded(scale)
        tables = written(database, before, folder)
        entries = trail_written(database, last, folder)
    same = copied(cluster.url("superuser", f"ip2a_same{place}"), tables, folder, bare=False)
    whole = copied(cluster.url("superuser", f"ip2a_whole{place}"), tables | entries, folder, bare=False)
    bare = copied(cluster.url("superuser", f"ip2a_bare{place}"), tables, folder, bare=True)
    rows = sum(count for _, count in tables.values())
    copies = {"same": same, "whole": whole, "bare": bare}
    return {"seconds": seconds, "MB": megabytes, **copies, "rows": rows, "trail": entries[TRAIL][1]}


def report(best: dict[str, float]) -> None:
    print(f"{'':44}{'measured':>12}{'figure':>12}")
    print(f"{'seed --stress, whole process':44}{best['seconds']:>10.1f} s{FIGURES['seconds']:>10} s")
    print(f"{'its memory at most':44}{best['MB']:>9.0f} MB{FIGURES['MB']:>9} MB")
    print(f"{'rows, and entries in the audit trail':44}{best['rows']:>12,.0f}{best['trail']:>12,.0f}")
    print(f"{'rows a second, both counted':44}{(best['rows'] + best['trail']) / best['seconds']:>12,.0f}")
    kinds = {"same": "COPY into the same tables, no trail", "whole": "COPY of the trail's entries as well"}
    for kind, what in (kinds | {"bare": "COPY into bare tables, no trail"}).items():
        print(f"{what:44}{best[kind]:>10.1f} s")
        figure = f"{FIGURES['ratio']}x" if kind == "same" else ""
        print(f"{'  the seed takes so many times as long':44}{best['seconds'] / best[kind]:>11.2f}x{figure:>12}")
    rows = f"{best['rows']:,.0f} rows, {best['trail']:,.0f} entries in the trail"
    tell("seed --stress, the whole process", best["seconds"], "s", most=FIGURES["seconds"], note=rows)
    tell("seed --stress: most memory", best["MB"], "MB", most=FIGURES["MB"])
    against = f"{best['same']:.1f} s into the same tables, {best['bare']:.1f} s into bare ones; "
    against += f"with the trail's entries {best['seconds'] / best['whole']:.2f}x of {best['whole']:.1f} s"
    tell(
        "seed --stress/COPY of the same rows", best["seconds"] / best["same"], "x", most=FIGURES["ratio"], note=against
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="not twice as much as well")
    options = parser.parse_args()
    with house() as cluster:
        measure(cluster, options.scale, options.rounds, quick=options.quick)
