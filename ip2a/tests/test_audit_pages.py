import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ip2a import audit
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry
from ip2a.tests.vault.models import Secret
from ip2a.trail.words import tell
from members.factories import MemberEmploymentFactory, MemberFactory, OrganizationContactFactory, OrganizationFactory
from members.models import Member, OrganizationContact

pytestmark = pytest.mark.django_db


def told_of(record, user):
    return tell(user, AuditEntry.objects.about(record))


def test_a_change_is_told_in_the_words_of_the_fields(signed_in):
    user = signed_in("administrator").user
    job = MemberEmploymentFactory(hourly_rate="41.25", organization=OrganizationFactory(name="Old Electric"))
    other = OrganizationFactory(name="New Electric")
    with audit.acting(user=user, reason="Wrong firm"):
        job.organization, job.hourly_rate, job.end_date = other, "42.5", "2026-03-18"
        job.save()
    told = told_of(job, user)[0]
    assert (told.who, told.action, told.noun, told.name, told.reason) == (
        user.get_full_name(), "Changed", "Job", str(job), "Wrong firm"
    )  # fmt: skip
    assert told.url == job.get_absolute_url()
    assert [(c.field, c.old, c.new) for c in told.changes] == [
        ("Employer", "Old Electric", "New Electric"),
        ("End date", "", "Wed 18 Mar 2026"),
        ("Hourly rate", "$41.25", "$42.50"),
    ]


def test_a_choice_is_told_by_its_label_and_an_emptied_field_as_empty(signed_in):
    user, member = signed_in("administrator").user, MemberFactory(city="Austin")
    Member.objects.filter(pk=member.pk).update(status="retired", city="")
    assert [(c.field, c.old, c.new) for c in told_of(member, user)[0].changes] == [
        ("City", "Austin", "(empty)"),
        ("Status", "Active", "Retired"),
    ]


def test_names_beyond_the_readers_rights_are_numbers():
    member = MemberFactory()
    instructor = UserFactory(role="instructor")
    told = told_of(member, instructor)[0]
    assert (told.name, told.url) == (f"number {member.pk}", "")


def test_removing_and_bringing_back_are_told_as_such(signed_in):
    user, contact = signed_in("administrator").user, OrganizationContactFactory()
    rows = OrganizationContact.objects.filter(pk=contact.pk)
    rows.update(deleted_at=timezone.now())
    rows.update(deleted_at=None)
    assert [told.action for told in told_of(contact, user)] == ["Brought back", "Removed", "Added"]


def test_a_hidden_column_is_told_without_its_value(signed_in):
    browser = signed_in("administrator")
    browser.user.set_password("a new long password")
    browser.user.save()
    told = told_of(browser.user, browser.user)[0]
    assert ("Password", "", "changed, not shown") in [(c.field, c.old, c.new) for c in told.changes]


def test_the_page_shows_newest_first_with_names_and_reasons(signed_in):
    browser = signed_in("administrator")
    member = MemberFactory(first_name="Rosa", last_name="Lima")
    with audit.acting(user=browser.user, reason="Moved to Ohio"):
        member.city = "Dayton"
        member.save()
    response = browser.get("/audit/")
    page = response.content.decode()
    assert response.status_code == 200
    assert [entry.action for entry in response.context["entries"]][:2] == ["Changed", "Added"]
    assert "Moved to Ohio" in page and "Dayton" in page and member.get_absolute_url() in page


def entries_at(browser, address):
    response = browser.get(address)
    assert response.status_code == 200, address
    return [(told.noun, told.entry.record_id, told.action) for told in response.context["entries"]]


def test_filters_narrow_by_person_table_record_action_and_day(signed_in):
    browser = signed_in("administrator")
    rosa = UserFactory(first_name="Rosa", last_name="Audit", email="rosa@example.org")
    with audit.acting(user=rosa):
        member = MemberFactory()
    member.city = "Dayton"
    member.save()
    added, changed = ("Member", member.pk, "Added"), ("Member", member.pk, "Changed")
    today = timezone.localdate()
    assert entries_at(browser, "/audit/?who=audit+rosa") == [added]
    assert entries_at(browser, "/audit/?who=nobody-of-that-name") == []
    assert entries_at(browser, "/audit/?table=members_member") == [changed, added]
    assert entries_at(browser, f"/audit/?table=members_member&record={member.pk}&action=update") == [changed]
    assert changed in entries_at(browser, f"/audit/?record={member.pk}")
    assert entries_at(browser, "/audit/?table=members_member&action=delete") == []
    assert entries_at(browser, f"/audit/?table=members_member&on_from={today}&on_to={today}") == [changed, added]
    assert entries_at(browser, f"/audit/?on_to={today - timedelta(days=1)}") == []


def test_a_command_can_be_filtered(signed_in):
    browser = signed_in("administrator")
    with audit.acting(command="import_records"):
        member = MemberFactory()
    assert entries_at(browser, "/audit/?command=import_records") == [("Member", member.pk, "Added")]


@pytest.mark.parametrize(
    "junk",
    [
        "older=junk", "older=2026-13-45T00:00:00Z~1", "newer=~", "record=abc", "record=99999999999999999999",
        "table=pg_shadow", "action=drop", "on_from=2026-02-31", "on_from=2026-03-02&on_to=2026-03-01",
        "who=%00", "command=nonsense", "record=-1", "older=9999-12-31T23:59:59Z~1", "older=2026-01-01T00:00:00~5",
        "format=xlsx", "record=1.5",
    ],
)  # fmt: skip
def test_junk_in_the_address_is_never_an_error(signed_in, junk):
    MemberFactory()
    assert signed_in("administrator").get(f"/audit/?{junk}").status_code == 200


def pages_from(browser, address, step):
    seen = []
    while address:
        context = browser.get(address).context
        seen.append([told.entry.id for told in context["entries"]])
        address = context[step]
    return seen


def test_older_and_newer_lead_through_all_entries_and_back(signed_in):
    browser = signed_in("administrator")
    Member.objects.bulk_create([Member(member_number=str(n), first_name="A", last_name="B") for n in range(120)])
    base = "/audit/?table=members_member"
    downwards = pages_from(browser, base, "older_url")
    assert [len(page) for page in downwards] == [50, 50, 20]
    ids = [number for page in downwards for number in page]
    assert ids == sorted(ids, reverse=True) and len(set(ids)) == 120
    last = browser.get(browser.get(browser.get(base).context["older_url"]).context["older_url"])
    upwards = pages_from(browser, last.context["newer_url"], "newer_url")
    assert upwards == [downwards[1], downwards[0]]
    assert last.context["newest_url"] == base


def queries_of(browser, address):
    with CaptureQueriesContext(connection) as found:
        assert browser.get(address).status_code == 200
    return len(found)


def test_the_number_of_queries_does_not_grow_with_the_entries(signed_in):
    browser, address = signed_in("administrator"), "/audit/?table=members_memberemployment"
    MemberEmploymentFactory()
    few = queries_of(browser, address)
    MemberEmploymentFactory.create_batch(20)
    assert queries_of(browser, address) == few


def test_the_export_holds_what_is_filtered(signed_in):
    browser = signed_in("administrator")
    member = MemberFactory(first_name="=cmd", last_name="Lima")
    OrganizationFactory()
    with audit.acting(user=browser.user, reason="=1+1"):
        member.city = "Dayton"
        member.save()
    response = browser.get("/audit/?table=members_member&format=csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["Who"], row["Action"], row["What"], row["Reason"]) for row in rows] == [
        (browser.user.get_full_name(), "Changed", "Member", "'=1+1"),
        ("Database user ip2a_app", "Added", "Member", ""),
    ]
    assert rows[0]["Changes"] == "City: Dayton"
    assert rows[0]["Record"].startswith("'=cmd") or not rows[0]["Record"].startswith("=")


def test_entries_of_a_compartment_do_not_exist_for_outsiders(signed_in):
    browser = signed_in("administrator")
    secret = Secret.objects.create(name="Salt at Acme", member=MemberFactory())
    page = browser.get(f"/audit/?record={secret.pk}&table=vault_secret").content.decode()
    assert "Salt at Acme" not in page
    assert "Salt at Acme" not in browser.get("/audit/").content.decode()
    text = b"".join(browser.get("/audit/?format=csv").streaming_content).decode()
    assert "Salt at Acme" not in text


@pytest.mark.parametrize("role", ["officer", "representative", "organizer", "instructor", "staff"])
def test_only_administrators_read_the_whole_trail(signed_in, role):
    response = signed_in(role).get("/audit/")
    assert response.status_code == 403


def test_nobody_reads_the_trail_without_signing_in(client):
    response = client.get("/audit/")
    assert (response.status_code, response.url) == (302, "/account/login/?next=/audit/")


def test_the_list_comes_as_a_fragment_for_a_live_filter(signed_in):
    page = signed_in("administrator").get("/audit/?action=insert", headers={"HX-Request": "true"}).content.decode()
    assert page.startswith('<div id="results"')


def test_the_history_of_a_record_tells_who_and_why(signed_in):
    browser = signed_in("staff")
    member = MemberFactory()
    with audit.acting(user=browser.user, reason="Moved to Ohio"):
        member.city = "Dayton"
        member.save()
    response = browser.get(f"/members/{member.pk}/history/")
    assert [(e.who, e.action, e.reason) for e in response.context["entries"]] == [
        (browser.user.get_full_name(), "Changed", "Moved to Ohio"),
        ("Database user ip2a_app", "Added", ""),
    ]
    assert "Dayton" in response.content.decode()


def test_the_history_of_a_record_is_only_for_those_who_see_it(signed_in):
    member = MemberFactory()
    assert signed_in("instructor").get(f"/members/{member.pk}/history/").status_code == 403
    assert signed_in("staff").get("/members/999999/history/").status_code == 404
