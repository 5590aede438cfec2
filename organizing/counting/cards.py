"""How many cards count, and why the others do not: one statement for any number of cards.

The same questions in the same order as ``organizing.rules.validity``, which explains a single card.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models.expressions import RawSQL
from django.utils import timezone

from ip2a.numbers import values
from ip2a.words import format_day
from organizing.models import AuthorizationCard, Campaign, CampaignEmployer, UnitList, UnitListEntry
from organizing.rules.numbers import CARD_DAYS, SHOWING, TARGET
from organizing.rules.validity import DUPLICATE, REASONS, VALID, Card, Check, Ground, checks, verdicts

# Both sides come in the order of the workers from an index alone, so that nothing is sorted and no row is fetched
# but of cards without a known employer. "alone" is why a card does not count by itself.
JUDGED = """
SELECT card.id, card.worker_id, card.signed_on,
  CASE
    WHEN NOT card.has_signature THEN 'unsigned'
    WHEN card.signed_on IS NULL THEN 'undated'
    WHEN card.signed_on < %(opened)s THEN 'early'
    WHEN card.signed_on > %(day)s THEN 'future'
    WHEN card.signed_on < %(oldest)s THEN 'old'
    WHEN entry.worker_id IS NULL THEN 'unlisted'
    WHEN card.organization_id = ANY (%(employers)s) THEN NULL
    WHEN card.organization_id IS NOT NULL THEN 'elsewhere'
    WHEN card.employer_named = '' THEN 'nameless'
    ELSE 'elsewhere'
  END AS alone
FROM organizing_authorizationcard card
LEFT JOIN organizing_unitlistentry entry ON entry.unit_list_id = %(list)s AND entry.worker_id = card.worker_id
WHERE card.campaign_id = %(campaign)s AND card.voided_at IS NULL
"""
COUNTED = f"""
SELECT coalesce(alone, '{VALID}'), sum(cards)::integer, count(*) FROM (
  SELECT worker_id, alone, count(*) AS cards FROM ({JUDGED}) judged GROUP BY worker_id, alone
) workers GROUP BY alone
UNION ALL
SELECT 'void', count(*), 0 FROM organizing_authorizationcard
WHERE campaign_id = %(campaign)s AND voided_at IS NOT NULL
"""  # noqa: S608 - constant text
NUMBERED = f"""
SELECT id, coalesce(alone, CASE WHEN place = 1 THEN '{VALID}' ELSE '{DUPLICATE}' END) AS verdict FROM (
  SELECT id, alone, row_number() OVER (
    PARTITION BY worker_id, alone ORDER BY signed_on DESC NULLS LAST, id DESC) AS place
  FROM ({JUDGED}) judged
) placed
UNION ALL
SELECT id, 'void' FROM organizing_authorizationcard WHERE campaign_id = %(campaign)s AND voided_at IS NOT NULL
"""  # noqa: S608 - constant text


# What every change of a card or of a list's entry changes: cheap to add up, while judging takes a join and a sort.
STAMP = """
SELECT card.*, entry.* FROM
  (SELECT count(*), sum(id), sum(version) FROM organizing_authorizationcard WHERE campaign_id = %(campaign)s) card,
  (SELECT count(*), sum(id), sum(version) FROM organizing_unitlistentry WHERE unit_list_id = %(list)s) entry
"""
KEPT_SECONDS = 24 * 60 * 60


@dataclass(frozen=True)
class Mark:
    """A line to be reached: ``need`` valid cards for ``label``."""

    key: str
    label: str
    need: int
    have: int
    size: int

    @property
    def is_reached(self) -> bool:
        return self.size > 0 and self.have >= self.need

    @property
    def missing(self) -> int:
        return max(0, self.need - self.have)


@dataclass(frozen=True)
class Gauges:
    """Valid cards against one dated list. Without a list nothing can be said."""

    unit_list: UnitList | None
    on: date
    on_list: int = 0
    size: int = 0
    valid: int = 0
    not_counted: dict[str, int] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()

    @property
    def percent(self) -> float:
        return 100 * self.valid / self.size if self.size else 0.0

    @property
    def left_out(self) -> int:
        return sum(self.not_counted.values())

    @property
    def is_larger_than_list(self) -> bool:
        """The source states a larger unit than it has names: then the larger number is what must be reached."""
        return self.size > self.on_list


def list_for(campaign: Campaign, chosen: int | None = None) -> UnitList | None:
    """The list that is counted against: the chosen one, or the newest."""
    rows = UnitList.objects.filter(campaign=campaign)
    found = rows.filter(pk=chosen).first() if chosen else None
    return found or rows.as_of(timezone.localdate()).first()


def newest_lists(campaigns: Iterable[int]) -> dict[int, UnitList]:
    """As ``list_for``, of several campaigns: the list of each that has one."""
    rows = UnitList.objects.filter(campaign__in=campaigns).as_of(timezone.localdate())
    return {row.campaign_id: row for row in rows.order_by("campaign_id", "-as_of", "-id").distinct("campaign_id")}


def _parameters(campaign: Campaign, unit_list: UnitList | None, on: date, days: int) -> dict[str, Any]:
    return {
        "campaign": campaign.pk,
        "list": unit_list.pk if unit_list else None,
        "opened": campaign.opened_on,
        "day": on,
        "oldest": on - timedelta(days=days),
        "employers": employers_of(campaign),
    }


def employers_of(campaign: Campaign) -> list[int]:
    return sorted(campaign.parties.values_list("organization", flat=True))


def gauges(campaign: Campaign, unit_list: UnitList | None = None, on: date | None = None) -> Gauges:
    """The state of the cards against this list, or the newest one: six small statements and at most one counting."""
    on = on or timezone.localdate()
    unit_list = unit_list or list_for(campaign)
    numbers = {name: int(value) for name, value in values(CARD_DAYS, SHOWING, TARGET).items()}
    found = _counted(campaign, _parameters(campaign, unit_list, on, numbers[CARD_DAYS]))
    cards, valid = found.get(VALID, (0, 0))
    left_out = {key: found.get(key, (0, 0))[0] for key in REASONS} | {DUPLICATE: cards - valid}
    on_list = UnitListEntry.objects.filter(unit_list=unit_list).count() if unit_list else 0
    size = max(on_list, (unit_list.stated_size or 0) if unit_list else 0)
    return Gauges(
        unit_list=unit_list,
        on=on,
        on_list=on_list,
        size=size,
        valid=valid,
        not_counted={key: count for key, count in left_out.items() if count},
        marks=marks(size, valid, showing=numbers[SHOWING], target=campaign.target_percent or numbers[TARGET]),
    )


def _counted(campaign: Campaign, told: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """Cards and workers by verdict. Counted anew after any change of a card, a list, an employer or the day, and kept
    until the next: the key holds all of them, so what is kept cannot be out of date."""
    with connection.cursor() as cursor:
        cursor.execute(STAMP, told)
        stamp = [str(number) for number in cursor.fetchone()]
    known = json.dumps([str(campaign.created_at), sorted(told.items()), stamp], default=str)
    key = f"organizing.cards:{hashlib.sha256(known.encode()).hexdigest()}"
    found = cache.get(key)
    if found is None:
        with connection.cursor() as cursor:
            cursor.execute(COUNTED, told)
            found = {verdict: (cards, workers) for verdict, cards, workers in cursor.fetchall()}
        cache.set(key, found, KEPT_SECONDS)
    return found


def marks(size: int, valid: int, *, showing: int, target: int) -> tuple[Mark, ...]:
    """30 % is reached by the first whole worker at or above it; a majority is one more than half."""
    needs = (
        ("showing", f"Showing of interest, {showing} %", -(-size * showing // 100)),
        ("majority", "Majority, 50 % + 1", size // 2 + 1),
        ("target", f"Target, {target} %", -(-size * target // 100)),
    )
    return tuple(Mark(key, label, need, valid, size) for key, label, need in needs)


def with_verdict(
    rows: Any, verdict: str, campaign: Campaign, unit_list: UnitList | None, on: date | None = None
) -> Any:
    """Of these cards those that came to this verdict, by the same statement that counts them."""
    on = on or timezone.localdate()
    told = _parameters(campaign, unit_list, on, int(values(CARD_DAYS)[CARD_DAYS])) | {"verdict": verdict}
    statement = f"SELECT id FROM ({NUMBERED}) told WHERE verdict = %(verdict)s"  # noqa: S608 - constant text
    return rows.filter(pk__in=RawSQL(*_in_order(statement, told)))  # noqa: S611 - constant text, values bound


def _in_order(statement: str, told: dict[str, Any]) -> tuple[str, list[Any]]:
    """Named parameters as numbered ones, which Django's own statement has around it."""
    pieces = statement.split("%(")
    names = [piece.partition(")s")[0] for piece in pieces[1:]]
    return pieces[0] + "".join("%s" + piece.partition(")s")[2] for piece in pieces[1:]), [told[name] for name in names]


def ground_for(campaign: Campaign, unit_list: UnitList | None, workers: list[int], on: date | None = None) -> Ground:
    """What the pure rule needs to judge the cards of a few workers."""
    listed = UnitListEntry.objects.filter(unit_list=unit_list, worker__in=workers).values_list("worker", flat=True)
    days = int(values(CARD_DAYS)[CARD_DAYS])
    return _ground(campaign, unit_list, set(employers_of(campaign)), set(listed) if unit_list else set(), days, on)


def _ground(
    campaign: Campaign,
    unit_list: UnitList | None,
    employers: Collection[int],
    listed: Collection[int],
    valid_days: int,
    on: date | None = None,
) -> Ground:
    return Ground(
        opened_on=campaign.opened_on,
        on=on or timezone.localdate(),
        valid_days=valid_days,
        employers=employers,
        listed=listed,
        list_name=f"the list of {format_day(unit_list.as_of)}" if unit_list else "",
    )


def fact_of(card: AuthorizationCard) -> Card:
    return Card(
        pk=card.pk,
        worker=card.worker_id,
        signed_on=card.signed_on,
        has_signature=card.has_signature,
        organization=card.organization_id,
        names=bool(card.employer_named),
        is_void=card.voided_at is not None,
    )


@dataclass(frozen=True)
class Judgement:
    """A card's verdict with every question that was asked; of a duplicate, the card that counts instead."""

    verdict: str
    checks: list[Check]
    counts: AuthorizationCard | None = None

    @property
    def words(self) -> str:
        return "Counts" if self.verdict == VALID else REASONS[self.verdict]


def judge(cards: list[AuthorizationCard], campaign: Campaign, unit_list: UnitList | None) -> dict[int, Judgement]:
    """Each of these cards, which must be all those of their workers."""
    return _judge(cards, ground_for(campaign, unit_list, [card.worker_id for card in cards]))


def judge_shown(cards: list[AuthorizationCard]) -> dict[int, Judgement]:
    """Cards of any number of campaigns, each with its ``campaign``, against the newest list of their own: five
    statements."""
    campaigns = {card.campaign_id: card.campaign for card in cards}
    workers = {card.worker_id for card in cards}
    if not workers:
        return {}
    lists, days = newest_lists(campaigns), int(values(CARD_DAYS)[CARD_DAYS])
    employers, listed, every = defaultdict(set), defaultdict(set), defaultdict(list)
    for campaign, employer in CampaignEmployer.objects.filter(campaign__in=campaigns).values_list(
        "campaign", "organization"
    ):
        employers[campaign].add(employer)
    entries = UnitListEntry.objects.filter(unit_list__in=lists.values(), worker__in=workers)
    for unit_list, worker in entries.values_list("unit_list", "worker"):
        listed[unit_list].add(worker)
    for card in AuthorizationCard.objects.filter(worker__in=workers):
        every[card.campaign_id].append(card)
    told: dict[int, Judgement] = {}
    for key, campaign in campaigns.items():
        newest = lists.get(key)
        told |= _judge(every[key], _ground(campaign, newest, employers[key], listed[newest.pk] if newest else (), days))
    return told


def _judge(cards: list[AuthorizationCard], ground: Ground) -> dict[int, Judgement]:
    facts = [fact_of(card) for card in cards]
    found = verdicts(facts, ground)
    counting = {card.worker_id: card for card in cards if found[card.pk] == VALID}
    told = {}
    for card, fact in zip(cards, facts, strict=True):
        asked = checks(fact, ground)
        other = counting.get(card.worker_id) if found[card.pk] == DUPLICATE else None
        if other is not None:
            words = f"The card of {format_day(other.signed_on)} counts: it is the worker's latest."
            asked.append(Check(DUPLICATE, False, words))
        elif found[card.pk] == VALID:
            asked.append(Check(DUPLICATE, True, "The worker's latest good card"))
        told[card.pk] = Judgement(found[card.pk], asked, other)
    return told
