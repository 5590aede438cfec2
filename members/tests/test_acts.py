"""Ending a job, removing and bringing back, making a contact the primary one: rules, services and pages."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from ip2a.answers import Refused
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry
from members import rules, services
from members.factories import MemberEmploymentFactory, OrganizationContactFactory
from members.models import OrganizationContact

pytestmark = pytest.mark.django_db


def last_entry(record):
    return AuditEntry.objects.about(record).first()


def test_a_current_job_may_be_ended_today():
    job = MemberEmploymentFactory()
    assert rules.may_end(UserFactory(role="staff"), job, timezone.localdate()).ok


@pytest.mark.parametrize(
    ("role", "fields", "on", "reason"),
    [
        ("organizer", {}, date(2021, 1, 1), "Your role may read this job but not change it."),
        ("staff", {"end_date": date(2020, 5, 1)}, date(2021, 1, 1), "This job already ended on Fri 1 May 2020."),
        ("staff", {}, date(2020, 1, 5), "The job started on Mon 6 Jan 2020; it cannot have ended before."),
        ("staff", {}, date(2999, 1, 1), "That day lies in the future."),
        ("staff", {"deleted_at": timezone.now()}, date(2021, 1, 1), "This job was removed."),
    ],
)
def test_why_a_job_may_not_be_ended(role, fields, on, reason):
    job = MemberEmploymentFactory(**fields)
    answer = rules.may_end(UserFactory(role=role), job, on)
    assert not answer.ok
    assert answer.reason.startswith(reason)


def test_ending_a_job_sets_the_day_and_says_why():
    job, by = MemberEmploymentFactory(), UserFactory(role="staff")
    ended = services.end_job(job, on=date(2021, 3, 5), by=by, reason="laid off")
    ended.refresh_from_db()
    assert (ended.end_date, ended.is_current) == (date(2021, 3, 5), False)
    entry = last_entry(job)
    assert (entry.changed, entry.reason) == (["end_date"], "laid off")


def test_a_refused_end_changes_nothing():
    job = MemberEmploymentFactory()
    with pytest.raises(Refused, match="it cannot have ended before"):
        services.end_job(job, on=date(2019, 1, 1), by=UserFactory(role="staff"))
    job.refresh_from_db()
    assert job.end_date is None


def test_the_end_page_asks_for_the_day_and_ends_the_job(signed_in):
    job, browser = MemberEmploymentFactory(), signed_in("staff")
    url = reverse("members:memberemployment_end", args=[job.pk])
    assert "Last day" in browser.get(url).content.decode()
    done = browser.post(url, {"end_date": "2021-03-05", "reason": "laid off"}, follow=True)
    assert done.redirect_chain == [(job.member.get_absolute_url(), 302)]
    assert "The job ended on Fri 5 Mar 2021." in done.content.decode()
    entry = last_entry(job)
    assert (entry.actor_name, entry.reason, entry.path) == (browser.user.get_full_name(), "laid off", url)


def test_the_end_page_keeps_what_was_typed_when_the_rule_says_no(signed_in):
    job = MemberEmploymentFactory()
    tomorrow = timezone.localdate() + timedelta(days=1)
    url = reverse("members:memberemployment_end", args=[job.pk])
    page = signed_in("staff").post(url, {"end_date": tomorrow.isoformat(), "reason": "laid off"})
    assert page.status_code == 422
    assert "That day lies in the future." in page.content.decode()
    assert "laid off" in page.content.decode()


def test_a_job_that_ended_leads_back_with_the_reason(signed_in):
    job = MemberEmploymentFactory(end_date=date(2020, 5, 1))
    url = reverse("members:memberemployment_end", args=[job.pk])
    page = signed_in("staff").get(url, follow=True)
    assert page.redirect_chain == [(job.get_absolute_url(), 302)]
    assert "This job already ended on Fri 1 May 2020." in page.content.decode()


@pytest.mark.parametrize("factory", [MemberEmploymentFactory, OrganizationContactFactory])
def test_removing_asks_why_and_can_be_undone(signed_in, factory):
    record, browser = factory(), signed_in("representative")
    name = record._meta.model_name
    remove, restore = (reverse(f"members:{name}_{verb}", args=[record.pk]) for verb in ("remove", "restore"))
    assert "Nothing is destroyed" in browser.get(remove).content.decode()
    assert browser.post(remove, {"reason": ""}).status_code == 422
    done = browser.post(remove, {"reason": "typed twice"}, follow=True).content.decode()
    assert f'action="{restore}"' in done
    record.refresh_from_db()
    assert record.is_removed
    assert last_entry(record).reason == "typed twice"
    page = browser.get(record.get_absolute_url()).content.decode()
    assert ("This was removed" in page, "Bring back" in page) == (True, True)
    browser.post(restore)
    record.refresh_from_db()
    assert not record.is_removed


def test_removing_twice_is_refused_with_the_reason(signed_in):
    contact = OrganizationContactFactory(deleted_at=timezone.now())
    url = reverse("members:organizationcontact_remove", args=[contact.pk])
    page = signed_in("staff").post(url, {"reason": "again"})
    assert page.status_code == 422
    assert "This contact is already removed." in page.content.decode()


@pytest.mark.parametrize("verb", ["remove", "restore", "make_primary"])
@pytest.mark.parametrize("role", ["officer", "organizer", "instructor"])
def test_who_only_reads_may_not_act_on_contacts(signed_in, role, verb):
    contact = OrganizationContactFactory()
    url = reverse(f"members:organizationcontact_{verb}", args=[contact.pk])
    assert signed_in(role).post(url, {"reason": "no"}).status_code == 403


def test_making_a_contact_primary_takes_the_place_of_the_other():
    old = OrganizationContactFactory(is_primary=True)
    new = OrganizationContactFactory(organization=old.organization)
    elsewhere = OrganizationContactFactory(is_primary=True)
    services.make_primary(new, by=UserFactory(role="staff"))
    primaries = OrganizationContact.objects.filter(is_primary=True).order_by("pk")
    assert list(primaries) == [new, elsewhere]
    assert last_entry(old).reason == f"{new} became the primary contact"


def test_the_primary_contact_cannot_be_made_primary_again():
    contact = OrganizationContactFactory(is_primary=True)
    answer = rules.may_make_primary(UserFactory(role="staff"), contact)
    assert (answer.ok, answer.reason) == (False, f"{contact} already is the primary contact.")


def test_the_button_makes_a_contact_primary(signed_in):
    old = OrganizationContactFactory(is_primary=True)
    new = OrganizationContactFactory(organization=old.organization)
    url = reverse("members:organizationcontact_make_primary", args=[new.pk])
    page = signed_in("staff").post(url, follow=True).content.decode()
    assert f"{new} is the primary contact now." in page
    old.refresh_from_db()
    assert not old.is_primary


def test_ticking_primary_in_the_form_moves_the_place_instead_of_failing(signed_in):
    old = OrganizationContactFactory(is_primary=True)
    new = OrganizationContactFactory(organization=old.organization, first_name="Chris", last_name="New")
    data = {
        "organization": new.organization_id,
        "first_name": "Chris",
        "last_name": "New",
        "is_primary": "on",
        "version": new.version,
    }
    done = signed_in("staff").post(reverse("members:organizationcontact_update", args=[new.pk]), data)
    assert done.status_code == 302
    assert list(OrganizationContact.objects.filter(is_primary=True)) == [new]


def test_a_new_primary_contact_takes_the_place_too(signed_in):
    old = OrganizationContactFactory(is_primary=True)
    data = {"organization": old.organization_id, "first_name": "Ana", "last_name": "Nova", "is_primary": "on"}
    signed_in("staff").post(reverse("members:organizationcontact_create"), data)
    assert OrganizationContact.objects.get(is_primary=True).last_name == "Nova"


def test_a_primary_contact_brought_back_leaves_the_place_to_who_took_it():
    old = OrganizationContactFactory(is_primary=True, deleted_at=timezone.now())
    new = OrganizationContactFactory(organization=old.organization, is_primary=True)
    back = services.restore_contact(old, by=UserFactory(role="staff"))
    assert (back.is_removed, back.is_primary) == (False, False)
    new.refresh_from_db()
    assert new.is_primary


def test_a_primary_contact_brought_back_to_a_free_place_takes_it():
    contact = OrganizationContactFactory(is_primary=True, deleted_at=timezone.now())
    back = services.restore_contact(contact, by=UserFactory(role="staff"))
    assert (back.is_removed, back.is_primary) == (False, True)


def test_adding_a_job_from_a_member_s_page_starts_with_that_member(signed_in):
    job = MemberEmploymentFactory()
    url = reverse("members:memberemployment_create")
    browser = signed_in("staff")
    assert str(job.member) in browser.get(f"{url}?member={job.member_id}").content.decode()
    for junk in ("x", "-1", "²", "9" * 30, "999999999"):
        assert browser.get(url, {"member": junk}).status_code == 200
