"""JATC applications, placement, grants, and the reports that stay as they were."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from ip2a.answers import Refused
from ip2a.factories import UserFactory
from members.factories import OrganizationFactory
from training import counting, factories, rules, services
from training.models import (
    Demographics,
    Expense,
    FollowUp,
    FunderReport,
    FunderReportDemographics,
    JatcApplication,
    Placement,
)
from training.services.after import months_after
from training.tests.test_promises import at_once

DAY = timedelta(days=1)
AT = datetime(2026, 4, 14, 17, tzinfo=UTC)
FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)


def refused(words, act, *arguments, **values):
    with pytest.raises(Refused) as refusal:
        act(*arguments, **values)
    assert str(refusal.value) == words


@pytest.fixture
def staff(db):
    return UserFactory(role="staff")


@pytest.fixture
def interviewer(db):
    return UserFactory(role="representative")


def scheduled(staff, **fields):
    application = factories.JatcApplicationFactory(**fields)
    services.submit(application, by=staff, on=date(2026, 4, 1))
    services.schedule(application, at=AT, by=staff)
    application.refresh_from_db()
    return application


def test_an_application_goes_from_draft_to_acceptance(staff, interviewer):
    application = scheduled(staff)
    services.interview(application, score=Decimal(82), by=interviewer, on=date(2026, 4, 14))
    services.decide(application, to="accepted", by=staff, on=date(2026, 4, 20))
    application.refresh_from_db()
    assert (application.status, application.decided_on) == ("accepted", date(2026, 4, 20))
    words = "An application that is “accepted” cannot become “rejected”."
    refused(words, services.decide, application, to="rejected", by=staff, reason="x")


def test_only_a_jatc_gets_applications(staff):
    application = factories.JatcApplicationFactory(jatc=OrganizationFactory(name="Volt"))
    words = "Volt is not a JATC. Choose one, or correct the organization's type."
    refused(words, services.submit, application, by=staff)


def test_each_interviewer_scores_once_and_only_after_scheduling(staff, interviewer):
    application = factories.JatcApplicationFactory()
    words = "Scores are written down once an interview is scheduled and until it is decided."
    refused(words, services.interview, application, score=Decimal(1), by=interviewer)
    application = scheduled(staff)
    services.interview(application, score=Decimal(82), by=interviewer, on=date(2026, 4, 14))
    words = "You scored this application already. A score stays as it is."
    refused(words, services.interview, application, score=Decimal(99), by=interviewer)
    refused(
        "The score must lie between nought and the most that can be had.",
        services.interview,
        application,
        score=Decimal(101),
        by=UserFactory(role="representative"),
        on=date(2026, 4, 14),
    )


def test_who_reads_demographics_does_not_interview_and_the_other_way_round(staff, interviewer):
    from django.contrib.auth.models import Group

    application = scheduled(staff)
    factories.DemographicsFactory(student=application.student)
    assert rules.may_interview(staff, application).reason == "Your role may not score interviews."
    both = UserFactory(role="representative")
    both.groups.add(Group.objects.get(name="staff"))
    words = "You may read student demographics, so you do not interview. Ask a colleague."
    assert rules.may_interview(both, application).reason == words
    teacher = factories.teaches(user=UserFactory(role="staff")).instructor.user
    people = (staff, interviewer, both, teacher, UserFactory(role="administrator"), UserFactory(role="instructor"))
    assert [Demographics.objects.visible_to(user).count() for user in people] == [1, 0, 0, 0, 0, 0]


def test_nobody_is_accepted_without_a_score_or_rejected_without_a_reason(staff):
    application = scheduled(staff)
    JatcApplication.objects.filter(pk=application.pk).update(status="interviewed")
    words = "Nobody has scored an interview yet. Write down a score first."
    refused(words, services.decide, application, to="accepted", by=staff)
    words = "Say why it was rejected: the reason stays in the history."
    refused(words, services.decide, application, to="rejected", by=staff)


def test_the_rank_list_goes_by_mean_score_then_by_day(staff):
    jatc = OrganizationFactory(org_type="jatc")
    low, high, early = (scheduled(staff, jatc=jatc) for _ in range(3))
    JatcApplication.objects.filter(pk=early.pk).update(submitted_on=date(2026, 3, 1))
    for application, scores in ((low, (50, 60)), (high, (90, 70)), (early, (80,))):
        for score in scores:
            by = UserFactory(role="representative")
            services.interview(application, score=Decimal(score), by=by, on=date(2026, 4, 14))
    ranked = JatcApplication.objects.ranked()
    assert [(row.pk, row.mean) for row in ranked] == [(early.pk, 80), (high.pk, 80), (low.pk, 55)]


def test_months_end_on_a_day_that_there_is():
    assert [months_after(date(2025, 11, 30), n) for n in (3, 6, 12)] == [
        date(2026, 2, 28),
        date(2026, 5, 30),
        date(2026, 11, 30),
    ]


def test_a_placement_is_followed_up_after_three_six_and_twelve_months(staff):
    student = factories.StudentFactory(status="completed")
    placement = Placement(student=student, employer=OrganizationFactory(), wage=Decimal("24.50"))
    placement.start_date = date(2026, 1, 31)
    placement = services.place(placement, by=staff)
    dues = [(3, date(2026, 4, 30)), (6, date(2026, 7, 31)), (12, date(2027, 1, 31))]
    assert list(placement.follow_ups.values_list("months", "due_on")) == dues
    first = placement.follow_ups.first()
    services.follow_up(first, outcome="same", wage=Decimal("26"), by=staff, on=date(2026, 5, 2))
    placement.start_date = date(2026, 2, 1)
    services.place(placement, by=staff, version=placement.version)
    assert list(FollowUp.objects.values_list("due_on", "outcome")) == [
        (date(2026, 4, 30), "same"),
        (date(2026, 8, 1), ""),
        (date(2027, 2, 1), ""),
    ]
    words = "This was asked on Sat 2 May 2026 already."
    refused(words, services.follow_up, first, outcome="same", by=staff)


def test_applicants_are_not_placed(staff):
    words = "This student has not begun yet, so there is no placement to write down."
    assert rules.may_place(staff, factories.StudentFactory()).reason == words


def expense(grant, amount, **fields):
    return Expense(grant=grant, amount=Decimal(amount), payee="Supply", expense_date=date(2026, 2, 2), **fields)


def test_an_expense_beyond_the_grant_needs_a_reason_and_is_marked(staff):
    grant = factories.GrantFactory(name="DOL", amount=1000)
    services.spend(expense(grant, 900), by=staff)
    words = "DOL has $100.00 left, and this is $150.00. Correct the amount, or say why more is spent."
    refused(words, services.spend, expense(grant, 150), by=staff)
    over = services.spend(expense(grant, 150, over_because="Agreed by the board"), by=staff)
    assert (over.is_over, rules.grants.left_of(grant)) == (True, Decimal(-50))
    within = services.spend(expense(factories.GrantFactory(), 150, over_because="Not needed"), by=staff)
    assert (within.is_over, within.over_because) == (False, "")


def test_an_expense_lies_in_the_days_of_its_grant(staff):
    grant = factories.GrantFactory(name="DOL", start_date=date(2026, 2, 3))
    words = "DOL runs from Tue 3 Feb 2026 to Thu 31 Dec 2026; Mon 2 Feb 2026 lies outside. Check the day or the grant."
    refused(words, services.spend, expense(grant, 1), by=staff)


def test_two_who_spend_at_once_do_not_spend_the_same_money(committed_db):
    staff, grant = UserFactory(role="staff"), factories.GrantFactory(name="DOL", amount=1000)
    outcomes = at_once(*[lambda: services.spend(expense(grant, 600), by=staff)] * 3)
    words = "Refused: DOL has $400.00 left, and this is $600.00. Correct the amount, or say why more is spent."
    assert outcomes == [words, words, "done"]


def test_a_removed_expense_comes_back_only_while_the_grant_holds_it(staff):
    from ip2a.services import remove

    grant = factories.GrantFactory(amount=1000)
    gone = services.spend(expense(grant, 900), by=staff)
    remove(gone, by=staff, reason="Twice")
    services.spend(expense(grant, 900), by=staff)
    words = "The grant does not hold that much any more. Correct the amount, or say why more is spent."
    refused(words, services.bring_back, gone, by=staff)


@pytest.fixture
def reported(staff):
    """A grant with one cohort: three students, of whom one completed, one left and one sits on."""
    cohort = factories.CohortFactory(code="C1")
    grant = factories.GrantFactory(target_enrolled=10, target_credentials=2)
    grant.cohorts.add(cohort)
    sitting = factories.EnrollmentFactory(cohort=cohort)
    done = factories.EnrollmentFactory(cohort=cohort, status="completed", ended_on=date(2026, 3, 27))
    gone = factories.EnrollmentFactory(cohort=cohort, status="withdrawn", ended_on=date(2026, 2, 2), reason="Moved")
    session = factories.SessionFactory(cohort=cohort)
    for place, status in ((sitting, "present"), (done, "late"), (gone, "absent")):
        factories.AttendanceFactory(session=session, enrollment=place, status=status)
    factories.CertificationFactory(student=done.student)
    factories.CertificationFactory(student=done.student, issued_date=date(2026, 4, 1))
    factories.PlacementFactory(student=done.student, start_date=date(2026, 3, 30), wage=Decimal("24.50"))
    factories.ExpenseFactory(grant=grant, amount=250)
    factories.EnrollmentFactory()  # another cohort, which the grant does not pay for
    for place in (sitting, done, gone):
        factories.DemographicsFactory(student=place.student, gender="woman", veteran="no")
    return grant


def test_a_report_counts_its_quarter(reported):
    numbers = counting.numbers_of(reported, FIRST, LAST)
    assert numbers["totals"] == {
        "enrolled": 3,
        "new": 3,
        "completed": 1,
        "left": 1,
        "running": 1,
        "retention": 66.7,
        "classes": 1,
        "attendance": 66.7,
        "credentials": 1,
        "placed": 1,
        "apprenticeships": 1,
        "mean_wage": 24.5,
        "spent": 250.0,
        "spent_so_far": 250.0,
    }
    assert numbers["targets"] == [["Students enrolled", 10, 3], ["Credentials earned", 2, 1]]
    assert numbers["cohorts"] == [["C1", 3, 1, 1, 66.7]]
    assert numbers["credentials"] == [["OSHA 10", 1]]
    assert numbers["placements"] == [["Entered apprenticeship", 1]]


def test_a_later_quarter_counts_who_still_sits(reported):
    totals = counting.numbers_of(reported, date(2026, 4, 1), date(2026, 6, 30))["totals"]
    assert (totals["enrolled"], totals["new"], totals["completed"], totals["credentials"]) == (1, 0, 0, 0)


def test_a_frozen_report_stays_and_tells_what_changed_since(staff, reported):
    report = services.freeze(reported, first=FIRST, last=LAST, by=staff)
    kept = FunderReport.objects.get().numbers
    assert counting.differences(kept, counting.numbers_of(reported, FIRST, LAST)) == []
    factories.ExpenseFactory(grant=reported, amount=50)
    done = reported.cohorts.get().enrollments.get(status="completed").student
    factories.CertificationFactory(student=done, certification_type="cpr")
    report.refresh_from_db()
    assert report.numbers == kept
    found = counting.differences(report.numbers, counting.numbers_of(reported, FIRST, LAST))
    assert sorted(found, key=str) == [
        ("CPR", None, [1]),
        ("Credentials earned", 1, 2),
        ("Credentials earned", [2, 1], [2, 2]),
        ("Spent in these days", 250.0, 300.0),
        ("Spent up to the last day", 250.0, 300.0),
    ]


def test_a_report_is_made_of_days_that_are_over_and_of_the_grant(staff, reported):
    words = "The report ends before it begins: swap the two days."
    refused(words, services.freeze, reported, first=LAST, last=FIRST, by=staff)
    with pytest.raises(Refused, match="runs from Thu 1 Jan 2026 to Thu 31 Dec 2026. Choose days within.$"):
        services.freeze(reported, first=date(2024, 1, 1), last=date(2024, 3, 31), by=staff)
    ahead = timezone.localdate() + DAY
    with pytest.raises(Refused, match="is still to come"):
        services.freeze(reported, first=FIRST, last=ahead, by=staff)


def test_small_cells_are_not_told_and_only_inside_are_they_counted(staff, reported):
    services.freeze(reported, first=FIRST, last=LAST, by=staff)
    told = FunderReportDemographics.objects.get().numbers
    assert (told["students"], told["smallest"]) == (3, 5)
    gender = [row[1:] for row in told["answers"] if row[0] == "Gender"]
    assert gender[0] == ["Woman", None]
    assert [count for _, count in gender].count(None) == 2
    services.freeze(reported, first=FIRST, last=LAST, by=UserFactory(role="administrator"))
    assert FunderReportDemographics.objects.count() == 1
    assert FunderReportDemographics.objects.visible_to(UserFactory(role="administrator")).count() == 0


@pytest.mark.parametrize(
    ("counts", "adds_up", "told"),
    [
        ([10, 20, 0], True, [10, 20, 0]),
        ([10, 4, 0, 30], True, [None, None, 0, 30]),
        ([10, 4, 3], True, [10, None, None]),
        ([10, 4, 3], False, [10, None, None]),
        ([10, 4], False, [10, None]),
        ([4, 0, 0], True, [None, None, 0]),
    ],
)
def test_a_hidden_cell_cannot_be_computed_from_the_others(counts, adds_up, told):
    cells = [[str(place), count] for place, count in enumerate(counts)]
    assert [count for _, count in counting.suppressed(cells, 5, adds_up=adds_up)] == told
