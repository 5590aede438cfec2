"""What a streaming replica takes off the primary, and what deciding for each page costs.

    .venv/bin/python benchmarks/replica.py [--scale 0.2] [--seconds 5] [--rounds 5] [--quick]

Two web servers on one database, alike but for REPLICA_URLS: the one reads from the primary alone, the other has a
replica made by pg_basebackup on the same machine. They take turns, and the same people ask both for the same pages.

- counted: of the statements that read, how many go to the replica (by the logs of both PostgreSQL servers);
- CPU for each page, of the web server and of each PostgreSQL server, by /proc;
- pages a second of ten people at once. Everything shares two cores here, so this shows the cost of a replica and not
  its gain: that needs a second machine;
- fifty new members, each looked for in the list by whoever wrote it, at once.
"""

import argparse
import os
import re
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from figures import tell
from pages import Server, busiest, one_client, settle, sign_in
from scratch import house
from stress_seed import seeded

PAGES = ("/members/", "/members/?q=smith", "/members/{member}/", "/organizations/", "/organizations/{organization}/")
PAGES += ("/contacts/", "/jobs/", "/search/?q=smi", "/")
WRITES = 50
TICKS = os.sysconf("SC_CLK_TCK")
SAID = re.compile(r"LOG:  (?:statement|execute [^:]*):\s*([^\n]*)")
READING = ("SELECT", "WITH", "DECLARE", "FETCH")
OWN = ("_wal_flush_lsn", "_wal_insert_lsn", "_wal_replay_lsn")  # the questions where each server is
TELLING = "set_config('ip2a."  # who asks; no reading
MEMBER = {"first_name": "Replica", "last_name": "Bench", "status": "active", "classification": "journeyman"}


def cpu_seconds(pid: int) -> float:
    """Of a process and everything it started, also of what has ended since."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, words[11:15])) / TICKS + sum(cpu_seconds(int(child)) for child in children)


@dataclass
class Side:
    """One of the two ways; what was measured of it."""

    name: str
    port: int = 0
    pages: int = 0
    seconds: float = 0.0
    rates: list[float] = field(default_factory=list)
    cpu: dict[str, float] = field(default_factory=dict)

    def each(self, who: str) -> float:
        """CPU ms of a page."""
        return 1000 * self.cpu[who] / self.pages


def ask_for(seconds: float, port: int, paths: list[str], cookie: str, people: int = 10) -> int:
    """How many pages so many people get in that time."""
    end = time.monotonic() + seconds

    def ask(number: int) -> int:
        pages = 0
        while time.monotonic() < end:
            pages += len(one_client(port, paths[(number + pages // 5) % len(paths)], cookie, requests=5, warm=0))
        return pages

    with ThreadPoolExecutor(people) as pool:
        return sum(pool.map(ask, range(people)))


def run(side: Side, seconds: float, paths: list[str], cookie: str, processes: dict[str, int]) -> None:
    before, began = {who: cpu_seconds(pid) for who, pid in processes.items()}, time.monotonic()
    pages = ask_for(seconds, side.port, paths, cookie)
    passed = time.monotonic() - began
    side.pages += pages
    side.rates.append(pages / passed)
    for who, pid in processes.items():
        side.cpu[who] = side.cpu.get(who, 0.0) + cpu_seconds(pid) - before[who]


class Counter:
    """The statements of one PostgreSQL server, by its log."""

    def __init__(self, cluster) -> None:
        self.cluster = cluster

    def __enter__(self) -> "Counter":
        self._log("all")
        self.cluster.log.news()
        return self

    def __exit__(self, *problem) -> None:
        self._log("none")

    def _log(self, which: str) -> None:
        with psycopg.connect(self.cluster.url("superuser", "postgres"), autocommit=True) as database:
            database.execute(f"ALTER SYSTEM SET log_statement = '{which}'")
            database.execute("SELECT pg_reload_conf()")
        time.sleep(0.5)  # until every backend has heard

    def reads(self) -> tuple[int, int]:
        """Statements that read, and questions where the server is."""
        said = [text for text in SAID.findall(self.cluster.log.news()) if TELLING not in text]
        own = [text for text in said if any(word in text for word in OWN)]
        return sum(text.lstrip().upper().startswith(READING) for text in said) - len(own), len(own)


def share(primary, copy, port: int, paths: list[str], cookie: str) -> tuple[float, float]:
    """Percent of the reading statements that the replica answers, and questions of the routing for each page."""
    with Counter(primary) as at_primary, Counter(copy) as at_copy:
        for path in paths:
            one_client(port, path, cookie, requests=30, warm=0)
        (here, asked_here), (there, asked_there) = at_primary.reads(), at_copy.reads()
    pages = 30 * len(paths)
    print(f"statements that read, of {pages} pages: {here} at the primary, {there} at the replica")
    return 100 * there / (here + there), (asked_here + asked_there) / pages


def writes_read_back(port: int, cookie: str) -> int:
    """How many of one's own new members stand in the list at once."""
    from ip2a.tests.web import Visit  # the path is set by scratch

    name, _, value = cookie.partition("=")
    visit = Visit(type("At", (), {"port": port}), {name: value})
    visit.get("/members/add/")
    found = 0
    for number in range(WRITES):
        card = f"990{number:04}"
        answer = visit.post("/members/add/", member_number=card, **MEMBER)
        if answer.status != 302:
            raise SystemExit(f"A member was not added: {answer.status} {answer.words[:300]}")
        found += card in visit.get(f"/members/?q={card}").words
    return found


def measure(cluster, standby, options) -> tuple[Side, Side, float, float, int]:
    _, cookie = sign_in()
    subjects = busiest()
    paths = [path.format(**subjects) for path in PAGES]
    environment = dict(os.environ)
    alone, beside = Side("one server"), Side("with a replica")
    copy_url = standby.cluster.url("app")
    with Server(environment) as one, Server(environment | {"REPLICA_URLS": copy_url}) as two:
        alone.port, beside.port = one.port, two.port
        processes = {"primary": cluster.pid, "replica": standby.cluster.pid}
        for server in (one, two):
            ask_for(2, server.port, paths, cookie)  # every thread has its connections and plans
        for _ in range(options.rounds):
            for side, server in ((alone, one), (beside, two)):
                run(side, options.seconds, paths, cookie, processes | {"web": server.process.pid})
        percent, questions = share(cluster, standby.cluster, two.port, paths, cookie)
        back = writes_read_back(two.port, cookie)
    return alone, beside, percent, questions, back


def show(alone: Side, beside: Side, percent: float, questions: float, back: int) -> None:
    print(f"{'':16}{'pages/s':>9}{'web ms':>9}{'primary ms':>12}{'replica ms':>12}{'all ms':>9}")
    for side in (alone, beside):
        cpu = [side.each(who) for who in ("web", "primary", "replica")]
        rate = sum(side.rates) / len(side.rates)
        print(f"{side.name:16}{rate:9.0f}{cpu[0]:9.2f}{cpu[1]:12.2f}{cpu[2]:12.2f}{sum(cpu):9.2f}")
    print(
        f"{percent:.1f} % of the reading statements leave the primary; {questions:.2f} questions of the routing a page;"
    )
    print(f"{back} of {WRITES} own writes read back at once.")
    tell("reading statements that leave the primary", percent, "%", least=60)
    kept = beside.each("primary") / alone.each("primary")
    tell("CPU of the primary for each page, beside no replica", kept, "x", most=0.6)
    web, more = alone.each("web"), beside.each("web") - alone.each("web")
    note = f"{more:+.1f} ms beside {web:.1f} ms"
    tell("web server's CPU for each page, beside no replica", beside.each("web") / web, "x", most=1.15, note=note)
    rates = [sum(side.rates) / len(side.rates) for side in (beside, alone)]
    tell(
        "pages a second, beside no replica (same two cores)", rates[0] / rates[1], "x", note=f"{rates[1]:.0f} a second"
    )
    tell("own writes read back at once", back, least=WRITES, most=WRITES, note=f"of {WRITES}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=0.2)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if options.quick:
        options.scale, options.seconds, options.rounds = 0.05, 3.0, 2
    from ip2a.tests.replica import COPYABLE, Standby  # the path is set by scratch

    with house(settings=COPYABLE) as cluster, tempfile.TemporaryDirectory(prefix="ip2a-replica-") as folder:
        seeded(options.scale)
        settle(cluster)
        standby = Standby(cluster, Path(folder) / "copy")
        for noisy in ("log_statement", "max_standby_streaming_delay"):
            standby.cluster.settings.pop(noisy)
        try:
            show(*measure(cluster, standby.make(), options))
        finally:
            standby.cluster.stop()


if __name__ == "__main__":
    main()
