"""What other pages show of grievances: members, employers, home and the search. Nothing to those who may not read."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grievances import factories, services
from ip2a.factories import UserFactory
from members.factories import MemberFactory, OrganizationFactory

pytestmark = pytest.mark.django_db
CREATE = "/grievances/add/"


def ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def text(response) -> str:
    return response.content.decode()


@pytest.fixture
def rep(signed_in):
    return signed_in("representative", first_name="Rita", last_name="Reyes")


@pytest.fixture
def version():
    return factories.agreement_in_force(OrganizationFactory(name="Volt & Sons"))


def panels_of(response) -> dict:
    return {panel.id: panel for panel in response.context["panels"]}


def test_a_members_page_shows_own_and_group_cases(rep, signed_in):
    own = factories.case(by=rep.user)
    group = factories.case(by=rep.user, case_type="group")
    services.join(group, member=own.member, on=date(2026, 3, 5), by=rep.user)
    factories.case(by=rep.user)
    response = rep.get(own.member.get_absolute_url())
    panel = panels_of(response)["grievances"]
    assert panel.count == "2"
    assert own.grievance_number in panel.html
    assert group.grievance_number in panel.html
    assert f"{CREATE}?member={own.member_id}" in [url for _, url in panel.actions]
    assert f"{own} filed: {own.employer}" in text(response)
    assert "grievances" not in panels_of(signed_in("staff").get(own.member.get_absolute_url()))
    assert own.grievance_number not in text(signed_in("staff").get(own.member.get_absolute_url()))


def test_an_employers_page_shows_open_cases_and_numbers(rep, signed_in, version):
    employer = version.agreement.employers.get()
    open_ = factories.case(by=rep.user, version=version, employer=employer)
    settled = factories.case(by=rep.user, version=version, employer=employer)
    services.settle(settled, on=date(2026, 3, 20), by=rep.user, resolution="Paid.")
    response = rep.get(employer.get_absolute_url())
    panel = panels_of(response)["grievances"]
    numbers = {label: number for label, number, _ in panel.context["figures"]}
    assert numbers == {"Open": 1, "In default": 1, "Settled": 1, "In all": 2}
    assert open_.grievance_number in panel.html
    assert settled.grievance_number not in panel.html
    assert f"{settled} settled: {settled.member}" in panels_of(response)["timeline"].html
    assert {"grievances", "timeline"}.isdisjoint(panels_of(signed_in("staff").get(employer.get_absolute_url())))


def test_home_tells_a_representative_what_is_due_own_cases_first(rep, signed_in):
    other = UserFactory(role="representative")
    theirs = factories.complaint(by=other, incident_date=ago(60))
    mine = factories.complaint(by=rep.user, incident_date=ago(40))
    late = factories.case(by=other, incident_date=ago(50), filed_on=ago(49))
    decision = services.decide(late, kind="not_arbitrate", reason="Weak", on=ago(1), by=other)
    found = panels_of(rep.get("/"))
    due = [line["case"].pk for line in found["grievances-due"].context["lines"]]
    assert due[0] == mine.pk
    assert set(due) >= {mine.pk, theirs.pk}
    assert [line["case"].pk for line in found["grievances-unfiled"].context["lines"]] == [mine.pk, theirs.pk]
    assert [line["case"].pk for line in found["grievances-default"].context["lines"]] == [late.pk]
    assert found["grievances-untold"].context["decisions"] == [decision]
    services.tell(decision, on=ago(0), how="phone", by=other)
    assert "grievances-untold" not in panels_of(rep.get("/"))
    for role in ("officer", "staff", "administrator"):
        assert not [name for name in panels_of(signed_in(role).get("/")) if name.startswith("grievances")]


def test_home_is_calm_when_nothing_is_due(rep):
    found = panels_of(rep.get("/"))
    assert [name for name in found if name.startswith("grievances")] == ["grievances-due"]
    assert "No limit of ours ends in the next days." in found["grievances-due"].html


def test_home_costs_the_same_whatever_is_due(rep, version):
    def fill():
        case = factories.case(by=rep.user, version=version, employer=version.agreement.employers.get())
        services.decide(case, kind="not_arbitrate", reason="Weak", on=date(2026, 3, 9), by=rep.user)
        factories.complaint(by=rep.user, version=version, employer=version.agreement.employers.get())

    def questions():
        with CaptureQueriesContext(connection) as queries:
            rep.get("/")
        return len(queries)

    MemberFactory.create_batch(11)  # more than the page shows: they are counted by a question of its own
    fill()
    questions()
    once = questions()
    for _ in range(4):
        fill()
    assert questions() == once


def test_a_case_is_found_by_its_number_and_its_words_by_those_who_may_read_it(rep, signed_in):
    case = factories.case(by=rep.user, violation_description="Skipped in the rotation")
    assert rep.get("/search/", {"q": case.grievance_number}).headers["Location"] == case.get_absolute_url()
    page = text(rep.get("/search/", {"q": "rotation"}, follow=True))
    assert case.grievance_number in page
    assert case.grievance_number not in text(signed_in("staff").get("/search/", {"q": "rotation"}))
