"""A large local with many people in it at once, over HTTP, on this machine alone.

    .venv/bin/python benchmarks/load.py [--quick] [--users N --think S --duration S]

The stress volume is made in a house of its own. Then `manage.py load` plays 50 people, 200 people, and 4,000 people,
who think 1, 1 and 19 seconds between two clicks on average (with 20 seconds, 4,000 could not reach 200 operations a
second). The database, the server, the broker and the people share the machine's cores: what the people cost the machine
is part of every figure.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass

from figures import tell
from scratch import BASE_DIR, house

FLAT = 1.1


@dataclass(frozen=True)
class Round:
    users: int
    think: float
    duration: float


ROUNDS = (Round(50, 1, 40), Round(200, 1, 40), Round(4000, 19, 90))
QUICK = (Round(50, 1, 15), Round(200, 1, 15), Round(4000, 19, 30))


def manage(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BASE_DIR / "manage.py"), *words]
    return subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)


def measured(asked: Round) -> dict:
    """The command's own report; it ends with 1 when a goal is not met, which is the table's to tell."""
    words = ["--users", str(asked.users), "--think", str(asked.think), "--duration", str(asked.duration)]
    done = manage("load", *words, "--format", "json")
    if done.returncode not in (0, 1):
        raise SystemExit("The load could not run; why is said above.")
    return json.loads(done.stdout)


def say(report: dict) -> None:
    print(
        f"\n{report['users']:,} people, {report['think_seconds']:g} s between two clicks, {report['seconds']:g} s: "
        f"{report['operations']:,} operations, {report['operations_per_second']:g} a second, "
        f"{report['failed']} failed, {report['conflicts']} told that somebody was faster"
    )
    print("  average {average_ms:g} ms, median {median_ms:g}, p95 {p95_ms:g}, p99 {p99_ms:g}".format(**report))
    for page in sorted(report["pages"], key=lambda one: -one["average_ms"] * one["operations"])[:12]:
        print(f"  {page['page']:55} {page['operations']:>7,} {page['average_ms']:>8,.1f} ms {page['p95_ms']:>8,.1f} ms")
    for failure in report["failures"][:8]:
        print(f"  {failure['count']:>6,} {failure['page']}: {failure['reason']}  ({failure['example']})")
    print("  processes:", report["processes"])


def tell_all(report: dict) -> None:
    users, people = report["users"], f"{report['users']:,} people"
    note = f"{report['think_seconds']:g} s between two clicks, measured for {report['seconds']:g} s"
    if users <= 200:
        tell(f"{people}: right answers", report["success_percent"], "%", least=100, note=note)
        tell(f"{people}: 95 of 100 answers within", report["p95_ms"], "ms", most=150 if users <= 50 else 400)
        tell(f"{people}: operations a second", report["operations_per_second"])
        return
    tell(f"{people}: right answers", report["success_percent"], "%", least=99, note=note)
    tell(f"{people}: average answer", report["average_ms"], "ms", most=500)
    tell(f"{people}: operations a second", report["operations_per_second"], least=200)
    found = report["processes"]
    tell(f"{people}: processes that ended", found["ended"], most=0, least=0)
    note = f"{found['first_mb']:g} MB at first, at most {found['most_mb']:g}"
    tell(f"{people}: memory of the web server", found["last_mb"] / found["first_mb"], "x", most=FLAT, note=note)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="shorter, for a look")
    parser.add_argument("--users", type=int, help="only so many people")
    parser.add_argument("--think", type=float, default=1.0)
    parser.add_argument("--duration", type=float, default=30.0)
    asked = parser.parse_args()
    rounds = QUICK if asked.quick else ROUNDS
    if asked.users:
        rounds = (Round(asked.users, asked.think, asked.duration),)
    with house():
        if manage("seed", "--stress").returncode:
            raise SystemExit("The seed failed; its own words are above.")
        for one in rounds:
            report = measured(one)
            say(report)
            tell_all(report)


if __name__ == "__main__":
    main()
