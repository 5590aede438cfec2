"""Working lives by the ten thousand: the facts come from ``careers``, the jobs are as many as a dispatch hall knows."""

from bisect import bisect
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from unicodedata import normalize

from maintenance.seeding import Seed
from members.careers import LEADING, TRADES, Career, apprentice_year, rate
from members.models import Member

JOB_FIELDS = ("member", "organization", "start_date", "end_date", "job_title", "hourly_rate")
MOST_JOBS = 100
USUAL_JOBS = (1.35, 19.4)  # shape and scale of a gamma distribution: most members have some, a few have very many
DAYS_A_JOB = 12  # at least, so that a short life has few
RETURNS = 0.21  # how many of the jobs are with a former employer
AT_WORK = 0.9  # how many of the active members
TRADE_NAMES, TRADE_REACH = list(TRADES), list(accumulate(TRADES.values()))
Job = tuple[int, int, date, date | None, str, object]


def shared_out(seed: Seed, total: int, *, among: int, most: int) -> list[int]:
    """A total in parts from 1 to ``most``."""
    parts = [1] * among
    left = min(total, among * most) - among
    while left > 0:
        place = seed.chance.randrange(among)
        if parts[place] < most:
            parts[place] += 1
            left -= 1
    return parts


def tell_apart(members: Sequence[Member]) -> None:
    """Nobody shares name and birthday with another: one of them is born some days earlier."""
    known: set[tuple[str, date | None]] = set()
    for member in members:
        name = normalize("NFKD", f"{member.last_name} {member.first_name}".casefold())
        name = "".join(letter for letter in name if letter.isalpha())
        while member.date_of_birth and (name, member.date_of_birth) in known:
            member.date_of_birth -= timedelta(days=1)
        known.add((name, member.date_of_birth))


def jobs(
    seed: Seed, people: Sequence[tuple[int, Career]], firms: Sequence[int], weights: Sequence[int]
) -> Iterator[Job]:
    """Every job of everybody, one person after the other, each job after the one before."""
    hiring = _Hiring(seed.chance, firms, weights)
    for key, life in people:
        past: list[int] = []
        for start, end in _spells(seed.chance, life, seed.today):
            firm = hiring.hire(past)
            past.append(firm)
            title = _title(seed.chance, life, start)
            yield key, firm, start, end, title, rate(life, start, title) if seed.chance.random() < 0.94 else None


class _Hiring:
    """Who employs a member next: now and then somebody who did before, but not twice in a row."""

    def __init__(self, chance: Random, firms: Sequence[int], weights: Sequence[int]):
        self.chance, self.firms, self.reach = chance, firms, list(accumulate(weights))

    def hire(self, past: list[int]) -> int:
        if len(past) > 1 and self.chance.random() < RETURNS:
            former = past[int(self.chance.random() * (len(past) - 1))]
            if former != past[-1]:
                return former
        for _ in range(4):
            firm = self.firms[bisect(self.reach, self.chance.random() * self.reach[-1])]
            if firm not in past:
                break
        return firm


def _spells(chance: Random, life: Career, today: date) -> Iterator[tuple[date, date | None]]:
    """From joining to leaving, or to today: stretches of work with some days or weeks between them."""
    until = life.left or today
    days = (until - life.joined).days
    count = max(1, min(MOST_JOBS, round(chance.gammavariate(*USUAL_JOBS)), days // DAYS_A_JOB))
    ends = list(accumulate(chance.random() + 0.15 for _ in range(count)))
    first, at, factor = life.joined.toordinal(), 0.0, days / ends[-1]
    lasts = life.left is None and chance.random() < AT_WORK
    for place, end in enumerate(ends, 1):
        end *= factor
        stop = int(at + (end - at) * (0.82 + 0.17 * chance.random()))
        last_day = None if lasts and place == count else date.fromordinal(first + max(stop, int(at)))
        yield date.fromordinal(first + int(at)), last_day
        at = end


def _title(chance: Random, life: Career, day: date) -> str:
    if apprentice_year(life, day) is not None:
        return "Apprentice Wireman"
    if life.leads_from and day >= life.leads_from and chance.random() < 0.8:
        return "Foreman" if chance.random() * 100 < LEADING["Foreman"] else "General Foreman"
    if chance.random() < 0.85:
        return life.trade
    return TRADE_NAMES[bisect(TRADE_REACH, chance.random() * TRADE_REACH[-1])]
