"""The pages of this room and the officers' room in a real browser: quiet, readable, and within the window."""

import re

import pytest
from playwright.sync_api import expect

from benevolence import factories, services
from members.factories import MemberEmploymentFactory, MemberFactory

STORY = "The roof came down in the storm of the second night. " * 12
OFFICERS = {
    "home": "/",
    "applications": "/benevolence/",
    "filtered": "/benevolence/?status=in_review&overdue=no&sort=-asked",
    "case in review": "/benevolence/{review}/",
    "case asked about": "/benevolence/{asked}/",
    "paid case": "/benevolence/{paid}/",
    "denied case": "/benevolence/{denied}/",
    "history": "/benevolence/{paid}/history/",
    "pay": "/benevolence/{approved}/pay/",
    "void": "/benevolence/{paid}/void/",
    "reissue": "/benevolence/{paid}/reissue/",
    "fund": "/benevolence/fund/",
    "fund on a day": "/benevolence/fund/?on=2026-01-31",
    "ledger": "/benevolence/fund/ledger/",
    "deposit": "/benevolence/fund/deposit/",
    "adjust": "/benevolence/fund/adjust/",
    "statement": "/benevolence/fund/statement/?month=2001-03",
    "benefits": "/benevolence/fund/benefits/",
    "reports": "/benevolence/reports/",
    "reports of some": "/benevolence/reports/?reason=medical",
    "letter": "/papers/benevolence.benevolenceapplication/{paid}/benevolence.payment/",
}
FILERS = {
    "home": "/",
    "preview": "/benevolence/check/",
    "new": "/benevolence/add/",
    "draft": "/benevolence/{draft}/",
    "edit": "/benevolence/{draft}/edit/",
    "submit": "/benevolence/{draft}/submit/",
    "withdraw": "/benevolence/{draft}/withdraw/",
    "question": "/benevolence/{asked}/",
    "answer": "/benevolence/{asked}/answer/",
    "denied case": "/benevolence/{denied}/",
    "somebody else's": "/benevolence/{paid}/",
    "member": "/members/{member}/",
}
ADMINISTRATION = {
    "queue": "/admin/benevolence/benevolenceapplication/",
    "case": "/admin/benevolence/benevolenceapplication/{review}/change/",
    "step aside": "/admin/benevolence/benevolenceapplication/{review}/step-aside/",
    "policies": "/admin/benevolence/policy/",
    "policy": "/admin/benevolence/policy/{policy}/change/",
    "new version": "/admin/benevolence/policy/{policy}/new-version/",
    "offices": "/admin/benevolence/office/",
    "hand over": "/admin/benevolence/office/add/",
    "relative": "/admin/benevolence/relative/add/",
    "reviews": "/admin/benevolence/benevolencereview/",
    "review": "/admin/benevolence/benevolencereview/{a_review}/change/",
    "ledger": "/admin/benevolence/ledgerentry/",
}


@pytest.fixture
def local(committed_db):
    """A member in every kind of trouble; the people behind the desks."""
    people = factories.officers()
    policy = factories.policy_in_force()
    member = MemberFactory(
        first_name="Zoë", last_name="Ångström-Featherstonehaugh", hire_date=factories.LONG_AGO, status="active"
    )
    MemberEmploymentFactory(member=member)
    paid = factories.paid(people, member=member, amount_requested=900)
    approved = factories.approved(people, member=member, amount_requested=300)
    review = factories.submitted(member=member, amount_requested=1200, story=STORY, is_emergency=False)
    services.recuse(review, kind="other", reason="We were at school together.", by=people["manager"])
    asked = factories.submitted(amount_requested=400)
    filer = asked.filed_by
    services.ask(asked, question="Which of the two bills is meant?", comments="Looks doubled.", by=people["vp"])
    denied = factories.submitted(amount_requested=250, filed_by=filer)
    services.deny(denied, for_applicant="The fund does not pay fines.", comments="A fine.", by=people["vp"])
    draft = factories.BenevolenceApplicationFactory(member=member, filed_by=filer, amount_requested=650, story=STORY)
    cases = {"paid": paid, "approved": approved, "review": review, "asked": asked, "denied": denied, "draft": draft}
    numbers = {name: case.pk for name, case in cases.items()}
    numbers |= {"member": member.pk, "policy": policy.pk, "a_review": denied.reviews.first().pk}
    return {"people": people, "filer": filer, **numbers}


def paths(pages, local) -> dict[str, str]:
    return {name: path.format(**local) for name, path in pages.items()}


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_pages_are_quiet_readable_and_fit(visit, local, width, scheme):
    books = visit(local["people"]["admin"], width, scheme)
    assert books.walk(paths(OFFICERS, local)) == {}
    filer = visit(local["filer"], width, scheme)
    assert filer.walk(paths(FILERS, local)) == {}


def test_the_officers_room_is_quiet(visit, local):
    officer = visit(local["people"]["vp"])
    assert officer.walk(paths(ADMINISTRATION, local)) == {}


def test_what_the_preview_asked_is_carried_to_the_application(visit, local):
    visitor = visit(local["filer"])
    page = visitor.page
    visitor.goto(f"/benevolence/check/?member={local['member']}")
    page.select_option("[name=reason]", "hardship")
    page.fill("[name=amount_requested]", "350.50")
    page.get_by_role("button", name="See what they could get").click()
    expect(page.get_by_text("Rule by rule")).to_be_visible()
    page.get_by_role("button", name=re.compile("Write")).click()
    expect(page.locator("[name=amount_requested]")).to_have_value("350.50")
    expect(page.locator("[name=reason]")).to_have_value("hardship")
    page.fill("[name=description]", "Hours were cut.")
    page.get_by_role("button", name="Save the draft").first.click()
    expect(page.get_by_text("The draft is saved.")).to_be_visible()
    assert visitor.complaints == []
