"""What every report does by itself: who may see it, its filters, its files; and the proof that its numbers are true."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, Permission
from django.db.models import Count
from django.urls import path
from openpyxl import load_workbook

from ip2a.charts import Bars, Lines
from ip2a.reports import Figure, Linked, ReportPage, Section, last_months, last_quarters, last_years, summed
from ip2a.reports.files import csv_file, xlsx_file
from ip2a.tests.reports import every_number_opens_its_rows
from ip2a.tests.urls import urlpatterns as house
from ip2a.tests.vault.models import Secret
from members.factories import MemberFactory
from members.filters import MemberFilter
from members.models import Member

LIST = "members:member_list"
COLUMNS = [Figure("status", "Status"), Figure("members", "Members", "count")]


class HonestReport(ReportPage):
    model = Member
    filterset_class = MemberFilter
    search_field = "q"

    def sections(self, rows, user):
        counts = rows.order_by().values_list("status").annotate(Count("pk"))
        found = [{"status": s, "members": Linked(n, self.opens(LIST, status=s))} for s, n in counts]
        return [Section("By status", COLUMNS, found, chart=Bars, totals=self.totals(found))]

    def totals(self, found):
        return {"status": "All", "members": summed(found, "members", self.opens(LIST))}


class WrongReport(HonestReport):
    def totals(self, found):
        return {"status": "All", "members": Linked(99, self.opens(LIST))}


class DeadReport(HonestReport):
    def totals(self, found):
        return {"status": "All", "members": summed(found, "members")}


class SumReport(HonestReport):
    """A number that is no count says how many rows are behind it."""

    def sections(self, rows, user):
        columns = [Figure("what", "What"), Figure("years", "Years", "days")]
        return [Section("S", columns, [{"what": "All", "years": Linked(12.5, self.opens(LIST), rows=3)}])]


class OfficersReport(HonestReport):
    permission = "ip2a.enter_benevolence"


class SecretReport(ReportPage):
    model = Secret

    def sections(self, rows, user):
        return [Section("Secrets", COLUMNS, [{"status": "All", "members": rows.count()}])]


REPORTS = (HonestReport, WrongReport, DeadReport, SumReport, OfficersReport, SecretReport)
urlpatterns = [*house, *(path(f"{view.__name__}/", view.as_view()) for view in REPORTS)]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def staff(signed_in):
    MemberFactory(status="active")
    MemberFactory(status="active")
    MemberFactory(status="retired")
    return signed_in("staff")


@pytest.fixture
def secret():
    """A record of a compartment; every role has the model's right, so that only the compartment stands between."""
    for role in Group.objects.all():
        role.permissions.add(Permission.objects.get(codename="view_secret"))
    return Secret.objects.create(name="Zebra", member=MemberFactory())


def test_true_numbers_are_proven(staff):
    assert every_number_opens_its_rows(staff, "/HonestReport/") == 3
    assert every_number_opens_its_rows(staff, "/HonestReport/?status=active") == 2
    assert every_number_opens_its_rows(staff, "/HonestReport/?city=Nowhere") == 0


def test_a_wrong_number_is_found(staff):
    with pytest.raises(AssertionError, match="By status / All / Members: says 99, but /members/ has 3 rows"):
        every_number_opens_its_rows(staff, "/WrongReport/")


def test_a_number_that_opens_nothing_is_found(staff):
    with pytest.raises(AssertionError, match="By status / All / Members: 3 opens nothing"):
        every_number_opens_its_rows(staff, "/DeadReport/")


def test_a_sum_is_proven_by_the_rows_it_names(staff):
    assert every_number_opens_its_rows(staff, "/SumReport/") == 1
    MemberFactory()
    with pytest.raises(AssertionError, match="says 3, but /members/ has 4 rows"):
        every_number_opens_its_rows(staff, "/SumReport/")


@pytest.mark.parametrize("query", ["", "?format=csv", "?format=xlsx"])
def test_a_report_with_a_right_of_its_own_is_closed_to_the_others(signed_in, query):
    assert signed_in("staff").get(f"/OfficersReport/{query}").status_code == 403
    assert signed_in("officer").get(f"/OfficersReport/{query}").status_code == 200


@pytest.mark.parametrize("query", ["", "?format=csv", "?format=xlsx"])
def test_a_compartments_report_does_not_exist_outside_of_it(signed_in, secret, query):
    assert signed_in("staff").get(f"/SecretReport/{query}").status_code == 404
    assert signed_in("organizer").get(f"/SecretReport/{query}").status_code == 200


def test_a_report_without_filters_has_no_filter_bar(signed_in, secret):
    assert 'id="filters"' not in signed_in("organizer").get("/SecretReport/").content.decode()


def test_the_section_in_the_address_is_no_filter(staff):
    response = staff.get("/HonestReport/?section=by-status")
    assert (response.context["chips"], response.context["nothing_found"]) == ([], False)


def test_the_links_carry_the_filters_of_the_report_and_text_in_them_is_escaped(staff):
    MemberFactory(city='"><b>')
    response = staff.get("/HonestReport/", {"city": '"><b>'})
    page = response.content.decode()
    assert "city=%22%3E%3Cb%3E&amp;status=active" in page
    assert '"><b>' not in page


def test_nought_is_no_link():
    section = Section("S", COLUMNS, [{"status": "A", "members": Linked(0, "/members/")}], chart=Bars)
    assert "href" not in f"{section.body}{section.chart.html}"


def test_a_mean_of_nought_over_some_rows_is_a_link():
    section = Section("S", [Figure("a", "A"), Figure("b", "B", "days")], [{"a": "x", "b": Linked(0, "/members/", 4)}])
    assert '<a href="/members/">0 days</a>' in section.body


def test_cells_of_every_kind_in_words_and_escaped():
    columns = [Figure("a", "<A>"), *(Figure(kind, kind, kind) for kind in ("day", "count", "money", "days", "percent"))]
    row = {
        "a": Linked("<b>", '/x/?"'),
        "day": date(2026, 3, 18),
        "count": 1250,
        "money": Decimal("-3.5"),
        "days": 1,
        "percent": None,
    }
    section = Section("S", columns, [row])
    assert section.head.startswith('<tr><th scope="col">&lt;A&gt;</th><th scope="col">day</th><th class="num"')
    assert section.body == (
        '<tr><th scope="row"><a href="/x/?&quot;">&lt;b&gt;</a></th>'
        '<td data-label="day"><time datetime="2026-03-18">Wed 18 Mar 2026</time></td>'
        '<td class="num" data-label="count">1,250</td><td class="num" data-label="money">−$3.50</td>'
        '<td class="num" data-label="days">1 day</td><td class="num" data-label="percent"></td></tr>'
    )


def test_a_chart_shows_the_columns_asked_for_with_their_links():
    columns = [Figure("m", "Month"), Figure("a", "A", "count"), Figure("b", "B", "count"), Figure("c", "C", "money")]
    rows = [{"m": "Jan", "a": 1, "b": Linked(2, "/b/"), "c": 3}]
    assert [s.label for s in Section("S", columns, rows, chart=Lines).chart.series] == ["A"]
    chart = Section("S", columns, rows, chart=Lines, show=("a", "b")).chart
    assert [(s.label, s.at(0).number, s.at(0).url) for s in chart.series] == [("A", 1, ""), ("B", 2, "/b/")]
    with pytest.raises(ValueError, match="columns of one unit"):
        Section("S", columns, rows, chart=Lines, show=("a", "c"))


def test_a_section_without_rows_says_so_and_draws_nothing(staff):
    section = Section("S", COLUMNS, [], chart=Bars, empty="None of them.")
    assert (section.is_empty, section.chart, section.empty) == (True, None, "None of them.")


def test_files_keep_numbers_as_numbers_and_formulas_as_texts():
    columns = [Figure("a", "=A"), Figure("b", "B", "money"), Figure("c", "C", "day")]
    rows = [{"a": Linked("=1+1", "/x/"), "b": Linked(Decimal("3.50"), "/x/"), "c": date(2026, 3, 18)}]
    sections = [Section("One: [of] two", columns, rows), Section("One: [of] two", columns, rows, key="b")]
    text = csv_file("x", sections).content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["One: [of] two"],
        ["'=A", "B", "C"],
        ["'=1+1", "3.50", "2026-03-18"],
        [],
        ["One: [of] two"],
        ["'=A", "B", "C"],
        ["'=1+1", "3.50", "2026-03-18"],
    ]
    book = load_workbook(io.BytesIO(xlsx_file("x", sections).content))
    assert book.sheetnames == ["One   of  two", "One   of  two1"]
    first, money, day = book.worksheets[0][2]
    assert (first.value, first.data_type, money.value, day.value.date()) == ("=1+1", "s", 3.5, date(2026, 3, 18))


def test_periods_follow_each_other_without_a_gap():
    months = last_months(date(2026, 2, 28), 3)
    assert [(m.label, m.first, m.last) for m in months] == [
        ("Dec 2025", date(2025, 12, 1), date(2025, 12, 31)),
        ("Jan 2026", date(2026, 1, 1), date(2026, 1, 31)),
        ("Feb 2026", date(2026, 2, 1), date(2026, 2, 28)),
    ]
    assert [q.label for q in last_quarters(date(2026, 2, 28), 2)] == ["2025 Q4", "2026 Q1"]
    assert last_quarters(date(2026, 12, 31), 1)[0].within("filed") == {
        "filed_from": date(2026, 10, 1),
        "filed_to": date(2026, 12, 31),
    }
    assert [(y.label, y.last) for y in last_years(date(2024, 2, 29), 2)] == [
        ("2023", date(2023, 12, 31)),
        ("2024", date(2024, 12, 31)),
    ]
    assert date(2026, 2, 28) in months[-1]
    assert date(2026, 3, 1) not in months[-1]
