"""What a member could get, line by line: each rule's yes and no, in its words."""

from datetime import date
from decimal import Decimal

import pytest

from benevolence import eligibility, factories, services
from benevolence.eligibility import months_after, preview
from benevolence.models import Policy, Strike
from ip2a.answers import Refused
from ip2a.factories import UserFactory
from members.factories import MemberFactory

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 18)


@pytest.fixture
def policy():
    factories.main_fund(balance=50_000)
    return factories.policy_in_force()


def asked(member=None, amount=400, **fields):
    member = member or MemberFactory(hire_date=factories.LONG_AGO)
    return preview(member, **{"reason": "medical", "amount": Decimal(amount), "on": DAY, **fields})


def line(found, rule):
    one = next(one for one in found.lines if one.rule == rule)
    return one.ok, one.sentence


def test_a_member_in_good_standing_gets_what_is_asked_for_and_every_rule_says_so(policy):
    found = asked()
    assert (found.ok, found.can_get, found.levels, found.emergency_possible) == (True, 400, ["vp"], True)
    assert [one.rule for one in found.lines if not one.ok] == []
    assert {one.policy_number for one in found.lines} == {policy.number}
    assert [one.rule for one in found.lines] == [
        "membership", "standing", "reapply-wait", "bar", "strike", "amount", "largest-amount", "rolling-cap",
        "lifetime-cap", "fund-floor", "documents", "emergency", "levels", "other-cases",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("joined", "expected"),
    [
        (date(2025, 3, 18), (True, "A member since Tue 18 Mar 2025; 12 months are asked for.")),
        (
            date(2025, 3, 19),
            (
                False,
                "A member since Wed 19 Mar 2025; the fund asks for 12 months, reached on Thu 19 Mar 2026.",
            ),
        ),
        (None, (False, "The day of joining is not known. Enter it on the member's page, then try again.")),
    ],
)
def test_membership(policy, joined, expected):
    found = asked(MemberFactory(hire_date=joined))
    assert (line(found, "membership"), found.can_get) == (expected, 400 if expected[0] else 0)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("active", (True, "The member is active.")),
        ("retired", (True, "The member is retired.")),
        ("suspended", (False, "The member is suspended; the fund helps members who are active or retired.")),
        ("deceased", (False, "The member is deceased; the fund helps members who are active or retired.")),
    ],
)
def test_standing(policy, status, expected):
    assert line(asked(MemberFactory(hire_date=factories.LONG_AGO, status=status)), "standing") == expected


def test_a_denial_must_be_waited_out(house):
    case = factories.submitted(on=date(2026, 1, 5))
    services.deny(case, for_applicant="The bill is of last year.", by=house["vp"], on=date(2026, 1, 5))
    said = f"{case.number} was denied on Mon 5 Jan 2026. A new application is possible from Sun 5 Apr 2026."
    assert line(asked(case.member), "reapply-wait") == (False, said)
    assert line(asked(case.member, on=date(2026, 4, 5)), "reapply-wait") == (True, "No denial stands in the way.")


def test_a_bar_must_be_over_or_lifted(house):
    member = MemberFactory(hire_date=factories.LONG_AGO)
    bar = services.bar_member(member, reason="Forged bill", by=house["vp"], on=date(2026, 1, 5))
    assert line(asked(member), "bar") == (
        False,
        "The member is barred from the fund until Wed 5 Jan 2028. Ask an officer.",
    )
    assert line(asked(member, on=date(2028, 1, 6)), "bar")[0]
    services.lift_bar(bar, reason="The bill was real after all", by=house["vp"])
    assert line(asked(member), "bar") == (True, "The member is not barred.")


def test_a_strike_suspends_the_fund_only_while_it_lasts_and_only_if_the_policy_says_so(policy):
    Strike.objects.create(name="the refinery strike", started_on=date(2026, 3, 1), ended_on=date(2026, 3, 18))
    said = "The fund takes no applications during the refinery strike. Ask about strike benefits."
    assert line(asked(), "strike") == (False, said)
    assert line(asked(on=date(2026, 3, 19)), "strike")[0]
    factories.policy_in_force(suspends_in_strike=False)
    assert line(asked(), "strike") == (True, "No strike suspends the fund.")


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0", "The amount must be more than zero."),
        ("-5", "The amount must be more than zero."),
        ("10.005", "An amount has dollars and cents: use at most two places after the point."),
        ("1e12", "That amount cannot be right: it has too many digits. Check it."),
        ("NaN", "Type an amount, such as 1250.00."),
        ("Infinity", "Type an amount, such as 1250.00."),
    ],
)
def test_absurd_amounts_are_told_apart(amount, said):
    assert eligibility.sensible(Decimal(amount)) == said


def test_no_application_may_ask_for_more_than_the_largest_amount(policy):
    found = asked(amount=9000)
    assert line(found, "largest-amount") == (
        False,
        "At most $7,500.00 for one application. Ask for $7,500.00 or less.",
    )
    assert (found.ok, found.can_get) == (False, 7500)


def test_what_was_paid_or_promised_within_the_months_counts_against_the_caps(house):
    old = factories.paid(house, amount_requested=3000, on=date(2025, 3, 18))
    member = old.member
    new = factories.approved(house, member=member, amount_requested=4000, on=date(2025, 6, 2))
    assert line(asked(member, amount=4000, reason="disaster"), "rolling-cap") == (
        False,
        f"At most $7,500.00 within 12 months; $4,000.00 of it is used ({new.number}), $3,500.00 is left. "
        "Ask for $3,500.00 or less.",
    )
    assert asked(member, amount=4000, reason="disaster").can_get == 3500
    assert line(asked(member, reason="disaster"), "lifetime-cap") == (
        True,
        f"At most $20,000.00 for life; $7,000.00 of it is used ({old.number}, {new.number}), $13,000.00 is left.",
    )
    assert asked(member, amount=4000, on=date(2026, 6, 2)).can_get == 4000


def test_a_reason_can_have_a_cap_of_its_own_which_names_no_case(house):
    policy = factories.policy_in_force()
    Policy.objects.filter(pk=policy.pk).update(adopted_at=None)
    policy.reason_caps.update_or_create(reason="other", defaults={"amount": 2500})
    Policy.objects.filter(pk=policy.pk).update(adopted_at=policy.created_at)
    case = factories.paid(house, amount_requested=400, reason="other", on=DAY)
    assert line(asked(case.member, amount=2200, reason="other"), "reason-cap") == (
        False,
        "At most $2,500.00 for “other” within 12 months; $400.00 of it is used, $2,100.00 is left. "
        "Ask for $2,100.00 or less.",
    )
    assert asked(case.member, amount=2200, reason="medical").ok


def test_the_state_of_the_fund_warns_but_does_not_refuse(policy):
    assert line(asked(), "fund-floor") == (True, "The fund can pay this and stay above its floor.")
    factories.policy_in_force(fund_floor=49_700)
    found = asked()
    said = "The fund cannot pay this now without falling below its floor. An approval would wait for a deposit."
    assert (line(found, "fund-floor"), found.ok, found.can_get) == ((False, said), True, 400)


def test_papers_are_announced_and_then_asked_for(policy):
    said = "Above $500.00 at least one paper must be attached: a bill, a notice, a certificate."
    assert line(asked(amount=501), "documents") == (False, said)
    assert asked(amount=501).ok
    assert not asked(amount=501, papers=0).ok
    assert asked(amount=501, papers=1).ok
    assert line(asked(amount=500, papers=0), "documents") == (True, "Up to $500.00 no paper is asked for.")


def test_the_emergency_lane_has_one_level_and_a_limit(policy):
    found = asked(amount=1500, is_emergency=True, papers=1)
    assert (found.ok, found.levels, line(found, "emergency")) == (
        True,
        ["president"],
        (
            True,
            "In an emergency the president alone can decide up to $1,500.00; a second officer confirms it afterwards.",
        ),
    )
    found = asked(amount=1501, is_emergency=True)
    assert (found.ok, line(found, "emergency")) == (False, (False, "The emergency lane ends at $1,500.00."))
    assert asked(amount=1501).ok
    factories.policy_in_force(emergency_max=0)
    assert line(asked(is_emergency=True), "emergency") == (False, "This policy has no emergency lane.")


@pytest.mark.parametrize(
    ("amount", "levels"),
    [
        ("0.01", ["vp"]),
        ("500", ["vp"]),
        ("500.01", ["vp", "admin"]),
        ("1500", ["vp", "admin"]),
        ("3500", ["vp", "admin", "manager"]),
        ("3500.01", ["vp", "admin", "manager", "president"]),
        ("7500", ["vp", "admin", "manager", "president"]),
    ],
)
def test_the_levels_follow_from_the_amount(policy, amount, levels):
    assert asked(amount=amount).levels == levels


def test_other_running_cases_are_mentioned(house):
    case = factories.submitted(amount_requested=450)
    found = asked(case.member)
    assert (found.ok, line(found, "other-cases")) == (
        True,
        (False, "Other applications of this member over $450.00 are being decided."),
    )


def test_a_day_without_a_policy_is_refused_in_words(policy):
    with pytest.raises(Refused) as refusal:
        asked(on=date(1999, 12, 31))
    assert str(refusal.value) == (
        "No benevolence policy is in force on Fri 31 Dec 1999, so nothing can be promised or decided for that day. "
        "An officer or administrator must adopt one that covers it."
    )


def test_only_who_files_asks_for_a_preview(policy):
    member = MemberFactory(hire_date=factories.LONG_AGO)
    with pytest.raises(Refused, match="Your role may not file applications"):
        services.preview(member, reason="medical", amount=Decimal(1), by=UserFactory(role="organizer"))
    found = services.preview(member, reason="medical", amount=Decimal(1), by=UserFactory(role="staff"))
    assert found.can_get == 1


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 3, 18), -12, date(2025, 3, 18)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_the_month(day, months, expected):
    assert months_after(day, months) == expected
