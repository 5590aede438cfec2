"""Finding records by what people type, within their rights."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ip2a import search
from ip2a.factories import UserFactory
from members.factories import MemberFactory, OrganizationContactFactory, OrganizationFactory
from members.models import Member, Organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    """A few members who can be told apart."""
    MemberFactory(member_number="7464416", first_name="Rosa", last_name="Lima", email="rosa.lima@example.org")
    MemberFactory(member_number="7464417", first_name="Mary", middle_name="Ann", last_name="Johnson")
    MemberFactory(member_number="a22555555", first_name="Åsa", last_name="Ångström", phone="(386) 747-2385 x12")
    MemberFactory(member_number="88", first_name="Sean", last_name="O'Brien")
    MemberFactory(member_number="89", first_name="Ana", last_name="Gonzalez-Ruiz")


def names(text: str) -> list[str]:
    return [member.last_name for member in search.matching(Member.objects.all(), text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lima", ["Lima"]),
        ("LIMA rosa", ["Lima"]),
        ("Lima, Rosa (7464416)", ["Lima"]),
        ("ann mary johnson", ["Johnson"]),
        ("johns", ["Johnson"]),
        ("angstrom", ["Ångström"]),
        ("ÅNGSTRÖM", ["Ångström"]),
        ("7464416", ["Lima"]),
        ("74644", ["Johnson", "Lima"]),
        ("a22555555", ["Ångström"]),
        ("386.747.2385", ["Ångström"]),
        ("(386) 747", ["Ångström"]),
        ("+1 386 747 2385", ["Ångström"]),
        ("1-386-747-2385", ["Ångström"]),
        ("001-386-747-2385", ["Ångström"]),
        ("2385", ["Ångström"]),
        ("rosa.lima@example.org", ["Lima"]),
        ("Rosa.Lima@Example", ["Lima"]),
        ("o’brien", ["O'Brien"]),
        ("gonzalez ruiz", ["Gonzalez-Ruiz"]),
        ("ro", ["Lima"]),
        ("sa", []),
    ],
)
def test_what_stands_there_is_found_in_any_form_and_order(people, text, expected):
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jonhson", ["Johnson"]),
        ("ojhnson", ["Johnson"]),
        ("jonson", ["Johnson"]),
        ("johnsson", ["Johnson"]),
        ("johmson", ["Johnson"]),
        ("mary jonhson", ["Johnson"]),
        ("obrien", ["O'Brien"]),
        ("gonzales", ["Gonzalez-Ruiz"]),
        ("angstorm", ["Ångström"]),
        ("rosa.lmia@example.org", ["Lima"]),
        ("jhon", []),
        ("7464461", []),
        ("zzzzzz", []),
    ],
)
def test_one_slip_is_forgiven_in_names_and_never_in_numbers(people, text, expected):
    assert names(text) == expected


def test_what_is_written_exactly_keeps_out_what_is_only_near():
    MemberFactory(last_name="Gonzales")
    MemberFactory(last_name="Gonzalez")
    assert names("gonzalez") == ["Gonzalez"]
    assert names("gonzales") == ["Gonzales"]


def test_the_whole_name_or_number_comes_before_beginnings_and_parts():
    for last in ("Adamsmith", "Smithers", "Smith"):
        MemberFactory(last_name=last)
    MemberFactory(last_name="Zander", email="smith@example.org")
    assert names("smith") == ["Smith", "Smithers", "Zander", "Adamsmith"]
    MemberFactory(member_number="7001", last_name="Whole")
    MemberFactory(member_number="70012", last_name="Begins")
    MemberFactory(member_number="17001", last_name="Part")
    assert names("7001") == ["Whole", "Begins", "Part"]


@pytest.mark.parametrize(
    "text", ["%", "_", "\\", "%%%", "( ) [ ]", "...", "'", '"', "🙂", "\x00", "-", "*?+", "\ufffd", "$^|"]
)
def test_marks_alone_find_nothing_and_say_so(people, signed_in, text):
    assert names(text) == []
    page = signed_in("staff").get(reverse("search"), {"q": text})
    assert page.status_code == 200
    if text.strip("\x00"):
        assert "Type letters or numbers" in page.content.decode()


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000,
        "smith " * 3_000,
        "\x00rosa\x00",
        "ro%a",
        "lima\\",
        "[a-z]+ (x|y)",
        "a.b'c",
        "١٢٣",
        "ﬀ ß ø",
        "\u202erosa",
        "(" * 150,
        "aaaa" * 40,
        "rosa; DROP TABLE members_member",
    ],
)
def test_strange_input_is_a_page_and_never_an_error(people, signed_in, text):
    staff = signed_in("staff")
    assert staff.get(reverse("search"), {"q": text}).status_code in (200, 302)
    assert staff.get(reverse("pick", args=["members.member"]), {"q": text}).status_code == 200
    assert staff.get(reverse("members:member_list"), {"q": text[:200].replace("\x00", "")}).status_code == 200


def test_wildcards_are_letters_like_any_other():
    MemberFactory(last_name="Per%cent")
    MemberFactory(last_name="Under_score")
    MemberFactory(last_name="Back\\slash")
    assert names("r%c") == ["Per%cent"]
    assert names("r_s") == ["Under_score"]
    assert names("k\\s") == ["Back\\slash"]


def test_removed_records_are_not_found(signed_in):
    OrganizationFactory(name="Gone Electric", deleted_at=timezone.now())
    page = signed_in("staff").get(reverse("search"), {"q": "gone electric"})
    assert "Nothing found for" in page.content.decode()


def test_a_single_hit_is_opened_at_once_but_not_a_guess(people, signed_in):
    staff, rosa = signed_in("staff"), Member.objects.get(last_name="Lima")
    answer = staff.get(reverse("search"), {"q": "7464416"})
    assert (answer.status_code, answer.url) == (302, rosa.get_absolute_url())
    page = staff.get(reverse("search"), {"q": "jonhson"})
    assert page.status_code == 200
    assert "Nothing is written exactly like “jonhson”. These come close." in page.content.decode()


def test_hits_are_grouped_with_the_way_to_all_of_them(signed_in):
    for number in range(12):
        MemberFactory(last_name=f"Acme {number:02}")
    acme = OrganizationFactory(name="Acme Electric", city="Toledo", state="OH")
    contact = OrganizationContactFactory(organization=acme, first_name="Ann", last_name="Acme", title="Owner")
    found = search.find_everywhere(UserFactory(role="staff"), "acme")
    assert [(group.source.title, len(group.hits), group.more_url) for group in found.groups] == [
        ("Members", 10, f"{reverse('members:member_list')}?q=acme"),
        ("Employers and organizations", 1, ""),
        ("Contacts", 1, ""),
    ]
    assert found.groups[1].hits == [
        search.Hit(acme.pk, "Acme Electric", "Employer, Toledo, OH", acme.get_absolute_url())
    ]
    assert found.groups[2].hits == [
        search.Hit(contact.pk, "Acme, Ann", "Owner, Acme Electric", contact.get_absolute_url())
    ]
    html = signed_in("staff").get(reverse("search"), {"q": "acme"}).content.decode()
    assert '<a href="/members/?q=acme">Show all in the list' in html


def test_the_list_finds_what_the_search_found(people, signed_in):
    page = signed_in("staff").get(reverse("members:member_list"), {"q": "jonhson"})
    assert "Johnson, Mary" in page.content.decode()
    assert "Lima, Rosa" not in page.content.decode()


def test_live_results_are_the_part_without_the_page(people, signed_in):
    staff = signed_in("staff")
    answer = staff.get(reverse("search"), {"q": "7464416"}, headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert html.lstrip().startswith('<div id="found"')
    assert "Lima, Rosa (7464416)" in html and "<html" not in html
    assert "HX-Request" in answer.headers["Vary"]


def test_nothing_is_found_without_the_right(people, signed_in):
    nobody = signed_in("")
    html = nobody.get(reverse("search"), {"q": "lima"}).content.decode()
    assert "Lima, Rosa" not in html
    assert search.sources_for(nobody.user) == []
    assert "Your role may open no records" in nobody.get(reverse("search")).content.decode()


def test_a_room_can_be_searched_only_from_inside_its_compartment(monkeypatch):
    from ip2a.tests.vault.models import Secret

    monkeypatch.setattr(search, "_sources", dict(search._sources))
    search.searchable(Secret, title="Secrets", order=90)(lambda record: (record.name, "a secret"))
    Secret.objects.create(name="Quiet Drive", member=MemberFactory())
    for role in Group.objects.filter(name__in=["organizer", "staff"]):
        role.permissions.add(Permission.objects.get(codename="view_secret"))
    organizer, staff = UserFactory(role="organizer"), UserFactory(role="staff")
    monkeypatch.setattr(Secret, "get_absolute_url", lambda self: f"/secrets/{self.pk}/")
    found = search.find_everywhere(organizer, "quiet drive")
    assert [(g.source.title, [h.label for h in g.hits], g.more_url) for g in found.groups] == [
        ("Secrets", ["Quiet Drive"], "")
    ]
    assert search.find_everywhere(staff, "quiet drive").groups == []
    assert "Secrets" not in [source.title for source in search.sources_for(staff)]


@pytest.mark.parametrize("text", ["smith", "jonhson"])
def test_the_search_uses_the_trigram_index(text):
    rows = (
        search.exactly(Member.objects.all(), [text]) if text == "smith" else search.nearly(Member.objects.all(), [text])
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "member_search" in rows.explain()


def test_a_search_asks_as_often_for_many_as_for_one(signed_in):
    staff = signed_in("staff")

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert staff.get(reverse("search"), {"q": "lima"}).status_code == 200
        return len(queries)

    for _ in range(2):
        MemberFactory(last_name="Lima")
    OrganizationContactFactory(last_name="Lima")
    first = count()
    for _ in range(20):
        MemberFactory(last_name="Lima")
        OrganizationContactFactory(last_name="Lima")
    assert count() == first


def test_plain_letters_are_folded_without_asking_the_database():
    with CaptureQueriesContext(connection) as queries:
        assert search.fold("O'BRIEN\x00 7") == "o'brien 7"
    assert len(queries) == 0
    assert search.fold("Ångström") == "angstrom"


def test_an_empty_search_keeps_all_rows():
    OrganizationFactory(name="One")
    assert [o.name for o in search.matching(Organization.objects.all(), "  ")] == ["One"]
