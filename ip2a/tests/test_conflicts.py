"""Two people, one record, at the same time."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from ip2a.factories import UserFactory
from members.factories import (
    MemberEmploymentFactory,
    MemberFactory,
    OrganizationContactFactory,
    OrganizationFactory,
)
from members.models import Member, MemberEmployment


def opened(client, record) -> dict[str, str]:
    """What the edit form of a record posts when nothing in it is changed."""
    page = client.get(update_url(record))
    form = page.context["form"]
    posted = {"version": str(page.context["version"])}
    for field in form:
        value = field.value()
        if value in (None, False):
            continue
        posted[field.html_name] = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return posted


def update_url(record) -> str:
    return reverse(f"members:{record._meta.model_name}_update", args=[record.pk])


def lines(page) -> list[tuple]:
    return [(x.label, x.yours, x.theirs, x.take, x.is_clash) for x in page.context["conflict"]]


MAKERS = {
    "member": (MemberFactory, "first_name", "city", "First name", "City"),
    "organization": (OrganizationFactory, "name", "city", "Name", "City"),
    "contact": (OrganizationContactFactory, "title", "phone", "Title", "Phone"),
    "job": (MemberEmploymentFactory, "job_title", "hourly_rate", "Job title", "Hourly rate"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", MAKERS)
def test_the_second_to_save_sees_both_versions_and_loses_nothing(signed_in, kind):
    factory, name, other, label, other_label = MAKERS[kind]
    theirs, mine = ("20.00", "30.00") if kind == "job" else ("Toledo", "Akron")
    shown = ("$20.00", "$30.00") if kind == "job" else (theirs, mine)
    record = factory()
    before = str(getattr(record, name))
    anna, ben = signed_in("staff", first_name="Anna", last_name="A"), signed_in("staff", first_name="Ben")
    of_anna, of_ben = opened(anna, record), opened(ben, record)

    saved = anna.post(update_url(record), {**of_anna, name: "By Anna", other: theirs})
    assert (saved.status_code, saved.url) == (302, record.get_absolute_url())
    page = ben.post(update_url(record), {**of_ben, other: mine})

    assert page.status_code == 409
    assert sorted(lines(page)) == sorted(
        [
            (label, before or "(empty)", "By Anna", "theirs", False),
            (other_label, shown[1], shown[0], "mine", True),
        ]
    )
    html = page.content.decode()
    assert "Somebody changed this since you opened it" in html
    assert "Anna A saved other values on " in html
    assert f'value="{mine}"' in html
    record.refresh_from_db()
    assert str(getattr(record, other)) == theirs

    kept = {**of_ben, other: mine, f"keep_{name}": "theirs", f"keep_{other}": "mine"}
    again = ben.post(update_url(record), {**kept, "version": str(page.context["version"])})
    assert (again.status_code, again.url) == (302, record.get_absolute_url())
    record.refresh_from_db()
    assert (getattr(record, name), str(getattr(record, other))) == ("By Anna", mine)


@pytest.mark.django_db
def test_dates_yes_and_no_and_picked_records_can_be_taken_over(signed_in):
    job, acme = MemberEmploymentFactory(end_date=date(2021, 1, 1)), OrganizationFactory(name="Acme")
    contact = OrganizationContactFactory(is_primary=True)
    staff = signed_in("staff")
    of_job, of_contact = opened(staff, job), opened(staff, contact)
    MemberEmployment.objects.filter(pk=job.pk).update(organization=acme, end_date=None, hourly_rate=Decimal("41.5"))
    type(contact).objects.filter(pk=contact.pk).update(is_primary=False)

    page = staff.post(update_url(job), {**of_job, "end_date": "2022-02-02"})
    assert page.status_code == 409
    assert lines(page) == [
        ("Employer", job.organization.name, "Acme", "theirs", False),
        ("End date", "Wed 2 Feb 2022", "(empty)", "mine", True),
        ("Hourly rate", "(empty)", "$41.50", "theirs", False),
    ]
    theirs = {f"keep_{name}": "theirs" for name in ("organization", "end_date", "hourly_rate")}
    typed = {**of_job, "end_date": "2022-02-02", "organization_q": job.organization.name}
    staff.post(update_url(job), {**typed, **theirs, "version": page.context["version"]})
    job.refresh_from_db()
    assert (job.organization, job.end_date, job.hourly_rate) == (acme, None, Decimal("41.50"))

    page = staff.post(update_url(contact), of_contact)
    assert lines(page) == [("Primary contact", "Yes", "No", "theirs", False)]
    staff.post(update_url(contact), {**of_contact, "keep_is_primary": "theirs", "version": page.context["version"]})
    contact.refresh_from_db()
    assert contact.is_primary is False


@pytest.mark.django_db
def test_a_third_change_while_choosing_asks_again(signed_in):
    rosa, staff = MemberFactory(city="Akron"), signed_in("staff")
    posted = opened(staff, rosa)
    Member.objects.filter(pk=rosa.pk).update(city="Toledo")
    page = staff.post(update_url(rosa), {**posted, "city": "Dayton"})
    Member.objects.filter(pk=rosa.pk).update(city="Lima")
    again = staff.post(
        update_url(rosa), {**posted, "city": "Dayton", "keep_city": "mine", "version": page.context["version"]}
    )
    assert again.status_code == 409
    assert lines(again) == [("City", "Dayton", "Lima", "mine", True)]
    assert Member.objects.get().city == "Lima"


@pytest.mark.django_db
def test_the_same_change_by_both_needs_no_choice(signed_in):
    rosa, staff = MemberFactory(city="Akron"), signed_in("staff")
    posted = opened(staff, rosa)
    Member.objects.filter(pk=rosa.pk).update(city="Toledo")
    answer = staff.post(update_url(rosa), {**posted, "city": "Toledo"}, follow=True)
    assert answer.redirect_chain == [(rosa.get_absolute_url(), 302)]
    assert "saved the same values just now." in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("version", ["", "²", "-1", "one", "\x00"])
def test_a_form_without_its_version_is_not_saved(signed_in, version):
    rosa, staff = MemberFactory(city="Akron"), signed_in("staff")
    page = staff.post(update_url(rosa), {**opened(staff, rosa), "version": version, "city": "Toledo"})
    assert page.status_code == 422
    assert "The form came back without its version" in page.content.decode()
    assert Member.objects.get().city == "Akron"


@pytest.mark.django_db
def test_the_page_names_what_is_stored_and_not_what_was_typed(signed_in):
    rosa, staff = MemberFactory(first_name="Rosa", last_name="Lima", member_number="7"), signed_in("staff")
    page = staff.post(update_url(rosa), {**opened(staff, rosa), "last_name": "", "first_name": "Zed"})
    assert page.status_code == 422
    assert page.context["title"] == "Edit Lima, Rosa (7)"


@pytest.mark.django_db
def test_names_that_belong_to_no_field_are_ignored(signed_in):
    rosa, staff = MemberFactory(city="Akron"), signed_in("staff")
    posted = {**opened(staff, rosa), "keep_pk": "theirs", "keep_reason": "theirs", "keep_": "theirs", "city": "Lima"}
    assert staff.post(update_url(rosa), posted).status_code == 302
    assert Member.objects.get().city == "Lima"


def at_once(*calls) -> list:
    """Run the calls in threads that start together; their answers in order."""
    barrier, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        try:
            barrier.wait(timeout=10)
            answers[place] = call()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, call)) for place, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads)
    return answers


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_two_who_take_the_same_number_at_once_are_told_apart(committed_db):
    address = reverse("members:member_create")
    people = [browser(UserFactory(role="staff")) for _ in range(2)]
    for attempt in range(5):
        typed = {
            "member_number": f"77{attempt}",
            "first_name": "Rosa",
            "last_name": "Lima",
            "status": "active",
            "classification": "journeyman",
        }
        answers = at_once(*(lambda who=who, typed=typed: who.post(address, typed) for who in people))
        assert sorted(answer.status_code for answer in answers) == [302, 422]
        loser = next(answer for answer in answers if answer.status_code == 422)
        assert loser.context["form"].errors == {"member_number": ["Another member already has this number."]}
        assert 'value="Lima"' in loser.content.decode()
    assert Member.objects.count() == 5


def test_two_who_save_the_same_record_at_once_are_one_winner_and_one_question(committed_db):
    rosa = MemberFactory(city="Akron")
    people = [browser(UserFactory(role="staff")) for _ in range(2)]
    posted = [{**opened(who, rosa), "city": city} for who, city in zip(people, ("Toledo", "Dayton"), strict=True)]
    answers = at_once(
        *(lambda who=who, data=data: who.post(update_url(rosa), data) for who, data in zip(people, posted, strict=True))
    )
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    loser = next(place for place, answer in enumerate(answers) if answer.status_code == 409)
    winner = posted[1 - loser]["city"]
    assert Member.objects.get().city == winner
    assert lines(answers[loser]) == [("City", posted[loser]["city"], winner, "mine", True)]
