from datetime import date

import pytest
from django.urls import reverse

from ip2a import audit, services
from maintenance import doctor
from members import panels
from members.factories import MemberEmploymentFactory, MemberFactory, OrganizationFactory
from members.models import Member

pytestmark = pytest.mark.django_db


def home(browser):
    response = browser.get(reverse("home"))
    assert response.status_code == 200
    return response.content.decode()


def test_an_empty_house_says_what_to_do_first(signed_in):
    page = home(signed_in("staff"))
    assert "Nobody is here yet." in page
    assert reverse("members:member_create") in page
    assert "The data has not been looked at yet." in page
    assert "You changed nothing in the last 30 days." in page


def test_active_members_without_a_job_are_counted_and_the_first_ten_named(signed_in):
    idle = [MemberFactory(last_name=f"Lima{n:02}") for n in range(12)]
    MemberFactory(last_name="Resting", status=Member.Status.RETIRED)
    MemberEmploymentFactory(member=MemberFactory(last_name="Busy"))
    MemberEmploymentFactory(member=idle[0], end_date=date(2021, 1, 1))
    page = home(signed_in("representative"))
    assert [str(member) in page for member in idle] == [True] * 10 + [False] * 2
    assert ("Resting" in page, "Busy" in page) == (False, False)
    assert "Show all of them</a>, 2 more" in page
    assert f"{reverse('members:member_list')}?status=active&amp;has_job=no" in page


def test_members_without_a_job_are_counted_so_far_and_no_further(signed_in, monkeypatch):
    monkeypatch.setattr(panels, "WITHOUT_JOB_COUNTED", 11)
    MemberFactory.create_batch(11)
    assert "Show all of them</a>, 1 more" in home(signed_in("staff"))
    MemberFactory()
    page = home(signed_in("staff"))
    assert ("over 11" in page, "Show all of them</a>, more than 1 more" in page) == (True, True)


def test_when_everybody_works_the_panel_says_so(signed_in):
    MemberEmploymentFactory()
    assert "Every active member has a job." in home(signed_in("staff"))


def test_findings_stand_in_words_with_a_link_to_all_of_them(signed_in):
    MemberEmploymentFactory(member=MemberFactory(status=Member.Status.DECEASED))
    doctor.examine()
    page = home(signed_in("staff"))
    assert "1 current job belongs to a member who has died." in page
    assert reverse("maintenance:finding_detail", args=["members.current-job-of-deceased"]) in page


def test_who_may_not_see_findings_sees_no_word_of_them(signed_in):
    MemberEmploymentFactory(member=MemberFactory(status=Member.Status.DECEASED))
    doctor.examine()
    page = home(signed_in("organizer"))
    assert ("Data findings" in page, "who has died" in page) == (False, False)


def test_who_may_not_see_members_sees_none_here(signed_in):
    member = MemberFactory()
    page = home(signed_in("instructor"))
    assert (str(member) in page, "without a job" in page) == (False, False)


def test_recent_work_names_each_record_once_with_the_last_thing_done(signed_in):
    browser = signed_in("staff")
    with audit.acting(user=browser.user):
        member = services.save(MemberFactory.build(member_number="7464416"), by=browser.user)
        member.city = "Kent"
        services.save(member, by=browser.user)
        organization = services.save(OrganizationFactory.build(name="Cascade Electric"), by=browser.user)
    MemberFactory(last_name="Somebody-else-s")
    panel = home(browser).partition('id="recent-work"')[2].partition("</section>")[0]
    assert panel.index("Added Cascade Electric") < panel.index(f"Changed {member}")
    assert f"Added {member}" not in panel
    assert "Somebody-else-s" not in panel
    assert organization.get_absolute_url() in panel


def test_recent_work_on_records_one_may_no_longer_see_is_not_named(signed_in):
    browser = signed_in("staff")
    with audit.acting(user=browser.user):
        member = services.save(MemberFactory.build(), by=browser.user)
    browser.user.groups.clear()
    assert str(member) not in home(browser)


def test_home_asks_a_bounded_number_of_questions(signed_in, django_assert_max_num_queries):
    browser = signed_in("staff")
    with audit.acting(user=browser.user):
        for _ in range(12):
            MemberEmploymentFactory()
    doctor.examine()
    home(browser)
    with django_assert_max_num_queries(18):
        home(browser)
