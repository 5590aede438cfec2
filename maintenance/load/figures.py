"""What was measured: every operation with its time and its outcome, and the figures that follow."""

import time
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

SLOWEST = 8  # pages that are named
OK, CONFLICT, FAILED = "ok", "conflict", "failed"


@dataclass
class Timed:
    """Milliseconds of operations of one sort, and how many of them failed."""

    times: "array[float]" = field(default_factory=lambda: array("f"))
    failed: int = 0
    conflicts: int = 0

    def note(self, milliseconds: float, outcome: str) -> None:
        self.times.append(milliseconds)
        self.failed += outcome == FAILED
        self.conflicts += outcome == CONFLICT

    def told(self, seconds: float) -> dict[str, Any]:
        """Rates in percent, times in milliseconds; nothing measured gives None."""
        times = sorted(self.times)
        count = len(times)
        return {
            "operations": count,
            "operations_per_second": round(count / seconds, 1) if seconds else 0.0,
            "success_percent": round(100 * (count - self.failed) / count, 3) if count else None,
            "failed": self.failed,
            "conflicts": self.conflicts,
            "average_ms": round(sum(times) / count, 1) if count else None,
            "median_ms": at_share(times, 0.5),
            "p95_ms": at_share(times, 0.95),
            "p99_ms": at_share(times, 0.99),
        }


def at_share(times: list[float], share: float) -> float | None:
    """The time within which this share of the operations was answered."""
    return round(times[min(len(times) - 1, int(len(times) * share))], 1) if times else None


class Figures:
    """Counts what begins after ``begin``: before that people come in, and nothing is usual yet."""

    def __init__(self) -> None:
        self.began = float("inf")
        self.all = Timed()
        self.by_page: dict[str, Timed] = defaultdict(Timed)
        self.by_pattern: dict[str, Timed] = defaultdict(Timed)
        self.by_kind: Counter[str] = Counter()
        self.failures: Counter[tuple[str, str]] = Counter()
        self.examples: dict[tuple[str, str], str] = {}

    def begin(self) -> None:
        self.began = time.perf_counter()

    def note(
        self, *, pattern: str, page: str, kind: str, began: float, outcome: str, reason: str = "", example: str = ""
    ) -> None:
        """One operation; ``kind`` is read or write, ``example`` an address with which it can be tried again."""
        if began < self.began:
            return
        milliseconds = (time.perf_counter() - began) * 1000
        for timed in (self.all, self.by_page[page], self.by_pattern[pattern]):
            timed.note(milliseconds, outcome)
        self.by_kind[kind] += 1
        if outcome == FAILED:
            self.failures[reason, page] += 1
            self.examples.setdefault((reason, page), example)

    def told(self, seconds: float, patterns: Iterable[tuple[str, str, int]]) -> dict[str, Any]:
        """``patterns``: name, label and people of each."""
        return {
            **self.all.told(seconds),
            "reads": self.by_kind["read"],
            "writes": self.by_kind["write"],
            "patterns": [
                {"name": name, "label": label, "users": users, **self.by_pattern[name].told(seconds)}
                for name, label, users in patterns
            ],
            "pages": self._pages(seconds),
            "failures": [
                {"reason": reason, "page": page, "count": count, "example": self.examples[reason, page]}
                for (reason, page), count in self.failures.most_common()
            ],
        }

    def _pages(self, seconds: float) -> list[dict[str, Any]]:
        """The slowest on average first."""
        told = [{"page": page, **timed.told(seconds)} for page, timed in self.by_page.items()]
        return sorted(told, key=lambda one: -(one["average_ms"] or 0))
