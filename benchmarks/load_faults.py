"""What breaks while 20 people are at work: a web worker, PostgreSQL, the broker. Nothing that was saved may be lost.

    .venv/bin/python benchmarks/load_faults.py [worker] [database] [broker]

A house of its own with the normal example: gunicorn as `up` starts it, the worker and the clock (beat). `load` plays
the people. Beside them four writers note the key of everything that the house says it has saved; at the end each key is
looked for. One more opens a list twenty times a second and notes what it is answered.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from figures import tell
from scratch import BASE_DIR, servers
from witness import Person, Witnesses

USERS, THINK, SECONDS = 20, 0.3, 30
TASKS = 10  # case files, and mails, asked for while the broker is gone
PATIENCE = 120  # seconds: beat looks for what waits every half minute


@dataclass
class House:
    url: str
    pid: int
    cluster: object
    broker: object
    folder: Path

    def web_workers(self) -> set[int]:
        from maintenance.load.watching import web_processes

        return set(web_processes(self.pid)) - {self.pid}


@contextmanager
def house(folder: Path) -> Iterator[House]:
    mail = folder / "mail"  # the address of a file has a slash of its own before the path
    os.environ |= {"STORAGE_URL": f"file://{folder}/media", "EMAIL_URL": f"filemail:///{mail}"}
    with servers() as (cluster, broker):
        seeded = subprocess.run([sys.executable, str(BASE_DIR / "manage.py"), "seed"], stdout=subprocess.DEVNULL)
        if seeded.returncode:
            raise SystemExit("The seed failed; its own words are above.")
        from maintenance.load import target

        with target.server(None) as web, background(folder):
            yield House(web.url, web.pid, cluster, broker, folder)


@contextmanager
def background(folder: Path) -> Iterator[None]:
    """The worker and the clock."""
    from ip2a.embedded import process
    from ip2a.serving.house import BEAT_OPTIONS, CELERY, WORKER_OPTIONS, child_environment

    children = []
    try:
        for name, options in (("worker", WORKER_OPTIONS), ("beat", (*BEAT_OPTIONS, f"--schedule={folder}/beat"))):
            command = [sys.executable, *CELERY, name, "--loglevel=WARNING", *options]
            with (folder / f"{name}.log").open("wb") as log:
                about = {"cwd": BASE_DIR, "env": child_environment(), "stdout": log, "stderr": log}
                children.append(process.spawn(command, death_signal=signal.SIGTERM, **about))
        yield
        ended = [child.args[-1] for child in children if child.poll() is not None]
        if ended:
            raise SystemExit(f"It did not survive: {ended}. Their words are in {folder}.")
    finally:
        for child in children:
            process.end(child.pid, child=child)


def under_load(here: House, mark: int, faults: dict[float, Callable[[], None]]) -> tuple[dict, Witnesses]:
    """The load's report, and what was seen beside it. ``faults``: what is done after so many seconds."""
    from maintenance.load import running

    measuring = threading.Event()
    asked = running.Asked(
        USERS, SECONDS, THINK, here.url, say=lambda told: measuring.set() if "seconds" in told else None
    )
    with Witnesses(here.url, mark=mark) as seen, ThreadPoolExecutor(1) as one:
        load = one.submit(running.run, asked)
        while not measuring.wait(0.1) and not load.done():
            pass
        began = time.monotonic()
        for after, fault in faults.items():
            time.sleep(max(0.0, began + after - time.monotonic()))
            fault()
        report = load.result()
    say(report, seen)
    return report, seen


def say(report: dict, seen: Witnesses) -> None:
    print(f"  people: {report['operations']:,} operations, {report['failed']:,} failed")
    for failure in report["failures"][:8]:
        print(f"    {failure['count']:>5,} {failure['page']}: {failure['reason']}")
    record = seen.record
    print(f"  writers: {len(record.saved):,} saved, {len(record.failed):,} not; {len(record.lost())} lost; ", end="")
    print(f"{len(record.saved_unsaid())} are there although nobody was told so")
    print("  answers to writers:", dict(Counter(answer.status or answer.said for _, answer in record.failed)))
    print("  answers to looks:", dict(Counter(look.status or look.said for look in seen.looks)))


def tell_lost(what: str, seen: Witnesses) -> None:
    note = f"of {len(seen.record.saved):,} that were answered as saved"
    tell(f"{what}: saved rows that are lost", len(seen.record.lost()), most=0, least=0, note=note)


def worker_killed(here: House) -> None:
    """Both, one after the other."""
    first, until_two = here.web_workers(), []

    def kill() -> None:
        victim = min(first & here.web_workers())
        os.kill(victim, signal.SIGKILL)
        began = time.monotonic()
        while len(here.web_workers() - {victim}) < len(first):
            time.sleep(0.02)
        until_two.append(time.monotonic() - began)

    report, seen = under_load(here, 71, {8: kill, 18: kill})
    failed = report["failed"] + len(seen.record.failed)
    done = report["operations"] + len(seen.record.failed) + len(seen.record.saved)
    what = "a web worker is killed (kill -9), twice"
    tell(f"{what}: operations that failed", 100 * failed / done, "%", most=1, note=f"{failed} of {done:,}")
    tell(f"{what}: seconds until another serves", max(until_two), "s")
    tell_lost(what, seen)
    print(f"  another worker after {max(until_two):.2f} s; {failed} of {done:,} failed: {100 * failed / done:.2f} %")


def database_restarted(here: House) -> None:
    """Stopped in order for three seconds and started; then killed, and started at once."""
    moments = []

    def restart() -> None:
        moments.append(time.monotonic())
        here.cluster.stop()
        time.sleep(3)
        here.cluster.start()
        moments.append(time.monotonic())

    def crash() -> None:
        moments.append(time.monotonic())
        os.kill(here.cluster.pid, signal.SIGKILL)
        while here.cluster.is_running():
            time.sleep(0.01)
        here.cluster.start()
        moments.append(time.monotonic())

    _, seen = under_load(here, 72, {8: restart, 18: crash})
    stopped, started, killed, again = moments
    for what, gone, back, until in (
        ("PostgreSQL is restarted", stopped, started, killed),
        ("PostgreSQL is killed (kill -9) and started", killed, again, float("inf")),
    ):
        outage, first = seen.outage_seconds(gone, until), seen.first_page_after(back)
        note = f"PostgreSQL was away for {back - gone:.1f} s"
        tell(f"{what}: pages ask to come back for", outage, "s", most=back - gone + 1, note=note)
        tell(f"{what}: seconds from its start to the next page", first, "s", most=1)
        print(f"  {what}: away {back - gone:.2f} s, no page for {outage:.2f} s, the next {first:.2f} s after its start")
    what = "PostgreSQL is restarted and killed"
    tell(f"{what}: answers that are neither the page nor a 503 with Retry-After", len(seen.wrong()), most=0, least=0)
    tell_lost(what, seen)


def broker_gone(here: House) -> None:
    """Killed with work in it; asked for more while it is gone; back after 12 seconds."""
    from ip2a.models import Job, Message

    rep, asked = Person(here.url, "representative"), list[int]()
    before = set(Job.objects.values_list("pk", flat=True)), set(Message.objects.values_list("pk", flat=True))

    def ask() -> None:
        asked.append(ask_for_case_files(rep))
        send_mails(len(asked))

    def kill() -> None:
        ask()
        os.kill(here.broker.pid, signal.SIGKILL)
        while here.broker.child_lives():
            time.sleep(0.01)

    report, seen = under_load(here, 73, {6: kill, 10: ask, 18: here.broker.start})
    began = time.monotonic()
    jobs, mails = Job.objects.exclude(pk__in=before[0]), Message.objects.exclude(pk__in=before[1])
    while time.monotonic() < began + PATIENCE and (
        jobs.unfinished().exists() or mails.filter(state="waiting").exists()
    ):
        time.sleep(0.2)
    waited = time.monotonic() - began
    sent, papers = times_sent(here.folder / "mail", mails), case_files(jobs)
    what = "the broker is killed (kill -9) for 12 s"
    share = 100 * (report["failed"] + len(seen.record.failed)) / (report["operations"] + len(seen.record.saved))
    tell(f"{what}: operations that failed", share, "%", most=0)
    tell_lost(what, seen)
    tell(f"{what}: slowest look at a list", max(look.answered_at - look.asked_at for look in seen.looks), "s")
    tell(f"{what}: runs of each case file", max(papers), least=1, most=1, note=f"{len(papers)} asked for by pages")
    tell(f"{what}: fewest runs of a case file", min(papers), least=1, most=1)
    tell(f"{what}: sendings of each mail", max(sent), least=1, most=1, note=f"{len(sent)} mails")
    tell(f"{what}: fewest sendings of a mail", min(sent), least=1, most=1)
    print(f"  {sum(asked)} case files asked for, runs of each: {dict(Counter(papers))}; mails: {dict(Counter(sent))}")
    print("  mails:", dict(Counter(mails.values_list("state", "last_error"))))
    print(f"  done {waited:.0f} s after the load; attempts: {dict(Counter(jobs.values_list('attempts', flat=True)))}")


def ask_for_case_files(rep: Person) -> int:
    """How many were accepted, each for another case."""
    from grievances.models import Grievance
    from ip2a.models import Job

    busy = Job.objects.filter(kind="grievances.packet").values("object_id")
    cases = Grievance.objects.exclude(pk__in=busy).order_by("pk").values_list("pk", flat=True)[:TASKS]
    answers = [rep.post(f"/grievances/{pk}/packet/", {"purpose": "arbitration"}) for pk in cases]
    slowest = max(answer.answered_at - answer.asked_at for answer in answers)
    print(f"  the slowest of {len(answers)} pages that start a task: {slowest:.2f} s")
    return sum(answer.status == 302 for answer in answers)


def send_mails(turn: int) -> None:
    """As a page does it."""
    from ip2a import post
    from ip2a.models import User

    staff = User.objects.get(email="staff@ip2a.test")
    for number in range(TASKS):
        key = f"fault-{turn}-{number}"
        post.send(to=staff, subject=f"Mail {key}.", body="A mail.", kind="benchmarks.fault", key=key)


def times_sent(folder: Path, mails) -> list[int]:
    """How often each lies among what was sent."""
    texts = [path.read_text() for path in folder.glob("*")] if folder.exists() else []
    return [sum(f"Subject: {subject}" in text for text in texts) for subject in mails.values_list("subject", flat=True)]


def case_files(jobs) -> list[int]:
    """How many archives each job left."""
    from ip2a.models import Attachment

    kept = Attachment.objects.filter(media_type="application/zip")
    return [kept.filter(object_id=pk).count() for pk in jobs.values_list("object_id", flat=True)]


FAULTS = {"worker": worker_killed, "database": database_restarted, "broker": broker_gone}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faults", nargs="*", choices=[*FAULTS, []], help="only these")
    wanted = parser.parse_args().faults or FAULTS
    with tempfile.TemporaryDirectory(prefix="ip2a-benchmark-faults-") as folder, house(Path(folder)) as here:
        for name in wanted:
            print(f"{name}: {FAULTS[name].__doc__}", flush=True)
            FAULTS[name](here)


if __name__ == "__main__":
    main()
