"""Merging two records of one person or employer, and taking that back."""

import threading
from datetime import date

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connections
from django.urls import reverse

from ip2a.answers import Refused
from ip2a.factories import UserFactory
from ip2a.models import Attachment, AuditEntry
from ip2a.tests.vault.models import Secret
from members import merging
from members.factories import (
    MemberEmploymentFactory,
    MemberFactory,
    OrganizationContactFactory,
    OrganizationFactory,
)
from members.models import Member, MemberEmployment, Merge, OrganizationContact

REASON = "Same person, typed twice"


@pytest.fixture
def staff(db):
    return UserFactory(role="staff", first_name="Sam", last_name="Staff")


def document(record, name="card.pdf", sha256="a" * 64, **fields):
    return Attachment.objects.create(
        record=record,
        original_name=name,
        size=1,
        media_type="application/pdf",
        sha256=sha256,
        path=f"p/{name}/{record.pk}",
        **fields,
    )


def merged(survivor, loser, by, **choices):
    return merging.merge(survivor, loser, choices=choices, by=by, reason=REASON)


def state(*records) -> list[dict]:
    """Every stored value, but for the version that each change raises."""
    found = []
    for record in records:
        row = type(record).objects.filter(pk=record.pk).values().get()
        found.append({key: value for key, value in row.items() if key not in ("version", "updated_at")})
    return found


def test_everything_that_points_at_the_one_that_goes_moves_over(staff):
    rosa, twin = MemberFactory(phone="", city="Akron"), MemberFactory(phone="555-0100", city="Lima")
    job, paper = MemberEmploymentFactory(member=twin), document(twin)
    secret = Secret.objects.create(name="salt", member=twin)
    done = merged(rosa, twin, staff, phone="take", city="keep")
    for record in (rosa, twin, job, paper, secret):
        record.refresh_from_db()
    assert (job.member, paper.object_id, secret.member) == (rosa, rosa.pk, rosa)
    assert (rosa.phone, rosa.city) == ("555-0100", "Akron")
    assert (twin.merged_into, twin.is_removed) == (rosa, True)
    assert (done.survivor_key, done.loser_key, done.by, done.reason) == (rosa.pk, twin.pk, staff, REASON)
    entries = AuditEntry.objects.filter(batch=done.batch)
    assert set(entries.values_list("table_name", flat=True)) == {
        "members_member",
        "members_memberemployment",
        "ip2a_attachment",
        "vault_secret",
    }
    assert set(entries.values_list("reason", flat=True)) == {REASON}


def test_taking_back_restores_every_value(staff):
    rosa = MemberFactory(member_number="1", phone="")
    twin = MemberFactory(member_number="2", phone="555-0100", user=UserFactory(), notes="Second")
    rows = [
        rosa,
        twin,
        MemberEmploymentFactory(member=twin),
        document(twin),
        Secret.objects.create(name="s", member=twin),
    ]
    before = state(*rows)
    done = merged(rosa, twin, staff, member_number="take", phone="take", user="take", notes="take")
    rosa.refresh_from_db()
    assert (rosa.member_number, rosa.user_id, rosa.notes) == ("2", twin.user_id, "Second")
    result = merging.take_back(done, by=staff, reason="Two people after all")
    assert result.left_alone == []
    assert state(*rows) == before
    done.refresh_from_db()
    assert (done.undone_by, done.undone_reason, done.is_undone) == (staff, "Two people after all", True)


def test_notes_of_both_can_be_kept(staff):
    rosa, twin = MemberFactory(notes="First "), MemberFactory(notes=" Second")
    merged(rosa, twin, staff, notes="both")
    rosa.refresh_from_db()
    assert rosa.notes == "First\n\nSecond"


def test_a_login_belongs_to_one_member_only(staff):
    rosa, twin = MemberFactory(user=UserFactory()), MemberFactory(user=UserFactory())
    done = merged(rosa, twin, staff)
    rosa.refresh_from_db()
    twin.refresh_from_db()
    assert (rosa.user_id is not None, twin.user_id) == (True, None)
    merging.take_back(done, by=staff)
    twin.refresh_from_db()
    assert twin.user_id is not None


def test_two_primary_contacts_become_one_and_two_again(staff):
    acme, twin = OrganizationFactory(), OrganizationFactory()
    mine = OrganizationContactFactory(organization=acme, is_primary=True)
    theirs = OrganizationContactFactory(organization=twin, is_primary=True)
    done = merged(acme, twin, staff)
    contacts = OrganizationContact.objects.order_by("pk").values_list("pk", "organization_id", "is_primary")
    assert list(contacts) == [(mine.pk, acme.pk, True), (theirs.pk, acme.pk, False)]
    merging.take_back(done, by=staff)
    assert list(contacts.all()) == [(mine.pk, acme.pk, True), (theirs.pk, twin.pk, True)]


def test_the_only_primary_contact_stays_primary(staff):
    acme, twin = OrganizationFactory(), OrganizationFactory()
    contact = OrganizationContactFactory(organization=twin, is_primary=True)
    merged(acme, twin, staff)
    contact.refresh_from_db()
    assert (contact.organization, contact.is_primary) == (acme, True)


def test_the_same_file_on_both_is_kept_once_and_comes_back(staff):
    rosa, twin = MemberFactory(), MemberFactory()
    mine, theirs = document(rosa, "a.pdf"), document(twin, "b.pdf")
    done = merged(rosa, twin, staff)
    assert list(Attachment.objects.of(rosa).live()) == [mine]
    merging.take_back(done, by=staff)
    assert list(Attachment.objects.of(twin).live()) == [theirs]


def test_what_was_changed_since_is_left_alone_and_named(staff):
    rosa, twin = MemberFactory(phone=""), MemberFactory(phone="555-0100")
    job, other = MemberEmploymentFactory(member=twin), MemberEmploymentFactory(member=twin)
    done = merged(rosa, twin, staff, phone="take")
    third = MemberFactory()
    MemberEmployment.objects.filter(pk=job.pk).update(member=third)
    MemberEmployment.objects.filter(pk=other.pk).update(job_title="Foreman")
    result = merging.take_back(done, by=staff)
    job.refresh_from_db()
    other.refresh_from_db()
    assert job.member == third
    assert (other.member, other.job_title) == (twin, "Foreman")
    assert (
        merging.left_words(result, staff) == f"Left as it is: 1 job ({third} at {job.organization}) was changed since."
    )


def test_left_words_say_nothing_of_what_one_may_not_know(staff):
    rosa, twin = MemberFactory(), MemberFactory()
    secret = Secret.objects.create(name="salt", member=twin)
    done = merged(rosa, twin, staff)
    Secret.objects.filter(pk=secret.pk).update(member=MemberFactory())
    result = merging.take_back(done, by=staff)
    assert result.left_count == 1
    assert merging.left_words(result, staff) == ""


def test_a_number_that_was_given_to_another_meanwhile_stops_the_way_back(staff):
    rosa, twin = MemberFactory(), MemberFactory(member_number="77")
    job = MemberEmploymentFactory(member=twin)
    done = merged(rosa, twin, staff)
    MemberFactory(member_number="77")
    with pytest.raises(Refused, match="Another member already has this number"):
        merging.take_back(done, by=staff)
    job.refresh_from_db()
    done.refresh_from_db()
    assert (job.member, done.is_undone) == (rosa, False)


def test_chains_are_taken_back_from_the_end(staff):
    a, b, c = (MemberFactory(last_name=name) for name in ("Aa", "Bb", "Cc"))
    job = MemberEmploymentFactory(member=a)
    before = state(a, b, c, job)
    first, second = merged(b, a, staff), merged(c, b, staff)
    with pytest.raises(Refused, match="was itself merged into .* later. Take that merge back first."):
        merging.take_back(first, by=staff)
    merging.take_back(second, by=staff)
    job.refresh_from_db()
    assert job.member == b
    merging.take_back(first, by=staff)
    assert state(a, b, c, job) == before
    with pytest.raises(Refused, match="This merge was already taken back on"):
        merging.take_back(first, by=staff)
    assert Merge.objects.count() == 2
    merged(b, a, staff)


@pytest.mark.parametrize(
    ("role", "sentence"),
    [("organizer", "Your role may not merge members."), ("instructor", "Your role may not merge members.")],
)
def test_without_the_right_nothing_is_merged(db, role, sentence):
    rosa, twin = MemberFactory(), MemberFactory()
    with pytest.raises(Refused, match=sentence):
        merged(rosa, twin, UserFactory(role=role))
    assert Merge.objects.count() == 0


def test_what_cannot_be_merged_is_refused_with_the_reason(staff):
    a, b, c = MemberFactory(), MemberFactory(), MemberFactory()
    with pytest.raises(Refused, match="That is one and the same member. Choose two."):
        merged(a, a, staff)
    with pytest.raises(Refused, match="Say why they are the same"):
        merging.merge(a, b, choices={}, by=staff, reason="  ")
    with pytest.raises(Refused, match="cannot be chosen that way"):
        merged(a, b, staff, id="take")
    with pytest.raises(Refused, match="Somebody changed one of the two since you compared them"):
        merging.merge(a, b, choices={}, by=staff, reason=REASON, versions=(a.version + 1, b.version))
    merged(a, b, staff)
    for pair in ((b, c), (c, b), (a, b)):
        with pytest.raises(Refused, match="was already merged into .* Compare with that one instead."):
            merged(*pair, staff)


def test_a_constraint_in_the_way_is_said_only_to_those_who_may_know(staff, monkeypatch):
    from django.db import IntegrityError

    from ip2a import merging as general

    def clash(rows, loser, survivor):
        raise IntegrityError("duplicate key")

    monkeypatch.setitem(general._settlers, ("vault.secret", "member_id"), clash)
    monkeypatch.setitem(general._settlers, ("members.memberemployment", "member_id"), lambda *rows: None)
    with pytest.raises(Refused, match="^These two cannot be merged as they stand. Ask an administrator"):
        merged(MemberFactory(), MemberFactory(), staff)
    monkeypatch.setitem(general._settlers, ("vault.secret", "member_id"), lambda *rows: None)
    monkeypatch.setitem(general._settlers, ("members.memberemployment", "member_id"), clash)
    with pytest.raises(Refused, match="^The jobs of both cannot be put together: each may have only one."):
        merged(MemberFactory(), MemberFactory(), staff)


def test_the_page_of_a_merged_member_leads_to_the_last_of_the_chain(staff, signed_in):
    a, b, c = MemberFactory(), MemberFactory(), MemberFactory()
    merged(b, a, staff)
    merged(c, b, staff)
    page = signed_in("organizer").get(a.get_absolute_url(), follow=True)
    assert page.redirect_chain == [(c.get_absolute_url(), 302)]
    assert f"{a} was merged into this member." in page.content.decode()
    assert signed_in("staff").get(reverse("members:member_history", args=[a.pk])).status_code == 200


def compare_url(survivor, loser, page="compare", kind="members"):
    return reverse(f"members:duplicate_{page}", args=[kind, survivor.pk, loser.pk])


def test_comparing_checking_and_merging_in_the_browser(signed_in):
    rosa = MemberFactory(first_name="Rosa", last_name="Lima", member_number="1", middle_name="M.")
    twin = MemberFactory(first_name="Rosa", last_name="Lima", member_number="2", middle_name="Maria", city="Lima")
    MemberEmploymentFactory(member=twin)
    Secret.objects.create(name="salt", member=twin)
    client = signed_in("staff")
    page = client.get(compare_url(rosa, twin))
    lines = {line.field: (line.differs, choice) for line, choice in page.context["lines"]}
    assert {name: line[1] for name, line in lines.items() if line[0]} == {
        "member_number": "keep",
        "middle_name": "take",
        "city": "take",
    }
    posted = {"survivor_version": 1, "loser_version": 1, "reason": REASON, "take_member_number": "take"}

    missing = client.post(compare_url(rosa, twin), {**posted, "reason": "", "step": "check"})
    assert missing.status_code == 422
    check = client.post(compare_url(rosa, twin), {**posted, "step": "check"})
    result = dict(check.context["result"])
    assert (result["Member number"], result["Middle name"], result["City"]) == ("2", "Maria", "Lima")
    assert check.context["moves"] == [(1, "job")]
    html = check.content.decode()
    assert "1 job of Lima, Rosa (2) moves over." in html
    assert "secret" not in html
    hidden = {f"take_{name}": choice for name, choice in check.context["chosen"].items()}

    back = client.post(compare_url(rosa, twin), {**posted, **hidden, "step": "change"})
    assert {line.field: choice for line, choice in back.context["lines"]}["member_number"] == "take"
    answer = client.post(compare_url(rosa, twin), {**posted, **hidden, "step": "merge"}, follow=True)
    assert answer.redirect_chain == [(rosa.get_absolute_url(), 302)]
    merge = Merge.objects.get()
    undo = reverse("members:duplicate_take_back", args=["members", merge.pk])
    assert f'action="{undo}"' in answer.content.decode()
    rosa.refresh_from_db()
    assert (rosa.member_number, rosa.middle_name, rosa.city) == ("2", "Maria", "Lima")

    undone = client.post(undo, follow=True)
    assert undone.redirect_chain == [(twin.get_absolute_url(), 302)]
    assert "The merge was taken back" in undone.content.decode()
    again = client.post(undo, follow=True)
    assert "This merge was already taken back on" in again.content.decode()


def test_what_moves_is_counted_only_within_ones_rights(signed_in):
    rosa, twin = MemberFactory(), MemberFactory()
    MemberEmploymentFactory(member=twin)
    document(twin)
    Secret.objects.create(name="salt", member=twin)
    for role in Group.objects.filter(name__in=["staff", "organizer"]):
        role.permissions.add(*Permission.objects.filter(codename__in=["view_secret", "change_member"]))
    posted = {"survivor_version": 1, "loser_version": 1, "reason": REASON, "step": "check"}
    seen = signed_in("staff").post(compare_url(rosa, twin), posted).context["moves"]
    assert sorted(seen) == [(1, "document"), (1, "job")]
    seen = signed_in("organizer").post(compare_url(rosa, twin), posted).context["moves"]
    assert (1, "secret") in seen


def test_a_change_between_comparing_and_merging_is_shown_first(signed_in):
    rosa, twin, client = MemberFactory(), MemberFactory(), signed_in("staff")
    posted = {"survivor_version": 1, "loser_version": 1, "reason": REASON, "step": "merge"}
    Member.objects.filter(pk=twin.pk).update(city="Toledo")
    page = client.post(compare_url(rosa, twin), posted)
    assert page.status_code == 422
    assert "Somebody changed one of the two since you compared them." in page.content.decode()
    assert "Toledo" in page.content.decode()
    assert f'name="loser_version" value="{twin.version + 1}"' in page.content.decode()
    assert Merge.objects.count() == 0


def test_a_merged_pair_shows_why_it_cannot_be_merged_again(staff, signed_in):
    rosa, twin = MemberFactory(), MemberFactory()
    merged(rosa, twin, staff)
    html = signed_in("staff").get(compare_url(rosa, twin)).content.decode()
    assert "Compare with that one instead." in html
    assert "Check before merging" not in html


def test_the_list_of_merges_gives_the_way_back_or_the_reason(staff, signed_in):
    a, b, c = MemberFactory(), MemberFactory(), MemberFactory()
    merged(b, a, staff)
    merged(c, b, staff)
    html = signed_in("staff").get(reverse("members:duplicate_merges", args=["members"])).content.decode()
    assert REASON in html
    assert html.count("take-back/") == 1
    assert "Take that merge back first." in html


@pytest.mark.parametrize("role", ["officer", "organizer", "instructor"])
@pytest.mark.parametrize("page", ["list", "merges", "decisions", "choose"])
def test_only_those_who_may_change_members_see_duplicates(signed_in, role, page):
    assert signed_in(role).get(reverse(f"members:duplicate_{page}", args=["members"])).status_code == 403


def test_unknown_kinds_and_numbers_are_not_found(signed_in):
    client = signed_in("staff")
    assert client.get("/duplicates/nothing/").status_code == 404
    assert client.get("/duplicates/members/1/99999999999999999999/").status_code == 404
    assert client.post("/duplicates/members/merges/999/take-back/").status_code == 404


def at_once(*calls) -> list:
    barrier, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        try:
            barrier.wait(timeout=10)
            answers[place] = call()
        except Refused as refusal:
            answers[place] = str(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, call)) for place, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads)
    return answers


def test_two_who_merge_the_same_pair_at_once_are_one_merge_and_one_answer(committed_db):
    people = [UserFactory(role="staff") for _ in range(2)]
    for _ in range(4):
        rosa, twin = MemberFactory(), MemberFactory()
        MemberEmploymentFactory(member=rosa)
        MemberEmploymentFactory(member=twin)
        answers = at_once(lambda: merged(rosa, twin, people[0]), lambda: merged(twin, rosa, people[1]))  # noqa: B023
        done = [answer for answer in answers if isinstance(answer, Merge)]
        said = [answer for answer in answers if isinstance(answer, str)]
        assert (len(done), len(said)) == (1, 1)
        assert "was already merged into" in said[0]
        assert set(MemberEmployment.objects.filter(member__in=[rosa, twin]).values_list("member", flat=True)) == {
            done[0].survivor_key
        }
    assert Merge.objects.count() == 4


def test_two_who_take_the_same_merge_back_at_once_do_it_once(committed_db):
    user = UserFactory(role="staff")
    rosa, twin = MemberFactory(hire_date=date(2020, 1, 1)), MemberFactory()
    done = merged(rosa, twin, user)
    answers = at_once(lambda: merging.take_back(done, by=user), lambda: merging.take_back(done, by=user))
    said = [answer for answer in answers if isinstance(answer, str)]
    assert len(said) == 1 and said[0].startswith("This merge was already taken back on")
    assert Member.objects.live().count() == 2
