"""A thousand decisions by eight reviewers at once: none lost, doubled or out of order, and the books add up.

    .venv/bin/python benchmarks/benevolence_decisions.py [--decisions 1000] [--reviewers 8]

On a durable cluster of its own. Each level has two people who look for its cases at the same time (the holder, and the
stand-in while the holder is away), so that most cases are fought over. Afterwards everything is paid by four at once.
"""

import argparse
import sys
import threading
import time
from collections import Counter
from datetime import date
from decimal import Decimal

from figures import tell
from scratch import house, quantile

LEVELS = ("vp", "admin", "manager", "president")
AMOUNTS = (Decimal(400), Decimal(1200), Decimal(3000), Decimal(5000))  # one to four decisions
LONG_AGO = date(2001, 3, 5)


class Tally:
    def __init__(self) -> None:
        self.lock, self.times = threading.Lock(), []
        self.outcomes: Counter = Counter()

    def add(self, outcome: str, seconds: float = 0.0) -> None:
        with self.lock:
            self.outcomes[outcome] += 1
            if outcome == "decided":
                self.times.append(seconds)


def prepare(decisions: int) -> dict:
    """Officers, a full fund, and as many applications as make that many decisions."""
    from benevolence import factories, services
    from benevolence.models import Policy

    Policy.objects.filter(adopted_at__isnull=False).update(adopted_at=None)
    factories.policy_in_force(document_threshold=7500)
    factories.main_fund(balance=99_000_000)
    people = {}
    for level in LEVELS:
        people[level] = [factories.office(level), factories.stand_in(level, covers_all=True)]
    made, count, place = [], 0, 0
    while count < decisions:
        place += 1
        case = factories.BenevolenceApplicationFactory(amount_requested=AMOUNTS[place % 4])
        case = services.submit(case, by=case.filed_by)
        count += len(case.required_levels)
        made.append(case.pk)
    return {"people": people, "cases": made, "decisions": count}


def decide(level: str, officer, tally: Tally, deadline: float) -> None:
    """Take what awaits the level until nothing is left anywhere."""
    from django.db import connections

    from benevolence import services
    from benevolence.models import BenevolenceApplication
    from ip2a.answers import Refused

    try:
        while time.monotonic() < deadline:
            waiting = list(BenevolenceApplication.objects.awaiting(level).order_by("level_since", "id")[:10])
            if not waiting:
                if not BenevolenceApplication.objects.in_review().exists():
                    return
                time.sleep(0.01)
            for case in waiting:
                start = time.perf_counter()
                try:
                    services.approve(case, by=officer)
                    tally.add("decided", time.perf_counter() - start)
                except Refused:
                    tally.add("refused: the other was first")
                except Exception as error:  # anything else must show in the figures
                    tally.add(f"failed: {type(error).__name__}: {error}"[:200])
    finally:
        connections.close_all()


def pay(cases: list[int], officer, tally: Tally) -> None:
    from django.db import connections

    from benevolence import services
    from benevolence.models import BenevolenceApplication

    try:
        for case in BenevolenceApplication.objects.filter(pk__in=cases):
            services.pay(case, method="ach", by=officer)
            tally.add("paid")
    finally:
        connections.close_all()


def together(calls: list) -> float:
    threads = [threading.Thread(target=call[0], args=call[1:]) for call in calls]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begin


def proofs(made: dict) -> dict[str, bool]:
    """What must be true afterwards, asked of the rows and of the books."""
    from benevolence.models import BenevolenceApplication, BenevolenceReview, Fund, LedgerEntry

    cases = {case.pk: case for case in BenevolenceApplication.objects.filter(pk__in=made["cases"])}
    found: dict[int, list[str]] = {pk: [] for pk in cases}
    persons: dict[int, list[int]] = {pk: [] for pk in cases}
    for review in BenevolenceReview.objects.order_by("id"):
        found[review.application_id].append(review.review_level)
        persons[review.application_id].append(review.reviewer_id)
    paid = sum(case.approved_amount for case in cases.values())
    entries = sum(entry.amount for entry in LedgerEntry.objects.all())
    fund = Fund.objects.main()
    return {
        "no decision lost or doubled": sum(map(len, found.values())) == made["decisions"],
        "each case decided in its order": all(found[pk] == case.required_levels for pk, case in cases.items()),
        "each decision of a case by another person": all(len(set(who)) == len(who) for who in persons.values()),
        "every case paid": all(case.status == "paid" for case in cases.values()),
        "balance is the sum of the entries": fund.balance() == entries == Decimal(99_000_000) - paid,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--decisions", type=int, default=1000)
    parser.add_argument("--reviewers", type=int, default=8, help="a multiple of 4, at most 8")
    options = parser.parse_args()
    with house():
        made, tally = prepare(options.decisions), Tally()
        deadline = time.monotonic() + 600
        each = options.reviewers // len(LEVELS)
        officers = [(level, who) for level in LEVELS for who in made["people"][level][:each]]
        seconds = together([(decide, level, who, tally, deadline) for level, who in officers])
        keepers = [made["people"]["admin"][place % 2] for place in range(4)]
        paying = together([(pay, made["cases"][place::4], who, tally) for place, who in enumerate(keepers)])
        count = len(made["cases"])
        print(f"{made['decisions']} decisions on {count} applications by {len(officers)} reviewers at once")
        print(f"  {seconds:.1f} s, {made['decisions'] / seconds:.0f} decisions a second")
        for share in (0.5, 0.95, 0.99):
            print(f"  p{share * 100:.0f} {quantile(tally.times, share) * 1000:.0f} ms")
        for outcome, times in sorted(tally.outcomes.items()):
            print(f"  {times:5} {outcome}")
        print(f"paid by 4 at once in {paying:.1f} s, {count / paying:.0f} payments a second")
        outcome = proofs(made)
        for proof, holds in outcome.items():
            print(f"  {'yes' if holds else 'NO '}  {proof}")
        failed = [proof for proof, holds in outcome.items() if not holds]
        note = f"{made['decisions']} decisions by {len(officers)} reviewers in {seconds:.0f} s"
        tell("proofs of no decision lost, doubled or out of order that fail", len(failed), most=0, least=0, note=note)
        if not all(outcome.values()):
            sys.exit(1)


if __name__ == "__main__":
    main()
