"""From the draft to the officers' desk and back: each verb's change, its trace and its refusals."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from benevolence import factories, rules, services
from benevolence.models import ApplicationStory, BenevolenceApplication, Submission
from ip2a.answers import Refused
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry
from ip2a.services import Conflict
from members.factories import MemberEmploymentFactory, MemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def filer(house):
    return UserFactory(role="representative")


def draft(filer, **fields):
    application = BenevolenceApplication(
        **{"member": MemberFactory(hire_date=factories.LONG_AGO), "reason": "hardship", "amount_requested": 300}
        | {"application_date": date(2025, 1, 2)}
        | fields
    )
    return services.save_draft(application, story={"description": "The rent is due."}, by=filer)


def refusal(verb, *arguments, **named):
    with pytest.raises(Refused) as refused:
        verb(*arguments, **named)
    return str(refused.value)


def test_a_draft_is_kept_with_its_story_and_can_be_changed_by_who_files_it(filer):
    case = draft(filer)
    assert (case.status, case.number, case.filed_by, case.description) == ("draft", "", filer, "The rent is due.")
    case.amount_requested = Decimal(350)
    told = {"description": "Rent and heating.", "payee": "creditor", "creditor_name": "Alder Homes"}
    services.save_draft(case, story=told, by=filer, version=case.version)
    case = BenevolenceApplication.objects.get()
    assert (case.amount_requested, case.story.creditor_name, case.description) == (
        350,
        "Alder Homes",
        "Rent and heating.",
    )
    assert [e.reason for e in AuditEntry.objects.about(case)] == ["Draft changed", "Draft begun"]


def test_a_draft_that_moved_on_meanwhile_is_a_conflict(filer):
    case = draft(filer)
    services.save_draft(case, story={}, by=filer)
    old = case.version
    BenevolenceApplication.objects.filter(pk=case.pk).update(amount_requested=310)
    with pytest.raises(Conflict):
        services.save_draft(case, story={}, by=filer, version=old)


@pytest.mark.parametrize("role", ["officer", "organizer", "instructor", "administrator"])
def test_only_representatives_and_staff_file(house, role):
    said = "Your role may not file applications. Representatives and staff file them for members."
    assert refusal(draft, UserFactory(role=role)) == said


def test_nobody_else_changes_or_submits_a_draft(filer):
    case, other = draft(filer), UserFactory(role="representative")
    said = f"{filer} files this application. An officer can entrust it to you."
    assert refusal(services.save_draft, case, story={}, by=other) == said
    assert refusal(services.submit, case, by=other) == said


def test_an_absurd_amount_is_not_even_kept(filer):
    assert refusal(draft, filer, amount_requested=Decimal("-1")) == "The amount must be more than zero."


def test_submitting_keeps_policy_levels_and_numbers(filer):
    case = draft(filer)
    job = MemberEmploymentFactory(member=case.member)
    case = services.submit(case, by=filer)
    assert (case.status, case.required_levels, case.current_level, case.attempt, case.round) == (
        "submitted",
        ["vp"],
        "vp",
        1,
        1,
    )
    assert case.number == f"BA-{timezone.localdate().year}-0001"
    kept = Submission.objects.get()
    assert (kept.policy, kept.can_get, kept.employers, kept.reason, len(kept.lines)) == (
        case.policy,
        300,
        [job.organization_id],
        "hardship",
        15,
    )
    assert kept.lines[0]["sentence"].startswith("A member since")


def test_numbers_follow_each_other_in_each_year(filer):
    numbers = [services.submit(draft(filer), by=filer, on=on).number for on in YEARS]
    assert numbers == ["BA-2025-0001", "BA-2025-0002", "BA-2026-0001"]


YEARS = [date(2025, 3, 3), date(2025, 4, 4), date(2026, 2, 2)]


def test_a_number_is_not_lost_by_a_submission_that_fails(filer):
    bare = draft(filer)
    ApplicationStory.objects.filter(application=bare).update(description=" ")
    said = "Tell what happened before you submit: the officers decide by it."
    assert refusal(services.submit, bare, by=filer) == said
    assert services.submit(draft(filer), by=filer).number.endswith("-0001")


def test_what_the_preview_refuses_cannot_be_submitted(filer):
    case = draft(filer, member=MemberFactory(hire_date=None), amount_requested=8000)
    assert refusal(services.submit, case, by=filer) == (
        "The day of joining is not known. Enter it on the member's page, then try again. "
        "At most $7,500.00 for one application. Ask for $7,500.00 or less. "
        "At most $7,500.00 within 12 months. Ask for $7,500.00 or less. "
        "At most $5,000.00 for “hardship” within 12 months. Ask for $5,000.00 or less. "
        "Above $500.00 at least one paper must be attached: a bill, a notice, a certificate."
    )


def test_a_paper_opens_the_way(filer):
    case = draft(filer, amount_requested=900)
    assert "at least one paper" in refusal(services.submit, case, by=filer)
    factories.paper_for(case)
    assert services.submit(case, by=filer).status == "submitted"


@pytest.mark.parametrize(
    ("rule", "payee", "said"),
    [
        ("member", "creditor", "By the policy only the member is paid. Choose the member as payee."),
        ("creditor", "member", "By the policy only a creditor is paid. Name the creditor."),
    ],
)
def test_the_payee_follows_the_policy(filer, rule, payee, said):
    factories.policy_in_force(payee_rule=rule)
    case = draft(filer)
    ApplicationStory.objects.filter(application=case).update(payee=payee, creditor_name="Alder Homes")
    assert refusal(services.submit, case, by=filer) == said
    ApplicationStory.objects.filter(application=case).update(payee=rule)
    assert services.submit(case, by=filer).status == "submitted"


def test_a_day_without_policy_takes_no_application(filer):
    case = draft(filer, application_date=date(1999, 1, 4))
    assert refusal(services.submit, case, by=filer, on=date(1999, 1, 4)).startswith(
        "No benevolence policy is in force on Mon 4 Jan 1999"
    )


def test_a_case_of_tomorrow_is_refused(filer):
    case = draft(filer, application_date=date(2025, 5, 6))
    said = "The application is dated Tue 6 May 2025, which is still to come."
    assert refusal(services.submit, case, by=filer, on=date(2025, 5, 5)) == said
    said = "Sun 5 May 2999 is still to come. Take today or an earlier day."
    assert refusal(services.submit, case, by=filer, on=date(2999, 5, 5)) == said


def test_what_was_submitted_is_not_changed(filer):
    case = services.submit(draft(filer), by=filer)
    said = "This application was submitted and stays as it is. Withdraw it to change it."
    assert refusal(services.save_draft, case, story={}, by=filer) == said
    assert refusal(services.submit, case, by=filer) == said


def test_a_question_goes_to_the_filer_and_returns_to_the_same_level(house, filer):
    case = services.submit(draft(filer), by=filer)
    services.ask(case, question="Which month of rent?", by=house["vp"])
    case.refresh_from_db()
    assert (case.status, case.state, case.current_level, case.review_due_on) == (
        "under_review",
        "More information needed",
        "vp",
        None,
    )
    assert refusal(services.answer, case, text=" ", by=filer).startswith("Write the answer.")
    other = UserFactory(role="staff")
    assert "files this application" in refusal(services.answer, case, text="March", by=other)
    services.answer(case, text="March", by=filer)
    case.refresh_from_db()
    assert (case.round, case.current_level, case.waiting_since, case.state) == (2, "vp", None, "Under review")
    assert list(case.additions.values_list("round", "text")) == [(1, "March")]
    assert refusal(services.answer, case, text="April", by=filer) == "Nobody has asked for more information."
    services.approve(case, by=house["vp"])
    assert BenevolenceApplication.objects.get().status == "approved"


def test_a_withdrawn_application_is_a_draft_again_and_can_be_handed_in_anew(house, filer):
    case = services.submit(draft(filer), by=filer)
    assert "Say why" in refusal(services.withdraw, case, reason="", by=filer)
    case = services.withdraw(case, reason="A brother pays.", by=filer)
    assert (case.status, case.state, case.current_level) == ("draft", "Withdrawn", "")
    assert case.story.withdrawn_because == "A brother pays."
    assert "was withdrawn on" in refusal(services.withdraw, case, reason="Again", by=filer)
    assert "was withdrawn on" in refusal(services.approve, case, by=house["vp"])
    number = case.number
    case = services.submit(case, by=filer)
    assert (case.number, case.status, case.attempt, case.is_withdrawn) == (number, "submitted", 2, False)
    assert "A brother" not in str(list(AuditEntry.objects.filter(compartment="").values_list("reason", "new")))


def test_withdrawing_an_approved_case_frees_what_was_promised(house, filer):
    case = services.submit(draft(filer), by=filer)
    services.approve(case, by=house["vp"])
    fund = factories.main_fund()
    assert fund.commitments() == 300
    services.withdraw(case, reason="Not needed", by=filer)
    assert fund.commitments() == 0


def test_paid_and_denied_cases_are_not_withdrawn(house):
    paid = factories.paid(house)
    assert refusal(services.withdraw, paid, reason="x", by=paid.filed_by) == (
        "This application is paid. Void the payment first."
    )
    case = factories.submitted()
    services.deny(case, for_applicant="No.", by=house["vp"])
    assert "nothing to withdraw" in refusal(services.withdraw, case, reason="x", by=case.filed_by)


def test_an_officer_entrusts_a_case_to_another_filer_and_nobody_else_does(house, filer):
    case, heir = draft(filer), UserFactory(role="staff")
    assert "Only an officer" in refusal(services.entrust, case, to=heir, by=filer)
    assert "may not file" in refusal(services.entrust, case, to=UserFactory(role="organizer"), by=house["vp"])
    case = services.entrust(case, to=heir, by=house["vp"])
    assert (case.filed_by, bool(rules.may_edit(heir, case)), bool(rules.may_edit(filer, case))) == (heir, True, False)
    assert "already" in refusal(services.entrust, case, to=heir, by=house["vp"])


def test_officers_keep_notes(house, filer):
    case = draft(filer)
    assert services.note(case, text="Called her.", by=house["vp"]).notes == "Called her."
    assert refusal(services.note, case, text="x", by=filer) == "Only officers keep notes on a case."
