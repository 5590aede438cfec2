"""Which members and organizations look as if they stood twice, and why."""

import time
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ip2a.answers import Refused
from ip2a.factories import UserFactory
from members import comparing, duplicates, merging
from members.duplicates import pairs
from members.factories import MemberFactory, OrganizationFactory
from members.models import Distinct, Member, Organization

pytestmark = pytest.mark.django_db
BORN = date(1980, 2, 29)


def found(model) -> list[tuple]:
    return [(pair.one, pair.other, pair.why, pair.confidence) for pair in pairs(model)]


def member(first, last, **fields):
    return MemberFactory(first_name=first, last_name=last, **fields)


@pytest.mark.parametrize(
    ("one", "other", "why", "confidence"),
    [
        (
            {"first_name": "Rosa", "last_name": "Lima", "date_of_birth": BORN},
            {"first_name": "ROSA", "last_name": "Líma", "date_of_birth": BORN},
            "Same name and date of birth",
            "Almost certain",
        ),
        (
            {"first_name": "Mary", "last_name": "Johnson", "date_of_birth": BORN},
            {"first_name": "Mary", "last_name": "Jonhson", "date_of_birth": BORN},
            "Nearly the same name, same date of birth",
            "Probable",
        ),
        (
            {"first_name": "Garcia", "last_name": "Maria", "date_of_birth": BORN},
            {"first_name": "Maria", "last_name": "Garcia", "date_of_birth": BORN},
            "Nearly the same name, same date of birth",
            "Probable",
        ),
        (
            {"first_name": "J.", "last_name": "Lima", "date_of_birth": BORN},
            {"first_name": "John", "last_name": "Lima", "date_of_birth": BORN},
            "Nearly the same name, same date of birth",
            "Probable",
        ),
        (
            {"first_name": "Rosa", "last_name": "Lima", "phone": "(386) 747-2385 x12"},
            {"first_name": "Rosa", "last_name": "Lima", "phone": "+1 386.747.2385"},
            "Same phone",
            "Probable",
        ),
        (
            {"first_name": "Rosa", "last_name": "Lima", "phone": "386-747-2385"},
            {"first_name": "Peter", "last_name": "Wong", "phone": "3867472385"},
            "Same phone; the names differ",
            "Possible",
        ),
        (
            {"first_name": "Rosa", "last_name": "Lima", "email": "Rosa@Example.org"},
            {"first_name": "Peter", "last_name": "Wong", "email": "rosa@example.org"},
            "Same e-mail; the names differ",
            "Possible",
        ),
        (
            {"first_name": "Rosa", "last_name": "Lima", "date_of_birth": BORN, "email": "r@example.org"},
            {"first_name": "Roza", "last_name": "Lima", "date_of_birth": BORN, "email": "r@example.org"},
            "Nearly the same name, same date of birth; same e-mail",
            "Almost certain",
        ),
    ],
)
def test_members_that_look_alike_are_found_with_the_reason(one, other, why, confidence):
    a, b = MemberFactory(**one), MemberFactory(**other)
    assert found(Member) == [(a.pk, b.pk, why, confidence)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"date_of_birth": BORN}, {"date_of_birth": BORN + timedelta(days=1)}),
        ({"date_of_birth": None}, {"date_of_birth": None}),
        ({"phone": ""}, {"phone": "  "}),
        ({"phone": "555"}, {"phone": "555"}),
        ({"email": ""}, {"email": ""}),
        ({"first_name": "John", "date_of_birth": BORN}, {"first_name": "Alma", "date_of_birth": BORN}),
    ],
)
def test_members_without_a_sign_in_common_are_not_offered(one, other):
    MemberFactory(**{"first_name": "Rosa", "last_name": "Lima", **one})
    MemberFactory(**{"first_name": "Rosa", "last_name": "Lima", **other})
    assert found(Member) == []


@pytest.mark.parametrize(
    ("one", "other", "why", "confidence"),
    [
        (
            {"name": "Acme Electric, Inc."},
            {"name": "ACME ELECTRIC INC"},
            "Same name and type",
            "Probable",
        ),
        (
            {"name": "Acme Electric, Inc."},
            {"name": "The Acme Electric Co. LLC"},
            "Same name but for Inc., LLC and the like, same type",
            "Possible",
        ),
        (
            {"name": "Smith & Söhne Corp."},
            {"name": "Smith and Sohne"},
            "Same name but for Inc., LLC and the like, same type",
            "Possible",
        ),
        (
            {"name": "Acme LLC", "phone": "386-747-2385"},
            {"name": "Acme", "phone": "(386) 747 2385"},
            "Same name but for Inc., LLC and the like, same type; same phone",
            "Almost certain",
        ),
        (
            {"name": "Acme", "email": "office@acme.example"},
            {"name": "Zenith Power", "email": "office@acme.example", "org_type": "union"},
            "Same e-mail; the names differ",
            "Possible",
        ),
    ],
)
def test_organizations_that_look_alike_are_found_with_the_reason(one, other, why, confidence):
    a, b = OrganizationFactory(**one), OrganizationFactory(**other)
    assert found(Organization) == [(a.pk, b.pk, why, confidence)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "Acme"}, {"name": "Acme", "org_type": "union"}),
        ({"name": "Acme East"}, {"name": "Acme West"}),
        ({"name": "Inc."}, {"name": "LLC"}),
        ({"name": "Acme"}, {"name": "Acme", "deleted_at": timezone.now()}),
    ],
)
def test_organizations_that_differ_are_not_offered(one, other):
    OrganizationFactory(**one)
    OrganizationFactory(**other)
    assert found(Organization) == []


def test_a_phone_shared_by_many_says_nothing():
    for number in range(9):
        member("Pat", f"Person{number}", phone="800-555-0100")
    assert found(Member) == []


def test_the_surest_come_first():
    member("Rosa", "Lima", phone="386-747-2385")
    member("Peter", "Wong", phone="386-747-2385")
    member("Ann", "Bell", date_of_birth=BORN)
    member("Ann", "Bell", date_of_birth=BORN)
    assert [pair.confidence for pair in pairs(Member)] == ["Almost certain", "Possible"]


def test_what_was_said_to_differ_is_remembered_and_can_be_taken_back(signed_in):
    a, b = member("Ann", "Bell", date_of_birth=BORN), member("Ann", "Bell", date_of_birth=BORN)
    client = signed_in("staff", first_name="Sam", last_name="Staff")
    apart = reverse("members:duplicate_tell_apart", args=["members", b.pk, a.pk])
    silent = client.post(apart, {"apart_reason": " "}, follow=True)
    assert "Say how you know that they are not the same" in silent.content.decode()
    assert len(pairs(Member)) == 1

    said = client.post(apart, {"apart_reason": "Mother and daughter-in-law"}, follow=True)
    assert said.redirect_chain == [(reverse("members:duplicate_list", args=["members"]), 302)]
    distinct = Distinct.objects.get()
    assert (distinct.one_key, distinct.other_key, distinct.by, distinct.reason) == (
        a.pk,
        b.pk,
        client.user,
        "Mother and daughter-in-law",
    )
    assert pairs(Member) == []
    shown = client.get(reverse("members:duplicate_decisions", args=["members"])).content.decode()
    assert "Mother and daughter-in-law" in shown and "Sam Staff" in shown
    compare = client.get(reverse("members:duplicate_compare", args=["members", a.pk, b.pk])).content.decode()
    assert "Sam Staff said on" in compare
    with pytest.raises(Refused, match="was written down already"):
        merging.tell_apart(a, b, by=client.user, reason="Again")

    client.post(reverse("members:duplicate_forget", args=["members", distinct.pk]))
    assert (Distinct.objects.count(), len(pairs(Member))) == (0, 1)


@pytest.mark.parametrize(
    ("kept", "taken", "field", "expected"),
    [
        ("", "555", "phone", "take"),
        ("555", "", "phone", "keep"),
        ("", "", "phone", "keep"),
        ("R.", "Robert", "first_name", "take"),
        ("Robert", "R", "first_name", "keep"),
        ("12 Elm", "12 Elm Street", "address", "take"),
        ("Akron", "Lima", "city", "keep"),
        ("active", "inactive", "status", "keep"),
        ("One", "Two", "notes", "both"),
        ("One", "", "notes", "keep"),
        (None, BORN, "date_of_birth", "take"),
        (BORN, date(1990, 1, 1), "date_of_birth", "keep"),
    ],
)
def test_the_fuller_value_is_proposed(kept, taken, field, expected):
    one, other = Member(**{field: kept}), Member(**{field: taken})
    assert comparing.proposed(one, other, field) == expected


def test_an_address_is_not_put_together_from_two_places():
    here = Member(address="", city="Toledo", state="OH", zip_code="")
    there = Member(address="12 Elm", city="Lima", state="", zip_code="45801")
    assert {comparing.proposed(here, there, name) for name in comparing.PLACE} == {"take"}
    assert {comparing.proposed(there, here, name) for name in comparing.PLACE} == {"keep"}
    same = Member(address="12 Elm", city="toledo", state="", zip_code="43601")
    assert [comparing.proposed(here, same, name) for name in comparing.PLACE] == ["take", "keep", "keep", "take"]


def test_an_agreement_with_either_is_kept():
    assert (
        comparing.proposed(Organization(is_signatory=False), Organization(is_signatory=True), "is_signatory") == "take"
    )
    assert (
        comparing.proposed(Organization(is_signatory=True), Organization(is_signatory=False), "is_signatory") == "keep"
    )


def test_the_fuller_record_is_proposed_to_stay():
    thin, full = MemberFactory(), MemberFactory(phone="1", city="Lima")
    assert comparing.fuller_first(thin, full) == (full, thin)
    old, new = MemberFactory(), MemberFactory()
    assert comparing.fuller_first(new, old) == (old, new)


def test_the_list_shows_pairs_with_why_and_how_sure(signed_in):
    a = member("Ann", "Bell", date_of_birth=BORN, member_number="1")
    b = member("Ann", "Bell", date_of_birth=BORN, member_number="2", city="Lima")
    member("Rosa", "Lima", phone="386-747-2385")
    c = member("Peter", "Wong", phone="386-747-2385")
    html = signed_in("staff").get(reverse("members:duplicate_list", args=["members"])).content.decode()
    assert "2 pairs that look alike, the surest first" in html
    assert "Same name and date of birth" in html and "Almost certain" in html
    assert reverse("members:duplicate_compare", args=["members", b.pk, a.pk]) in html
    html = (
        signed_in("staff").get(reverse("members:duplicate_list", args=["members"]), {"record": c.pk}).content.decode()
    )
    assert "Bell, Ann" not in html and "Lima, Rosa" in html


@pytest.mark.parametrize(
    "query", [{"page": "999"}, {"page": "x"}, {"record": "x"}, {"record": "9" * 40}, {"record": "\x00"}]
)
def test_junk_in_the_address_is_a_clear_page(signed_in, query):
    assert signed_in("staff").get(reverse("members:duplicate_list", args=["organizations"]), query).status_code == 200


def test_the_menu_entry_leads_to_the_list(signed_in, client):
    answer = signed_in("representative").get(reverse("members:duplicate_home"))
    assert (answer.status_code, answer.url) == (302, reverse("members:duplicate_list", args=["members"]))
    assert client.get(reverse("members:duplicate_home")).url.startswith("/account/login/")
    home = signed_in("staff").get(reverse("members:duplicate_list", args=["members"])).content.decode()
    assert 'href="/duplicates/"' in home
    assert "Duplicates" not in signed_in("organizer").get(reverse("members:member_list")).content.decode()


def test_two_that_the_finder_does_not_offer_are_chosen_by_hand(signed_in):
    one, other = member("Rosa", "Lima"), member("Peter", "Wong", city="Lima")
    client, address = signed_in("staff"), reverse("members:duplicate_choose", args=["members"])
    assert f'value="{one}"' in client.get(address, {"one": one.pk}).content.decode()
    same = client.get(address, {"one": one.pk, "other": one.pk})
    assert "That is the same one. Choose another." in same.content.decode()
    typed = client.get(address, {"one": one.pk, "one_q": str(one), "other_q": "wong"})
    assert 'name="other_choice"' in typed.content.decode()
    answer = client.get(address, {"one": one.pk, "one_q": str(one), "other_q": "wong", "other_choice": other.pk})
    assert answer.url == reverse("members:duplicate_compare", args=["members", other.pk, one.pk])


def test_the_list_asks_as_often_for_many_pairs_as_for_one(signed_in):
    client, address = signed_in("staff"), reverse("members:duplicate_list", args=["members"])

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    member("Ann", "Bell", date_of_birth=BORN)
    client.get(address)
    member("Ann", "Bell", date_of_birth=BORN)
    first = count()
    for _ in range(4):
        member("Ann", "Bell", date_of_birth=BORN)
    assert count() == first


@pytest.fixture
def looked(monkeypatch):
    """The times that everybody was compared with everybody."""
    times, ask = [], duplicates._asked

    def noted(model, about=None):
        times.append(about)
        return ask(model, about)

    monkeypatch.setattr(duplicates, "_asked", noted)
    monkeypatch.setattr(duplicates, "_kept", {})
    return times


def test_what_was_found_is_kept_until_anything_changes(looked):
    one, other = (member("Ann", "Bell", date_of_birth=BORN) for _ in range(2))
    third = member("Bob", "Carr", date_of_birth=BORN)
    user = UserFactory(role="staff")

    def renamed():
        third.first_name, third.last_name = "Ann", "Bell"
        third.save()

    def told_apart():
        Distinct.objects.create(kind="members", one_key=one.pk, other_key=other.pk, reason="Cousins", by=user)

    def replaced():
        Member.objects.filter(pk=third.pk).delete()
        member("Ann", "Bell", date_of_birth=BORN)

    counted = [len(duplicates.pairs(Member)), len(duplicates.pairs(Member))]
    assert (counted, len(looked)) == ([1, 1], 1)
    for change, expected in ((renamed, 3), (told_apart, 2), (replaced, 2), (Distinct.objects.all().delete, 3)):
        change()
        counted = [len(duplicates.pairs(Member)) for _ in range(2)]
        assert (change.__name__, counted) == (change.__name__, [expected] * 2)
    assert looked == [None] * 5


def test_the_pairs_of_one_are_those_of_the_whole_list(looked):
    chosen = member("Ann", "Bell", date_of_birth=BORN, phone="217 555 0101")
    for first, last, phone in (("Ann", "Bell", ""), ("Bob", "Carr", "217-555-0101"), ("Bob", "Carr", "")):
        member(first, last, date_of_birth=BORN, phone=phone)
    every = duplicates.pairs(Member)
    about = [pair for pair in every if chosen.pk in (pair.one, pair.other)]
    assert len(every) > len(about) == 2
    assert duplicates.pairs_about(chosen) == about
    assert looked == [None, [chosen.pk]]


def test_ten_thousand_members_are_looked_through_in_under_two_seconds():
    Member.objects.bulk_create(
        Member(
            member_number=str(number),
            first_name=f"First{number % 300}",
            last_name=f"Last{number % 700}",
            date_of_birth=date(1950, 1, 1) + timedelta(days=number % 15_000),
            phone=f"555{number:07}",
            email=f"m{number}@example.org",
        )
        for number in range(10_000)
    )
    member("First1", "Last1", date_of_birth=date(1950, 1, 2), phone="5550000001")
    start = time.perf_counter()
    found_pairs = pairs(Member)
    assert time.perf_counter() - start < 2
    assert [pair.why for pair in found_pairs] == ["Same name and date of birth; same phone"]
