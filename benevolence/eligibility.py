"""What a member could get from the fund, and why: asked before the story is written, and enforced when it is submitted.

Every line names its rule, says yes or no in a sentence, and carries the number of the policy it comes from.
"""

from calendar import monthrange
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from benevolence.models import (
    Bar,
    BenevolenceApplication,
    Fund,
    LedgerEntry,
    Level,
    Policy,
    Reason,
    Status,
    Strike,
)
from ip2a.answers import Refused
from ip2a.words import format_day, format_money
from members.models import Member

MOST = Decimal("99999999.99")  # what the columns of money can hold


@dataclass(frozen=True)
class Line:
    """One rule's answer. A line that does not ``block`` warns, or tells what will be asked for."""

    rule: str
    ok: bool
    sentence: str
    policy_number: int
    blocks: bool = True


@dataclass(frozen=True)
class Use:
    """Money the fund has given or promised: it counts against the caps."""

    number: str
    on: date
    amount: Decimal
    reason: str
    is_paid: bool

    @property
    def sentence(self) -> str:
        became = "paid" if self.is_paid else "approved"
        return f"{self.number}: {format_money(self.amount)} {became} {format_day(self.on)}"


@dataclass(frozen=True)
class Eligibility:
    """``can_get`` is the most the member could get of what is asked for; zero where a rule says no."""

    policy: Policy
    on: date
    amount: Decimal
    can_get: Decimal
    remaining: Decimal
    lines: list[Line]
    levels: list[str]
    emergency_possible: bool
    uses: list[Use] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.refusals

    @property
    def refusals(self) -> list[Line]:
        return [line for line in self.lines if line.blocks and not line.ok]

    @property
    def warnings(self) -> list[Line]:
        return [line for line in self.lines if not line.blocks and not line.ok]

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(line) for line in self.lines]


def months_after(day: date, months: int) -> date:
    """The same day so many months later (or earlier); the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def policy_on(day: date) -> Policy:
    """The policy in force; refuses a day that has none, because no rule could be told for it."""
    policy = Policy.objects.in_force(day)
    if policy is None:
        raise Refused(
            f"No benevolence policy is in force on {format_day(day)}, so nothing can be promised or decided for that "
            "day. An officer or administrator must adopt one that covers it."
        )
    return policy


def uses_of(member: Member, *, besides: BenevolenceApplication | None = None) -> list[Use]:
    """Everything that counts against the caps: payments that stand, and amounts approved but not yet paid."""
    paid = LedgerEntry.objects.standing().filter(application__member=member).select_related("application")
    promised = BenevolenceApplication.objects.filter(member=member, status=Status.APPROVED)
    if besides is not None and besides.pk:
        paid, promised = paid.exclude(application=besides), promised.exclude(pk=besides.pk)
    found = [Use(e.application.number, e.entry_date, -e.amount, e.application.reason, True) for e in paid]
    found += [Use(a.number, a.decided_on, a.approved_amount, a.reason, False) for a in promised]
    return sorted(found, key=lambda use: use.on)


def preview(
    member: Member,
    *,
    reason: str,
    amount: Decimal,
    on: date | None = None,
    policy: Policy | None = None,
    besides: BenevolenceApplication | None = None,
    is_emergency: bool = False,
    papers: int | None = None,
) -> Eligibility:
    """What the member could get for a reason on a day.

    ``policy`` is the one in force on that day unless another is given; ``besides`` leaves an application itself out of
    what was used; ``papers`` is how many are attached (None: not yet asked, so a missing one only is announced).
    """
    on = on or timezone.localdate()
    policy = policy or policy_on(on)
    asked = _Asked(member, reason, amount, on, policy, uses_of(member, besides=besides), is_emergency, papers)
    lines = [*asked.person(), *asked.money(), *asked.way()]
    blocked = any(line.blocks and not line.ok for line in lines if line.rule not in ("amount", *CAPS))
    remaining = asked.remaining()
    can_get = Decimal(0) if blocked or amount <= 0 else max(Decimal(0), min(amount, remaining))
    levels = [policy.emergency_level] if is_emergency else policy.required_levels(amount)
    return Eligibility(
        policy, on, amount, can_get, remaining, lines, levels, policy.may_be_emergency(amount), asked.uses
    )


def remaining(
    member: Member,
    *,
    reason: str,
    on: date,
    policy: Policy,
    besides: BenevolenceApplication | None = None,
) -> Decimal:
    """What the caps of a policy leave for a member on a day, whatever else stands in the way."""
    uses = uses_of(member, besides=besides)
    return _Asked(member, reason, policy.largest_amount, on, policy, uses, False, None).remaining()


CAPS = ("largest-amount", "rolling-cap", "lifetime-cap", "reason-cap")


@dataclass
class _Asked:
    """One question, answered rule by rule."""

    member: Member
    reason: str
    amount: Decimal
    on: date
    policy: Policy
    uses: list[Use]
    is_emergency: bool
    papers: int | None

    def line(self, rule: str, ok: bool, sentence: str, *, blocks: bool = True) -> Line:
        return Line(rule, ok, sentence, self.policy.number, blocks)

    def person(self) -> list[Line]:
        return [self.membership(), self.standing(), self.wait(), self.bar(), self.strike()]

    def money(self) -> list[Line]:
        return [self.asked_amount(), *self.caps(), self.fund()]

    def way(self) -> list[Line]:
        return [self.documents(), self.emergency(), self.levels(), self.other_cases()]

    def membership(self) -> Line:
        joined, months = self.member.hire_date, self.policy.membership_months
        if joined is None:
            return self.line(
                "membership", False, "The day of joining is not known. Enter it on the member's page, then try again."
            )
        reached = months_after(joined, months)
        if reached > self.on:
            return self.line(
                "membership",
                False,
                f"A member since {format_day(joined)}; the fund asks for {months} months, reached on "
                f"{format_day(reached)}.",
            )
        return self.line("membership", True, f"A member since {format_day(joined)}; {months} months are asked for.")

    def standing(self) -> Line:
        allowed = [str(Member.Status(status).label).lower() for status in self.policy.standings]
        now = str(self.member.get_status_display()).lower()
        if self.member.is_removed:
            return self.line("standing", False, "This record was merged into another. File for that member.")
        if self.member.status not in self.policy.standings:
            return self.line(
                "standing", False, f"The member is {now}; the fund helps members who are {' or '.join(allowed)}."
            )
        return self.line("standing", True, f"The member is {now}.")

    def wait(self) -> Line:
        denied = BenevolenceApplication.objects.filter(member=self.member, status=Status.DENIED)
        last = denied.filter(reapply_on__gt=self.on).order_by("-reapply_on").first()
        if last is not None:
            return self.line(
                "reapply-wait",
                False,
                f"{last.number} was denied on {format_day(last.decided_on)}. A new application is possible from "
                f"{format_day(last.reapply_on)}.",
            )
        return self.line("reapply-wait", True, "No denial stands in the way.")

    def bar(self) -> Line:
        bar = Bar.objects.on(self.on).filter(member=self.member).order_by("-until_date").first()
        if bar is not None:
            return self.line(
                "bar", False, f"The member is barred from the fund until {format_day(bar.until_date)}. Ask an officer."
            )
        return self.line("bar", True, "The member is not barred.")

    def strike(self) -> Line:
        strike = Strike.objects.on(self.on).first() if self.policy.suspends_in_strike else None
        if strike is not None:
            return self.line(
                "strike", False, f"The fund takes no applications during {strike.name}. Ask about strike benefits."
            )
        return self.line("strike", True, "No strike suspends the fund.")

    def asked_amount(self) -> Line:
        answer = sensible(self.amount)
        return self.line("amount", answer == "", answer or f"{format_money(self.amount)} is asked for.")

    def limits(self) -> list[tuple[str, Decimal, list[Use], str]]:
        """(rule, limit, what counts against it, whose) of every cap."""
        policy, start = self.policy, months_after(self.on, -self.policy.rolling_months)
        recent = [use for use in self.uses if use.on > start]
        period = f"within {policy.rolling_months} months"
        rows: list[tuple[str, Decimal, list[Use], str]] = [
            ("largest-amount", policy.largest_amount, [], "for one application"),
            ("rolling-cap", policy.rolling_cap, recent, period),
            ("lifetime-cap", policy.lifetime_cap, self.uses, "for life"),
        ]
        cap = policy.cap_of(self.reason)
        if cap is not None:
            mine = [use for use in recent if use.reason == self.reason]
            rows.append(("reason-cap", cap, mine, f"for “{str(Reason(self.reason).label).lower()}” {period}"))
        return rows

    def caps(self) -> list[Line]:
        return [self.cap(*row) for row in self.limits()]

    def cap(self, rule: str, limit: Decimal, uses: list[Use], whose: str) -> Line:
        used = _total(uses)
        left = max(Decimal(0), limit - used)
        sentence = f"At most {format_money(limit)} {whose}"
        if used:
            # Which cases were for the same reason is told to nobody outside: only how much they leave.
            numbers = "" if rule == "reason-cap" else f" ({', '.join(dict.fromkeys(use.number for use in uses))})"
            sentence += f"; {format_money(used)} of it is used{numbers}, {format_money(left)} is left"
        sentence += f". Ask for {format_money(left)} or less." if self.amount > left > 0 else "."
        return self.line(rule, self.amount <= left, sentence)

    def remaining(self) -> Decimal:
        return min(max(Decimal(0), limit - _total(uses)) for _, limit, uses, _ in self.limits())

    def fund(self) -> Line:
        """Only a warning: an approval may wait for a deposit, a payment may not."""
        fund = Fund.objects.filter(is_default=True).first()
        if fund is None:
            missing = "There is no fund to pay from yet. Tell an administrator."
            return self.line("fund-floor", False, missing, blocks=False)
        free = fund.balance() - fund.commitments() - self.policy.fund_floor
        if free < self.amount:
            return self.line(
                "fund-floor",
                False,
                "The fund cannot pay this now without falling below its floor. An approval would wait for a deposit.",
                blocks=False,
            )
        return self.line("fund-floor", True, "The fund can pay this and stay above its floor.", blocks=False)

    def documents(self) -> Line:
        threshold = self.policy.document_threshold
        if self.amount <= threshold:
            return self.line("documents", True, f"Up to {format_money(threshold)} no paper is asked for.")
        asked = f"Above {format_money(threshold)} at least one paper must be attached: a bill, a notice, a certificate."
        return self.line("documents", bool(self.papers), asked, blocks=self.papers is not None)

    def emergency(self) -> Line:
        policy = self.policy
        if policy.may_be_emergency(self.amount):
            sentence = (
                f"In an emergency the {_named(policy.emergency_level)} alone can decide up to "
                f"{format_money(policy.emergency_max)}; a second officer confirms it afterwards."
            )
            return self.line("emergency", True, sentence, blocks=False)
        sentence = f"The emergency lane ends at {format_money(policy.emergency_max)}."
        if not policy.emergency_max:
            sentence = "This policy has no emergency lane."
        return self.line("emergency", not self.is_emergency, sentence, blocks=self.is_emergency)

    def levels(self) -> Line:
        levels = [self.policy.emergency_level] if self.is_emergency else self.policy.required_levels(self.amount)
        if not levels:
            return self.line("levels", False, "No level of this policy decides that amount. Tell an officer.")
        return self.line("levels", True, f"Decided by: {', then '.join(_named(level) for level in levels)}.")

    def other_cases(self) -> Line:
        running = BenevolenceApplication.objects.in_review().filter(member=self.member)
        total = running.aggregate(total=Sum("amount_requested"))["total"]
        if total:
            sentence = f"Other applications of this member over {format_money(total)} are being decided."
            return self.line("other-cases", False, sentence, blocks=False)
        return self.line("other-cases", True, "No other application of this member is being decided.", blocks=False)


def _total(uses: list[Use]) -> Decimal:
    return sum((use.amount for use in uses), Decimal(0))


def _named(level: str) -> str:
    return str(Level(level).label).lower()


def sensible(amount: Decimal | int | None) -> str:
    """Why this is no amount of money; "" when it is one."""
    if amount is None or not Decimal(amount).is_finite():
        return "Type an amount, such as 1250.00."
    if amount <= 0:
        return "The amount must be more than zero."
    if amount > MOST:
        return "That amount cannot be right: it has too many digits. Check it."
    if amount != round(amount, 2):
        return "An amount has dollars and cents: use at most two places after the point."
    return ""
