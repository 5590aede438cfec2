"""The officers' room: the queue, the decision, the acts beside it, and what nobody can change by hand."""

from datetime import timedelta

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from benevolence import factories, services
from benevolence.models import (
    Bar,
    BenevolenceApplication,
    BenevolenceReview,
    Confirmation,
    Office,
    Recusal,
    Relative,
    Status,
    Submission,
)
from benevolence.tests import behind
from ip2a.factories import UserFactory

pytestmark = pytest.mark.django_db

QUEUE = "/admin/benevolence/benevolenceapplication/"


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def case_url(case, act: str = "change") -> str:
    return f"{QUEUE}{case.pk}/{act}/"


def queue(user, query: str = "") -> list[str]:
    return [case.number for case in client_of(user).get(f"{QUEUE}{query}").context["cl"].result_list]


def decision(**values) -> dict[str, str]:
    return {"decision": "approve", "amount": "", "until": "", "for_applicant": "", "comments": "", **values}


def now(case) -> BenevolenceApplication:
    return BenevolenceApplication.objects.get(pk=case.pk)


# The queue


def test_the_queue_is_what_awaits_the_officers_own_level(house):
    small = factories.submitted(amount_requested=300)
    large = factories.submitted(amount_requested=900)
    services.approve(large, by=house["vp"])
    assert {level: queue(person) for level, person in house.items()} == {
        "vp": [small.number],
        "admin": [large.number],
        "manager": [],
        "president": [],
    }
    assert set(queue(house["manager"], "?queue=in_review")) == {small.number, large.number}
    assert set(queue(house["manager"], "?queue=all")) == {small.number, large.number}
    assert queue(house["manager"], "?queue=nonsense") != []


def test_emergencies_come_first_then_what_is_due(house):
    today = timezone.localdate()
    young = factories.submitted(amount_requested=300)
    old = factories.submitted(amount_requested=300, on=today - timedelta(days=20))
    person = factories.stand_in("president", house["vp"], covers_all=True)
    urgent = factories.submitted(amount_requested=300, is_emergency=True)
    assert queue(person) == [urgent.number, old.number, young.number]
    assert queue(person, "?queue=overdue") == [old.number]
    text = client_of(person).get(QUEUE).content.decode()
    assert "Emergency" in text and "13 days overdue" in text


def test_a_stand_in_gets_only_what_the_holder_may_not_decide(house):
    deputy = factories.stand_in("vp")
    mine = factories.submitted(amount_requested=300)
    other = factories.submitted(amount_requested=300)
    services.recuse(mine, kind="other", reason="A friend.", by=house["vp"])
    assert (queue(house["vp"]), queue(deputy)) == ([other.number], [mine.number])


# The decision


def test_an_officer_decides_on_the_case_page(house):
    case = factories.submitted(amount_requested=300, story="The zebra fell.")
    client = client_of(house["vp"])
    text = client.get(case_url(case)).content.decode()
    assert "The zebra fell." in text and "Your decision" in text
    response = client.post(case_url(case), decision(amount="250", comments="Fair."))
    assert response.url == QUEUE
    assert (now(case).status, now(case).approved_amount) == (Status.APPROVED, 250)
    review = BenevolenceReview.objects.get()
    assert (review.reviewer, review.comments, review.approved_amount) == (house["vp"], "Fair.", 250)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"amount": ""}, "Say how much you approve."),
        ({"amount": "301"}, "Only $300.00 is asked for. Approve that or less."),
        ({"amount": "-1"}, "The amount must be more than zero."),
        ({"amount": "1e20"}, "That amount cannot be right"),
        ({"decision": "deny"}, "Write what the applicant is told: why not, in words you would say to their face."),
        ({"decision": "ask"}, "Write what is missing: the filer sees your question, not your comments."),
        ({"decision": "defer", "comments": "x"}, "Say until when it waits."),
        ({"decision": "defer", "until": "2020-01-01", "comments": "x"}, "Defer to a day after today"),
        ({"decision": "pay"}, "Choose one of the list; “pay” is not in it."),
    ],
)
def test_a_decision_that_is_refused_says_why_and_changes_nothing(house, values, words):
    case = factories.submitted(amount_requested=300)
    response = client_of(house["vp"]).post(case_url(case), decision(**values))
    assert (response.status_code, words in response.content.decode()) == (422, True)
    assert (now(case).status, BenevolenceReview.objects.count()) == (Status.SUBMITTED, 0)


def test_deny_ask_and_defer_do_what_they_say(house):
    client, day = client_of(house["vp"]), timezone.localdate() + timedelta(days=5)
    denied, asked, deferred = (factories.submitted(amount_requested=300) for _ in range(3))
    client.post(case_url(denied), decision(decision="deny", for_applicant="Not for fines."))
    client.post(case_url(asked), decision(decision="ask", for_applicant="Which bill?"))
    client.post(case_url(deferred), decision(decision="defer", until=day.isoformat(), comments="The estimate comes."))
    assert (now(denied).state, now(asked).state, now(deferred).deferred_until) == (
        "Denied",
        "More information needed",
        day,
    )
    client.post(case_url(deferred, "resume"), {})
    assert (now(deferred).deferred_until, now(deferred).current_level) == (None, "vp")


def test_deciding_twice_or_out_of_turn_is_refused_in_words(house):
    case = factories.submitted(amount_requested=900)
    later = client_of(house["admin"])
    assert "It is the turn of the vice president" in later.get(case_url(case)).content.decode()
    later.post(case_url(case), decision(amount="100"))
    assert BenevolenceReview.objects.count() == 0
    first = client_of(house["vp"])
    first.post(case_url(case), decision(amount="900"))
    response = first.post(case_url(case), decision(amount="900"), follow=True)
    assert "Your level has already decided this case." in response.content.decode()
    assert BenevolenceReview.objects.count() == 1


def test_who_lost_the_office_meanwhile_decides_nothing(house):
    case = factories.submitted(amount_requested=300)
    Office.objects.filter(person=house["vp"]).update(ends_on=timezone.localdate() - timedelta(days=1))
    response = client_of(house["vp"]).post(case_url(case), decision(amount="300"), follow=True)
    assert "You hold no office" in response.content.decode()
    assert now(case).status == Status.SUBMITTED


def test_an_administrator_outside_sees_state_and_amounts_only(house, signed_in):
    case = factories.submitted(amount_requested=300, story="The zebra fell.")
    client = signed_in("administrator")
    text = client.get(case_url(case)).content.decode()
    assert "$300.00" in text
    assert [word for word in ("zebra", "Medical", "What happened", "Papers", "Eligibility") if word in text] == []
    assert client.post(case_url(case), decision(amount="300")).status_code == 403
    assert client.get(case_url(case, "note")).status_code == 403
    assert "Approve the ticked" not in client.get(f"{QUEUE}?queue=all").content.decode()


# Several at once


def ticked(action: str, cases, **values) -> dict:
    return {"action": action, ACTION_CHECKBOX_NAME: [str(case.pk) for case in cases], **values}


def test_bulk_approval_asks_first_then_decides_one_by_one_and_tells_each_refusal(house):
    mine, other = factories.submitted(amount_requested=300), factories.submitted(amount_requested=400)
    services.recuse(other, kind="other", reason="A friend.", by=house["vp"])
    client, everything = client_of(house["vp"]), f"{QUEUE}?queue=all"
    asked = client.post(everything, ticked("approve_ticked", [mine, other])).content.decode()
    assert "You have stepped aside from this case." in asked
    assert BenevolenceReview.objects.count() == 0
    done = client.post(
        everything, ticked("approve_ticked", [mine, other], apply="1", comments="All fine."), follow=True
    )
    text = done.content.decode()
    assert f"{other.number}: You have stepped aside from this case." in text and "1 case approved." in text
    assert (now(mine).status, now(other).status) == (Status.APPROVED, Status.SUBMITTED)


def test_bulk_denial_needs_words_and_deferral_a_day(house):
    cases = [factories.submitted(amount_requested=300) for _ in range(2)]
    client, day = client_of(house["vp"]), timezone.localdate() + timedelta(days=3)
    assert client.post(QUEUE, ticked("deny_ticked", cases, apply="1", for_applicant="")).status_code == 422
    client.post(QUEUE, ticked("defer_ticked", cases[:1], apply="1", until=day.isoformat(), reason="Waits."))
    client.post(QUEUE, ticked("deny_ticked", cases[1:], apply="1", for_applicant="No."))
    assert [now(case).state for case in cases] == ["Deferred", "Denied"]
    third = factories.submitted(amount_requested=300)
    client.post(QUEUE, ticked("ask_ticked", [third], apply="1", for_applicant="Which?"))
    assert now(third).state == "More information needed"


def test_nobody_without_an_office_of_officer_gets_the_bulk_verbs(house, signed_in):
    case = factories.submitted(amount_requested=300)
    signed_in("administrator").post(f"{QUEUE}?queue=all", ticked("approve_ticked", [case], apply="1"))
    assert now(case).status == Status.SUBMITTED


# Stepping aside


def test_a_declared_relative_asks_and_the_officer_steps_aside(house):
    case = factories.submitted(amount_requested=300)
    client = client_of(house["vp"])
    client.post(case_url(case, "relative"), {"kinship": "sibling"})
    assert Relative.objects.get().officer == house["vp"]
    text = client.get(case_url(case)).content.decode()
    assert "You declared the applicant a relative" in text and "Your decision" not in text
    client.post(case_url(case, "step-aside"), {"kind": "relative", "reason": ""})
    assert Recusal.objects.get().is_recused
    assert queue(house["vp"]) == []


def test_where_the_policy_allows_it_one_stays_with_the_reason(house):
    factories.policy_in_force(relatives_must_recuse=False)
    case = factories.submitted(amount_requested=300)
    services.declare_relative(case.member, kinship="other", by=house["vp"])
    client = client_of(house["vp"])
    assert client.post(case_url(case, "stay"), {"kind": "relative", "reason": ""}).status_code == 422
    client.post(case_url(case, "stay"), {"kind": "relative", "reason": "A distant cousin."})
    assert "Your decision" in client.get(case_url(case)).content.decode()


def test_notes_entrusting_confirming_and_barring(house):
    case = factories.submitted(amount_requested=300, is_emergency=True)
    other = UserFactory(role="staff")
    vp = client_of(house["vp"])
    vp.post(case_url(case, "note"), {"text": "Called the landlord."})
    vp.post(case_url(case, "entrust"), {"to": other.pk})
    assert (now(case).notes, now(case).filed_by) == ("Called the landlord.", other)
    services.approve(case, by=house["president"])
    assert vp.post(case_url(case, "confirm"), {"agrees": "no", "comments": ""}).status_code == 422
    vp.post(case_url(case, "confirm"), {"agrees": "yes"})
    assert Confirmation.objects.get().agrees
    vp.post(case_url(case, "bar"), {"reason": "A false bill."})
    bar = Bar.objects.get()
    lift = reverse("admin:benevolence_bar_lift", args=[bar.pk])
    vp.post(lift, {"reason": "It was true after all."})
    bar.refresh_from_db()
    assert (bar.lifted_by, bar.lifted_reason) == (house["vp"], "It was true after all.")


# What nobody changes by hand


READ_ONLY = ("benevolencereview", "recusal", "confirmation", "storyaddition", "submission", "ledgerentry", "bar")


@pytest.mark.parametrize("role", ["officer", "administrator"])
def test_nobody_adds_changes_or_deletes_what_is_on_record(db, role, tmp_path):
    behind.case()
    client = client_of(UserFactory(role=role))
    for model in READ_ONLY:
        row = behind.first(model)()
        before = type(row).objects.filter(pk=row.pk).values().get()
        change = reverse(f"admin:benevolence_{model}_change", args=[row.pk])
        posted = dict.fromkeys(before, "1")
        answers = [
            client.post(change, posted).status_code,
            client.post(reverse(f"admin:benevolence_{model}_delete", args=[row.pk]), {"post": "yes"}).status_code,
            client.post(reverse(f"admin:benevolence_{model}_add"), posted).status_code,
        ]
        assert (model, answers) == (model, [403, 403, 403])
        assert type(row).objects.filter(pk=row.pk).values().get() == before


def test_the_pages_of_records_have_no_button_to_save_or_delete(db):
    behind.case()
    client = client_of(UserFactory(role="officer"))
    for model in READ_ONLY:
        row = behind.first(model)()
        text = client.get(reverse(f"admin:benevolence_{model}_change", args=[row.pk])).content.decode()
        assert [
            word for word in ('name="_save"', "deletelink", "addlink") if word in text.partition("content-main")[2]
        ] == []


def test_no_state_of_a_case_can_be_posted(house):
    case = factories.submitted(amount_requested=300)
    before = BenevolenceApplication.objects.filter(pk=case.pk).values().get()
    client = client_of(house["manager"])
    client.post(case_url(case), {"status": "paid", "approved_amount": "300", "current_level": "", "_save": "Save"})
    assert BenevolenceApplication.objects.filter(pk=case.pk).values().get() == before
    assert client.post(case_url(case, "delete"), {"post": "yes"}).status_code == 403
    assert client.get(f"{QUEUE}add/").status_code == 403


def test_opening_a_record_of_the_compartment_is_written_down(db):
    from ip2a.models import CompartmentOpening

    behind.case()
    row = Submission.objects.first()
    user = UserFactory(role="officer")
    client_of(user).get(reverse("admin:benevolence_submission_change", args=[row.pk]))
    assert CompartmentOpening.objects.filter(user_id=user.pk).values_list("model", "record_id").get() == (
        "benevolence.submission",
        row.pk,
    )
