"""A believable season of organizing: activities, scores, salts, and a campaign with its lists, talks and cards."""

from datetime import date, timedelta

from ip2a.models import User
from ip2a.seeds import DEMO_LOGINS
from maintenance.seeding import Seed, seeder
from members.models import Exemption, Member, MemberEmployment, Organization
from organizing.models import EmployerScore, SaltingActivity, SaltingAgreement
from organizing.models.words import ActivityOutcome, ActivityType, Trade

ACTIVITIES, AT_EMPLOYERS, BY_PEOPLE = 30, 13, 20
AT_STRESS = 20  # times as much, and by the scale of the seed
SALTS = 4
MONTHS = timedelta(days=210)
TYPES = {
    ActivityType.ONE_ON_ONE: 26,
    ActivityType.SITE_VISIT: 18,
    ActivityType.OUTREACH: 16,
    ActivityType.LEAFLETING: 12,
    ActivityType.MEETING: 10,
    ActivityType.CARD_SIGNING: 8,
    ActivityType.INFORMATION_SESSION: 6,
    ActivityType.PETITION_DRIVE: 4,
}
OUTCOMES = {
    ActivityOutcome.POSITIVE: 44,
    ActivityOutcome.NEUTRAL: 30,
    ActivityOutcome.NEGATIVE: 14,
    ActivityOutcome.NO_CONTACT: 12,
}
PLACES = ("Gate 3, shift change", "Parking lot", "Taco truck on the corner", "Break trailer", "Coffee shop", "At home")
SAID = {
    ActivityOutcome.POSITIVE: ("Asked how the pension works.", "Wants to bring two more.", "Took cards for the crew."),
    ActivityOutcome.NEUTRAL: ("Listened, said little.", "Took a leaflet.", "Wants to think it over."),
    ActivityOutcome.NEGATIVE: ("Foreman walked us off the lot.", "Afraid for the job.", "Had a bad time elsewhere."),
    ActivityOutcome.NO_CONTACT: ("Nobody came out.", "The crew was sent to another site."),
}
STANCES = {1: 20, 2: 26, 3: 28, 4: 16, 5: 10}
WHYS = {
    1: "Called the police on our leafleters.",
    2: "Talks to no one from the hall.",
    3: "Neither helps nor hinders.",
    4: "Asked what our people would cost.",
    5: "Wants our apprentices.",
}
REASONS = ("Physical therapy", "Visits a parent abroad", "Night classes", "Jury duty")


def organizers() -> list[User]:
    """The example's people inside the compartment."""
    addresses = [login.email for login in DEMO_LOGINS if login.role == "organizer"]
    return list(User.objects.filter(email__in=addresses).order_by("email"))


def unorganized(most: int) -> list[Organization]:
    """Employers that have no agreement with the local."""
    rows = Organization.objects.live().filter(org_type="employer", is_signatory=False)
    return list(rows.order_by("id")[:most])


def visited(firms: list[Organization], most: int) -> list[Organization]:
    """Where somebody goes: a small local has few others, and visits those it has an agreement with."""
    ours = Organization.objects.live().filter(org_type="employer", is_signatory=True).order_by("id")
    return [*firms, *ours[:most]][:most]


@seeder(
    "organizing.activities",
    makes=["organizing.SaltingActivity", "organizing.EmployerScore", "organizing.SaltingAgreement"],
    needs=["ip2a.logins", "members.jobs"],
)
def activities(seed: Seed) -> None:
    """Thirty activities at thirteen employers by twenty people, and how the employers stand."""
    leads = organizers()
    times = AT_STRESS * seed.scale if seed.size == "stress" else 1
    firms = unorganized(int(AT_EMPLOYERS * times * 3))
    people = list(Member.objects.live().filter(status="active").order_by("id")[: int(BY_PEOPLE * times)])
    if not leads or not firms or len(people) < SALTS + len(REASONS):
        return
    where = visited(firms, int(AT_EMPLOYERS * times))
    rows = [_activity(seed, n, people, where, leads[0]) for n in range(int(ACTIVITIES * times))]
    seed.create(sorted(rows, key=lambda row: row.activity_date))
    seed.create(_scores(seed, firms, leads[0]))
    _salts(seed, people, firms, leads[0])


def _activity(seed: Seed, n: int, people: list[Member], firms: list[Organization], by: User) -> SaltingActivity:
    kind, outcome = seed.weighted(TYPES), seed.weighted(OUTCOMES)
    met = 0 if outcome == ActivityOutcome.NO_CONTACT else seed.chance.randint(1, 14)
    signed = seed.chance.randint(0, met // 2) if outcome == ActivityOutcome.POSITIVE else 0
    return SaltingActivity(
        member=people[n % len(people)],
        organization=firms[n % len(firms)],
        activity_type=kind,
        activity_date=seed.day_between(seed.today - MONTHS, seed.today),
        outcome=outcome,
        location=seed.chance.choice(PLACES),
        workers_contacted=met,
        cards_signed=signed,
        description=seed.chance.choice(SAID[ActivityOutcome(outcome)]),
        entered_by=by,
    )


def _scores(seed: Seed, firms: list[Organization], by: User) -> list[EmployerScore]:
    """One or two scores of each employer: the later one a step away from the first."""
    found = []
    for firm in firms:
        score, trade = seed.weighted(STANCES), seed.chance.choice(Trade.values[:-1])
        first = seed.day_between(seed.today - 3 * MONTHS, seed.today - MONTHS)
        found.append(_score(firm, score, first, trade, by))
        if seed.chance.random() < 0.4:
            moved = min(5, max(1, score + seed.chance.choice((-1, 1, 1))))
            found.append(_score(firm, moved, seed.day_between(first, seed.today), trade, by))
    return sorted(found, key=lambda row: row.on)


def _score(firm: Organization, score: int, on: date, trade: str, by: User) -> EmployerScore:
    return EmployerScore(organization=firm, score=score, on=on, why=WHYS[score], trade=trade, by=by)


def _salts(seed: Seed, people: list[Member], firms: list[Organization], by: User) -> None:
    """Some work under a signed paper; who is exempt may be one of them, or anybody else."""
    for n, (member, firm) in enumerate(zip(people[:SALTS], firms, strict=False)):
        begun = seed.day_between(seed.today - MONTHS, seed.today - timedelta(days=60))
        ends = begun + timedelta(days=365)
        over = {} if n else {"ended_on": seed.today, "ended_because": "Laid off with the crew.", "ended_by": by}
        exemption = Exemption.objects.create(member=member, from_day=begun, until_day=ends, entered_by=by)
        SaltingAgreement.objects.create(
            member=member,
            organization=firm,
            signed_on=begun - timedelta(days=3),
            starts_on=begun,
            ends_on=ends,
            directed_by=by,
            exemption=exemption,
            **over,
        )
    staff = User.objects.filter(email="staff@ip2a.test").first()
    for member, why in zip(people[-len(REASONS) :], REASONS, strict=True) if staff else ():
        until = seed.today + timedelta(days=seed.chance.randint(40, 200))
        Exemption.objects.create(member=member, from_day=seed.today, until_day=until, note=why, entered_by=staff)


def workers_of(firm: Organization) -> list[Member]:
    """Our members who work there: some of the unit are ours already."""
    jobs = MemberEmployment.objects.current().filter(organization=firm)
    return list(Member.objects.live().filter(pk__in=jobs.values("member")).order_by("id")[:6])
