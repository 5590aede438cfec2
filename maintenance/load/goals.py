"""What a load is measured by, for so many people."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MANY = 4000
FLAT = 1.1  # times the memory at the beginning


@dataclass(frozen=True)
class Goal:
    words: str
    is_met: Callable[[dict[str, Any]], bool]
    measured: Callable[[dict[str, Any]], str]


def _success(least: float) -> Goal:
    words = "every answer is right" if least == 100 else f"over {least:g} % of the answers are right"
    return Goal(
        words,
        lambda r: (r["success_percent"] or 0) >= 100 if least == 100 else (r["success_percent"] or 0) > least,
        lambda r: f"{r['success_percent']:g} %" if r["operations"] else "nothing was asked",
    )


def _time(name: str, key: str, most: int) -> Goal:
    return Goal(
        f"{name} under {most} ms",
        lambda r: r[key] is not None and r[key] < most,
        lambda r: f"{r[key]:g} ms" if r[key] is not None else "nothing was asked",
    )


def _rate(least: int) -> Goal:
    return Goal(
        f"over {least} operations a second",
        lambda r: r["operations_per_second"] > least,
        lambda r: f"{r['operations_per_second']:g}",
    )


def _lives() -> Goal:
    return Goal(
        "no process of the server ends",
        lambda r: r["processes"]["ended"] == 0,
        lambda r: f"{r['processes']['ended']} of {r['processes']['processes']} ended",
    )


def _flat() -> Goal:
    return Goal(
        "its memory does not grow by a tenth",
        lambda r: r["processes"]["last_mb"] <= FLAT * r["processes"]["first_mb"],
        lambda r: "from {first_mb:,.0f} to {last_mb:,.0f} MB, at most {most_mb:,.0f}".format(**r["processes"]),
    )


P95 = "95 of 100 answers"


def goals_for(users: int) -> list[Goal]:
    if users <= 50:
        return [_success(100), _time(P95, "p95_ms", 150)]
    if users <= 200:
        return [_success(100), _time(P95, "p95_ms", 400)]
    goals = [_success(99), _time("on average", "average_ms", 500)]
    return goals + [_rate(200)] if users >= MANY else goals


def judged(result: dict[str, Any]) -> list[dict[str, Any]]:
    """``processes``: of a server whose processes are known; otherwise nothing is wanted of them."""
    goals = goals_for(result["users"]) + ([_lives(), _flat()] if result["processes"] else [])
    return [{"goal": goal.words, "measured": goal.measured(result), "met": goal.is_met(result)} for goal in goals]
