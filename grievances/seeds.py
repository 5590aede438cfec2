"""Agreements, and twenty grievances over the ten usual subjects, told by the same verbs that people use."""

from datetime import date, datetime, time, timedelta
from itertools import cycle

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone

from grievances import agreements, services, stress
from grievances.models import Agreement, AgreementEmployer, CaseType, Grievance, InformationRequest, Subject
from grievances.rules import step_number
from grievances.services.ending import Told
from grievances.stories import STORIES, Story
from ip2a.models import User
from ip2a.seeds import DEMO_LOGINS
from maintenance.seeding import Seed, seeder
from members.models import Member, MemberEmployment, Organization

BEGINS = date(2018, 6, 1)
MOST_JOBS = 1000  # to choose from
HANDS = 3  # beside the speaker of a group
AGREEMENTS = (
    ("construction", "Inside Construction Agreement", 0.6),
    ("industrial", "Industrial Maintenance Agreement", 0.4),
)
DAYS_OFF = (
    {"name": "Day after Thanksgiving", "recurs": "beside", "beside": "Thanksgiving Day", "offset": 1},
    {"name": "Columbus Day", "effect": "worked", "recurs": "beside", "beside": "Columbus Day"},
)


@seeder(
    "grievances.agreements",
    makes=["grievances.Agreement", "grievances.AgreementVersion", "grievances.AgreementEmployer"],
    needs=["members.organizations", "ip2a.logins"],
)
def contracts(seed: Seed) -> None:
    """Two agreements, and each signatory employer under one of them."""
    administrator = _login("administrator")
    made = [_agreement(administrator, key, name) for key, name, _ in AGREEMENTS]
    shares = [share for _, _, share in AGREEMENTS]
    signatory = Organization.objects.live().filter(org_type=Organization.Type.EMPLOYER, is_signatory=True)
    seed.create(
        [
            AgreementEmployer(
                agreement=seed.chance.choices(made, weights=shares)[0], organization=employer, starts_on=BEGINS
            )
            for employer in signatory.order_by("id")
        ]
    )


def _login(role: str, place: int = 0) -> User:
    logins = [login for login in DEMO_LOGINS if login.role == role]
    return User.objects.get(email=logins[place % len(logins)].email)


def _agreement(by: User, key: str, name: str) -> Agreement:
    draft = agreements.make_from_template(
        key, by=by, name=name, effective_from=BEGINS, zone=settings.TIME_ZONE, calendar="federal"
    )
    for day in DAYS_OFF:
        agreements.add_holiday(draft.agreement, by=by, **day)
    return agreements.put_in_force(draft, by=by, reason="Ratified").agreement


@seeder(
    "grievances.cases",
    makes=["grievances.Grievance", "grievances.GrievanceStepRecord"],
    needs=["grievances.agreements", "members.jobs"],
)
def cases(seed: Seed) -> None:
    """Filed in the order of their days, so that numbers rise with time."""
    subjects = {subject.name: subject for subject in Subject.objects.all()}
    found = {key: _jobs(seed, name) for key, name, _ in AGREEMENTS}
    if not all(found.values()):
        return  # nobody works under one of the agreements: there is nothing to tell of them
    jobs = {key: cycle(rows) for key, rows in found.items()}
    for place, story in enumerate(STORIES):
        key = _pattern(story) or seed.chance.choice(sorted(jobs))
        _Telling(seed, story, next(jobs[key]), by=_login("representative", place)).tell(subjects[story.subject])
        seed.say(f"{place + 1} of {len(STORIES)} grievances")
    if seed.size == "stress":
        people = [_login("representative", place) for place in range(2)]
        stress.cases(seed, told=len(STORIES), people=people)


def _pattern(story: Story) -> str:
    """The agreement a story needs: the third record is arbitration in one procedure and a step in the other."""
    if story.ends == "arbitration":
        return "construction"
    return "industrial" if story.steps == 3 or story.case_type == CaseType.POLICY else ""


def _jobs(seed: Seed, agreement: str) -> list[MemberEmployment]:
    """Current jobs under an agreement, in no order: one for each story."""
    bound = AgreementEmployer.objects.filter(agreement__name=agreement).values("organization")
    there = {"organization__in": bound}
    found = list(
        MemberEmployment.objects.current().filter(**there).order_by("pk").values_list("pk", flat=True)[:MOST_JOBS]
    )
    found = found or list(MemberEmployment.objects.live().filter(**there).values_list("pk", flat=True))
    seed.chance.shuffle(found)
    first = found[: len(STORIES)]
    jobs = MemberEmployment.objects.select_related("member", "organization").in_bulk(first)
    return [jobs[pk] for pk in first]


class _Telling:
    """One story, told from the day it happened to where it stands."""

    def __init__(self, seed: Seed, story: Story, job: MemberEmployment, *, by: User):
        self.seed, self.story, self.job, self.by = seed, story, job, by
        self.day = seed.today - timedelta(days=story.ago)

    def later(self, least: int, most: int) -> date:
        """The next day on which something happens: a weekday, never after the last day."""
        self.day += timedelta(days=self.seed.chance.randint(least, most))
        while self.day.weekday() > 4:
            self.day += timedelta(days=1)
        if self.day > self.seed.today:
            self.day = self.seed.today
        return self.day

    def tell(self, subject: Subject) -> None:
        grievance = self._file(subject)
        self._gather(grievance)
        asked = self._ask(grievance) if self.story.asks_for else None
        first = step_number(grievance, agreements.to_procedure(grievance.agreement_version))
        for number in range(first + 1, first + self.story.steps):
            grievance = self._go_on(grievance, number)
        if asked and asked.due_on < self.seed.today:
            services.turn(asked, kind="answered", on=self.later(0, 1), by=self.by, text="All of it, by mail.")
        self._end(grievance)

    def _ask(self, grievance: Grievance) -> InformationRequest:
        about = {"what": self.story.asks_for, "asked_of": "Human resources"}
        return services.ask(grievance, direction="ours", on=self.day, by=self.by, **about)

    def _gather(self, grievance: Grievance) -> None:
        """The hands a group case is for: those who worked there, too, or the next on the list."""
        if grievance.case_type != CaseType.GROUP:
            return
        others = Member.objects.active().exclude(pk=grievance.member_id).order_by("pk")
        there = MemberEmployment.objects.live().filter(organization=self.job.organization).values("member")
        for member in list(others.filter(pk__in=there)[:HANDS]) or list(others[:1]):
            services.join(grievance, member=member, on=self.day, by=self.by)

    def _file(self, subject: Subject) -> Grievance:
        story, incident = self.story, self.later(0, 0)
        if self.job.member.hire_date and incident < self.job.member.hire_date:
            incident = self.day = self.job.member.hire_date
        policy = story.case_type == CaseType.POLICY
        grievance = services.take_up(
            Grievance(
                case_type=story.case_type,
                member=None if policy else self.job.member,
                employer=self.job.organization,
                agreement_version=agreements.version_for(self.job.organization, incident),
                subject=subject,
                contract_article=story.article,
                violation_description=story.what,
                remedy_sought=story.remedy,
                incident_date=incident,
            ),
            by=self.by,
        )
        day = self.later(1, 5)
        return services.file(grievance, on=day, by=self.by, at=self.at(day, 10))

    def at(self, day: date, hour: int) -> datetime:
        """A time of day in the local's zone: some limits count hours."""
        return timezone.make_aware(datetime.combine(day, time(hour, self.seed.chance.randrange(0, 60, 5))))

    def _meet(self, grievance: Grievance) -> Grievance:
        return services.hold_meeting(
            grievance,
            on=self.later(2, 4),
            by=self.by,
            union_attendees=self.by.get_full_name(),
            employer_attendees="Superintendent",
            notes="Both sides stated their case.",
        )

    def _go_on(self, grievance: Grievance, number: int) -> Grievance:
        self._meet(grievance)
        services.receive_answer(
            grievance, on=self.later(1, 3), by=self.by, is_denied=True, text="The employer sees no violation."
        )
        day = self.later(1, 3)
        if number == len(agreements.to_procedure(grievance.agreement_version).steps):
            return services.refer(grievance, on=day, by=self.by, reason=self.story.words or "Not settled at any step")
        return services.advance(grievance, to=number, on=day, by=self.by, reason="Not settled at this step")

    def _end(self, grievance: Grievance) -> None:
        story, ends = self.story, self.story.ends
        told = Told(on=self.day, how="phone", whom=str(grievance.member or "The stewards"))
        if ends == "settled":
            self._meet(grievance)
            services.settle(
                grievance,
                on=self.later(2, 6),
                by=self.by,
                resolution=story.words,
                amount=story.amount or None,
                has_precedent=False,
                told=told,
            )
        elif ends == "withdrawn":
            services.withdraw(grievance, on=self.later(3, 8), by=self.by, reason=story.words, told=told)
        elif ends == "closed":
            self._meet(grievance)
            services.close(grievance, on=self.later(2, 6), by=self.by, reason=story.words, told=told)
        elif ends == "hearing":
            grievance = self._meet(grievance)
        elif ends == "investigation":
            grievance = services.investigate(grievance, by=self.by, reason="Looking into it")
        self._agree(grievance)

    def _agree(self, grievance: Grievance) -> None:
        """What the two sides agreed about the clock of a running case."""
        if self.story.is_held:
            services.hold(
                grievance,
                on=self.later(1, 2),
                by=self.by,
                agreed_by="Superintendent",
                reason="Talks about a settlement",
                paper=_letter("abeyance.txt", "Agreed: no limit runs while both sides talk about a settlement."),
            )
        if self.story.more_days:
            until = self.seed.today + timedelta(days=self.story.more_days)
            agreed = {"on": self.later(0, 1), "by": self.by, "agreed_by": "Superintendent", "until": until}
            # one after the other: what hangs on an extended limit moves with it
            while limit := grievance.deadlines.running().filter(due_on__lt=until).order_by("due_on", "id").first():
                paper = _letter("extension.txt", f"Agreed: the limit now ends on {until:%d %B %Y}.")
                services.extend(limit, **agreed, reason="Both sides look for records", paper=paper)


def _letter(name: str, words: str) -> ContentFile:
    return ContentFile(f"{words}\n\nSigned for the employer: Superintendent\n".encode(), name)
