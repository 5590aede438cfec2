"""Applications by the hundred, decided level by level: the database refuses a review out of turn and a payment of what
was not approved, so every stage is stored for all of them at once, and the cases move on before the next.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.utils import timezone

from benevolence.eligibility import Line
from benevolence.models import (
    ApplicationStory,
    BenevolenceApplication,
    BenevolenceReview,
    Fund,
    LedgerEntry,
    NumberSeries,
    Policy,
    Status,
    Submission,
)
from benevolence.models.words import LEVELS
from ip2a import audit
from ip2a.models import Attachment, User
from ip2a.models.attachment import RECORDED_PLACE
from maintenance import copying
from maintenance.seeding import Seed
from members.models import Member, MemberEmployment

APPLICATIONS = 500  # those that are told one by one included
YEARS = 4
ROOM = 60  # days before the last one in which an application is handed in at the latest
STANDING = 1100  # days of membership before it
REASONS = {"medical": 34, "hardship": 28, "death_in_family": 18, "disaster": 8, "other": 12}
AMOUNTS = {(100, 500): 38, (520, 1500): 32, (1550, 3500): 22, (3600, 7500): 8}
DENIED = 0.12
STORIES = {
    "medical": "Off work after an operation; the sickness benefit does not cover rent and food.",
    "hardship": "Laid off when the job closed early, two weeks short of the hours for coverage.",
    "death_in_family": "Pays for the funeral of a parent alone.",
    "disaster": "The flood took the furnace and the truck; the insurance has a deductible.",
    "other": "Tools were stolen out of the gang box over the weekend.",
}
MOVED = (
    *("status", "current_level", "level_since", "review_due_on", "approved_amount", "decided_on", "reapply_on"),
    *("payment_date", "payment_method"),
)
MOVE = """
UPDATE benevolence_benevolenceapplication AS a SET (status, current_level, level_since, review_due_on, approved_amount,
  decided_on, reapply_on, payment_date, payment_method) = (t.status, t.current_level, t.level_since, t.review_due_on,
  t.approved_amount, t.decided_on, t.reapply_on, t.payment_date, t.payment_method)
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::date[], %s::numeric[], %s::date[], %s::date[],
  %s::date[], %s::text[]) AS t(id, status, current_level, level_since, review_due_on, approved_amount, decided_on,
  reapply_on, payment_date, payment_method)
WHERE a.id = t.id
"""


@dataclass
class _Plan:
    """What becomes of one application: who decides when, and how."""

    case: BenevolenceApplication
    employers: list[int]
    days: list[date]
    is_denied: bool
    paid_on: date


def applications(
    seed: Seed, *, told: int, policy: Policy, fund: Fund, filers: list[User], officers: dict[str, User]
) -> None:
    """As many more as a stress seed has, all of them ended: paid, or denied."""
    office = _Office(seed, policy, fund, filers, officers)
    plans = office.plan(max(0, seed.scaled(APPLICATIONS) - told))
    if not plans:
        return
    with audit.because("Submitted"):
        office.hand_in(plans)
    for place in range(len(LEVELS)):
        office.decide([plan for plan in plans if len(plan.days) > place], place)
    office.pay([plan for plan in plans if not plan.is_denied])


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


class _Office:
    def __init__(self, seed: Seed, policy: Policy, fund: Fund, filers: list[User], officers: dict[str, User]):
        self.seed, self.chance, self.policy, self.fund = seed, seed.chance, policy, fund
        self.filers, self.officers = filers, officers
        self.levels = list(policy.levels.order_by("above_amount", "id"))
        self.caps = dict(policy.reason_caps.values_list("reason", "amount"))
        self.paying = officers[fund.paying_level]

    def plan(self, count: int) -> list[_Plan]:
        """One application a member, in the order of their days."""
        members = list(self._members(count))
        begun = sorted((self.seed.day_between(*self._when(joined)), pk) for pk, joined in members)
        jobs = defaultdict(list)
        for member, *job in (
            MemberEmployment.objects.live()
            .filter(member__in=[pk for _, pk in begun])
            .values_list("member", "organization", "start_date", "end_date")
        ):
            jobs[member].append(job)
        numbers = dict(NumberSeries.objects.values_list("year", "last"))
        keys = copying.new_keys(BenevolenceApplication, len(begun))
        return [self._draft(key, day, pk, jobs[pk], numbers) for key, (day, pk) in zip(keys, begun, strict=True)]

    def _members(self, count: int) -> Iterator[tuple[int, date]]:
        rows = Member.objects.live().filter(status__in=["active", "retired"], benevolence_applications=None)
        rows = rows.filter(hire_date__lte=self.seed.today - timedelta(days=STANDING + ROOM))
        found = list(rows.order_by("pk").values_list("pk", "hire_date"))
        yield from self.chance.sample(found, min(count, len(found)))

    def _when(self, joined: date) -> tuple[date, date]:
        first = self.seed.today - timedelta(days=365 * YEARS)
        return max(first, joined + timedelta(days=STANDING)), self.seed.today - timedelta(days=ROOM)

    def _draft(self, key: int, day: date, member: int, jobs: list, numbers: dict[int, int]) -> _Plan:
        numbers[day.year] = number = numbers.get(day.year, 0) + 1
        self.numbers = numbers
        reason = str(self.seed.weighted(REASONS))
        least, most = self.chance.choices(list(AMOUNTS), list(AMOUNTS.values()))[0]
        most = int(min(most, self.caps.get(reason, most), self.policy.largest_amount))
        amount = Decimal(self.chance.randint(min(least, most) // 10, most // 10) * 10)
        levels = [row.level for row in self.levels if row.above_amount < amount]
        case = BenevolenceApplication(
            pk=key,
            number=f"BA-{day.year}-{number:04d}",
            member_id=member,
            filed_by=self.filers[key % len(self.filers)],
            application_date=day,
            reason=reason,
            amount_requested=amount,
            status=Status.SUBMITTED,
            policy=self.policy,
            required_levels=levels,
            attempt=1,
            round=1,
            submitted_at=_noon(day),
        )
        self._before(case, levels[0], day)
        is_denied = self.chance.random() < DENIED
        turns = self.chance.randint(1, len(levels)) if is_denied else len(levels)
        days = [day := day + timedelta(days=self.chance.randint(1, 6)) for _ in range(turns)]
        there = sorted({o for o, start, end in jobs if start <= case.application_date <= (end or date.max)})
        return _Plan(case, there, days, is_denied, days[-1] + timedelta(days=self.chance.randint(1, 5)))

    def _before(self, case: BenevolenceApplication, level: str, day: date) -> None:
        case.current_level, case.level_since = level, _noon(day)
        case.review_due_on = day + timedelta(days=self.policy.review_days)

    def hand_in(self, plans: list[_Plan]) -> None:
        self.seed.create([plan.case for plan in plans])
        stories = [ApplicationStory(application=p.case, description=STORIES[p.case.reason]) for p in plans]
        self.seed.create(stories)
        self.seed.create([self._submission(plan) for plan in plans])
        above = self.policy.document_threshold
        papers = [self._paper(story) for story in stories if story.application.amount_requested > above]
        self.seed.create(papers)
        for year, last in sorted(self.numbers.items()):
            NumberSeries.objects.update_or_create(year=year, defaults={"last": last})

    def _submission(self, plan: _Plan) -> Submission:
        case, policy = plan.case, self.policy
        can_get = min(policy.largest_amount, self.caps.get(case.reason, policy.largest_amount))
        line = Line("membership", True, "A member for more than three years.", policy.number)
        return Submission(
            application=case,
            attempt=1,
            by=case.filed_by,
            by_name=case.filed_by.get_full_name(),
            submitted_on=case.application_date,
            policy=policy,
            reason=case.reason,
            amount_requested=case.amount_requested,
            is_emergency=False,
            required_levels=case.required_levels,
            can_get=can_get,
            lines=[asdict(line)],
            employers=plan.employers,
        )

    def _paper(self, story: ApplicationStory) -> Attachment:
        """A paper that is recorded, inside the compartment; the file itself was never here."""
        at = _noon(story.application.application_date)
        paper = Attachment(
            content_type=ContentType.objects.get_for_model(ApplicationStory),
            object_id=story.pk,
            compartment=story.compartment,
            category=Attachment.Category.BENEVOLENCE_DOC,
            original_name="bill.pdf",
            size=self.chance.randint(50_000, 600_000),
            media_type="application/pdf",
            sha256=f"{self.chance.getrandbits(256):064x}",
            path=f"{RECORDED_PLACE}benevolence/{story.pk}",
            storage=Attachment.Storage.RECORDED,
            uploader=story.application.filed_by,
        )
        paper.created_at = paper.updated_at = at
        return paper

    def decide(self, plans: list[_Plan], place: int) -> None:
        """One level's turn in all of them."""
        self.seed.create([self._review(plan, place) for plan in plans])
        for plan in plans:
            case, day = plan.case, plan.days[place]
            if place + 1 < len(plan.days):
                case.status = Status.UNDER_REVIEW
                self._before(case, case.required_levels[place + 1], day)
                continue
            case.current_level, case.level_since, case.review_due_on = "", None, None
            case.decided_on = day
            case.status = Status.DENIED if plan.is_denied else Status.APPROVED
            if plan.is_denied:
                case.reapply_on = day + timedelta(days=self.policy.reapply_days)
            else:
                case.approved_amount = case.amount_requested
        with audit.because(f"Decided at level {place + 1}"):
            _move([plan.case for plan in plans])

    def _review(self, plan: _Plan, place: int) -> BenevolenceReview:
        case, level = plan.case, plan.case.required_levels[place]
        denies = plan.is_denied and place + 1 == len(plan.days)
        return BenevolenceReview(
            application=case,
            attempt=1,
            round=1,
            review_level=level,
            reviewer=self.officers[level],
            reviewer_name=self.officers[level].get_full_name(),
            decision="denied" if denies else "approved",
            review_date=plan.days[place],
            approved_amount=None if denies else case.amount_requested,
            for_applicant="Other help covers this already." if denies else "",
        )

    def pay(self, plans: list[_Plan]) -> None:
        """What each quarter needs comes in on its first day, so that the balance never falls."""
        needed: dict[date, Decimal] = defaultdict(Decimal)
        for plan in plans:
            first = plan.paid_on.replace(month=(plan.paid_on.month - 1) // 3 * 3 + 1, day=1)
            needed[first] += plan.case.amount_requested
        signed = {"fund": self.fund, "by": self.paying, "by_name": self.paying.get_full_name()}
        self.seed.create(
            [
                LedgerEntry(kind="deposit", amount=amount, entry_date=day, memo="Share of dues for the fund", **signed)
                for day, amount in sorted(needed.items())
            ]
        )
        plans = sorted(plans, key=lambda plan: (plan.paid_on, plan.case.pk))
        names = {
            member.pk: member.full_name for member in Member.objects.filter(pk__in=[p.case.member_id for p in plans])
        }
        self.seed.create(
            [
                LedgerEntry(
                    kind="payment",
                    amount=-plan.case.amount_requested,
                    entry_date=plan.paid_on,
                    application=plan.case,
                    payment_method="ach",
                    payee_name=names[plan.case.member_id],
                    **signed,
                )
                for plan in plans
            ]
        )
        for plan in plans:
            plan.case.status, plan.case.payment_date, plan.case.payment_method = Status.PAID, plan.paid_on, "ach"
        with audit.because("Paid"):
            _move([plan.case for plan in plans])


def _move(cases: list[BenevolenceApplication]) -> None:
    """Every case where it now stands, in one statement."""
    columns = [[case.pk for case in cases], *([getattr(case, name) for case in cases] for name in MOVED)]
    columns[1] = [str(status) for status in columns[1]]
    with connection.cursor() as cursor:
        cursor.execute(MOVE, columns)
