import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maintenance import doctor
from maintenance.models import Finding
from members.factories import MemberEmploymentFactory, MemberFactory
from members.models import Member

LIST = reverse("maintenance:finding_list")


def deceased_at_work():
    return MemberEmploymentFactory(member=MemberFactory(last_name="Lima", status=Member.Status.DECEASED))


def test_findings_stand_in_one_sentence_with_examples_and_what_to_do(signed_in):
    job = deceased_at_work()
    doctor.examine()
    page = signed_in("staff").get(LIST).content.decode()
    assert "1 current job belongs to a member who has died." in page
    assert "End the job with the last day worked" in page
    assert f'<a href="{job.get_absolute_url()}">{job}</a>' in page
    assert "Warning" in page


def test_before_the_first_round_the_page_says_so(signed_in):
    assert "Not looked at yet" in signed_in("staff").get(LIST).content.decode()


def test_when_nothing_is_wrong_the_page_says_so(signed_in):
    doctor.examine()
    assert "All is well" in signed_in("staff").get(LIST).content.decode()


def test_check_now_runs_a_round_and_says_what_it_found(signed_in):
    deceased_at_work()
    page = signed_in("representative").post(reverse("maintenance:finding_check"), follow=True)
    assert page.redirect_chain == [(LIST, 302)]
    assert "checks found something" in page.content.decode()
    assert Finding.objects.get(check_name="members.current-job-of-deceased").count == 1


def test_check_now_while_another_round_runs_says_wait(signed_in, app_db):
    with app_db.transaction():
        app_db.execute("SELECT pg_advisory_xact_lock(%s)", [doctor.LOCK])
        page = signed_in("staff").post(reverse("maintenance:finding_check"), follow=True)
    assert "Somebody else started a check a moment ago." in page.content.decode()


def test_reading_does_not_start_a_round(signed_in):
    assert signed_in("staff").get(reverse("maintenance:finding_check")).status_code == 405


def test_every_record_of_a_finding_is_on_its_own_pages(signed_in):
    members = [MemberFactory(last_name=f"Lima{n:03}") for n in range(51)]
    doctor.examine()
    url = reverse("maintenance:finding_detail", args=["members.active-without-any-job"])
    browser = signed_in("staff")
    first, second = browser.get(url).content.decode(), browser.get(f"{url}?page=2").content.decode()
    assert "51 active members have no job on record" in first
    assert str(members[0]) in first
    assert str(members[50]) not in first
    assert str(members[50]) in second


def test_a_finding_that_was_mended_meanwhile_says_so(signed_in):
    deceased_at_work()
    doctor.examine()
    Member.objects.update(status=Member.Status.ACTIVE)
    url = reverse("maintenance:finding_detail", args=["members.current-job-of-deceased"])
    assert "Nothing left here" in signed_in("staff").get(url).content.decode()


def test_an_unknown_finding_is_not_there(signed_in):
    assert signed_in("staff").get(f"{LIST}members.no-such-check/").status_code == 404


@pytest.mark.parametrize("role", ["officer", "organizer", "instructor"])
def test_who_may_not_see_findings_is_told_so(signed_in, role):
    browser = signed_in(role)
    detail = reverse("maintenance:finding_detail", args=["members.current-job-of-deceased"])
    assert [browser.get(LIST).status_code, browser.get(detail).status_code] == [403, 403]
    assert browser.post(reverse("maintenance:finding_check")).status_code == 403


def test_a_finding_about_records_one_may_not_see_is_not_told(signed_in):
    deceased_at_work()
    doctor.examine()
    rights = Permission.objects.filter(codename__in=["view_finding", "view_member"])
    Group.objects.get(name="instructor").permissions.set(rights)
    browser = signed_in("instructor")
    page = browser.get(LIST)
    assert (page.status_code, "who has died" in page.content.decode()) == (200, False)
    detail = reverse("maintenance:finding_detail", args=["members.current-job-of-deceased"])
    assert browser.get(detail).status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_findings(signed_in):
    browser = signed_in("staff")
    browser.get(LIST)  # what each role may do is read once
    counts = []
    for rows in (1, 4):
        for _ in range(rows):
            deceased_at_work()
        doctor.examine()
        with CaptureQueriesContext(connection) as queries:
            browser.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]
