"""Letters: from the right record, with its words and no gap, written by who may know, and kept inside."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from benevolence import factories, services
from benevolence.models import ApplicationStory, BenevolenceReview, Office
from ip2a import pdf
from ip2a.models import Attachment, PaperDraft
from ip2a.papers import written_day
from members.factories import MemberFactory

pytestmark = pytest.mark.django_db
APPLICATION, STORY = "benevolence.benevolenceapplication", "benevolence.applicationstory"


@pytest.fixture
def rosa():
    return MemberFactory(
        first_name="Rosa",
        last_name="Lima",
        address="12 Elm Street",
        city="Springfield",
        state="IL",
        zip_code="62701",
        hire_date=factories.LONG_AGO,
    )


@pytest.fixture
def officer(signed_in, house):
    """Signed in as the vice president."""
    client = signed_in("officer", first_name="Pat", last_name="Vice")
    Office.objects.filter(level="vp").update(person=client.user)
    return client


def address(case, name: str) -> str:
    label = STORY if name in ("denial", "more_information", "creditor") else APPLICATION
    pk = ApplicationStory.objects.get(application=case).pk if label == STORY else case.pk
    return reverse("paper_draft", args=[label, pk, f"benevolence.{name}"])


def text_of(client, case, name: str) -> str:
    page = client.get(address(case, name))
    assert (page.status_code, page.context["gaps"]) == (200, [])
    return page.context["form"].initial["body"]


def offered(client, case) -> list[str]:
    page = client.get(case.get_absolute_url())
    panels = [made for made in page.context["panels"] if made.id == "papers"]
    return [title for made in panels for title, _, _ in made.context["entries"]]


def test_the_approval_says_how_much_and_compares_it_with_what_was_asked(officer, rosa, settings):
    settings.LOCAL_NAME = "Local 1245"
    case = factories.submitted(member=rosa)
    services.approve(case, by=officer.user, amount=300)
    text = text_of(officer, case, "approval")
    assert text.splitlines()[2:5] == ["Rosa Lima", "12 Elm Street", "Springfield, IL 62701"]
    assert f"**Re: Your application to the benevolence fund, {case.number}**" in text
    assert "Dear Rosa," in text
    assert "with **$300.00**. You asked for $400.00; this is what the fund can give." in text
    assert text.endswith("Pat Vice\nLocal 1245\n")


def test_a_whole_approval_says_so(officer, rosa):
    case = factories.submitted(member=rosa)
    services.approve(case, by=officer.user)
    assert "**$400.00**. That is all you asked for." in text_of(officer, case, "approval")


def test_the_denial_gives_the_reason_the_day_to_apply_again_and_the_way_to_appeal(officer, rosa):
    case = factories.submitted(member=rosa)
    services.deny(case, for_applicant="The bill was paid by your insurance.", comments="zebra", by=officer.user)
    case.refresh_from_db()
    text = text_of(officer, case, "denial")
    assert "**Why**\n\nThe bill was paid by your insurance.\n" in text
    assert f"You may apply again from **{written_day(case.reapply_on)}**." in text
    assert f"You may appeal until **{written_day(case.decided_on + timedelta(days=30))}**." in text
    assert "zebra" not in text


def test_a_question_and_a_deferral_say_by_when(officer, rosa):
    case = factories.submitted(member=rosa)
    services.ask(case, question="Please send the bill of May.", comments="zebra", by=officer.user)
    text = text_of(officer, case, "more_information")
    today = timezone.localdate()
    assert "\n\nPlease send the bill of May.\n\n" in text and "zebra" not in text
    assert f"Please answer by **{written_day(today + timedelta(days=14))}**" in text
    services.answer(case, text="Here.", by=case.filed_by)
    services.defer(case, until=today + timedelta(days=30), reason="zebra", by=officer.user)
    text = text_of(officer, case, "deferral")
    assert f"take it up again on **{written_day(today + timedelta(days=30))}**" in text and "zebra" not in text


@pytest.mark.parametrize(
    ("method", "reference", "said"),
    [
        ("check", "2044", "Your check is enclosed with this letter."),
        ("ach", "", "The money was sent to your bank account"),
    ],
)
def test_the_letter_with_a_payment_says_how_it_was_paid(officer, house, rosa, method, reference, said):
    case = factories.submitted(member=rosa)
    services.approve(case, by=officer.user)
    services.pay(case, method=method, reference=reference, by=house["admin"])
    text = text_of(officer, case, "payment")
    assert (
        f"On {written_day(timezone.localdate())} the benevolence fund paid you **$400.00** on your application" in text
    )
    assert said in text


def test_the_creditor_is_told_the_account_and_not_why(officer, house, rosa):
    case = factories.BenevolenceApplicationFactory(
        member=rosa,
        story="The zebra.",
        story__payee="creditor",
        story__creditor_name="Lakeside Homes",
        story__creditor_reference="Lease 88",
    )
    services.submit(case, by=case.filed_by)
    services.approve(case, by=officer.user)
    services.pay(case, method="creditor", reference="2045", by=house["admin"])
    text = text_of(officer, case, "creditor")
    assert "**Re: Payment for Rosa Lima, your reference Lease 88**" in text
    assert "paid **$400.00**" in text and "(our number 2045)" in text
    assert [word for word in ("zebra", "edical", "benevolence") if word in text] == []
    assert "the money was paid directly to your creditor" in text_of(officer, case, "payment")


def test_a_denial_after_a_voided_payment_has_a_visible_gap_for_the_reason(officer, house, rosa):
    factories.main_fund(balance=100_000)
    case = factories.submitted(member=rosa)
    services.approve(case, by=officer.user)
    services.pay(case, method="ach", by=house["admin"])
    services.void(case, reason="A false bill", by=house["admin"], for_cause=True)
    page = officer.get(address(case, "denial"))
    assert page.context["gaps"] == [("[reason?]", "What the officers want the applicant to be told")]
    assert "A false bill" not in page.content.decode()


def test_each_state_offers_its_letters(officer, house, rosa, signed_in):
    case = factories.submitted(member=rosa)
    assert offered(officer, case) == []
    services.ask(case, question="x", by=officer.user)
    assert offered(officer, case) == ["Letter asking for more information"]
    services.answer(case, text="x", by=case.filed_by)
    services.approve(case, by=officer.user)
    assert offered(officer, case) == ["Approval letter"]
    services.pay(case, method="ach", by=house["admin"])
    assert offered(officer, case) == ["Approval letter", "Letter with a payment"]
    assert offered(signed_in("staff"), case) == ["Approval letter", "Letter with a payment"]
    assert offered(signed_in("administrator"), case) == []


@pytest.mark.parametrize("name", ["approval", "payment", "deferral"])
def test_a_letter_that_is_not_true_is_refused_with_the_reason(officer, rosa, name):
    case = factories.submitted(member=rosa)
    assert officer.get(address(case, name)).status_code == 403


@pytest.mark.parametrize("role", ["staff", "representative", "administrator", "organizer", "instructor"])
def test_outside_no_letter_of_the_story_exists(officer, rosa, signed_in, role):
    case = factories.submitted(member=rosa)
    services.deny(case, for_applicant="The zebra.", by=officer.user)
    client = signed_in(role)
    assert client.get(address(case, "denial")).status_code in (403, 404)
    assert "zebra" not in client.get(address(case, "denial")).content.decode()


def test_the_filer_writes_the_question_while_it_lies_with_the_filer(officer, rosa):
    from django.test import Client  # the filer's own session, beside the officer's

    case = factories.submitted(member=rosa)
    filer = Client()
    filer.force_login(case.filed_by)
    assert filer.get(address(case, "more_information")).status_code == 404
    services.ask(case, question="Please send the bill.", by=officer.user)
    assert "Please send the bill." in text_of(filer, case, "more_information")
    services.answer(case, text="x", by=case.filed_by)
    assert filer.get(address(case, "more_information")).status_code == 404


def test_who_may_not_learn_the_name_writes_no_letter(officer, rosa):
    factories.policy_in_force(is_blind=True)
    case = factories.submitted(member=rosa)
    services.ask(case, question="Which?", by=officer.user)
    page = officer.get(address(case, "more_information"))
    assert page.status_code == 403
    assert "hidden from you" in page.content.decode() and "Lima" not in page.content.decode()


def test_an_approval_that_an_officer_keeps_is_a_paper_of_the_story(officer, rosa, signed_in):
    case = factories.submitted(member=rosa)
    services.approve(case, by=officer.user)
    body = text_of(officer, case, "approval")
    answer = officer.post(address(case, "approval"), {"act": "keep", "body": body, "opened": ""})
    assert (answer.status_code, answer["Location"]) == (302, f"{case.get_absolute_url()}#documents")
    kept = Attachment.objects.get()
    assert (kept.record, kept.compartment) == (ApplicationStory.objects.get(application=case), "benevolence")
    assert kept.original_name.startswith("Approval letter ") and pdf.is_available() == kept.original_name.endswith(
        "pdf"
    )
    staff = signed_in("staff")
    page = staff.get(address(case, "approval"))
    assert (page.status_code, page.context["why_not_kept"]) == (
        200,
        "You may not see this record, so you cannot add a document to it.",
    )
    assert kept.get_absolute_url() not in page.content.decode()
    refused = staff.post(address(case, "approval"), {"act": "keep", "body": body, "opened": "x"})
    assert (refused.status_code in (409, 422), Attachment.objects.count()) == (True, 1)


def test_a_draft_of_the_denial_is_inside_the_compartment(officer, rosa):
    case = factories.submitted(member=rosa)
    services.deny(case, for_applicant="The zebra.", by=officer.user)
    officer.post(address(case, "denial"), {"act": "save", "body": "Dear Rosa", "opened": ""})
    assert PaperDraft.objects.get().compartment == "benevolence"
    assert BenevolenceReview.objects.get().for_applicant == "The zebra."
