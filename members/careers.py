"""A made-up working life in the electrical trade: apprenticeship, jobs one after another, and how it ends."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from maintenance.seeding import Seed
from members.models import Member

Status, Classification = Member.Status, Member.Classification
YEAR = 365.25
TOP_RATE = Decimal("68.40")  # a journeyman's hour in the last year
YEARLY_RISE = Decimal("1.032")
RATES_KNOWN_FROM = 1996  # older papers name no rate
STEPS = (Decimal("0.45"), Decimal("0.50"), Decimal("0.60"), Decimal("0.70"), Decimal("0.85"))
ABOVE_SCALE = {
    "Foreman": Decimal("1.12"),
    "General Foreman": Decimal("1.25"),
    "Lead Electrician": Decimal("1.06"),
}
TRADES = {
    "Journeyman Wireman": 46,
    "Maintenance Electrician": 10,
    "Industrial Electrician": 10,
    "Residential Wireman": 6,
    "Low-Voltage Technician": 7,
    "Fire Alarm Technician": 4,
    "Instrumentation Technician": 5,
    "Traffic Signal Electrician": 3,
    "Cable Splicer": 3,
    "Lead Electrician": 6,
}
LEADING = {"Foreman": 75, "General Foreman": 25}
BASE_FATES = {
    Status.ACTIVE: 795,
    Status.RETIRED: 115,
    Status.INACTIVE: 42,
    Status.DECEASED: 33,
    Status.SUSPENDED: 15,
}


@dataclass
class Job:
    employer: int
    start: date
    end: date | None
    title: str
    rate: Decimal | None


@dataclass
class Career:
    """Facts of one life that agree with each other."""

    born: date
    joined: date
    left: date | None
    status: str
    classification: str
    was_apprentice: bool
    leads_from: date | None
    trade: str
    jobs: list[Job] = field(default_factory=list)


def years_after(day: date, years: float) -> date:
    return day + timedelta(days=round(years * YEAR))


def career(seed: Seed, employers: list[int], weights: list[int]) -> Career:
    """One life. ``employers`` are chosen by ``weights``; a former one is returned to now and then."""
    life = outline(seed)
    _work(seed, life, employers, weights)
    return life


def outline(seed: Seed) -> Career:
    """One life without its jobs."""
    chance, status = seed.chance, seed.weighted(BASE_FATES)
    began_at = min(18.2 + chance.gammavariate(2.0, 2.6), 44.0)
    if status in (Status.RETIRED, Status.DECEASED):
        age = chance.uniform(60, 84)
        left_at = min(age - 0.5, chance.gauss(61, 3.2))
    else:
        age = began_at + 0.2 + chance.betavariate(0.85, 1.75) * (66 - began_at)
        left_at = age
    began_at = min(began_at, left_at - 0.1)
    born = years_after(seed.today, -age)
    joined = years_after(born, began_at)
    left = None
    if status != Status.ACTIVE:
        left = years_after(
            born, left_at if status in (Status.RETIRED, Status.DECEASED) else age - chance.uniform(0.2, 3)
        )
        left = min(max(left, joined + timedelta(days=60)), seed.today - timedelta(days=20))
        joined = min(joined, left - timedelta(days=30))
    was_apprentice = began_at < 23 or chance.random() < 0.62
    served = ((left or seed.today) - joined).days / YEAR
    leads_from = years_after(joined, chance.uniform(8, 16)) if chance.random() < 0.24 and served > 9 else None
    life = Career(born, joined, left, status, "", was_apprentice, leads_from, str(seed.weighted(TRADES)))
    life.classification = _classification(seed, life)
    return life


def _classification(seed: Seed, life: Career) -> str:
    if life.status in (Status.RETIRED, Status.DECEASED):
        return str(seed.weighted({Classification.RETIREE: 93, Classification.HONORARY: 7}))
    at = life.left or seed.today
    year = apprentice_year(life, at)
    if year is not None:
        return f"apprentice_{year + 1}"
    return Classification.FOREMAN if life.leads_from and life.leads_from <= at else Classification.JOURNEYMAN


def apprentice_year(life: Career, on: date) -> int | None:
    """0 to 4 while an apprentice, None after."""
    year = int((on - life.joined).days / YEAR)
    return year if life.was_apprentice and 0 <= year < 5 else None


def _work(seed: Seed, life: Career, employers: list[int], weights: list[int]) -> None:
    chance = seed.chance
    until = life.left or seed.today
    day = life.joined + timedelta(days=chance.randint(0, 12) if chance.random() < 0.8 else chance.randint(13, 70))
    stops = until - timedelta(days=chance.randint(30, 260)) if not life.left and chance.random() < 0.10 else until
    while day < stops:
        end = day + timedelta(days=_length(seed, life, day))
        lasts = end >= stops
        if lasts and stops < until:
            end = stops
        current = lasts and stops == until and life.left is None
        life.jobs.append(_job(seed, life, day, None if current else min(end, stops), employers, weights))
        if lasts:
            break
        day = end + timedelta(days=_gap(seed))


def _length(seed: Seed, life: Career, day: date) -> int:
    """Days on one job: most are a project of some months, some are years; apprentices rotate each year or so."""
    chance = seed.chance
    if apprentice_year(life, day) is not None:
        return chance.randint(150, 640)
    return max(6, min(round(chance.lognormvariate(6.75, 0.95)), 6500))


def _gap(seed: Seed) -> int:
    """Days on the bench between two jobs; the next one begins at the earliest the day after."""
    return seed.chance.randint(1, 4) if seed.chance.random() < 0.45 else seed.chance.randint(5, 75)


def _job(seed: Seed, life: Career, start: date, end: date | None, employers: list[int], weights: list[int]) -> Job:
    former = sorted({job.employer for job in life.jobs[:-1]} - {job.employer for job in life.jobs[-1:]})
    if former and seed.chance.random() < 0.22:
        employer = seed.chance.choice(former)
    else:
        employer = seed.chance.choices(employers, weights=weights)[0]
    title = _title(seed, life, start)
    return Job(employer, start, end, title, rate(life, start, title) if seed.chance.random() < 0.94 else None)


def _title(seed: Seed, life: Career, day: date) -> str:
    if apprentice_year(life, day) is not None:
        return "Apprentice Wireman"
    if life.leads_from and day >= life.leads_from and seed.chance.random() < 0.8:
        return str(seed.weighted(LEADING))
    return life.trade if seed.chance.random() < 0.85 else str(seed.weighted(TRADES))


def rate(life: Career, day: date, title: str) -> Decimal | None:
    """The scale of that year, by step and title; None before the papers name one."""
    if day.year < RATES_KNOWN_FROM:
        return None
    year = apprentice_year(life, day)
    return _paid(day.year, STEPS[year] if year is not None else ABOVE_SCALE.get(title, Decimal(1)))


@cache
def _paid(year: int, share: Decimal) -> Decimal:
    return (TOP_RATE / YEARLY_RISE ** (2026 - year) * share).quantize(Decimal("0.05"))
