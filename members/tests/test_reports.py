"""The members' report: what it counts, that each number opens its rows, and what it costs."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from ip2a.reports import last_months, last_years
from ip2a.tests.reports import every_number_opens_its_rows
from members.factories import MemberEmploymentFactory, MemberFactory, OrganizationFactory

pytestmark = pytest.mark.django_db
URL = "/members/reports/"


@pytest.fixture
def staff(signed_in):
    return signed_in("staff")


@pytest.fixture
def local():
    """People of several kinds, two employers of one name, jobs in and before the months that are shown."""
    today = timezone.localdate()
    one, other = OrganizationFactory(name="Volt", city="Tacoma"), OrganizationFactory(name="Volt", city="Olympia")
    busy = MemberFactory(status="active", classification="journeyman", hire_date=today)
    MemberFactory(status="active", classification="apprentice_1", hire_date=None)
    MemberFactory(status="retired", classification="retiree", hire_date=date(1975, 5, 1))
    MemberFactory(status="suspended", classification="journeyman", hire_date=today + timedelta(days=800))
    MemberEmploymentFactory(member=busy, organization=one, start_date=today)
    MemberEmploymentFactory(member=busy, organization=one, start_date=date(2001, 1, 1))
    MemberEmploymentFactory(member=busy, organization=other, start_date=today)
    for month in last_months(today, 3):
        MemberEmploymentFactory(start_date=month.first, end_date=month.last, member__status="inactive")
    MemberEmploymentFactory(start_date=today, deleted_at=timezone.now())


def table(response, key: str) -> list[tuple]:
    section = next(s for s in response.context["sections"] if s.key == key)
    return [tuple(line) for line in section.lines()]


def test_it_counts_by_status_in_the_order_of_the_choices(staff, local):
    assert table(staff.get(URL), "by-status") == [
        ("Active", 3),
        ("Inactive", 3),
        ("Suspended", 1),
        ("Retired", 1),
        ("All members", 8),
    ]


def test_it_counts_who_joined_when_with_those_outside_of_the_years(staff, local):
    rows = dict(table(staff.get(URL), "joined-in-each-year"))
    years = [year.label for year in last_years(timezone.localdate(), 20)]
    assert list(rows) == [*years, "Earlier", "Later", "Not known", "All members"]
    assert (rows["Earlier"], rows["Later"], rows["Not known"], rows["All members"]) == (1, 1, 5, 8)


def test_whoever_works_at_two_employers_counts_at_both_and_once_among_all(staff, local):
    assert table(staff.get(URL), "where-our-members-work-now") == [
        ("Volt", 1),
        ("Volt", 1),
        ("All members with a current job", 1),
    ]


@pytest.mark.parametrize(
    "query",
    ["", "?status=active", "?classification=journeyman&status=active", "?joined_from=1970-01-01&joined_to=1999-12-31"],
)
def test_every_number_of_the_report_opens_its_rows(staff, local, query):
    assert every_number_opens_its_rows(staff, f"{URL}{query}") >= 4


def test_ranges_of_days_meet_in_the_narrower_one(staff, local):
    first = timezone.localdate() - timedelta(days=1)
    page = staff.get(f"{URL}?joined_from={first}").content.decode()
    assert f"joined_from={first}&amp;joined_to={first.year}-12-31" in page


def test_the_bar_of_an_employer_leads_to_exactly_that_one(staff, local):
    response = staff.get(URL)
    url = next(s for s in response.context["sections"] if s.key.startswith("where")).rows[0]["members"].url
    page = staff.get(url).content.decode()
    assert "Works now for exactly: Volt" in page


@pytest.mark.parametrize("number", ["abc", "0", "99999999999999999999", "%00", "-1"])
def test_an_employer_that_is_not_there_finds_nothing_and_says_so(staff, local, number):
    page = staff.get(f"/members/?employer_id={number}").content.decode()
    assert "Nothing found" in page
    assert "The record that this address names is not there (any more). Clear the filters." in page


def questions(ask) -> int:
    with CaptureQueriesContext(connection) as queries:
        ask()
    return len(queries)


def test_the_report_asks_the_same_whatever_there_is(staff):
    MemberEmploymentFactory()
    staff.get(URL)
    for_one = questions(lambda: staff.get(URL))
    MemberEmploymentFactory.create_batch(20)
    assert questions(lambda: staff.get(URL)) == for_one <= 13


def test_one_section_as_csv_is_what_the_table_shows(staff, local):
    response = staff.get(f"{URL}?status=active&section=by-classification&format=csv")
    assert response["Content-Disposition"] == 'attachment; filename="member-reports-by-classification.csv"'
    assert list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")))) == [
        ["Classification", "Members"],
        ["Apprentice, 1st year", "1"],
        ["Journeyman", "2"],
        ["All members", "3"],
    ]


def test_the_workbook_has_a_sheet_for_each_section_and_no_formula(staff):
    MemberEmploymentFactory(organization__name="=HYPERLINK(1)")
    book = load_workbook(io.BytesIO(staff.get(f"{URL}?format=xlsx").content))
    assert book.sheetnames == [
        "By status",
        "By classification",
        "Joined in each year",
        "Jobs started and ended",
        "Where our members work now",
    ]
    cell = book["Where our members work now"]["A2"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")
    text = staff.get(f"{URL}?section=where-our-members-work-now&format=csv").content.decode()
    assert "'=HYPERLINK(1)" in text


def test_a_section_that_is_not_there_is_404(staff, local):
    assert staff.get(f"{URL}?section=nonsense&format=csv").status_code == 404


def test_no_data_yet_is_not_the_same_as_nothing_found(staff):
    assert "No members yet" in staff.get(URL).content.decode()
    MemberFactory(status="active")
    page = staff.get(f"{URL}?status=deceased").content.decode()
    assert "Nothing found" in page
    assert "No members yet" not in page


@pytest.mark.parametrize("query", ["status=nonsense", "joined_from=x", "joined_from=2021-01-01&joined_to=2020-01-01"])
def test_a_filter_that_makes_no_sense_counts_nothing(staff, local, query):
    response = staff.get(f"{URL}?{query}")
    assert (response.status_code, response.context["sections"]) == (200, [])


def test_htmx_gets_the_sections_only(staff, local):
    page = staff.get(URL, headers={"HX-Request": "true"}).content.decode()
    assert page.lstrip().startswith('<div id="results"')


def test_names_in_the_report_are_escaped(staff):
    MemberEmploymentFactory(organization__name='<script>alert("x")</script>')
    page = staff.get(URL).content.decode()
    assert '<script>alert("x")' not in page
    assert "&lt;script&gt;alert(&quot;x&quot;)" in page
