"""Taking back a batch: exactly what it changed, nothing that anybody changed since, and each exception by name."""

import pytest

from ip2a import audit
from ip2a.models import AuditEntry
from ip2a.undo import LeftAlone, undo
from members.factories import MemberEmploymentFactory, MemberFactory, OrganizationFactory
from members.models import Member, MemberEmployment, Organization


@pytest.fixture
def someone(db):
    from ip2a.factories import UserFactory

    return UserFactory(role="staff", first_name="Ann", last_name="Oh")


def rows(model):
    """Every column of every row but those the database keeps by itself."""
    kept = [f.name for f in model._meta.concrete_fields if f.name not in ("version", "updated_at")]
    return list(model.objects.order_by("pk").values_list(*kept))


def counted(result):
    return result.deleted, result.restored, result.brought_back, result.left_count


def test_added_changed_and_deleted_rows_are_as_they_were(someone):
    changed, deleted = MemberFactory(phone="555-0100"), MemberEmploymentFactory()
    before = rows(Member), rows(Organization), rows(MemberEmployment)
    number = audit.next_batch()
    with audit.batch(number):
        Member.objects.filter(pk=changed.pk).update(phone="555-0199", notes="Moved")
        MemberEmployment.objects.filter(pk=deleted.pk).delete()
        MemberEmploymentFactory.create_batch(3)
    result = undo(number, by=someone, reason="Wrong file")
    assert counted(result) == (9, 1, 1, 0)
    assert result.by_model == {
        "members.member": {"deleted": 3, "restored": 1, "brought_back": 0},
        "members.memberemployment": {"deleted": 3, "restored": 0, "brought_back": 1},
        "members.organization": {"deleted": 3, "restored": 0, "brought_back": 0},
    }
    assert (rows(Member), rows(Organization), rows(MemberEmployment)) == before


def test_the_undo_is_written_down_with_its_reason_and_can_be_taken_back(someone):
    member, number = MemberFactory(phone="1"), audit.next_batch()
    with audit.batch(number):
        Member.objects.filter(pk=member.pk).update(phone="2")
    result = undo(number, by=someone, reason="Wrong file")
    entry = AuditEntry.objects.get(batch=result.batch)
    assert (entry.actor_name, entry.reason, entry.old, entry.new) == (
        "Ann Oh",
        "Wrong file",
        {"phone": "2"},
        {"phone": "1"},
    )
    undo(result.batch, by=someone, reason="It was right after all")
    member.refresh_from_db()
    assert member.phone == "2"


def test_several_changes_of_one_row_are_taken_back_together(someone):
    member, number = MemberFactory(phone="1", city="Reno", notes=""), audit.next_batch()
    with audit.batch(number):
        Member.objects.filter(pk=member.pk).update(phone="2")
        Member.objects.filter(pk=member.pk).update(phone="3", city="Elko")
        Member.objects.filter(pk=member.pk).update(notes="x")
        passing = MemberFactory()
        passing.delete()
        added = MemberFactory(phone="9")
        Member.objects.filter(pk=added.pk).update(phone="8")
    assert counted(undo(number, by=someone, reason="Wrong")) == (1, 1, 0, 0)
    assert list(Member.objects.values_list("pk", "phone", "city", "notes")) == [(member.pk, "1", "Reno", "")]


def test_a_change_and_a_deletion_in_one_batch_bring_the_first_row_back(someone):
    job, number = MemberEmploymentFactory(job_title="Foreman"), audit.next_batch()
    before = rows(MemberEmployment)
    with audit.batch(number):
        MemberEmployment.objects.filter(pk=job.pk).update(job_title="Helper")
        MemberEmployment.objects.filter(pk=job.pk).delete()
    assert counted(undo(number, by=someone, reason="Wrong")) == (0, 0, 1, 0)
    assert rows(MemberEmployment) == before


def test_what_somebody_changed_since_is_left_alone_and_named(someone):
    kept, number = MemberFactory(phone="1", last_name="Lima"), audit.next_batch()
    with audit.batch(number):
        Member.objects.filter(pk=kept.pk).update(phone="2")
        added = MemberFactory(last_name="Ek", first_name="Bo", member_number="8")
        gone = MemberFactory()
    Member.objects.filter(pk=kept.pk).update(phone="3")
    Member.objects.filter(pk=added.pk).update(city="Reno")
    lost = gone.pk
    gone.delete()
    result = undo(number, by=someone, reason="Wrong")
    assert counted(result) == (0, 0, 0, 3)
    assert result.left_alone == [
        LeftAlone("members.member", "was changed since", 2, [(kept.pk, str(kept)), (added.pk, "Ek, Bo (8)")]),
        LeftAlone("members.member", "was deleted since", 1, [(lost, "")]),
    ]


def test_a_change_of_another_column_since_does_not_stand_in_the_way(someone):
    member, number = MemberFactory(phone="1", city="Reno"), audit.next_batch()
    with audit.batch(number):
        Member.objects.filter(pk=member.pk).update(phone="2")
    Member.objects.filter(pk=member.pk).update(city="Elko")
    assert counted(undo(number, by=someone, reason="Wrong")) == (0, 1, 0, 0)
    assert Member.objects.values_list("phone", "city").get() == ("1", "Elko")


def test_a_record_that_others_use_by_now_is_left_alone(someone):
    number = audit.next_batch()
    with audit.batch(number):
        used, unused = OrganizationFactory(name="Volt"), OrganizationFactory(name="Ohm")
    MemberEmploymentFactory(organization=used)
    result = undo(number, by=someone, reason="Wrong")
    assert (counted(result), result.left_alone) == (
        (1, 0, 0, 1),
        [LeftAlone("members.organization", "is used by records that came from elsewhere", 1, [(used.pk, "Volt")])],
    )
    assert not Organization.objects.filter(pk=unused.pk).exists()


def test_rows_that_refer_to_each_other_go_together(someone):
    from django.utils import timezone

    number = audit.next_batch()
    with audit.batch(number):
        kept = MemberFactory()
        MemberFactory(merged_into=kept, deleted_at=timezone.now())
        MemberEmploymentFactory(member=kept)
    assert counted(undo(number, by=someone, reason="Wrong")) == (4, 0, 0, 0)


def test_values_that_swapped_places_swap_back(someone):
    first, second, number = MemberFactory(member_number="1"), MemberFactory(member_number="2"), audit.next_batch()
    with audit.batch(number):
        Member.objects.filter(pk=first.pk).update(member_number="3")
        MemberFactory(member_number="1")
    assert counted(undo(number, by=someone, reason="Wrong")) == (1, 1, 0, 0)
    assert list(Member.objects.order_by("pk").values_list("member_number", flat=True)) == ["1", "2"]
    assert second.member_number == "2"


def test_an_old_value_that_another_took_meanwhile_is_left_alone_with_the_reason(someone):
    member, number = MemberFactory(member_number="1"), audit.next_batch()
    with audit.batch(number):
        Member.objects.filter(pk=member.pk).update(member_number="2")
        others = MemberFactory.create_batch(3)
    MemberFactory(member_number="1")
    result = undo(number, by=someone, reason="Wrong")
    assert counted(result) == (3, 0, 0, 1)
    assert [(group.reason, group.count) for group in result.left_alone] == [
        ("cannot be as it was: Another member already has this number.", 1)
    ]
    assert len(others) == 3


def test_taking_back_twice_changes_nothing(someone):
    member, number = MemberFactory(phone="1"), audit.next_batch()
    with audit.batch(number):
        Member.objects.filter(pk=member.pk).update(phone="2")
    undo(number, by=someone, reason="Wrong")
    again = undo(number, by=someone, reason="Wrong")
    assert (again.taken_back, again.left_count, AuditEntry.objects.filter(batch=again.batch).count()) == (0, 1, 0)


def test_groups_of_a_login_are_taken_back_too(someone):
    from django.contrib.auth.models import Group

    number = audit.next_batch()
    with audit.batch(number):
        someone.groups.add(Group.objects.get(name="organizer"))
        someone.groups.remove(Group.objects.get(name="staff"))
    assert counted(undo(number, by=someone, reason="Wrong")) == (1, 0, 1, 0)
    assert list(someone.groups.values_list("name", flat=True)) == ["staff"]


def test_records_of_a_compartment_are_not_named(someone):
    from ip2a.tests.vault.models import Secret

    number = audit.next_batch()
    with audit.batch(number):
        secret = Secret.objects.create(name="Salt", member=MemberFactory())
    Secret.objects.filter(pk=secret.pk).update(name="Pepper")
    result = undo(number, by=someone, reason="Wrong")
    assert [group for group in result.left_alone if group.model == "vault.secret"] == [
        LeftAlone("vault.secret", "was changed since", 1, [])
    ]


def test_the_application_can_only_undo_what_the_trail_holds(someone):
    result = undo(audit.next_batch(), by=someone, reason="Nothing")
    assert (result.taken_back, result.left_alone) == (0, [])
