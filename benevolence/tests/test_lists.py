"""The lists: what is filtered and exported at a constant cost, who opened a story, and what a blind review hides."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from benevolence import factories, services
from benevolence.models import BenevolenceApplication
from benevolence.tests.test_pages import LIST, client_of, page, url
from ip2a.models import CompartmentOpening
from members.factories import MemberEmploymentFactory, MemberFactory

pytestmark = pytest.mark.django_db


def questions(ask) -> int:
    with CaptureQueriesContext(connection) as queries:
        ask()
    return len(queries)


def numbers(response) -> list[str]:
    return [case.number for case in response.context["table"].records]


def test_the_list_is_filtered(house):
    asked = factories.submitted(amount_requested=300, application_date=date(2026, 1, 5))
    services.ask(asked, question="?", by=house["vp"])
    late = factories.submitted(amount_requested=900, on=timezone.localdate() - timedelta(days=30))
    denied = factories.submitted(amount_requested=400, reason="disaster")
    services.deny(denied, for_applicant="No.", by=house["vp"])
    client = client_of(house["vp"])
    asked, late, denied = (BenevolenceApplication.objects.get(pk=case.pk) for case in (asked, late, denied))
    for query, expected in {
        "status=in_review": {asked, late},
        "status=asked": {asked},
        "status=denied": {denied},
        "level=vp": {asked, late},
        "overdue=yes": {late},
        "overdue=no": {asked, denied},
        "reason=disaster": {denied},
        "least=350&most=500": {denied},
        f"member_id={late.member_id}": {late},
        f"member={late.member.last_name}": {late},
        f"q={denied.number}": {denied},
        f"q={denied.member.member_number}": {denied},
        f"filer={asked.filed_by.last_name}": {asked},
        f"submitted_to={timezone.localdate() - timedelta(days=9)}": {late},
        "least=x": set(),
        "q=zzzz": set(),
    }.items():
        assert (query, set(numbers(client.get(f"{LIST}?{query}")))) == (query, {case.number for case in expected})
    mine = client_of(denied.filed_by)
    assert numbers(mine.get(f"{LIST}?mine=filed")) == [denied.number]


def test_lists_cost_the_same_whatever_their_length(house, signed_in):
    MemberFactory.create_batch(11)  # more than the home page shows: they are counted by a question of its own
    factories.paid(house, amount_requested=300)
    factories.submitted(amount_requested=300)
    officer, staff = client_of(house["vp"]), signed_in("staff")
    queue = reverse("admin:benevolence_benevolenceapplication_changelist")
    paths = [(officer, LIST), (staff, LIST), (officer, queue), (officer, "/benevolence/fund/ledger/"), (officer, "/")]
    for client, path in paths:
        client.get(path)
    before = [questions(lambda client=client, path=path: client.get(path)) for client, path in paths]
    for _ in range(4):
        factories.paid(house, amount_requested=300)
        factories.submitted(amount_requested=300)
    after = [questions(lambda client=client, path=path: client.get(path)) for client, path in paths]
    assert after == before
    assert before[:2] <= [8, 8]


def test_an_export_never_holds_the_story(house, signed_in):
    case = factories.submitted(amount_requested=300, story="The zebra fell.")
    for client, has_reason in ((client_of(house["vp"]), True), (signed_in("staff"), False)):
        text = b"".join(client.get(f"{LIST}?format=csv").streaming_content).decode()
        assert case.number in text and "zebra" not in text
        assert ("Reason" in text, "Medical" in text) == (has_reason, has_reason)


def test_outside_the_reason_is_no_filter(house, signed_in):
    factories.submitted(amount_requested=300, reason="disaster")
    factories.submitted(amount_requested=300, reason="medical")
    staff = signed_in("staff")
    assert len(numbers(staff.get(f"{LIST}?reason=disaster"))) == 2
    assert "Disaster" not in page(staff, LIST)


# Who opened a story


def test_opening_a_story_is_written_down_and_state_alone_is_not(house, signed_in):
    case = factories.submitted(amount_requested=300)
    page(signed_in("staff"), url(case))
    page(client_of(case.filed_by), url(case))
    assert CompartmentOpening.objects.count() == 0
    page(client_of(house["vp"]), url(case))
    page(client_of(house["vp"]), url(case, "history"))
    page(client_of(house["vp"]), reverse("admin:benevolence_benevolenceapplication_change", args=[case.pk]))
    found = CompartmentOpening.objects.values_list("model", "record_id", "user_id")
    assert list(found) == [("benevolence.applicationstory", case.story.pk, house["vp"].pk)] * 3


# Blind review


def test_a_blind_review_hides_names_on_every_road(house):
    factories.policy_in_force(is_blind=True)
    member = MemberFactory(hire_date=factories.LONG_AGO, last_name="Zanzibar")
    MemberEmploymentFactory(member=member)  # or the home page lists the member for want of a job
    case = factories.submitted(member=member, amount_requested=300)
    case.refresh_from_db()
    client = client_of(house["vp"])
    change = reverse("admin:benevolence_benevolenceapplication_change", args=[case.pk])
    queue = reverse("admin:benevolence_benevolenceapplication_changelist")
    upload = reverse("attachment_create", args=["benevolence.applicationstory", case.story.pk])
    submission = reverse("admin:benevolence_submission_change", args=[case.submissions.get().pk])
    for path in (
        upload,
        submission,
        "/",
        LIST,
        url(case),
        queue,
        change,
        f"/search/?q={case.number}",
        f"{change}../note/",
    ):
        assert (path, "Zanzibar" in page(client, path)) == (path, False)
    assert numbers(client.get(f"{LIST}?q=zanzibar")) == numbers(client.get(f"{LIST}?member_id={member.pk}")) == []
    assert case.number not in page(client, member.get_absolute_url())
    assert client.get(url(case, "history")).url == url(case)
    assert "Zanzibar" not in b"".join(client.get(f"{LIST}?format=csv").streaming_content).decode()
    assert "Zanzibar" in page(client_of(case.filed_by), url(case))
