"""Pages of a list, far into it: what is skipped is not fetched, and the page shows what it would show."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ip2a.paging import PAGE_SIZE, SKIPPED_WHOLE, paginate
from members.factories import MemberFactory
from members.models import Member

NOUN = ("member", "members")
PAGES = SKIPPED_WHOLE // PAGE_SIZE + 2


@pytest.fixture
def members(db):
    example = MemberFactory()
    numbers = {"member_number", "id", "first_name", "last_name", "sort_key", "search_text"}
    facts = {f.attname: getattr(example, f.attname) for f in Member._meta.concrete_fields if f.name not in numbers}
    Member.objects.bulk_create(
        Member(**facts, member_number=f"n{n}", first_name="Kim", last_name=f"Okafor {n % 40:02}")
        for n in range(PAGE_SIZE * (PAGES - 1) + 7)
    )
    return Member.objects.order_by("sort_key", "pk")


@pytest.mark.parametrize("number", [1, 2, PAGES - 1, PAGES])
def test_page_shows_the_rows_that_follow_the_pages_before_it(members, number):
    page = paginate(members, number, NOUN, lambda **changes: "")
    assert page.records == list(members)[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]


def test_late_page_fetches_the_rows_that_it_shows_only(members):
    with CaptureQueriesContext(connection) as queries:
        paginate(members.select_related("user"), PAGES, NOUN, lambda **changes: "")
    assert [("JOIN" in query["sql"], "OFFSET" in query["sql"]) for query in queries] == [
        (False, False),  # the count
        (False, True),
        (True, False),
    ]
