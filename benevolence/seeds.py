"""Four offices, a fund with its deposits, and twenty-five applications told by the same verbs that people use."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from django.core.files.base import ContentFile

from benevolence import services, stress
from benevolence.factories import main_fund, policy_in_force
from benevolence.models import ApplicationStory, BenevolenceApplication, Fund, Office, StandIn
from benevolence.models.words import LEVELS
from benevolence.stories import TALES, Tale
from ip2a.attachments.services import attach
from ip2a.models import User
from ip2a.seeds import DEMO_LOGINS
from maintenance.seeding import Seed, seeder
from members.models import Member

ELECTED = 5  # years before the last day, on the first of July
FIRST_CHECK = 2041
QUARTERS = 16
OPENING = Decimal(42_000)


def _logins(role: str, may: str) -> list[User]:
    """The example's people of a role; one who stood before the example may lack the right."""
    addresses = [login.email for login in DEMO_LOGINS if login.role == role]
    found = {user.email: user for user in User.objects.filter(email__in=addresses)}
    people = [found[address] for address in addresses if address in found]
    return [user for user in people if user.has_perm(f"benevolence.{may}_benevolenceapplication")]


@seeder("benevolence.offices", makes=["benevolence.Office", "benevolence.StandIn"], needs=["ip2a.logins"])
def offices(seed: Seed) -> None:
    """One officer at each level, and for each level another who stands in."""
    people = _logins("officer", "decide")
    if len(people) < len(LEVELS):
        return
    since = date(seed.today.year - ELECTED, 7, 1)
    for place, level in enumerate(LEVELS):
        Office.objects.create(level=level, person=people[place], starts_on=since)
        StandIn.objects.create(level=level, person=people[(place + 2) % len(people)], starts_on=since)


@seeder(
    "benevolence.applications",
    makes=["benevolence.BenevolenceApplication", "benevolence.BenevolenceReview", "benevolence.LedgerEntry"],
    needs=["benevolence.offices", "members.jobs"],
)
def applications(seed: Seed) -> None:
    """Deposits each quarter, and each application from its day to where it stands. A local too small has none."""
    members, filers = _members(seed), [*_logins("representative", "add"), *_logins("staff", "add")]
    officers = {office.level: office.person for office in Office.objects.filter(ends_on=None)}
    if len(members) < len(TALES) or set(officers) != set(LEVELS) or not filers:
        return
    policy, fund = policy_in_force(), main_fund()
    _deposits(seed, fund, officers[fund.paying_level])
    checks = iter(range(FIRST_CHECK, FIRST_CHECK + 100))
    for place, tale in enumerate(TALES):
        _Telling(seed, tale, members[place], filers[place % len(filers)], officers, checks).tell()
        seed.say(f"{place + 1} of {len(TALES)} applications")
    if seed.size == "stress":
        stress.applications(seed, told=len(TALES), policy=policy, fund=fund, filers=filers, officers=officers)


def _deposits(seed: Seed, fund: Fund, keeper: User) -> None:
    """An opening balance, and a share of the dues each quarter."""
    day = seed.today - timedelta(days=91 * QUARTERS)
    services.deposit(fund, amount=OPENING, by=keeper, memo="Opening balance", on=day)
    for _ in range(QUARTERS - 1):
        day += timedelta(days=91)
        share = Decimal(seed.chance.randint(1500, 2600))
        services.deposit(fund, amount=share, by=keeper, memo="Quarterly share of dues", on=day)


def _members(seed: Seed) -> list[Member]:
    """Members of long standing in no order; those who work before those who are retired."""
    joined = seed.today - timedelta(days=1100)
    rows = Member.objects.live().filter(status__in=["active", "retired"], hire_date__lte=joined)
    found = list(rows.order_by("pk").values_list("pk", "status"))
    seed.chance.shuffle(found)
    first = [pk for pk, _ in sorted(found, key=lambda one: one[1])[: len(TALES)]]
    people = Member.objects.in_bulk(first)
    return [people[pk] for pk in first]


class _Telling:
    """One application, from the day it was filed."""

    def __init__(
        self, seed: Seed, tale: Tale, member: Member, filer: User, officers: dict[str, User], checks: Iterator[int]
    ):
        self.seed, self.tale, self.member, self.filer = seed, tale, member, filer
        self.officers, self.checks = officers, checks
        self.day = seed.today - timedelta(days=tale.ago)

    def later(self, most: int = 5) -> date:
        """The next day on which something happens, never after the last day."""
        self.day = min(self.seed.today, self.day + timedelta(days=self.seed.chance.randint(1, most)))
        return self.day

    def tell(self) -> None:
        case = self._draft()
        if "draft" in self.tale.acts:
            return
        if self.tale.paper:
            text = f"{self.tale.paper.removesuffix('.txt').capitalize()} for {self.member.full_name}\n"
            file = ContentFile(text.encode(), self.tale.paper)
            attach(ApplicationStory.objects.get(application=case), file, by=self.filer, category="benevolence_doc")
        services.submit(case, by=self.filer, on=self.day)
        for act in self.tale.acts:
            case.refresh_from_db()
            self._act(case, act)

    def _draft(self) -> BenevolenceApplication:
        tale = self.tale
        case = BenevolenceApplication(
            member=self.member,
            application_date=self.day,
            reason=tale.reason,
            amount_requested=Decimal(tale.amount),
            is_emergency=tale.emergency,
        )
        payee = {"payee": "creditor", "creditor_name": tale.creditor} if tale.creditor else {}
        return services.save_draft(case, story={"description": tale.story, **payee}, by=self.filer)

    def _act(self, case: BenevolenceApplication, act: str) -> None:
        if act in LEVELS or ":" in act:
            level, _, amount = act.partition(":")
            comments = "Less than asked for: other help is coming." if amount else ""
            given = Decimal(amount) if amount else None
            services.approve(case, amount=given, by=self.officers[level], comments=comments, on=self.later())
        elif act.endswith("-no"):
            by = self.officers[act.removesuffix("-no")]
            services.deny(case, for_applicant=self.tale.words, by=by, on=self.later())
        elif act.endswith("?"):
            self._ask(case, self.officers[act[:-1]])
        elif act.endswith("~"):
            self._defer(case, self.officers[act[:-1]])
        else:
            self._follow(case, act)

    def _ask(self, case: BenevolenceApplication, by: User) -> None:
        services.ask(case, question=self.tale.words, by=by, on=self.later())
        if self.tale.acts[-1] != "vp?":
            services.answer(case, text="Three weeks at $230; the contract is attached.", by=self.filer, on=self.later())

    def _defer(self, case: BenevolenceApplication, by: User) -> None:
        on = self.later()
        services.defer(case, until=on + timedelta(days=21), reason=self.tale.words, by=by, on=on)
        self.day = on + timedelta(days=21)
        services.resume_due(on=self.day)

    def _follow(self, case: BenevolenceApplication, act: str) -> None:
        keeper = self.officers["admin"]
        if act == "paid" and case.amount_requested < 1000:
            services.pay(case, method="check", reference=str(next(self.checks)), by=keeper, on=self.later())
        elif act == "paid":
            services.pay(case, method="ach", by=keeper, on=self.later())
        elif act == "creditor":
            services.pay(case, method="creditor", reference=str(next(self.checks)), by=keeper, on=self.later())
        elif act == "void":
            services.void(case, reason="The check was lost in the mail.", by=keeper, on=self.later())
        elif act == "confirmed":
            words = "He had to be at work on Monday."
            services.confirm(case, agrees=True, by=self.officers["vp"], comments=words, on=self.later())
        else:
            services.withdraw(case, reason=self.tale.words, by=self.filer, on=self.later())
