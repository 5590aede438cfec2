"""Reading pages changes nothing: no session is written, nobody's last visit, nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ip2a import navigation
from members.factories import MemberEmploymentFactory

pytestmark = pytest.mark.django_db
ENTRIES = [item.url for _, items in navigation.MENU for item in items]
# Opening a record of a compartment is written down, and so is that an officer opened the fund's books.
WRITTEN = ("ip2a_compartmentopening",)


def written(browser, path: str) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(path).status_code in (200, 302, 403, 404), path
    changing = ("INSERT", "UPDATE", "DELETE")
    found = [one["sql"] for one in queries if one["sql"].lstrip().upper().startswith(changing)]
    return [sql for sql in found if not any(table in sql for table in WRITTEN)]


@pytest.mark.parametrize("role", ["officer", "representative", "staff"])
def test_reading_every_page_of_the_menu_writes_nothing(signed_in, role):
    browser = signed_in(role)
    assert {name: written(browser, reverse(name)) for name in ENTRIES} == {name: [] for name in ENTRIES}


def test_reading_records_and_searching_writes_nothing(signed_in):
    job = MemberEmploymentFactory()
    browser = signed_in("staff")
    places = [job.get_absolute_url(), job.member.get_absolute_url(), job.organization.get_absolute_url()]
    places += [reverse("search") + "?q=smith+john", reverse("pick", args=["members.member"]) + "?q=smi"]
    assert {place: written(browser, place) for place in places} == dict.fromkeys(places, [])


def test_session_is_not_read_from_the_database_once_it_is_kept(signed_in):
    browser = signed_in("staff")
    browser.get("/members/")
    with CaptureQueriesContext(connection) as queries:
        browser.get("/members/")
    assert not [one["sql"] for one in queries if "django_session" in one["sql"] or "usersession" in one["sql"]]
