"""The trail is written by whatever road a change comes, with who, why and from where."""

import pytest
from celery import shared_task
from django.db import IntegrityError, connection, transaction

from ip2a import audit
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry
from ip2a.tests.vault.models import Secret
from members.factories import MemberFactory, OrganizationContactFactory, OrganizationFactory
from members.models import Member, Organization, OrganizationContact

BROWSER = "Mozilla/5.0 (test)"
ORGANIZATION = {"name": "Acme Electric", "org_type": "employer"}


def entries(record=None):
    rows = AuditEntry.objects.order_by("id")
    return list(rows.about(record) if record is not None else rows)


def last():
    return AuditEntry.objects.order_by("-id").first()


def origin(entry):
    return (entry.actor_name, entry.path, entry.ip, entry.user_agent, entry.command, entry.reason)


pytestmark = pytest.mark.django_db


def test_a_form_tells_who_from_where_and_why(signed_in):
    browser = signed_in("staff", first_name="Rosa", last_name="Lima")
    headers = {"User-Agent": BROWSER}
    browser.post("/organizations/add/", ORGANIZATION, headers=headers, REMOTE_ADDR="192.0.2.7")
    organization = Organization.objects.get()
    added = last()
    assert origin(added) == ("Rosa Lima", "/organizations/add/", "192.0.2.7", BROWSER, "", "")
    assert (added.action, added.table_name, added.record_id) == ("insert", "members_organization", organization.pk)
    assert (added.actor_id, added.old, added.changed) == (browser.user.pk, None, None)
    assert added.new["name"] == "Acme Electric"
    path = f"/organizations/{organization.pk}/edit/"
    form = {**ORGANIZATION, "city": "Austin", "version": "1", "reason": "Moved"}
    browser.post(path, form, headers=headers, REMOTE_ADDR="192.0.2.7")
    changed = last()
    assert origin(changed) == ("Rosa Lima", path, "192.0.2.7", BROWSER, "", "Moved")
    assert (changed.old, changed.new, changed.changed) == ({"city": ""}, {"city": "Austin"}, ["city"])


def test_saving_bulk_and_query_changes_are_written():
    with audit.acting(user=UserFactory(first_name="Rosa", last_name="Lima"), reason="Spring cleaning"):
        Organization.objects.bulk_create([Organization(name=f"Employer {n}") for n in range(3)])
        Organization.objects.update(city="Austin")
        Organization.objects.filter(name="Employer 0").delete()
    found = [e for e in entries() if e.table_name == "members_organization"]
    assert [(e.action, (e.new or e.old)["name"] if e.changed is None else e.changed) for e in found] == [
        ("insert", "Employer 0"), ("insert", "Employer 1"), ("insert", "Employer 2"),
        ("update", ["city"]), ("update", ["city"]), ("update", ["city"]), ("delete", "Employer 0"),
    ]  # fmt: skip
    assert {(e.actor_name, e.reason) for e in found} == {("Rosa Lima", "Spring cleaning")}


def test_bulk_update_and_upsert_are_written():
    first, second = OrganizationFactory.create_batch(2)
    first.city = second.city = "Austin"
    Organization.objects.bulk_update([first, second], ["city"])
    assert [e.changed for e in entries(first)] == [None, ["city"]]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members_organization (id, name, org_type, address, city, state, zip_code, phone, email, "
            "website, is_signatory, notes) VALUES (%s, 'x', 'employer', '', '', '', '', '', '', '', false, ''), "
            "(987654, 'Brand new', 'employer', '', '', '', '', '', '', '', false, '') "
            "ON CONFLICT (id) DO UPDATE SET city = 'Dayton'",
            [first.pk],
        )
    assert [e.changed for e in entries(first)] == [None, ["city"], ["city"]]
    assert [(e.action, e.new["name"]) for e in AuditEntry.objects.filter(record_id=987654)] == [("insert", "Brand new")]


def test_copy_is_written():
    columns = "name, org_type, address, city, state, zip_code, phone, email, website, is_signatory, notes"
    statement = f"COPY members_organization ({columns}) FROM STDIN"
    with audit.acting(command="load"), connection.cursor() as cursor, cursor.copy(statement) as copy:
        for number in range(3):
            copy.write_row((f"Employer {number}", "employer", "", "", "", "", "", "", "", False, ""))
    found = [e for e in entries() if e.table_name == "members_organization"]
    assert [(e.action, e.new["name"], e.command) for e in found] == [
        ("insert", f"Employer {number}", "load") for number in range(3)
    ]


@shared_task
def rename(number):
    Organization.objects.filter(pk=number).update(name="Renamed by a task")


def test_a_task_names_itself():
    organization = OrganizationFactory()
    rename.delay(organization.pk)
    entry = last()
    assert (entry.changed, entry.command, entry.actor_name) == (["name"], rename.name, "")


def test_a_command_names_itself_and_the_person_it_acts_for():
    with audit.acting(user=UserFactory(first_name="Rosa", last_name="Lima"), command="import_records"):
        OrganizationFactory()
    assert origin(last()) == ("Rosa Lima", "", None, "", "import_records", "")


def test_an_update_that_changes_nothing_writes_nothing():
    member = MemberFactory()
    before = len(entries())
    member.save()
    Member.objects.filter(pk=member.pk).update(city=member.city)
    assert len(entries()) == before


def test_hidden_columns_are_named_but_never_written():
    user = UserFactory()
    user.set_password("a long enough password")
    user.first_name = "Rosa"
    user.save()
    added, changed = entries(user)
    assert "password" not in added.new
    assert (sorted(changed.changed), changed.old, changed.new) == (
        ["first_name", "password"], {"first_name": "Pat"}, {"first_name": "Rosa"}
    )  # fmt: skip
    user.set_password("another long password")
    user.save(update_fields=["password"])
    only = entries(user)[-1]
    assert (only.changed, only.old, only.new) == (["password"], {}, {})
    everything = AuditEntry.objects.values_list("old", "new")
    assert not [row for pair in everything for row in pair if row and "password" in row]


def test_generated_columns_are_left_out():
    member = MemberFactory(last_name="Lima")
    member.last_name = "Ångström"
    member.save()
    added, changed = entries(member)
    assert not {"sort_key", "search_text"} & set(added.new)
    assert changed.changed == ["last_name"]


def test_many_to_many_rows_are_written():
    user = UserFactory(role="staff")
    found = [e for e in entries() if e.table_name == "ip2a_user_groups"]
    assert [(e.action, e.new["user_id"]) for e in found] == [("insert", user.pk)]
    user.groups.clear()
    assert last().action == "delete"


def test_old_and_new_keep_their_types():
    contact = OrganizationContactFactory(is_primary=False, notes="")
    OrganizationContact.objects.filter(pk=contact.pk).update(is_primary=True, notes='a "quoted" \\ text\nin lines')
    entry = entries(contact)[-1]
    assert (entry.old, entry.new) == (
        {"is_primary": False, "notes": ""}, {"is_primary": True, "notes": 'a "quoted" \\ text\nin lines'}
    )  # fmt: skip


def test_entries_of_a_compartment_carry_its_mark():
    secret = Secret.objects.create(name="Salt", member=MemberFactory())
    Secret.objects.filter(pk=secret.pk).update(name="Pepper")
    Secret.objects.filter(pk=secret.pk).delete()
    assert [(e.action, e.compartment) for e in entries(secret)] == [
        ("insert", "organizing"), ("update", "organizing"), ("delete", "organizing")
    ]  # fmt: skip


def test_the_reason_ends_with_its_block():
    organization = OrganizationFactory()
    with audit.because("Moved"):
        Organization.objects.update(city="Austin")
    Organization.objects.update(city="Dayton")
    assert [e.reason for e in entries(organization)] == ["", "Moved", ""]


def test_a_savepoint_that_is_rolled_back_keeps_the_context():
    user, organization = UserFactory(), OrganizationFactory()
    with audit.acting(user=user, reason="Moved"), transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic(), audit.because("Inner"):
            Organization.objects.update(city="Lost")
            raise ZeroDivisionError
        Organization.objects.update(city="Austin")
    assert [(e.new["city"], e.reason, e.actor_id) for e in entries(organization)[1:]] == [("Austin", "Moved", user.pk)]


def test_a_failed_statement_leaves_its_own_error_and_the_outer_reason():
    organization = OrganizationFactory()
    with audit.because("Outer"):
        inner = audit.because("Inner")
        with pytest.raises(IntegrityError), transaction.atomic(), inner, connection.cursor() as cursor:
            cursor.execute("UPDATE members_organization SET org_type = NULL")
        Organization.objects.update(city="Austin")
    assert entries(organization)[-1].reason == "Outer"


def test_batches_are_numbered_and_marked():
    number = audit.next_batch()
    with audit.batch(number):
        OrganizationFactory()
    assert (last().batch, audit.next_batch()) == (number, number + 1)
