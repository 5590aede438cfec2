from datetime import date

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from ip2a.models import AuditEntry
from maintenance.models import Threshold
from members.factories import MemberEmploymentFactory, MemberFactory, OrganizationContactFactory
from members.models import Member

pytestmark = pytest.mark.django_db

MODELS = ("organization", "organizationcontact", "member", "memberemployment")


def admin(model, page, *args):
    return reverse(f"admin:members_{model}_{page}", args=args)


def words_of(page) -> str:
    return " ".join(strip_tags(page.content.decode()).split())


@pytest.fixture
def records():
    job = MemberEmploymentFactory(member=MemberFactory(last_name="Ångström", member_number="7464416"))
    contact = OrganizationContactFactory(organization=job.organization)
    return {
        "organization": job.organization,
        "organizationcontact": contact,
        "member": job.member,
        "memberemployment": job,
    }


@pytest.mark.parametrize("model", MODELS)
def test_records_are_listed_searched_and_opened_but_neither_added_nor_deleted(signed_in, records, model):
    browser, record = signed_in("administrator"), records[model]
    assert browser.get(admin(model, "changelist")).status_code == 200
    assert browser.get(admin(model, "change", record.pk)).status_code == 200
    assert browser.get(admin(model, "add")).status_code == 403
    assert browser.post(admin(model, "delete", record.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", ["member", "memberemployment"])
def test_the_search_forgives_accents_and_takes_numbers(signed_in, records, model):
    browser = signed_in("administrator")
    for text, is_found in (("angstrom", True), ("7464416", True), ("nobody", False)):
        page = browser.get(admin(model, "changelist"), {"q": text}).content.decode()
        assert (admin(model, "change", records[model].pk) in page) == is_found


@pytest.mark.parametrize("model", MODELS)
def test_officers_read_and_staff_stay_outside(signed_in, records, model):
    url = admin(model, "change", records[model].pk)
    assert signed_in("officer").get(url).status_code == 200
    assert signed_in("officer").post(url, {}).status_code == 403
    assert signed_in("staff").get(url).status_code == 403


def test_a_correction_is_audited_with_its_road_and_the_state_stays(signed_in, records):
    browser, member = signed_in("administrator"), records["member"]
    url = admin("member", "change", member.pk)
    data = {
        "member_number": member.member_number,
        "first_name": "Åsa",
        "last_name": member.last_name,
        "classification": member.classification,
        "status": Member.Status.DECEASED,
        "opened": member.version,
    }
    assert browser.post(url, data).status_code == 302
    member.refresh_from_db()
    assert (member.first_name, member.status) == ("Åsa", Member.Status.ACTIVE)
    entry = AuditEntry.objects.about(member).first()
    assert (entry.changed, entry.actor_id, entry.path) == (["first_name"], browser.user.pk, url)
    assert entry.reason == "Corrected in the administration pages"


def test_a_correction_does_not_write_over_somebody_elses(signed_in, records):
    browser, member = signed_in("administrator"), records["member"]
    url = admin("member", "change", member.pk)
    data = {
        "member_number": member.member_number,
        "first_name": "Åsa",
        "last_name": member.last_name,
        "classification": member.classification,
        "opened": member.version,
    }
    Member.objects.filter(pk=member.pk).update(last_name="Changed meanwhile")
    response = browser.post(url, data)
    assert response.status_code == 200
    assert "Somebody changed this since you opened it, so nothing was saved." in response.content.decode()
    assert 'value="Åsa"' in response.content.decode()
    member.refresh_from_db()
    assert (member.first_name, member.last_name) == ("Rosa", "Changed meanwhile")


def test_an_administrator_sets_the_local_s_numbers(signed_in):
    row = Threshold.objects.get(name="members.highest-usual-rate")
    browser = signed_in("administrator")
    assert (
        browser.post(reverse("admin:maintenance_threshold_change", args=[row.pk]), {"value": "175"}).status_code == 302
    )
    row.refresh_from_db()
    assert (row.value, row.default) == (175, 150)
    assert AuditEntry.objects.about(row).first().reason == "Set in the administration pages"


def test_lists_are_counted_no_further_than_on_the_pages(signed_in, monkeypatch):
    MemberFactory.create_batch(3)
    browser = signed_in("administrator")
    address = admin("member", "changelist")
    assert "3 members" in words_of(browser.get(address))
    monkeypatch.setattr("ip2a.admin.base.COUNTED_TO", 2)
    assert "more than 2 members" in words_of(browser.get(address))


def test_jobs_are_filtered_by_whether_they_last(signed_in):
    MemberEmploymentFactory(job_title="Wireman", end_date=None)
    MemberEmploymentFactory(job_title="Foreman", end_date=date(2026, 3, 1), start_date=date(2026, 1, 1))
    browser = signed_in("administrator")
    address = admin("memberemployment", "changelist")
    shown = {
        asked: [name for name in ("Wireman", "Foreman") if name in words_of(browser.get(f"{address}{asked}"))]
        for asked in ("", "?is_current__exact=1", "?is_current__exact=0")
    }
    assert shown == {
        "": ["Wireman", "Foreman"],
        "?is_current__exact=1": ["Wireman"],
        "?is_current__exact=0": ["Foreman"],
    }
