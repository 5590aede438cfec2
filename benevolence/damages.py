"""Damage to applications and to the books of the fund, for the drill (``maintenance.damaging``)."""

from datetime import UTC, date, datetime
from decimal import Decimal

from benevolence.factories import main_fund, policy_in_force, submitted
from benevolence.models import BenevolenceApplication as Application
from benevolence.models import BenevolenceReview, Decision, LedgerEntry, Level, Office, StandIn, Status
from ip2a.factories import UserFactory
from maintenance.damaging import by_hand, change, damage, lose
from members.models import Member

LONG_AGO = date(2001, 3, 5)
FAR = date(2990, 1, 1)
MUCH = Decimal(9_000_000)


def _set(status: str, case: Application | None = None, **values) -> Application:
    """A case in a state that nobody brought it to."""
    ended = {"current_level": "", "level_since": None, "review_due_on": None, "decided_on": LONG_AGO}
    return change(case or submitted(), status=status, **{**ended, **values})


def _approved(case: Application | None = None, **values) -> Application:
    return _set(Status.APPROVED, case, **{"approved_amount": Decimal(400), **values})


def _paid() -> Application:
    payment = {"payment_date": LONG_AGO, "payment_method": "ach"}
    return _set(Status.PAID, approved_amount=Decimal(400), **payment)


def _review(case: Application, level: str = Level.VP, amount: int = 400) -> BenevolenceReview:
    reviewer = UserFactory()
    with by_hand(BenevolenceReview):
        return BenevolenceReview.objects.create(
            application=case,
            attempt=case.attempt,
            round=case.round,
            review_level=level,
            reviewer=reviewer,
            reviewer_name=str(reviewer),
            decision=Decision.APPROVED,
            review_date=LONG_AGO,
            approved_amount=amount,
        )


def _booked(kind: str, amount: Decimal, **values) -> LedgerEntry:
    by = UserFactory()
    facts = {"fund": main_fund(), "entry_date": LONG_AGO, "by": by, "by_name": str(by), "memo": "By hand", **values}
    with by_hand(LedgerEntry):
        return LedgerEntry.objects.create(kind=kind, amount=amount, **facts)


def _payment(amount: Decimal) -> LedgerEntry:
    return _booked("payment", -amount, application=submitted(), payment_method="ach", payee_name="Somebody")


# Cases and decisions


@damage("benevolence.application-without-story")
def application_without_story():
    case = submitted()
    lose(case.story)
    return f"{case} without its story"


@damage("benevolence.submission-not-kept")
def submission_not_kept():
    return f"{change(submitted(), amount_requested=Decimal(1))}, which asked for something else"


@damage("benevolence.approved-without-reviews")
def approved_without_reviews():
    return f"{_approved()}, approved by nobody"


@damage("benevolence.approved-above-reviews")
def approved_above_reviews():
    case = submitted()
    _review(case, amount=1)
    return f"{_approved(case)}, of which $1 was approved"


@damage("benevolence.denied-without-decision")
def denied_without_decision():
    return f"{_set(Status.DENIED)}, denied by nobody"


@damage("benevolence.review-out-of-order")
def review_out_of_order():
    case = submitted()
    _review(case, Level.MANAGER)
    _review(case, Level.VP)
    return f"{case}, approved by a later level first"


@damage("benevolence.decided-by-somebody-tied")
def decided_by_somebody_tied():
    case = submitted()
    change(case.member, user=_review(case).reviewer)
    return f"{case}, approved by the applicant"


@damage("benevolence.beyond-policy")
def beyond_policy():
    return f"{_approved(approved_amount=MUCH)}, far above the policy"


@damage("benevolence.number-missing")
def number_missing():
    case = submitted()
    return f"{change(case, number=f'{case.number[:8]}9999')}, before which numbers are missing"


# Days that go by, people who leave


@damage("benevolence.answer-overdue")
def answer_overdue():
    waiting = {"waiting_since": datetime(2001, 3, 5, tzinfo=UTC), "review_due_on": None}
    return f"{change(submitted(), **waiting)}, which waits since 2001"


@damage("benevolence.emergency-unconfirmed")
def emergency_unconfirmed():
    return f"{_approved(is_emergency=True)}, an emergency of 2001"


@damage("benevolence.case-nobody-decides")
def case_nobody_decides():
    case = submitted()
    with by_hand(Office, StandIn):
        for tenure in (Office, StandIn):
            tenure.objects.update(starts_on=FAR, ends_on=None)
    return f"{case}, whose level nobody holds"


@damage("benevolence.office-of-nobody")
def office_of_nobody():
    with by_hand(Office):
        office = Office.objects.create(level=Level.VP, starts_on=LONG_AGO, person=UserFactory(is_active=False))
    return f"{office}, who does not sign in"


@damage("benevolence.policy-gap")
def policy_gap():
    return f"{change(policy_in_force(), effective_until=FAR)}, which ends in 2990"


@damage("benevolence.applicant-deceased")
def applicant_deceased():
    case = submitted()
    change(case.member, status=Member.Status.DECEASED)
    return f"{case}, whose applicant has died"


# The books


@damage("benevolence.books-disagree")
def books_disagree():
    return f"{_paid()}, paid and in no book"


@damage("benevolence.payment-differs")
def payment_differs():
    return f"{_paid()}, paid on a day that no book knows"


@damage("benevolence.void-differs")
def void_differs():
    payment = _payment(Decimal(400))
    void = _booked("void", Decimal(1), application=payment.application, counter_entry=payment)
    return f"{void} for {payment}"


@damage("benevolence.caps-exceeded")
def caps_exceeded():
    return f"{_payment(MUCH)} to one member"


@damage("benevolence.fund-below-floor")
def fund_below_floor():
    return f"{_booked('adjustment', -MUCH)} that nobody made"


@damage("benevolence.promised-too-much")
def promised_too_much():
    main_fund()
    return f"{_approved(approved_amount=MUCH)}, promised"
