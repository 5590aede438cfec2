from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ip2a import audit
from members import panels
from members.factories import MemberEmploymentFactory, MemberFactory, OrganizationContactFactory, OrganizationFactory
from members.models import Member

pytestmark = pytest.mark.django_db


def page_of(browser, record, query=""):
    response = browser.get(record.get_absolute_url() + query)
    assert response.status_code == 200
    return response.content.decode()


def section(page, panel):
    """One panel of a page."""
    return page.partition(f'<section class="panel" id="{panel}"')[2].partition("</section>")[0]


def test_a_member_s_jobs_stand_current_first_with_a_link_to_add_one(signed_in):
    member = MemberFactory()
    MemberEmploymentFactory(member=member, start_date=date(2021, 1, 4), end_date=date(2022, 1, 3), job_title="Wireman")
    MemberEmploymentFactory(member=member, start_date=date(2019, 1, 7), job_title="Foreman")
    jobs = section(page_of(signed_in("staff"), member), "jobs")
    assert jobs.index("Foreman") < jobs.index("Wireman")
    assert f"{reverse('members:memberemployment_create')}?member={member.pk}" in jobs


def test_who_may_not_add_jobs_gets_no_link(signed_in):
    member = MemberFactory()
    assert reverse("members:memberemployment_create") not in page_of(signed_in("organizer"), member)


def test_a_long_list_of_jobs_is_cut_and_says_where_the_rest_is(signed_in):
    member = MemberFactory()
    for year in range(1990, 1990 + panels.MOST_JOBS + 3):
        MemberEmploymentFactory(member=member, start_date=date(year, 1, 1), end_date=date(year, 6, 1))
    jobs = section(page_of(signed_in("staff"), member), "jobs")
    assert jobs.count('<th scope="row">') == panels.MOST_JOBS
    assert "All 28</a>, 3 more than shown here" in jobs


def test_the_timeline_tells_joining_jobs_and_changes_the_latest_first(signed_in):
    member = MemberFactory(date_of_birth=date(1980, 1, 2), hire_date=date(2000, 5, 1))
    job = MemberEmploymentFactory(
        member=member,
        start_date=date(2001, 1, 1),
        end_date=date(2002, 1, 1),
        job_title="Wireman",
        organization=OrganizationFactory(name="Cascade Electric"),
    )
    browser = signed_in("staff", first_name="Renée", last_name="Dubois")
    with audit.acting(user=browser.user), audit.because("moved to Ohio"):
        Member.objects.filter(pk=member.pk).update(city="Dayton")
    told = section(page_of(browser, member), "timeline")
    order = ["Changed city: moved to Ohio", "Left Cascade Electric", "Started at Cascade Electric as Wireman", "Joined"]
    places = [told.index(sentence) for sentence in order]
    assert places == sorted(places)
    assert "Renée Dubois" in told
    assert job.get_absolute_url() in told


def test_the_timeline_is_filtered_by_kind(signed_in):
    member = MemberFactory(hire_date=date(2000, 5, 1))
    MemberEmploymentFactory(member=member)
    browser = signed_in("staff")
    told = section(page_of(browser, member, "?kind=membership"), "timeline")
    assert ("Joined the union" in told, "Started at" in told) == (True, False)
    whole = section(page_of(browser, member, "?kind=nonsense"), "timeline")
    assert ("Joined the union" in whole, "Started at" in whole) == (True, True)


def test_a_long_timeline_is_cut_until_all_of_it_is_asked_for(signed_in):
    member = MemberFactory()
    for year in range(1990, 2010):
        MemberEmploymentFactory(member=member, start_date=date(year, 1, 1), end_date=date(year, 6, 1))
    browser = signed_in("staff")
    short, whole = (section(page_of(browser, member, query), "timeline") for query in ("", "?events=all"))
    assert short.count('<li class="event">') == panels.EVENTS_SHOWN
    assert "Show all</a>, 21 more" in short
    assert whole.count('<li class="event">') == 41
    assert "Show all" not in whole


def test_latest_changes_say_what_stood_before_who_and_why(signed_in):
    member = MemberFactory(city="Kent")
    browser = signed_in("staff", first_name="Renée", last_name="Dubois")
    with audit.acting(user=browser.user), audit.because("moved to Ohio"):
        Member.objects.filter(pk=member.pk).update(city="Dayton")
    changes = section(page_of(browser, member), "changes")
    assert '<del><span class="sr-only">was </span>Kent</del> → <ins>Dayton</ins>' in changes
    assert "moved to Ohio" in changes
    assert "Renée Dubois" in changes
    assert reverse("members:member_history", args=[member.pk]) in changes


def test_an_active_member_without_a_job_shows_since_when_and_the_next_step(signed_in):
    member = MemberFactory()
    MemberEmploymentFactory(member=member, end_date=date(2026, 3, 2))
    page = page_of(signed_in("staff"), member)
    assert "Without a job since Mon 2 Mar 2026." in page
    assert f"{reverse('members:memberemployment_create')}?member={member.pk}" in page


def test_a_dead_member_s_open_job_is_the_next_thing_to_settle(signed_in):
    job = MemberEmploymentFactory(member=MemberFactory(status="deceased"))
    page = page_of(signed_in("representative"), job.member)
    assert f"Deceased, but the job at {job.organization} has no end." in page
    assert reverse("members:memberemployment_end", args=[job.pk]) in page


def test_an_employer_shows_contacts_who_works_there_and_who_did(signed_in):
    employer = OrganizationFactory(name="Cascade Electric")
    OrganizationContactFactory(organization=employer, last_name="Avila")
    OrganizationContactFactory(organization=employer, last_name="Zeman", is_primary=True)
    now = MemberEmploymentFactory(organization=employer, member=MemberFactory(last_name="Now"))
    before = MemberEmploymentFactory(
        organization=employer, member=MemberFactory(last_name="Before"), end_date=date(2022, 1, 1)
    )
    page = page_of(signed_in("staff"), employer)
    contacts = section(page, "contacts")
    assert contacts.index("Zeman") < contacts.index("Avila")
    assert f"{reverse('members:organizationcontact_create')}?organization={employer.pk}" in contacts
    assert (str(now.member) in section(page, "workers"), str(before.member) in section(page, "workers")) == (
        True,
        False,
    )
    assert str(before.member) in section(page, "past-jobs")


def test_empty_panels_say_what_would_be_there(signed_in):
    page = page_of(signed_in("staff"), OrganizationFactory())
    assert "Nobody to call yet." in page
    assert "None of our members works there now." in page
    assert "No job there has ended yet." in page


def test_a_job_shows_the_jobs_at_the_same_time(signed_in):
    job = MemberEmploymentFactory(start_date=date(2020, 1, 1), end_date=date(2020, 6, 1))
    browser = signed_in("staff")
    assert "At the same time" not in page_of(browser, job)
    MemberEmploymentFactory(member=job.member, start_date=date(2020, 6, 1))
    assert "At the same time" not in page_of(browser, job)
    MemberEmploymentFactory(member=job.member, start_date=date(2019, 1, 1), end_date=date(2020, 1, 2))
    assert "At the same time" in page_of(browser, job)


def test_removed_rows_are_in_no_panel(signed_in):
    job = MemberEmploymentFactory(deleted_at=timezone.now())
    contact = OrganizationContactFactory(organization=job.organization, deleted_at=timezone.now(), last_name="Gone")
    browser = signed_in("staff")
    assert "No job on record yet" in section(page_of(browser, job.member), "jobs")
    assert contact.last_name not in section(page_of(browser, job.organization), "contacts")


def queries_of(browser, record):
    browser.get(record.get_absolute_url())
    with CaptureQueriesContext(connection) as queries:
        browser.get(record.get_absolute_url())
    return len(queries)


def test_pages_ask_the_same_number_of_questions_for_one_job_and_for_thirty(signed_in):
    browser = signed_in("staff")
    few, many = MemberEmploymentFactory(), MemberEmploymentFactory()
    for year in range(1980, 2010):
        MemberEmploymentFactory(member=many.member, start_date=date(year, 1, 1), end_date=date(year, 2, 1))
        MemberEmploymentFactory(organization=many.organization, end_date=date(2021, 1, 1))
    assert queries_of(browser, few.member) == queries_of(browser, many.member)
    assert queries_of(browser, many.organization) - queries_of(browser, few.organization) <= 1  # how many there are


def test_a_contact_s_page_shows_how_to_reach_them_and_who_else_is_there(signed_in):
    contact = OrganizationContactFactory(phone="(253) 555-0100 x12", email="chris@mail.example", is_primary=True)
    other = OrganizationContactFactory(organization=contact.organization, last_name="Else")
    page = page_of(signed_in("staff"), contact)
    assert '<a href="tel:2535550100">(253) 555-0100 x12</a>' in page
    assert '<a href="mailto:chris@mail.example">chris@mail.example</a>' in page
    assert "Primary contact" in page
    assert str(other) in section(page, "others")


def test_a_website_that_is_no_web_address_is_not_linked(signed_in):
    organization = OrganizationFactory(website="javascript:alert(1)")
    assert 'href="javascript' not in page_of(signed_in("staff"), organization)


def test_the_way_to_all_jobs_of_an_employer_leads_to_those_alone(signed_in):
    employer = OrganizationFactory(name="Ñandú Electric")
    inside = MemberEmploymentFactory(organization=employer)
    outside = MemberEmploymentFactory(organization=OrganizationFactory(name="Ñandú Electric Inc"))
    page = signed_in("staff").get(reverse("members:memberemployment_list"), {"employer": employer.name})
    shown = page.content.decode()
    assert (str(inside.member) in shown, str(outside.member) in shown) == (True, False)


def test_what_lies_ahead_is_not_told_as_past(signed_in):
    job = MemberEmploymentFactory(end_date=date(2999, 1, 1), organization=OrganizationFactory(name="Cascade Electric"))
    told = section(page_of(signed_in("staff"), job.member), "timeline")
    assert ("Leaves Cascade Electric" in told, "Left Cascade Electric" in told) == (True, False)
