"""The pages: filing, answering, paying, the fund and the lists, by those who may, with the words of each refusal."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from benevolence import factories, services
from benevolence.models import ApplicationStory, BenevolenceApplication, LedgerEntry, Policy, Status
from ip2a.factories import UserFactory
from members.factories import MemberFactory

pytestmark = pytest.mark.django_db

LIST = "/benevolence/"


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(client, path) -> str:
    return client.get(path).content.decode()


def told(response) -> list[str]:
    return [str(message) for message in response.wsgi_request._messages]


def url(case, name: str = "detail") -> str:
    return reverse(f"benevolence:benevolenceapplication_{name}", args=[case.pk])


def draft_of(case, **changes) -> dict[str, str]:
    member = case.member
    values = {
        "member": member.pk,
        "member_q": str(member),
        "application_date": case.application_date.isoformat(),
        "reason": case.reason,
        "amount_requested": str(case.amount_requested),
        "description": case.description,
        "payee": "member",
        "version": case.version,
    }
    return {key: str(value) for key, value in {**values, **changes}.items()}


# What a member could get, before the story


def test_the_preview_says_every_rule_before_anything_is_stored(house, signed_in):
    member = MemberFactory(hire_date=factories.LONG_AGO)
    staff = signed_in("staff")
    asked = {"member": member.pk, "member_q": str(member), "reason": "hardship", "amount_requested": "900"}
    text = staff.post("/benevolence/check/", asked).content.decode()
    assert "could get $900.00, all that is asked for." in text
    assert "Above $500.00 at least one paper must be attached" in text
    assert "Policy 1, cap for the reason" in text
    assert (BenevolenceApplication.objects.count(), ApplicationStory.objects.count()) == (0, 0)


def test_the_preview_says_what_is_in_the_way(house, signed_in):
    member = MemberFactory(hire_date=timezone.localdate(), status="suspended")
    asked = {"member": member.pk, "member_q": str(member), "reason": "medical", "amount_requested": "900"}
    text = signed_in("staff").post("/benevolence/check/", asked).content.decode()
    assert "cannot get anything now" in text
    assert "The member is suspended; the fund helps members who are active or retired." in text


@pytest.mark.parametrize("amount", ["", "-5", "0", "1.234", "NaN", "1e30", "many"])
def test_an_absurd_amount_is_asked_again(house, signed_in, amount):
    member = MemberFactory(hire_date=factories.LONG_AGO)
    asked = {"member": member.pk, "member_q": str(member), "reason": "medical", "amount_requested": amount}
    response = signed_in("staff").post("/benevolence/check/", asked)
    text = response.content.decode()
    assert response.status_code == 422 or "in the way" in text or "cannot get anything" in text
    assert BenevolenceApplication.objects.count() == 0


def test_a_day_without_a_policy_is_told_and_not_an_error(house, signed_in):
    Policy.objects.filter(adopted_at__isnull=False).update(adopted_at=None)
    member = MemberFactory(hire_date=factories.LONG_AGO)
    asked = {"member": member.pk, "member_q": str(member), "reason": "medical", "amount_requested": "100"}
    response = signed_in("staff").post("/benevolence/check/", asked)
    assert response.status_code == 422
    assert "No benevolence policy is in force" in response.content.decode()


def test_the_values_of_the_preview_are_carried_to_the_draft(house, signed_in):
    member = MemberFactory(hire_date=factories.LONG_AGO)
    carried = {"carry": "1", "member": member.pk, "reason": "disaster", "amount_requested": "750.00"}
    response = signed_in("staff").post("/benevolence/add/", {**carried, "is_emergency": "True"})
    form = response.context["form"]
    found = {name: form[name].value() for name in ("member", "reason", "amount_requested", "is_emergency")}
    assert found == {"member": member.pk, "reason": "disaster", "amount_requested": "750.00", "is_emergency": True}
    assert BenevolenceApplication.objects.count() == 0


# Drafts


def test_a_draft_is_saved_changed_and_submitted_by_its_filer(house):
    filer = UserFactory(role="staff")
    client, member = client_of(filer), MemberFactory(hire_date=factories.LONG_AGO)
    new = BenevolenceApplication(member=member, reason="medical", amount_requested=Decimal("400.00"))
    response = client.post("/benevolence/add/", draft_of(new, description="", version=""))
    case = BenevolenceApplication.objects.get()
    assert (response.url, case.status, case.filed_by, case.description) == (url(case), Status.DRAFT, filer, "")
    text = page(client, url(case, "submit"))
    assert "Tell what happened before you submit: the officers decide by it." in text
    changed = draft_of(case, description="The storm took the roof.")
    assert client.post(url(case, "update"), changed).url == url(case)
    assert "The storm took the roof." in page(client, url(case, "submit"))
    response = client.post(url(case, "submit"), follow=True)
    case = BenevolenceApplication.objects.get()
    assert (case.status, case.current_level) == (Status.SUBMITTED, "vp")
    assert f"{case.number} is submitted. The first level has it now." in response.content.decode()
    assert "The storm took the roof." not in response.content.decode()


def test_two_windows_on_one_draft_lose_nothing(house):
    case = factories.BenevolenceApplicationFactory()
    client = client_of(case.filed_by)
    opened = draft_of(case, amount_requested="350.00")
    assert client.post(url(case, "update"), draft_of(case, amount_requested="300.00")).status_code == 302
    response = client.post(url(case, "update"), opened)
    assert response.status_code == 409
    assert "Somebody changed this since you opened it" in response.content.decode()
    case.refresh_from_db()
    assert case.amount_requested == 300


def test_nobody_else_opens_or_changes_a_draft(house, signed_in):
    case = factories.BenevolenceApplicationFactory(story="The zebra.")
    client = signed_in("staff")
    for name in ("update", "submit"):
        response = client.get(url(case, name))
        assert response.url == url(case)
        assert told(response)[-1] == f"{case.filed_by} files this application. An officer can entrust it to you."
    client.post(url(case, "update"), draft_of(case, description="Mine now."))
    client.post(url(case, "submit"))
    case = BenevolenceApplication.objects.get()
    assert (case.status, case.description) == (Status.DRAFT, "The zebra.")
    assert "zebra" not in page(client, url(case))


def test_a_creditor_must_be_named(house):
    case = factories.BenevolenceApplicationFactory()
    response = client_of(case.filed_by).post(url(case, "update"), draft_of(case, payee="creditor"))
    assert response.status_code == 422
    assert "Name the creditor who is to be paid." in response.content.decode()


# The question and its answer, and the withdrawal


def test_the_filer_reads_the_question_and_answers(house):
    case = factories.submitted(amount_requested=300)
    services.ask(case, question="Which bill?", comments="Looks doubled.", by=house["vp"])
    client = client_of(case.filed_by)
    text = page(client, url(case))
    assert "Which bill?" in text and "Looks doubled." not in text
    assert "Yours to answer" in page(client, "/")
    assert client.post(url(case, "answer"), {"text": " "}).status_code == 422
    client.post(url(case, "answer"), {"text": "The second."})
    case.refresh_from_db()
    assert (case.waiting_since, case.current_level, case.round) == (None, "vp", 2)
    assert "The second." not in page(client, url(case))
    assert "The second." in page(client_of(house["vp"]), url(case))


def test_who_was_not_asked_cannot_answer(house, signed_in):
    case = factories.submitted(amount_requested=300)
    client = client_of(case.filed_by)
    response = client.get(url(case, "answer"))
    assert (response.url, told(response)[-1]) == (url(case), "Nobody has asked for more information.")


def test_a_withdrawal_needs_its_reason(house):
    case = factories.submitted(amount_requested=300)
    client = client_of(case.filed_by)
    assert client.post(url(case, "withdraw"), {"reason": ""}).status_code == 422
    client.post(url(case, "withdraw"), {"reason": "Found help elsewhere."})
    case.refresh_from_db()
    assert (case.status, case.is_withdrawn) == (Status.DRAFT, True)
    assert "You can change it and submit it again." in page(client, url(case))


# Money


def pay_values(**changes) -> dict[str, str]:
    return {"method": "check", "reference": "1001", "on": timezone.localdate().isoformat(), **changes}


def test_a_payment_is_checked_before_it_is_made(house):
    case = factories.approved(house, amount_requested=300)
    client = client_of(house["admin"])
    response = client.post(url(case, "pay"), pay_values())
    assert "Check before you go on." in response.content.decode()
    assert LedgerEntry.objects.payments().count() == 0
    again = client.post(url(case, "pay"), pay_values(change="1"))
    assert again.context["form"]["reference"].value() == "1001"
    client.post(url(case, "pay"), pay_values(confirmed="1"))
    entry = LedgerEntry.objects.payments().get()
    assert (entry.amount, entry.reference, entry.payment_method, entry.by) == (-300, "1001", "check", house["admin"])
    client.post(url(case, "pay"), pay_values(confirmed="1", reference="1002"))
    assert LedgerEntry.objects.payments().count() == 1


def test_a_check_needs_its_number_and_no_day_to_come(house):
    case = factories.approved(house, amount_requested=300)
    client = client_of(house["admin"])
    assert "Write the number of the check." in client.post(url(case, "pay"), pay_values(reference="")).content.decode()
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    assert "is still to come" in client.post(url(case, "pay"), pay_values(on=tomorrow)).content.decode()
    assert client.post(url(case, "pay"), pay_values(method="creditor")).status_code == 422
    assert LedgerEntry.objects.payments().count() == 0


def test_only_the_office_that_keeps_the_books_pays(house):
    case = factories.approved(house, amount_requested=300)
    response = client_of(house["president"]).get(url(case, "pay"))
    assert (response.url, told(response)[-1]) == (
        url(case),
        "The administrator of the fund keeps the books of the fund; you do not hold that office.",
    )


def test_a_payment_is_voided_and_made_again(house):
    case = factories.paid(house, amount_requested=300)
    client, today = client_of(house["admin"]), timezone.localdate().isoformat()
    client.post(url(case, "reissue"), pay_values(reason="Lost in the mail.", confirmed="1", reference="1002"))
    assert [entry.kind for entry in LedgerEntry.objects.filter(application=case).order_by("pk")] == [
        "payment",
        "void",
        "payment",
    ]
    client.post(url(case, "void"), {"reason": "Wrong account.", "on": today, "confirmed": "1"})
    case.refresh_from_db()
    assert case.status == Status.APPROVED
    text = page(client, url(case))
    assert "Lost in the mail." in text and "Wrong account." in text


def test_a_deposit_and_an_adjustment_are_checked_and_entered(house):
    client, fund = client_of(house["admin"]), factories.main_fund()
    values = {"fund": fund.pk, "amount": "250.00", "on": timezone.localdate().isoformat(), "memo": "Raffle"}
    before = fund.balance()
    assert "Check before you go on." in client.post("/benevolence/fund/deposit/", values).content.decode()
    client.post("/benevolence/fund/deposit/", values | {"confirmed": "1"})
    client.post("/benevolence/fund/adjust/", values | {"amount": "-20", "memo": "Bank fee", "confirmed": "1"})
    assert fund.balance() - before == 230
    wrong = client.post("/benevolence/fund/adjust/", values | {"memo": "", "confirmed": "1"})
    assert wrong.status_code == 422
    too_much = client.post("/benevolence/fund/adjust/", values | {"amount": "-9999999", "confirmed": "1"})
    assert "may not fall below $5,000.00" in too_much.content.decode()
    assert "keeps the books" in told(client_of(house["vp"]).get("/benevolence/fund/deposit/"))[-1]


def test_the_fund_shows_its_balance_on_any_day(house):
    factories.paid(house, amount_requested=300)
    client = client_of(house["vp"])
    now = client.get("/benevolence/fund/").context["standing"]
    assert (now.balance, now.floor, now.committed, now.free) == (99_700, 5_000, 0, 94_700)
    then = client.get("/benevolence/fund/?on=2001-03-04").context["standing"]
    assert then.balance == 0
    for bad in ("x", "0001-01-01", "9999-12-31", "2026-13-01"):
        assert client.get(f"/benevolence/fund/?on={bad}").status_code == 200
    assert client.get("/benevolence/fund/?fund=999999").status_code == 404


def test_a_statement_adds_up(house):
    factories.paid(house, amount_requested=300)
    month = f"{timezone.localdate():%Y-%m}"
    found = client_of(house["vp"]).get(f"/benevolence/fund/statement/?month={month}").context["statement"]
    assert (found.opening, found.closing, {kind: total for kind, _, total in found.sums}["Payment"]) == (
        100_000,
        99_700,
        -300,
    )
    assert len(found.entries) == 1


def test_benefits_by_type_name_nobody(house):
    case = factories.paid(house, amount_requested=300)
    voided = factories.paid(house, amount_requested=200, reason="disaster")
    services.void(voided, reason="Wrong.", by=house["admin"])
    year = timezone.localdate().year
    client = client_of(house["vp"])
    text = page(client, f"/benevolence/fund/benefits/?year={year}")
    assert case.member.last_name not in text
    assert f"until Fri 31 Dec {year + 5}" in text or f"31 Dec {year + 5}" in text
    download = client.get(f"/benevolence/fund/benefits/?year={year}&format=csv").streaming_content
    rows = csv.DictReader(io.StringIO(b"".join(download).decode("utf-8-sig")))
    assert {row["Type of benefit"]: (row["Payments"], row["Benefits"]) for row in rows} == {
        "Medical": ("1", "300.00"),
        "Death in the family": ("0", "0"),
        "Disaster": ("1", "0.00"),
        "Hardship": ("0", "0"),
        "Other": ("0", "0"),
    }
