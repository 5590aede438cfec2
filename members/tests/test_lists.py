"""The lists: what is filtered, sorted, paged and exported, at a cost that does not grow with the rows."""

import csv
import io
from datetime import date
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.template.loader import render_to_string as render
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from ip2a import exports, listing, paging
from ip2a.views import lists
from members.factories import MemberEmploymentFactory, MemberFactory, OrganizationContactFactory, OrganizationFactory
from members.models import Member
from members.views.members import MemberList

pytestmark = pytest.mark.django_db

LISTS = ["/members/", "/organizations/", "/contacts/", "/jobs/"]


def names(response) -> list[str]:
    """The first column of a list page."""
    return [
        str(column.value(r))
        for column in response.context["table"].columns[:1]
        for r in response.context["table"].records
    ]


def csv_rows(response) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def staff(signed_in):
    return signed_in("staff")


def questions(ask) -> int:
    """How many queries the database gets."""
    with CaptureQueriesContext(connection) as queries:
        ask()
    return len(queries)


def forget_statements():
    for kept in (lists._chosen, lists._rows_of, lists._found):
        kept.cache_clear()


@pytest.mark.parametrize("path", LISTS)
def test_a_list_costs_the_same_whatever_its_length(staff, path):
    def fill():
        job = MemberEmploymentFactory()
        OrganizationContactFactory(organization=job.organization)

    fill()
    staff.get(path)
    for_one = questions(lambda: staff.get(path))
    for _ in range(4):
        fill()
    assert len(staff.get(path).context["table"].records) == 5
    assert questions(lambda: staff.get(path)) == for_one <= 8


@pytest.mark.parametrize("path", LISTS)
def test_an_empty_list_says_what_would_be_here(staff, path):
    response = staff.get(path)
    assert response.context["table"].is_empty
    assert response.context["empty"]["text"] in response.content.decode()
    assert "Nothing found" not in response.content.decode()


@pytest.mark.parametrize("path", LISTS)
def test_nothing_found_is_not_an_empty_list(staff, path):
    query = "member=zzzz" if path == "/jobs/" else "q=zzzz"
    assert "Take one away" in staff.get(f"{path}?{query}").content.decode()


def test_members_are_filtered_by_what_they_are_and_where_they_work(staff):
    here = OrganizationFactory(name="Müller & Sons")
    working = MemberFactory(last_name="Working", status="active", city="Springfield", hire_date=date(2020, 5, 1))
    idle = MemberFactory(last_name="Idle", status="active", classification="apprentice_2", city="Salem")
    gone = MemberFactory(last_name="Gone", status="retired", hire_date=date(1999, 5, 1))
    MemberEmploymentFactory(member=working, organization=here)
    MemberEmploymentFactory(member=idle, organization=here, end_date=date(2021, 1, 1))

    def found(**query):
        response = staff.get("/members/", query)
        assert response.status_code == 200
        return [m.pk for m in response.context["table"].records]

    assert found() == [gone.pk, idle.pk, working.pk]
    assert found(status="active") == [idle.pk, working.pk]
    assert found(classification="apprentice_2") == [idle.pk]
    assert found(has_job="yes") == [working.pk]
    assert found(has_job="no") == [gone.pk, idle.pk]
    assert found(employer="muller") == [working.pk]
    assert found(city="spring") == [working.pk]
    assert found(joined_from="2020-01-01", joined_to="2020-05-01") == [working.pk]
    assert found(joined_to="2000-01-01") == [gone.pk]
    assert found(q="WORKING") == [working.pk]
    assert found(status="active", has_job="no") == [idle.pk]


def test_jobs_are_filtered_by_people_places_and_days(staff):
    job = MemberEmploymentFactory(start_date=date(2020, 1, 6), job_title="Lineman")
    other = MemberEmploymentFactory(start_date=date(2015, 1, 6), end_date=date(2016, 1, 6))

    def found(**query):
        return [r.pk for r in staff.get("/jobs/", query).context["table"].records]

    assert found() == [job.pk, other.pk]
    assert found(current="yes") == [job.pk]
    assert found(current="no") == [other.pk]
    assert found(member=other.member.member_number) == [other.pk]
    assert found(employer=job.organization.name) == [job.pk]
    assert found(job_title="line") == [job.pk]
    assert found(ended_from="2016-01-01") == [other.pk]
    assert found(sort="-end") == [job.pk, other.pk]
    assert found(sort="end") == [other.pk, job.pk]


def test_names_sort_as_people_expect_and_blanks_come_last(staff):
    for last, joined in [
        ("Zeta", date(2001, 1, 1)),
        ("ångström", None),
        ("Smith Jr", date(2003, 1, 1)),
        ("Smith", None),
    ]:
        MemberFactory(last_name=last, first_name="A", hire_date=joined)
    assert names(staff.get("/members/")) == ["ångström, A", "Smith, A", "Smith Jr, A", "Zeta, A"]
    assert names(staff.get("/members/?sort=-name"))[0] == "Zeta, A"
    assert names(staff.get("/members/?sort=-joined"))[:2] == ["Smith Jr, A", "Zeta, A"]
    assert names(staff.get("/members/?sort=joined"))[:2] == ["Zeta, A", "Smith Jr, A"]


def test_a_head_that_sorts_says_so_and_leads_to_the_other_direction(staff):
    MemberFactory()
    head = staff.get("/members/?sort=number&status=active").context["table"].headers[1]
    assert head == {
        "label": "Number",
        "sort_url": "/members/?status=active&sort=-number",
        "sorted": "ascending",
        "numeric": False,
        "wide": False,
    }


def test_every_filter_in_force_is_a_chip_that_can_be_taken_away(staff):
    query = {"status": "active", "joined_from": "2020-01-01", "sort": "number"}
    response = staff.get("/members/", query)
    assert response.context["chips"] == [
        {"label": "Status: Active", "remove_url": "/members/?joined_from=2020-01-01&sort=number"},
        {"label": "Joined: 2020-01-01 to …", "remove_url": "/members/?status=active&sort=number"},
    ]


def test_pages_hold_fifty_and_keep_the_filter(staff):
    MemberFactory.create_batch(51, status="retired")
    first = staff.get("/members/?status=retired").context["page"]
    assert (first.range_label, first.count_label, first.next_url) == (
        "1–50",
        "51 members",
        "/members/?status=retired&page=2",
    )
    second = staff.get("/members/?status=retired&page=2").context["page"]
    assert (second.range_label, second.previous_url, second.next_url) == (
        "51–51",
        "/members/?status=retired&page=1",
        None,
    )


def test_a_page_behind_the_last_shows_the_last_and_says_so(staff):
    MemberFactory()
    response = staff.get("/members/?page=99999")
    assert response.status_code == 200
    assert "There is no page 99,999" in response.content.decode()


def test_counting_stops_where_nobody_pages(staff, monkeypatch):
    monkeypatch.setattr(paging, "COUNTED_TO", 100)
    MemberFactory.create_batch(101)
    page = staff.get("/members/?page=3").context["page"]
    assert (page.count_label, page.number, page.last) == ("more than 100 members", 2, 2)


@pytest.mark.parametrize(
    "query",
    [
        "page=-1",
        "page=abc",
        "page=99999999999999999999999",
        "page=%00",
        "status=nonsense",
        "status=%00",
        "q=%00",
        "q=" + "x" * 5000,
        "q=%25%5C_'\"%3B--",
        "sort=__class__",
        "sort=-",
        "joined_from=2020-02-30",
        "joined_from=2021-01-01&joined_to=2020-01-01",
        "city=%00",
        "format=exe",
        "employer=" + "(" * 300,
        "q=%F0%9F%92%A9",
        "has_job=perhaps",
    ],
)
@pytest.mark.parametrize("path", LISTS)
def test_junk_in_the_address_gives_a_clear_page(staff, path, query):
    MemberEmploymentFactory()
    response = staff.get(f"{path}?{query}")
    assert response.status_code == 200
    assert "<h1>" in response.content.decode()


def test_a_filter_that_makes_no_sense_says_why(staff):
    page = staff.get("/members/?joined_from=2021-01-01&joined_to=2020-01-01").content.decode()
    assert "The range ends before it begins: swap the two dates." in page


def test_export_holds_exactly_what_is_filtered(staff):
    MemberFactory(last_name="Kept", member_number="7464416", status="retired", hire_date=date(1999, 5, 1))
    MemberFactory(last_name="Left out", status="active")
    rows = csv_rows(staff.get("/members/?status=retired&format=csv"))
    assert [(r["Name"], r["Number"], r["Status"], r["Joined"]) for r in rows] == [
        ("Kept, Rosa", "7464416", "Retired", "1999-05-01")
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_exported_cells_are_never_formulas(staff, kind):
    MemberFactory(last_name="=HYPERLINK(1)", first_name="@x", phone="+1-555", city="-2+3", email="")
    response = staff.get(f"/members/?format={kind}")
    if kind == "csv":
        row = csv_rows(response)[0]
        assert (row["Name"], row["Phone"], row["City"]) == ("'=HYPERLINK(1), @x", "'+1-555", "'-2+3")
    else:
        sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
        head, row = sheet.iter_rows()
        cells = {h.value: c for h, c in zip(head, row, strict=True)}
        assert (cells["Name"].value, cells["Name"].data_type) == ("=HYPERLINK(1), @x", "s")
        assert (cells["Phone"].value, cells["Phone"].data_type) == ("+1-555", "s")


def test_a_workbook_keeps_dates_and_money_as_such(staff):
    MemberEmploymentFactory(start_date=date(2020, 1, 6), hourly_rate="45.50")
    response = staff.get("/jobs/?format=xlsx")
    head, row = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.iter_rows(values_only=True)
    cells = dict(zip(head, row, strict=True))
    assert (cells["Start"].date(), cells["Hourly rate"]) == (date(2020, 1, 6), 45.5)


def test_a_workbook_too_long_to_open_is_refused_with_the_way_out(staff, monkeypatch):
    monkeypatch.setattr(exports, "XLSX_ROWS", 1)
    MemberFactory.create_batch(2)
    response = staff.get("/members/?status=active&format=xlsx", follow=True)
    assert response.redirect_chain == [("/members/?status=active", 302)]
    assert "Take the CSV file" in response.content.decode()


def test_export_asks_the_same_number_of_questions_for_many_rows(staff):
    MemberEmploymentFactory()
    for_one = questions(lambda: csv_rows(staff.get("/members/?format=csv")))
    MemberEmploymentFactory.create_batch(30)
    assert questions(lambda: csv_rows(staff.get("/members/?format=csv"))) == for_one


def test_htmx_gets_the_results_only_from_the_same_address(staff):
    MemberFactory()
    response = staff.get("/members/", headers={"HX-Request": "true"})
    assert response.content.decode().lstrip().startswith('<div id="results"')
    assert "HX-Request" in response["Vary"]


def test_removed_records_are_not_listed(staff):
    contact = OrganizationContactFactory(deleted_at=timezone.now())
    assert staff.get("/contacts/").context["table"].is_empty
    assert urlencode({"q": contact.last_name}) not in staff.get("/contacts/").content.decode()


def test_a_member_with_two_jobs_shows_the_newest_and_how_many_more(staff):
    member = MemberFactory()
    MemberEmploymentFactory(member=member, organization__name="Old Shop", start_date=date(2010, 1, 1))
    MemberEmploymentFactory(member=member, organization__name="New Shop", start_date=date(2020, 1, 1))
    assert "New Shop and 1 more" in staff.get("/members/").content.decode()


def test_a_filter_bar_is_made_once_for_the_same_filters(staff, monkeypatch):
    made = []
    monkeypatch.setattr(listing, "_bars", {})
    monkeypatch.setattr(listing, "render_to_string", lambda *given, **more: made.append(1) or render(*given, **more))
    for _ in range(2):
        assert '<option value="retired" selected>' in staff.get("/members/?status=retired&sort=-name").text
        assert '<option value="active" selected>' in staff.get("/members/?status=active").text
        assert " selected>" in staff.get("/members/").text
    assert len(made) == 3


def test_a_filter_bar_that_says_what_is_wrong_is_made_anew(staff, monkeypatch):
    monkeypatch.setattr(listing, "_bars", {})
    assert "field-error" in staff.get("/members/?status=astronaut").text
    assert listing._bars == {}


def test_a_filter_bar_of_one_record_or_of_what_was_typed_is_not_kept(signed_in, monkeypatch):
    monkeypatch.setattr(listing, "_bars", {})
    representative, employer = signed_in("representative"), OrganizationFactory()
    for query in (
        f"employer_id={employer.pk}",
        "q=x",
        "status=running&q=x",
        "status_x=1",
        "&".join(["type=group"] * 99),
    ):
        assert representative.get(f"/grievances/?{query}").status_code == 200
    assert listing._bars == {}
    for query in ("status=running", "status=running&unknown=1"):
        assert representative.get(f"/grievances/?{query}").status_code == 200
    assert len(listing._bars) == 1


def test_no_more_filter_bars_are_kept_than_have_room(staff, monkeypatch):
    monkeypatch.setattr(listing, "_bars", {})
    monkeypatch.setattr(listing, "MOST_BARS", 2)
    for status in ("active", "inactive", "retired", "suspended", "deceased"):
        staff.get(f"/members/?status={status}")
    assert 1 <= len(listing._bars) <= 2


def test_a_whole_list_is_asked_by_statements_that_are_made_once(staff, signed_in, monkeypatch):
    MemberFactory(last_name="Abel"), MemberFactory(last_name="Zahn")
    made = []
    monkeypatch.setattr(MemberList, "on_page", lambda self, rows: made.append(1) or rows)
    forget_statements()
    for _ in range(2):
        assert [name[:4] for name in names(staff.get("/members/"))] == ["Abel", "Zahn"]
        assert [name[:4] for name in names(staff.get("/members/?sort=-name"))] == ["Zahn", "Abel"]
    assert len(made) == 2
    assert signed_in("instructor").get("/members/").status_code == 403
    forget_statements()


def test_a_whole_list_that_depends_on_its_request_is_asked_anew(staff, monkeypatch):
    MemberFactory(last_name="Abel"), MemberFactory(last_name="Zahn")
    own = lambda self: Member.objects.filter(last_name=self.request.headers.get("X-Name", "Abel"))  # noqa: E731
    monkeypatch.setattr(MemberList, "rows", own)
    forget_statements()
    assert [name[:4] for name in names(staff.get("/members/"))] == ["Abel"]
    assert [name[:4] for name in names(staff.get("/members/", headers={"X-Name": "Zahn"}))] == ["Zahn"]
    assert [name[:4] for name in names(staff.get("/members/?q=zahn", headers={"X-Name": "Zahn"}))] == ["Zahn"]
    assert names(staff.get("/members/?q=zahn")) == []
    forget_statements()


def test_a_whole_list_is_counted_beyond_its_first_page(staff, monkeypatch):
    monkeypatch.setattr(paging, "PAGE_SIZE", 2)
    for _ in range(3):
        MemberFactory()
    page = staff.get("/members/?page=2").context["page"]
    assert (page.total, page.number, page.last, len(page.records)) == (3, 2, 2, 1)
