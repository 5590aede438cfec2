"""The columns of the workspace's lists, for the page and for the exported file."""

from dataclasses import replace

from django.db.models import Count
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from ip2a.numbers import value
from ip2a.tables import Column
from ip2a.words import register_tones, state_chip
from organizing.counting.cards import judge_shown
from organizing.counting.wallchart import LOOKS, stale_before
from organizing.models import AuthorizationCard, ChargeSection, UnitListEntry, Worker
from organizing.rules.numbers import CHARGE_MONTHS
from organizing.services.practices import clock_of, is_running

register_tones(
    {
        "filed": "info",
        "won": "good",
        "lost": "bad",
        "noted": "warn",
        "complaint": "info",
        "settled": "good",
        "withdrawn": "quiet",
    }
)
# A shape for each of the five words, readable in black and white: full, half, empty, slanted, crossed.
SHAPES = {
    1: '<circle cx="5" cy="5" r="4.4"/>',
    2: '<circle cx="5" cy="5" r="3.9" fill="none" stroke="currentColor" stroke-width="1.2"/>'
    '<path d="M5 1.1a3.9 3.9 0 0 1 0 7.8z"/>',
    3: '<circle cx="5" cy="5" r="3.9" fill="none" stroke="currentColor" stroke-width="1.2"/>',
    4: '<path d="M5 .6 9.6 9.2H.4z" fill="none" stroke="currentColor" stroke-width="1.2"/>',
    5: '<path d="M1.4 1.4l7.2 7.2M8.6 1.4 1.4 8.6" fill="none" stroke="currentColor" stroke-width="2"/>',
    None: '<path d="M1 5h8" fill="none" stroke="currentColor" stroke-width="1.2" stroke-dasharray="1.5 1.5"/>',
}


def shape(value: int | None) -> str:
    return mark_safe(
        f'<svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true" focusable="false">{SHAPES[value]}</svg>'
    )


def standing_chip(value: int | None) -> str:
    """A worker's assessment as word, shape and colour: never a digit, never colour alone."""
    look, word = LOOKS[value]
    return format_html('<span class="stand stand--{}">{}{}</span>', look, shape(value), word)


def standing_of(record) -> str:
    return record.get_standing_display() if record.standing else "Not assessed"


def organizer_of(record) -> str:
    return str(record.organizer) if record.organizer else ""


def with_numbers(campaigns: list) -> None:
    """How many workers and cards each campaign has, in two statements."""
    keys = [campaign.pk for campaign in campaigns]
    here = Worker.objects.filter(campaign__in=keys, left_on=None).order_by().values("campaign")
    workers = dict(here.annotate(n=Count("pk")).values_list("campaign", "n"))
    standing = AuthorizationCard.objects.standing().filter(campaign__in=keys).order_by().values("campaign")
    cards = dict(standing.annotate(n=Count("worker", distinct=True)).values_list("campaign", "n"))
    for campaign in campaigns:
        campaign.workers_here, campaign.signers = workers.get(campaign.pk, 0), cards.get(campaign.pk, 0)


def names_of_employers(campaign) -> str:
    return ", ".join(party.organization.name for party in campaign.parties.all())


CAMPAIGNS = [
    Column("name", "Campaign", lambda c: c.name, sort=("sort_key",), kind="link"),
    Column(
        "status", "State", lambda c: c.status, sort=("status",), kind="state", show=lambda c: c.get_status_display()
    ),
    Column("employers", "Employers", names_of_employers),
    Column("workers", "Workers", lambda c: c.workers_here, kind="number"),
    Column("cards", "Signed a card", lambda c: c.signers, kind="number"),
    Column("lead", "Lead organizer", lambda c: str(c.lead or ""), wide=True),
    Column("opened", "Opened", lambda c: c.opened_on, sort=("opened_on",), kind="day"),
    Column("closed", "Closed", lambda c: c.closed_on, sort=("closed_on",), kind="day", wide=True),
]
CAMPAIGN = Column(
    "campaign",
    "Campaign",
    lambda r: r.campaign,
    kind="related",
    sort=("campaign__sort_key",),
    show=lambda r: str(r.campaign),
)


def with_sizes(lists: list) -> None:
    entries = UnitListEntry.objects.filter(unit_list__in=lists).order_by().values("unit_list")
    sizes = dict(entries.annotate(n=Count("pk")).values_list("unit_list", "n"))
    for unit_list in lists:
        unit_list.size = sizes.get(unit_list.pk, 0)


LISTS = [
    Column("as_of", "As of", lambda u: u.as_of, sort=("as_of",), kind="daylink"),
    Column("source", "Source", lambda u: u.source, sort=("source",)),
    CAMPAIGN,
    Column("size", "Workers", lambda u: u.size, kind="number"),
    Column("stated", "Size stated", lambda u: u.stated_size, kind="number"),
    Column("received", "Received", lambda u: u.received_on, kind="day", wide=True),
    Column("kept", "Kept as it is", lambda u: u.frozen_at is not None, kind="yes"),
]


class Standing(Column):
    """Word, shape and colour on the page; the word in the file."""

    def cell(self, record):
        chip = standing_chip(record.standing)
        return chip + mark_safe(' <span class="stale">Stale</span>') if is_stale(record) else chip


def with_staleness(workers: list) -> None:
    days = {}
    for worker in workers:
        if worker.campaign_id not in days:
            days[worker.campaign_id] = stale_before(worker.campaign)
        worker.stale_before = days[worker.campaign_id]


def is_stale(worker) -> bool:
    return bool(worker.standing_on and worker.left_on is None and worker.standing_on < worker.stale_before)


def with_cards(workers: list) -> None:
    with_staleness(workers)
    keys = AuthorizationCard.objects.standing().filter(worker__in=workers).values_list("worker", flat=True)
    signed = set(keys)
    for worker in workers:
        worker.has_card = worker.pk in signed


WORKERS = [
    Column("name", "Worker", lambda w: str(w), sort=("sort_key",), kind="link"),
    Standing("standing", "Assessment", standing_of, sort=("standing",)),
    Column("stale", "Stale", is_stale, kind="yes", on_page=False),
    Column("card", "Card", lambda w: w.has_card, kind="yes"),
    Column("crew", "Crew", lambda w: w.crew, sort=("crew",)),
    Column("shift", "Shift", lambda w: w.shift, sort=("shift",), kind="word"),
    Column("site", "Site", lambda w: w.location, sort=("location",), wide=True),
    Column("job", "Job", lambda w: w.job_title, sort=("job_title",), wide=True),
    Column("language", "Language", lambda w: w.language, sort=("language",), wide=True),
    Column("phone", "Phone", lambda w: w.phone, kind="word", on_page=False),
    Column("number", "Number at the employer", lambda w: w.employer_number, on_page=False),
    Column("contact", "Last contact", lambda w: w.last_contact_on, sort=("last_contact_on",), kind="day"),
    Column("step", "Next step", lambda w: w.next_step),
    Column("step_on", "On", lambda w: w.next_step_on, sort=("next_step_on",), kind="day"),
    Column("organizer", "Assigned to", organizer_of, sort=("organizer__last_name", "organizer__first_name"), wide=True),
    Column("assessed", "Assessed", lambda w: w.standing_on, sort=("standing_on",), kind="day", on_page=False),
    Column("campaign", "Campaign", lambda w: str(w.campaign), on_page=False),
    Column("left", "Left the unit", lambda w: w.left_on, kind="day", on_page=False),
]


def with_verdicts(cards: list) -> None:
    """What each card came to, against the newest list of its campaign."""
    told = judge_shown(cards)
    for card in cards:
        card.judgement = told[card.pk]


class Verdict(Column):
    def cell(self, record):
        good = record.judgement.verdict == "valid"
        return state_chip(record.judgement.words, "good" if good else "warn")


CARDS = [
    Column("signer", "Signer", lambda c: str(c.worker), sort=("worker__sort_key",), kind="link"),
    Verdict("verdict", "Counts", lambda c: c.judgement.words),
    Column("signed", "Dated", lambda c: c.signed_on, sort=("signed_on",), kind="day"),
    Column("kind", "Kind", lambda c: c.get_kind_display(), sort=("kind",), kind="word"),
    Column("employer", "Employer named", lambda c: c.employer_named, sort=("employer_named",)),
    Column("witness", "Witnessed by", lambda c: c.witnessed_by, wide=True),
    Column("received", "Received", lambda c: c.received_on, sort=("received_on",), kind="day"),
    Column("by", "By", lambda c: str(c.received_by), wide=True),
    Column("campaign", "Campaign", lambda c: str(c.campaign), on_page=False),
    Column("void", "Why it is void", lambda c: c.void_reason, on_page=False),
]


def with_clocks(practices: list) -> None:
    months = int(value(CHARGE_MONTHS)) if practices else 0
    for practice in practices:
        practice.clock = clock_of(practice, months=months) if is_running(practice) else None


def sections_of(practice) -> str:
    return ", ".join(str(ChargeSection(key).label).partition(" ")[0] for key in practice.sections)


PRACTICES = [
    Column("happened", "Happened", lambda p: p.occurred_on, sort=("occurred_on",), kind="daylink"),
    Column("employer", "Employer", lambda p: str(p.organization), sort=("organization__sort_key",)),
    Column("sections", "Section", sections_of, kind="word"),
    Column("what", "What happened", lambda p: p.what_happened[:120]),
    Column(
        "status", "State", lambda p: p.status, sort=("status",), kind="state", show=lambda p: p.get_status_display()
    ),
    Column("last", "File and serve by", lambda p: p.clock.last_day if p.clock else None, kind="day"),
    Column("left", "Left", lambda p: p.clock.words if p.clock else "", kind="word"),
    Column("number", "Charge", lambda p: p.charge_number, kind="word", wide=True),
    replace(CAMPAIGN, wide=True),
]

__all__ = ["CAMPAIGNS", "CARDS", "LISTS", "PRACTICES", "WORKERS", "standing_chip", "with_numbers"]
