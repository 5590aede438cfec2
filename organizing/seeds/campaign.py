"""A campaign with ninety-four workers, told from its first talk to the card count before the petition."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from ip2a.models import User
from maintenance.seeding import Seed, seeder
from members.models import Organization
from organizing.models import (
    Assessment,
    AuthorizationCard,
    Campaign,
    CampaignEmployer,
    CardCustody,
    ContactNote,
    UnfairPractice,
    UnitList,
    UnitListEntry,
    Worker,
)
from organizing.models.words import ContactKind, WorkerStanding
from organizing.seeds.outreach import organizers, unorganized, workers_of

UNIT = 94
EARLY = 71  # on the first list, which the workers made themselves
DAYS = 130
FIRST_NAMES = (
    *("Ana", "Luis", "Rosa", "Piotr", "Thanh", "Marek", "Denise", "Andre", "Guadalupe", "Tyrell", "Ewa", "Hector"),
    *("Monique", "Viktor", "Sofía", "Duc", "Latoya", "Esteban", "Karen", "Bao", "Jerome", "Irene", "Pavel", "Yesenia"),
)
LAST_NAMES = (
    *(
        "Alvarado",
        "Baptiste",
        "Castillo",
        "Dabrowski",
        "Escobar",
        "Fontenot",
        "Gallegos",
        "Huynh",
        "Ibarra",
        "Jankowski",
    ),
    *("Kowal", "Landry", "Mendoza", "Novotny", "Orozco", "Pham", "Quintero", "Robichaux", "Salazar", "Tran", "Urbina"),
    *("Vargas", "Washington", "Zielinski"),
)
CREWS = {
    "Panel shop": "Shop",
    "Prefab": "Shop",
    "Tower A": "Harbor Tower",
    "Tower B": "Harbor Tower",
    "Service": "Vans",
}
SHIFTS = {"Day": 52, "Swing": 30, "Night": 18}
LANGUAGES = {"English": 58, "Spanish": 30, "Polish": 7, "Vietnamese": 5}
JOBS = {"Electrician": 46, "Apprentice": 24, "Helper": 18, "Material handler": 12}
STANDINGS = {
    WorkerStanding.STRONG_SUPPORTER: 22,
    WorkerStanding.SUPPORTER: 30,
    WorkerStanding.UNDECIDED: 26,
    WorkerStanding.LEANING_AGAINST: 12,
    WorkerStanding.OPPOSED: 10,
}
TALKS = {
    ContactKind.ONE_ON_ONE: 34,
    ContactKind.HOUSE_VISIT: 24,
    ContactKind.PHONE: 18,
    ContactKind.TEXT: 12,
    ContactKind.MEETING: 12,
}
TOLD = (
    "Wants to know what happens to the health plan.",
    "Angry about the schedule that changes overnight.",
    "Will talk to the others in the crew.",
    "The foreman asks who goes to meetings.",
    "Needs to hear it from somebody who works union.",
    "Has a cousin in the local.",
)
STEPS = ("Visit at home", "Bring to Thursday's meeting", "Ask for a card", "Call after the shift")
# How the cards of the example fall short, and how many of each.
FLAWS = ("unsigned", "undated", "undated", "nameless", "elsewhere", "void", "twice", "twice", "unlisted")


@dataclass
class _Story:
    """The campaign while it is told; rows are stored in the order in which they stand on each other."""

    seed: Seed
    by: User
    campaign: Campaign
    firm: Organization
    workers: list[Worker] = field(default_factory=list)

    @property
    def opened(self) -> date:
        return self.campaign.opened_on

    def later(self, first: int, last: int) -> date:
        return min(self.seed.today, self.opened + timedelta(days=self.seed.chance.randint(first, last)))

    def meet(self) -> None:
        """The workers, each with a crew, a shift and a language; some are members of ours."""
        ours = workers_of(self.firm)
        for n in range(UNIT + 2):
            crew = list(CREWS)[n % len(CREWS)]
            member = ours[n] if n < len(ours) else None
            first = member.first_name if member else FIRST_NAMES[n % 24]
            last = member.last_name if member else LAST_NAMES[(n * 5 + n // 24) % 24]
            self.workers.append(
                Worker(
                    campaign=self.campaign,
                    first_name=first,
                    last_name=last,
                    member=member,
                    organization=self.firm,
                    employer_number=f"E-{2100 + n}",
                    job_title=self.seed.weighted(JOBS),
                    crew=crew,
                    shift=self.seed.weighted(SHIFTS),
                    location=CREWS[crew],
                    language=self.seed.weighted(LANGUAGES),
                    phone=f"253-555-{100 + n:04d}",
                    organizer=self.by if n % 3 else None,
                    next_step=STEPS[n % 4] if n % 4 == 1 else "",
                    next_step_on=self.seed.today + timedelta(days=n % 11) if n % 4 == 1 else None,
                )
            )
        for worker in self.workers[UNIT:]:  # went before the second list was made
            worker.left_on, worker.left_because = self.later(60, 80), "quit"
        self.seed.create(self.workers)

    def list_them(self) -> None:
        """A list that the crews put together, and the one the employer handed over."""
        early = UnitList(
            campaign=self.campaign,
            as_of=self.opened + timedelta(days=14),
            source="Put together by the day and night crews",
        )
        late = UnitList(
            campaign=self.campaign,
            as_of=self.opened + timedelta(days=96),
            received_on=self.opened + timedelta(days=99),
            source="Employer's list of addresses",
            stated_size=UNIT,
        )
        self.seed.create([early, late])
        here = [*self.workers[: EARLY - 2], *self.workers[UNIT:]]
        self.seed.create([self._entry(early, worker) for worker in here])
        self.seed.create([self._entry(late, worker) for worker in self.workers[:UNIT]])

    def _entry(self, unit_list: UnitList, worker: Worker) -> UnitListEntry:
        return UnitListEntry(
            campaign=self.campaign,
            unit_list=unit_list,
            worker=worker,
            name_on_list=str(worker),
            job_title=worker.job_title,
            shift=worker.shift,
            location=worker.location,
        )

    def talk(self) -> None:
        """Conversations, and after most of them how the worker stands: twice for half of them, a step apart."""
        notes, judged = [], []
        for n, worker in enumerate(self.workers[:UNIT]):
            if n % 9 == 8:
                continue  # nobody has reached them yet
            value = int(self.seed.weighted(STANDINGS))
            first = self.later(6, 60)
            notes.append(self._note(worker, first))
            judged.append(self._judged(worker, value, first))
            if n % 2:
                again = self.later(70, DAYS)
                notes.append(self._note(worker, again))
                moved = min(5, max(1, value + self.seed.chance.choice((-1, -1, 0, 1))))
                judged.append(self._judged(worker, moved, again))
        self.seed.create(sorted(notes, key=lambda note: note.on))
        self.seed.create(sorted(judged, key=lambda one: one.on))

    def _note(self, worker: Worker, on: date) -> ContactNote:
        told = self.seed.chance.choice(TOLD)
        return ContactNote(
            campaign=self.campaign, worker=worker, on=on, by=self.by, kind=self.seed.weighted(TALKS), note=told
        )

    def _judged(self, worker: Worker, value: int, on: date) -> Assessment:
        return Assessment(campaign=self.campaign, worker=worker, value=value, on=on, by=self.by)

    def sign(self) -> None:
        """Cards of those who support us; a few fall short, each in its own way."""
        for worker in self.workers:
            worker.refresh_from_db(fields=["standing"])
        willing = [worker for worker in self.workers[:UNIT] if worker.standing in (1, 2)]
        flaws = dict(zip(range(2, 60, 4), FLAWS, strict=False))
        cards = [card for n, worker in enumerate(willing) for card in self._cards(worker, flaws.get(n, ""), n)]
        self.seed.create(cards)
        self.seed.create([link for card in cards for link in self._chain(card)])

    def _cards(self, worker: Worker, flaw: str, n: int) -> list[AuthorizationCard]:
        if flaw == "unlisted":
            worker = self.workers[UNIT]  # who signed, and left before the employer's list
        day = self.later(20, 118)
        known: dict[str, Any] = {"campaign": self.campaign, "worker": worker, "received_by": self.by}
        named = {"employer_named": self.firm.name, "organization": self.firm, "witnessed_by": "Night steward"}
        if flaw == "nameless":
            named |= {"employer_named": "", "organization": None}
        if flaw == "elsewhere":
            named |= {"employer_named": "Another contractor", "organization": None}
        if n % 7 == 6:
            named |= self._electronic(worker, day)
        card = AuthorizationCard(
            **known,
            **named,
            has_signature=flaw != "unsigned",
            signed_on=None if flaw == "undated" else day,
            received_on=min(self.seed.today, day + timedelta(days=2)),
        )
        if flaw == "void":
            card.voided_at, card.voided_by = self._moment(card.received_on), self.by
            card.void_reason = "The worker asked for it back."
        second = AuthorizationCard(**known, **named, signed_on=day, received_on=self.seed.today)
        return [card, second] if flaw == "twice" else [card]

    def _electronic(self, worker: Worker, day: date) -> dict[str, Any]:
        return {
            "kind": "electronic",
            "identity_method": "Code sent to the telephone on the list",
            "signer_contact": worker.phone,
            "signed_at": self._moment(day),
            "confirmation_sent_at": self._moment(day),
        }

    def _moment(self, day: date) -> datetime:
        return timezone.make_aware(datetime.combine(day, time(18, 40)))

    def _chain(self, card: AuthorizationCard) -> list[CardCustody]:
        known = {"campaign": self.campaign, "card": card, "by": self.by, "on": card.received_on}
        first = CardCustody(**known, handed_by="The signer", handed_to=self.by.get_full_name(), place="Organizer's bag")
        second = CardCustody(
            **known, handed_by=self.by.get_full_name(), handed_to="Front office", place="Safe, drawer 2"
        )
        return [first, second]

    def suffer(self) -> None:
        """What the employer did against it."""
        known = {"campaign": self.campaign, "organization": self.firm}
        asked = self.opened + timedelta(days=24)
        discharged = self.opened + timedelta(days=77)
        UnfairPractice.objects.create(
            **known,
            occurred_on=asked,
            known_on=asked + timedelta(days=1),
            sections=["8a1"],
            what_happened="The superintendent asked two of the swing shift who had signed, and promised a raise.",
            witnesses="Both workers; a third stood by.",
        )
        charge = UnfairPractice.objects.create(
            **known,
            occurred_on=discharged,
            known_on=discharged,
            sections=["8a1", "8a3"],
            what_happened="A worker of the prefab crew was discharged the morning after the meeting.",
            witnesses="The crew.",
            status="filed",
            charge_number="19-CA-330417",
            filed_on=discharged + timedelta(days=9),
            served_on=discharged + timedelta(days=11),
        )
        charge.workers.add(self.workers[4])


@seeder(
    "organizing.campaign",
    makes=[
        *("organizing.Campaign", "organizing.CampaignEmployer", "organizing.UnitList", "organizing.Worker"),
        *("organizing.UnitListEntry", "organizing.ContactNote", "organizing.Assessment"),
        *("organizing.AuthorizationCard", "organizing.CardCustody", "organizing.UnfairPractice"),
    ],
    needs=["organizing.activities"],
)
def campaign(seed: Seed) -> None:
    """One campaign, in its fifth month."""
    people, firms = organizers(), unorganized(1)
    if not people or not firms:
        return
    drive = Campaign.objects.create(
        name=f"{firms[0].name}: shop and field",
        status="active",
        opened_on=seed.today - timedelta(days=DAYS),
        unit_description="All who do electrical work in the shop, on sites and in service, without the foremen.",
        lead=people[0],
    )
    CampaignEmployer.objects.create(campaign=drive, organization=firms[0])
    story = _Story(seed, people[0], drive, firms[0])
    story.meet()
    story.list_them()
    story.talk()
    story.sign()
    story.suffer()
