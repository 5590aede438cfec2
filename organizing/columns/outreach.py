"""The columns of activities, scores and agreements, for the page and for the exported file."""

from django.utils import timezone

from ip2a.tables import Column
from ip2a.words import register_tones
from organizing.models import ActivityOutcome, EmployerScore, EmployerStance, SaltingAgreement

register_tones(
    {
        ActivityOutcome.POSITIVE: "good",
        ActivityOutcome.NEUTRAL: "quiet",
        ActivityOutcome.NEGATIVE: "bad",
        ActivityOutcome.NO_CONTACT: "quiet",
        "salt_runs": "good",
        "salt_comes": "info",
        "salt_is_over": "quiet",
    }
)
# A word of its own for each stance: the bare number of a worker's scale runs the other way.
STANCES = {
    EmployerStance.HOSTILE: "bad",
    EmployerStance.RESISTANT: "warn",
    EmployerStance.NEUTRAL: "quiet",
    EmployerStance.RECEPTIVE: "info",
    EmployerStance.SUPPORTIVE: "good",
}
register_tones({f"stance_{value}": tone for value, tone in STANCES.items()})
STATES = {"salt_runs": "Running", "salt_comes": "Not begun", "salt_is_over": "Over"}


def stance_of(score: EmployerScore) -> str:
    """The key of the stance's tone."""
    return f"stance_{score.score}"


def state_of(agreement: SaltingAgreement) -> str:
    today = timezone.localdate()
    if agreement.ended_on is not None or (agreement.ends_on and agreement.ends_on < today):
        return "salt_is_over"
    return "salt_comes" if agreement.starts_on > today else "salt_runs"


EMPLOYER = Column(
    "employer",
    "Employer",
    lambda r: r.organization,
    sort=("organization__sort_key",),
    kind="related",
    show=lambda r: r.organization.name,
)
MEMBER = Column(
    "member",
    "Salt or organizer",
    lambda r: r.member,
    sort=("member__sort_key",),
    kind="related",
    show=lambda r: f"{r.member.last_name}, {r.member.first_name}",
)
ACTIVITIES = [
    Column("day", "Day", lambda r: r.activity_date, sort=("activity_date",), kind="daylink"),
    EMPLOYER,
    Column("kind", "Type", lambda r: r.get_activity_type_display(), sort=("activity_type", "activity_date")),
    Column(
        "outcome",
        "Outcome",
        lambda r: r.outcome,
        sort=("outcome", "activity_date"),
        kind="state",
        show=lambda r: r.get_outcome_display(),
    ),
    Column("contacted", "Contacted", lambda r: r.workers_contacted, sort=("workers_contacted",), kind="number"),
    Column("cards", "Cards", lambda r: r.cards_signed, sort=("cards_signed",), kind="number"),
    MEMBER,
    Column("location", "Where", lambda r: r.location, sort=("location",), wide=True),
    Column("description", "Description", lambda r: r.description, on_page=False),
    Column("notes", "Notes", lambda r: r.notes, on_page=False),
    Column("corrected", "Corrected", lambda r: r.correction_reason, on_page=False),
]
SCORES = [
    EMPLOYER,
    Column(
        "score",
        "Stands",
        stance_of,
        sort=("score", "on"),
        kind="state",
        show=lambda r: r.get_score_display(),
    ),
    Column("on", "As of", lambda r: r.on, sort=("on",), kind="day"),
    Column("why", "Why", lambda r: r.why or r.notes),
    Column("trade", "Trade", lambda r: r.get_trade_display(), sort=("trade", "on"), kind="word"),
    Column("city", "City", lambda r: r.organization.city, sort=("organization__city",)),
    Column("by", "Who", lambda r: r.by.get_full_name() if r.by else r.source, wide=True),
    Column("notes", "Notes", lambda r: r.notes, on_page=False),
]
UNDER = Column("agreement", "Agreement", lambda r: r.starts_on, kind="daylink")
AGREEMENTS = [
    Column(
        "member",
        "Salt",
        lambda r: f"{r.member.last_name}, {r.member.first_name}",
        sort=("member__sort_key",),
        kind="link",
    ),
    EMPLOYER,
    Column("state", "State", state_of, kind="state", show=lambda r: STATES[state_of(r)]),
    Column("starts", "From", lambda r: r.starts_on, sort=("starts_on",), kind="day"),
    Column("ends", "To", lambda r: r.ended_on or r.ends_on, kind="day"),
    Column("signed", "Signed", lambda r: r.signed_on, sort=("signed_on",), kind="day", wide=True),
    Column("directed", "Directed by", lambda r: r.directed_by.get_full_name()),
    Column("because", "Why it ended", lambda r: r.ended_because, on_page=False),
    Column("notes", "Notes", lambda r: r.notes, on_page=False),
]
