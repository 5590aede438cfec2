"""The panel "Case file" on a case's page: the button, how far it is, and what was built."""

import pytest
from django.urls import reverse

from grievances.factories import case
from grievances.tests.packing import kept
from ip2a.factories import UserFactory
from ip2a.models import Job


@pytest.fixture
def grievance(db):
    return case(by=UserFactory(role="representative"))


def address(grievance) -> str:
    return reverse("grievances:grievance_packet", args=[grievance.pk])


def panel_of(client, grievance) -> str:
    page = client.get(grievance.get_absolute_url()).content.decode()
    return page[page.index('id="case-file"') :].partition("</section>")[0]


def test_one_click_builds_it_and_leads_back_to_the_case(signed_in, grievance, django_capture_on_commit_callbacks):
    client = signed_in("representative")
    assert "Build the case file" in panel_of(client, grievance)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(address(grievance), {"purpose": "arbitration"})
    assert (answer.status_code, answer.url) == (302, f"{grievance.get_absolute_url()}#case-file")
    job = Job.objects.get()
    assert (job.state, job.data, job.started_by) == (
        "done",
        {"purpose": "arbitration", "internal": False},
        client.user,
    )
    panel = panel_of(client, grievance)
    row = kept(grievance)
    assert (row.get_download_url() in panel, row.description in panel) == (True, True)


def test_a_defence_always_holds_what_is_internal(signed_in, grievance):
    signed_in("representative").post(address(grievance), {"purpose": "fair_representation"})
    assert Job.objects.get().data == {"purpose": "fair_representation", "internal": True}


def test_while_it_waits_the_page_says_so_and_a_second_click_too(signed_in, grievance):
    client = signed_in("representative")
    client.post(address(grievance), {"purpose": "arbitration"})
    assert f'id="job-{Job.objects.get().pk}"' in panel_of(client, grievance)
    page = client.post(address(grievance), {"purpose": "arbitration"}, follow=True).content.decode()
    assert "The case file is being built already." in page
    assert Job.objects.count() == 1


@pytest.mark.parametrize("wanted", [{}, {"purpose": "gossip"}])
def test_without_saying_what_for_nothing_is_built(signed_in, grievance, wanted):
    page = signed_in("representative").post(address(grievance), wanted, follow=True).content.decode()
    assert "Say what the case file is for." in page
    assert Job.objects.count() == 0


def test_who_reads_cases_sees_those_that_were_built_but_builds_none(signed_in, grievance):
    officer = signed_in("officer")
    panel = panel_of(officer, grievance)
    assert ("Only representatives build case files." in panel, "<form" in panel) == (True, False)
    page = officer.post(address(grievance), {"purpose": "arbitration"}, follow=True).content.decode()
    assert "Only representatives build case files." in page
    assert Job.objects.count() == 0


@pytest.mark.parametrize(("role", "status"), [("instructor", 403), ("organizer", 403)])
def test_who_sees_no_cases_gets_nothing(signed_in, grievance, role, status):
    assert signed_in(role).post(address(grievance), {"purpose": "arbitration"}).status_code == status
    assert Job.objects.count() == 0


def test_a_case_that_is_not_there_is_not_found(signed_in, grievance):
    answer = signed_in("representative").post(reverse("grievances:grievance_packet", args=[999_999_991]))
    assert answer.status_code == 404


def test_a_stranger_is_asked_to_sign_in(client, grievance):
    answer = client.post(address(grievance), {"purpose": "arbitration"})
    assert (answer.status_code, answer.url.startswith("/account/login/")) == (302, True)
