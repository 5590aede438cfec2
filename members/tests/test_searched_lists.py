"""A list that is searched and not filtered otherwise: fewer questions, and the same page as by the long way."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ip2a import search
from ip2a.filters import SearchFilter
from ip2a.paging import PAGE_SIZE
from ip2a.views import lists
from members.factories import MemberEmploymentFactory, MemberFactory
from members.filters import MemberFilter
from members.models import Member
from members.views.members import MemberList

SEARCHES = [
    "okafor",
    "oka",
    "okafro",
    "kim okafor",
    "okafor kim 7",
    "zzzzzz",
    "!!",
    "o",
    "okafor&sort=-number",
    "MURŇEZ",
]


@pytest.fixture
def staff(signed_in):
    return signed_in("staff")


@pytest.fixture
def members(db):
    """70 Okafors, two others, and a third who is removed."""
    example = MemberFactory(first_name="Ann", last_name="Other")
    facts = {
        f.attname: getattr(example, f.attname)
        for f in Member._meta.concrete_fields
        if f.name not in {"member_number", "id", "first_name", "last_name", "sort_key", "search_text"}
    }
    okafors = [
        Member(**facts, member_number=f"k{n}", first_name=f"Kim {n % 9}", last_name=f"Okafor {n}")
        for n in range(PAGE_SIZE + 20)
    ]
    Member.objects.bulk_create(okafors)
    MemberEmploymentFactory(member=Member.objects.get(member_number="k7"))
    MemberFactory(first_name="Ana", last_name="Murñez")
    gone = MemberFactory(first_name="Kim", last_name="Okafor-Gone")
    gone.delete()


def shown(response):
    page = response.context["page"]
    return (
        [m.pk for m in page.records],
        page.count_label,
        page.number,
        page.last,
        [m.current_jobs for m in page.records],
    )


def long_way(monkeypatch):
    monkeypatch.setattr(lists, "few", lambda *asked: None)


@pytest.mark.parametrize("page", [1, 2])
@pytest.mark.parametrize("words", SEARCHES)
def test_the_page_is_the_same_as_by_the_long_way(staff, members, monkeypatch, words, page):
    address = f"/members/?q={words}&page={page}"
    short = shown(staff.get(address))
    long_way(monkeypatch)
    assert shown(staff.get(address)) == short


def test_more_than_can_be_put_in_order_are_shown_in_the_order_of_the_list(staff, members, monkeypatch):
    expected = [shown(staff.get(f"/members/?q={words}")) for words in ("okafor", "okafro")]
    monkeypatch.setattr(search, "FOUND_FIRST", 5)
    assert [shown(staff.get(f"/members/?q={words}")) for words in ("okafor", "okafro")] == expected
    assert len(expected[0][0]) == PAGE_SIZE
    assert expected[0][1] == "70 members"


def test_neither_rows_nor_their_number_are_asked_for_twice(staff, members):
    staff.get("/members/?q=okafor")
    with CaptureQueriesContext(connection) as queries:
        staff.get("/members/?q=okafor")
    about_members = [one["sql"] for one in queries if "members_member" in one["sql"]]
    assert len(about_members) == 3  # the numbers of those who have the word, the page's rows, their jobs
    assert not any("count(*)" in sql.lower() for sql in about_members)


def test_what_was_put_together_for_one_word_finds_another(staff, members):
    found = {words: shown(staff.get(f"/members/?q={words}"))[1] for words in ("okafor", "murnez", "other", "zzzzz")}
    assert found == {"okafor": "70 members", "murnez": "1 member", "other": "1 member", "zzzzz": "0 members"}


def test_a_search_beside_other_filters_goes_the_long_way(staff, members, monkeypatch):
    monkeypatch.setattr(lists, "few", lambda user, rows_of, text: pytest.fail(text) if text else None)
    assert shown(staff.get("/members/?q=okafor&has_job=yes"))[1] == "1 member"


def test_a_search_of_another_kind_goes_the_long_way():
    class Other(SearchFilter):
        pass

    listing = lists.Listing.__new__(lists.Listing)
    for one, expected in ((SearchFilter(), "x"), (Other(), ""), (SearchFilter(method="named"), "")):
        listing.__dict__.pop("searched_for", None)
        listing.asked = type("Asked", (), {"filters": {"q": one}, "form": _Valid()})()
        assert listing.searched_for == expected


class _Valid:
    cleaned_data = {"q": "x"}  # noqa: RUF012

    def is_valid(self) -> bool:
        return True


CHOICES = [
    *("status=active", "status=retired", "status=active&classification=journeyman", "has_job=yes", "has_job=no"),
    *("status=active&sort=-number", "exempt=yes", "nonsense=1", "status=nonsense", "status=", "removed=1"),
]


@pytest.mark.parametrize("page", [1, 2])
@pytest.mark.parametrize("choices", CHOICES)
def test_a_list_of_choices_is_the_same_as_by_the_long_way(staff, members, monkeypatch, choices, page):
    address = f"/members/?{choices}&page={page}"
    short = [shown(staff.get(address)) for _ in range(2)]
    monkeypatch.setattr(lists.Listing, "chosen", None)
    assert [shown(staff.get(address)) for _ in range(2)] == short


def test_statements_for_choices_are_put_together_once(staff, members, monkeypatch):
    made = []
    monkeypatch.setattr(MemberList, "on_page", lambda self, rows: made.append(1) or rows)
    lists._chosen.cache_clear()
    for _ in range(3):
        assert shown(staff.get("/members/?has_job=yes"))[1] == "1 member"
    assert len(made) == 1
    shown(staff.get("/members/?has_job=no"))
    assert len(made) == 3  # the first page, and the count of more than a page
    lists._chosen.cache_clear()


def test_a_filter_that_goes_by_the_day_is_asked_by_the_day(staff, members, monkeypatch):
    today = timezone.localdate()
    Member.objects.filter(member_number="k7").update(hire_date=today)
    hired = lambda self, rows, name, value: rows.filter(hire_date=timezone.localdate())  # noqa: E731
    monkeypatch.setattr(MemberFilter, "with_job", hired)
    lists._chosen.cache_clear()
    assert shown(staff.get("/members/?has_job=yes"))[1] == "1 member"
    monkeypatch.setattr(timezone, "localdate", lambda: today + timedelta(days=1))
    assert shown(staff.get("/members/?has_job=yes"))[1] == "0 members"
    lists._chosen.cache_clear()


def test_only_what_a_filter_reads_makes_another_statement(staff, members):
    lists._chosen.cache_clear()
    for junk in ("a", "b", "c"):
        assert shown(staff.get(f"/members/?has_job={junk}&has_job=yes"))[1] == "1 member"
    assert lists._chosen.cache_info().currsize == 1
