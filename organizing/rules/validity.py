"""Whether an authorization card counts, reason by reason. Pure: knows cards as facts and no database.

``organizing.counting.cards`` asks the same of a hundred thousand cards in SQL; a test holds both against each other.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from ip2a.words import format_day

VALID = "valid"
DUPLICATE = "duplicate"
# In this order: of several reasons the first one is counted, all of them are told.
REASONS: dict[str, str] = {
    "void": "Made void",
    "unsigned": "Not signed",
    "undated": "Not dated",
    "early": "Dated before the campaign",
    "future": "Dated in the future",
    "old": "Too old",
    "unlisted": "Signer not on the list",
    "nameless": "Names no employer",
    "elsewhere": "Names another employer",
    DUPLICATE: "Duplicate",
}


@dataclass(frozen=True)
class Card:
    """What matters of a card. ``names`` says whether anything is written where the employer stands."""

    pk: int
    worker: int
    signed_on: date | None
    has_signature: bool = True
    organization: int | None = None
    names: bool = True
    is_void: bool = False


@dataclass(frozen=True)
class Ground:
    """What cards are held against: the campaign, the day of the count, and the list with its day and source."""

    opened_on: date
    on: date
    valid_days: int
    employers: Collection[int]
    listed: Collection[int]
    list_name: str = ""

    @property
    def oldest(self) -> date:
        return self.on - timedelta(days=self.valid_days)


@dataclass(frozen=True)
class Check:
    """One question that was asked of a card, and what it came to."""

    key: str
    ok: bool
    words: str


def checks(card: Card, ground: Ground) -> list[Check]:
    """Every question in its order; that of duplicates is asked of all cards of a worker (``verdicts``)."""
    signed, day = card.signed_on, format_day(card.signed_on)
    where = ground.list_name or "the list"
    asked = [
        ("void", not card.is_void, "Not made void", "It was made void."),
        ("unsigned", card.has_signature, "Signed", "It is not signed."),
        ("undated", signed is not None, f"Dated {day}", "It has no date."),
    ]
    if signed is not None:
        opened, on = format_day(ground.opened_on), format_day(ground.on)
        asked += [
            ("early", signed >= ground.opened_on, "Not before the campaign", f"The campaign opened on {opened}."),
            ("future", signed <= ground.on, "Not in the future", f"It is dated after {on}."),
            (
                "old",
                signed >= ground.oldest,
                f"Within {ground.valid_days} days",
                f"It is older than {ground.valid_days} days on {on}.",
            ),
        ]
    is_ours = card.organization in ground.employers
    asked += [
        ("unlisted", card.worker in ground.listed, f"Signer stands on {where}", f"The signer is not on {where}."),
        ("nameless", is_ours or card.names or card.organization is not None, "Names an employer", "No employer named."),
    ]
    if card.names or card.organization is not None:
        asked.append(
            ("elsewhere", is_ours, "The employer is the campaign's", "The employer named is not one of the campaign's.")
        )
    return [Check(key, ok, good if ok else bad) for key, ok, good, bad in asked]


def reason(card: Card, ground: Ground) -> str:
    """Why it does not count by itself; "" where nothing speaks against it."""
    return next((check.key for check in checks(card, ground) if not check.ok), "")


def verdicts(cards: Iterable[Card], ground: Ground) -> dict[int, str]:
    """What each card counts as. Of several good cards of one worker the latest counts; the others are duplicates."""
    found = {card.pk: (card, reason(card, ground)) for card in cards}
    counts: dict[int, Card] = {}
    for card, why in found.values():
        best = counts.get(card.worker)
        if not why and (best is None or (card.signed_on, card.pk) > (best.signed_on, best.pk)):
            counts[card.worker] = card
    counting = {card.pk for card in counts.values()}
    return {pk: why or (VALID if pk in counting else DUPLICATE) for pk, (_, why) in found.items()}
