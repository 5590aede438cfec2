"""Every list and every page of a record, on a stress seed and on ten times as much of everything.

    .venv/bin/python benchmarks/scaling_pages.py [--quick] [--times 10] [--repeats 9]

Two databases of one cluster, and for each a process that answers pages in turn: both sizes are measured under the same
conditions, with the same records. What is measured is work, not time: the processor's seconds of the page's Python
and of its PostgreSQL connection (parallel help is off, so that all of it is counted); the middle of the repeats.

The records of a page are the same kind at both sizes: ten times as many members have ten times as many jobs at ten
times as many employers (growing.py). Lists that the seed leaves short are filled up to a page first, so that both
sizes show as many rows.
"""

import argparse
import json
import logging
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from every_page import Page, Walk
from figures import tell
from growing import fill, grow
from scratch import BASE_DIR, house

MOST = 1.2
LEAST_ROWS = 60
ALONE = ("organizing_saltingagreement",)  # one may not be there twice on the same days


class Answers:
    """A process of its own on one database, which tells what pages cost there."""

    def __init__(self, environment: dict[str, str]):
        command = [sys.executable, str(Path(__file__)), "--answer"]
        self.process = subprocess.Popen(
            command, env=environment, cwd=BASE_DIR, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def cost(self, address: str, user: int) -> tuple[float, float, int]:
        """Milliseconds of work in Python and in PostgreSQL, and how many bytes came."""
        self.process.stdin.write(json.dumps([address, user]) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"The process that answers pages ended at {address}.")
        status, *cost = json.loads(line)
        if status not in (200, 302):  # a search with one hit leads to it
            raise SystemExit(f"{address} answered {status}.")
        return tuple(cost)

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=20)


def answer() -> None:
    """Of ``Answers``: asks pages as they come in by the standard input."""
    sys.path.insert(0, str(BASE_DIR))
    import django

    django.setup()
    from django.db import connection
    from django.test import Client

    from ip2a.models import User

    people: dict[int, Client] = {}
    for line in sys.stdin:
        address, user = json.loads(line)
        if user not in people:
            people[user] = Client(raise_request_exception=False)
            people[user].force_login(User.objects.get(pk=user))
        connection.ensure_connection()
        path = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
        begin, asked = time.process_time(), _nanoseconds(path)
        response = people[user].get(address)
        python, database = time.process_time() - begin, (_nanoseconds(path) - asked) / 1e9
        print(json.dumps([response.status_code, python * 1000, database * 1000, len(response.content)]), flush=True)


def _nanoseconds(path: Path) -> int:
    return int(path.read_text().split()[0])


def measured(
    pages: list[Page], sizes: list[Answers], repeats: int
) -> list[tuple[Page, list[tuple[float, float, int]]]]:
    """For each page what it costs at each size."""
    found = []
    for place, page in enumerate(pages):
        costs = []
        for address in page.addresses:
            taken: list[list[tuple[float, float, int]]] = [[] for _ in sizes]
            for turn in range(repeats + 2):
                for place_of_size, (rounds, size) in enumerate(zip(taken, sizes, strict=True)):
                    cost = size.cost(page.at(place_of_size, address), page.user)
                    if turn > 1:  # by then everything is read and planned
                        rounds.append(cost)
            costs.append([tuple(statistics.median(part) for part in zip(*rounds, strict=True)) for rounds in taken])
        found.append(
            (page, [tuple(map(statistics.fmean, zip(*of_size, strict=True))) for of_size in zip(*costs, strict=True)])
        )
        if sys.stderr.isatty():
            print(f"\r{place + 1} of {len(pages)}", end="", file=sys.stderr)
    return found


def ratio(costs: list[tuple[float, float, int]]) -> float:
    (python, database, _), (again, database_again, _) = costs
    return (again + database_again) / (python + database)


def show(found: list, times: int) -> None:
    print(f"{'page':58}{'KB':>5}{'ms':>8}{f'at {times}x':>9}{'PostgreSQL':>11}{f'at {times}x':>9}{'ratio':>7}")
    for page, costs in sorted(found, key=lambda one: (one[0].kind, -ratio(one[1]))):
        (python, database, size), (again, database_again, _) = costs
        mark = " <" if ratio(costs) > MOST else ""
        mark += "  shows more" if shows_more(costs) else ""
        print(
            f"{page.name:58}{size / 1024:5.0f}{python + database:8.1f}{again + database_again:9.1f}{database:11.2f}"
            f"{database_again:9.2f}{ratio(costs):7.2f}{mark}"
        )
    for kind in sorted({page.kind for page, _ in found}):
        tell_kind(kind, [one for one in found if one[0].kind == kind], times)


def shows_more(costs: list[tuple[float, float, int]]) -> bool:
    """Where there is more to find, more is found: such a page is printed, and not judged."""
    return costs[1][2] > costs[0][2] * 1.1


def tell_kind(kind: str, found: list, times: int) -> None:
    alike = [(ratio(costs), page.name) for page, costs in found if not shows_more(costs)]
    if not alike:
        return
    worst, name = max(alike)
    over = sum(one > MOST for one, _ in alike)
    whole = sum(python + database for _, ((python, database, _), _) in found)
    grown = sum(python + database for _, (_, (python, database, _)) in found)
    note = f"{over} of {len(alike)} pages above {MOST}; all together {grown / whole:.2f}x"
    print(f"{kind}: the worst {worst:.2f}x ({name}); {note}; {len(found) - len(alike)} show more")
    tell(f"{kind}, {times}x of everything/1x: the worst page", worst, "x", most=MOST, note=f"{name}; {note}")


def list_tables() -> list[str]:
    from django.urls import get_resolver
    from every_page import patterns

    from ip2a.views.generic import RecordList

    views = [getattr(pattern.callback, "view_class", None) for _, pattern in patterns(get_resolver())]
    return [view.model._meta.db_table for view in views if view and issubclass(view, RecordList)]


def other(cluster, role: str = "app") -> str:
    return cluster.url(role, "ip2a_grown")


def main(options: argparse.Namespace) -> None:
    import psycopg

    with house(durable=False) as cluster:
        manage = [sys.executable, str(BASE_DIR / "manage.py")]
        subprocess.run([*manage, "collectstatic", "--noinput", "--verbosity=0"], check=True)
        subprocess.run([*manage, "seed", "--stress"], check=True, stdout=subprocess.DEVNULL)
        logging.getLogger("django.request").setLevel(logging.CRITICAL)  # who may see a page is found out by asking
        with psycopg.connect(cluster.url("superuser"), autocommit=True) as database:
            fill(database, set(list_tables()) - set(ALONE), LEAST_ROWS)
            database.execute("VACUUM ANALYZE")
        from django.db import connections

        walk = Walk(2 if options.quick else 4, options.times, thorough=not options.quick)
        pages = list(walk.pages())
        connections.close_all()
        grown(cluster, options.times)
        compared(cluster, pages, options)
        if walk.left:
            print(f"Not measured, for want of a record: {', '.join(walk.left)}")


def grown(cluster, times: int) -> None:
    import psycopg

    with psycopg.connect(cluster.url("superuser", "postgres"), autocommit=True) as database:
        database.execute("CREATE DATABASE ip2a_grown TEMPLATE ip2a OWNER ip2a_owner STRATEGY file_copy")
    with psycopg.connect(other(cluster, "superuser"), autocommit=True) as database:
        rows = grow(database, times)
        database.execute("VACUUM ANALYZE")
        database.execute("CHECKPOINT")
    for name, (before, after) in sorted(rows.items(), key=lambda one: -one[1][1])[:8]:
        print(f"{name:40}{before:>12,}{after:>12,}")


def compared(cluster, pages: list[Page], options: argparse.Namespace) -> None:
    from ip2a.embedded.broker import Broker

    alone = {"PGOPTIONS": "-c max_parallel_workers_per_gather=0"}
    with Broker(cluster.folder.parent / "broker-of-the-grown") as broker:  # what is kept of pages must not be mixed
        once = os.environ | alone
        many = once | {"DATABASE_URL": other(cluster), "DATABASE_OWNER_URL": other(cluster, "owner")}
        many |= {"REDIS_URL": broker.url(), "CACHE_URL": broker.cache_url()}
        sizes = [Answers(once), Answers(many)]
        try:
            show(measured(pages, sizes, options.repeats), options.times)
        finally:
            for size in sizes:
                size.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--quick", action="store_true", help="3x, fewer records and repeats, and not each order of a list"
    )
    parser.add_argument("--times", type=int)
    parser.add_argument("--repeats", type=int)
    parser.add_argument("--answer", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    given.times = given.times or (3 if given.quick else 10)
    given.repeats = given.repeats or (5 if given.quick else 9)
    answer() if given.answer else main(given)
