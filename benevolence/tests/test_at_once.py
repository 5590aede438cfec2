"""Several officers at the same moment, with real threads on the real database."""

import threading
from collections import Counter
from decimal import Decimal

from django.db import connections

from benevolence import factories, services
from benevolence.models import BenevolenceApplication, BenevolenceReview, LedgerEntry
from benevolence.models.words import LEVELS
from ip2a.answers import Refused
from members.factories import MemberFactory


def at_once(*calls):
    """Start every call at the same moment; what became of each: "done", or the words of the refusal."""
    start, outcomes = threading.Barrier(len(calls)), []

    def run(call):
        try:
            start.wait(20)
            call()
            outcomes.append("done")
        except Refused as refusal:
            outcomes.append(str(refusal))
        except Exception as error:  # whatever else happens must show in the outcomes
            outcomes.append(f"{type(error).__name__}: {error}")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(outcomes)


def people():
    factories.policy_in_force()
    return factories.officers()


def test_two_payments_at_once_cannot_overdraw(committed_db):
    house = people()
    fund = factories.main_fund(balance=5600)
    first, second = factories.approved(house), factories.approved(house)
    outcomes = at_once(
        *(lambda case=case: services.pay(case, method="ach", by=house["admin"]) for case in (first, second))
    )
    assert [outcome[:42] for outcome in outcomes] == ["The fund holds $5,200.00 and may not fall ", "done"]
    assert (fund.balance(), LedgerEntry.objects.payments().count()) == (5200, 1)
    assert Counter(BenevolenceApplication.objects.values_list("status", flat=True)) == {"paid": 1, "approved": 1}


def test_raw_entries_at_once_cannot_overdraw_either(committed_db):
    house = people()
    fund = factories.main_fund(balance=5600)
    entry = {"fund": fund, "kind": "adjustment", "memo": "x", "by": house["admin"], "by_name": "x", "amount": -500}
    outcomes = at_once(*[lambda: LedgerEntry.objects.create(**entry)] * 4)
    assert [outcome.partition(":")[0] for outcome in outcomes] == ["IntegrityError"] * 3 + ["done"]
    assert fund.balance() == 5100


def test_one_case_is_paid_once(committed_db):
    house = people()
    factories.main_fund(balance=50_000)
    case = factories.approved(house)
    outcomes = at_once(*[lambda: services.pay(case, method="ach", by=house["admin"])] * 4)
    assert [outcome.startswith("This application was paid on") for outcome in outcomes] == [True] * 3 + [False]
    assert LedgerEntry.objects.payments().count() == 1


def test_a_level_decides_once(committed_db):
    house = people()
    case = factories.submitted()
    outcomes = at_once(
        *[lambda: services.approve(case, by=house["vp"])] * 3,
        *[lambda: services.deny(case, for_applicant="No", by=house["vp"])] * 3,
    )
    assert outcomes.count("done") == 1
    assert {outcome for outcome in outcomes if outcome != "done"} <= {
        "This application is already approved.",
        "This application is already denied.",
    }
    assert BenevolenceReview.objects.count() == 1


def test_two_cases_approved_at_once_do_not_pass_a_cap_together(committed_db):
    house = people()
    policy = factories.policy_in_force(rolling_cap=600)
    member = MemberFactory(hire_date=factories.LONG_AGO)
    cases = [factories.submitted(member=member, amount_requested=400) for _ in range(2)]
    outcomes = at_once(*(lambda case=case: services.approve(case, by=house["vp"]) for case in cases))
    assert outcomes == sorted(
        [
            f"The caps of policy {policy.number} leave $200.00 for this member. Approve that or less.",
            "done",
        ]
    )


def test_numbers_have_neither_gaps_nor_doubles(committed_db):
    people()
    drafts = [factories.BenevolenceApplicationFactory() for _ in range(8)]
    bad = factories.BenevolenceApplicationFactory(member=MemberFactory(hire_date=None))
    outcomes = at_once(*(lambda case=case: services.submit(case, by=case.filed_by) for case in [*drafts, bad]))
    assert outcomes.count("done") == 8
    numbers = BenevolenceApplication.objects.exclude(number="").values_list("number", flat=True).order_by("number")
    assert [number[-4:] for number in numbers] == [f"{n:04}" for n in range(1, 9)]


def test_eight_reviewers_lose_double_and_disorder_nothing(committed_db):
    """Each officer twice, so that each level is asked by two at once; benchmarks/benevolence_decisions.py does more."""
    house = people()
    fund = factories.main_fund(balance=500_000)
    cases = [factories.submitted(amount_requested=amount) for amount in (400, 1200, 3000, 5000) * 10]
    refusals = Counter()
    lock = threading.Lock()

    def work_through(level, backwards):
        def run():
            left = list(reversed(cases)) if backwards else list(cases)
            for _ in range(60):
                left = [case for case in left if not decided(case, level)]
                for case in left:
                    try:
                        services.approve(case, by=house[level])
                    except Refused as refusal:
                        with lock:
                            refusals[str(refusal)[:20]] += 1
                if not left:
                    return

        return run

    outcomes = at_once(*(work_through(level, backwards) for level in LEVELS for backwards in (False, True)))
    assert outcomes == ["done"] * 8
    assert set(BenevolenceApplication.objects.values_list("status", flat=True)) == {"approved"}
    expected = {case.pk: case.required_levels for case in cases}
    made = {case.pk: [] for case in cases}
    for pk, level in BenevolenceReview.objects.order_by("id").values_list("application", "review_level"):
        made[pk].append(level)
    assert made == expected
    for case in BenevolenceApplication.objects.all():
        services.pay(case, method="ach", by=house["admin"])
    assert fund.balance() == Decimal(500_000) - sum(case.amount_requested for case in cases)


def decided(case, level):
    needed = BenevolenceApplication.objects.get(pk=case.pk).required_levels
    return level not in needed or BenevolenceReview.objects.filter(application=case, review_level=level).exists()
