"""The report: what it counts for whom, that each number opens its rows, and where the fund goes."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from benevolence import factories, services
from benevolence.models import BenevolenceApplication, Fund, LedgerEntry, Reason
from benevolence.reports.fund import course, outlook
from benevolence.reports.levels import paces
from ip2a.reports import last_months
from ip2a.tests.reports import every_number_opens_its_rows

pytestmark = pytest.mark.django_db
URL = "/benevolence/reports/"
OUTSIDE = ["where-they-stand", "asked-for-approved-and-paid", "how-many-are-approved"]
INSIDE = ["by-reason", "denied-by-reason", "paid-by-reason-and-month", "how-long-each-level-takes"]


def today():
    return timezone.localdate()


@pytest.fixture
def local(house):
    """Cases of several states: medical in part and paid, hardship approved, disaster denied, one withdrawn."""
    paid = factories.submitted(amount_requested=900, reason="medical", on=today() - timedelta(days=20))
    services.approve(paid, by=house["vp"], amount=600, on=today() - timedelta(days=17))
    services.approve(paid, by=house["admin"], on=today() - timedelta(days=10))
    services.pay(paid, method="ach", by=house["admin"])
    factories.approved(house, reason="hardship", amount_requested=300)
    denied = factories.submitted(reason="disaster", amount_requested=200)
    services.deny(denied, for_applicant="No.", by=house["vp"])
    gone = factories.submitted(reason="other", amount_requested=100)
    services.withdraw(gone, reason="x", by=gone.filed_by)
    factories.submitted(reason="medical", amount_requested=50)
    factories.BenevolenceApplicationFactory(reason="medical", amount_requested=10)
    return house


def table(response, key: str) -> list[tuple]:
    section = next(s for s in response.context["sections"] if s.key == key)
    return [tuple(line) for line in section.lines()]


def keys(response) -> list[str]:
    return [section.key for section in response.context["sections"]]


def test_it_counts_where_the_applications_stand(signed_in, local):
    assert table(signed_in("staff").get(URL), "where-they-stand") == [
        ("Draft", 2, Decimal(110), None),
        ("Submitted", 1, Decimal(50), None),
        ("Approved", 1, Decimal(300), Decimal(300)),
        ("Denied", 1, Decimal(200), None),
        ("Paid", 1, Decimal(900), Decimal(600)),
        ("All applications", 6, Decimal(1560), Decimal(900)),
    ]


def test_it_counts_each_thing_in_the_month_in_which_it_happened(signed_in, local):
    rows = {line[0]: line[1:] for line in table(signed_in("staff").get(URL), "asked-for-approved-and-paid")}
    assert list(rows) == [*(month.label for month in last_months(today(), 24)), "All 24 months"]
    assert rows["All 24 months"] == (5, Decimal(1550), 2, Decimal(900), 1, Decimal(600))
    assert rows[last_months(today(), 1)[0].label][4:] == (1, Decimal(600))


def test_it_tells_how_many_were_approved_wholly_and_in_part(signed_in, local):
    *_, everything = table(signed_in("staff").get(URL), "how-many-are-approved")
    assert everything == ("All 8 quarters", 66.7, 3, 2, 1, 1, 75.0)


def test_where_nothing_was_decided_there_is_no_share(signed_in, house):
    factories.submitted()
    assert table(signed_in("staff").get(URL), "how-many-are-approved")[-1] == ("All 8 quarters", None, 0, 0, 0, 0, None)


def test_inside_it_counts_by_reason_and_denials_by_reason(signed_in, local):
    page = signed_in("officer").get(URL)
    assert table(page, "by-reason") == [
        ("Medical", 2, Decimal(950), 1, Decimal(600), Decimal(600)),
        ("Disaster", 1, Decimal(200), 0, Decimal(0), Decimal(0)),
        ("Hardship", 1, Decimal(300), 1, Decimal(300), Decimal(0)),
        ("All reasons", 4, Decimal(1450), 2, Decimal(900), Decimal(600)),
    ]
    assert table(page, "denied-by-reason") == [
        ("Medical", 0, 0.0, Decimal(0)),
        ("Disaster", 1, 100.0, Decimal(200)),
        ("Hardship", 0, 0.0, Decimal(0)),
        ("All reasons", 1, None, Decimal(200)),
    ]
    assert table(page, "paid-by-reason-and-month")[-1] == ("All 12 months", 600, 0, 0, 0, 0)


@pytest.mark.parametrize("role", ["staff", "representative", "administrator"])
def test_outside_only_state_and_amounts_are_told(signed_in, local, role):
    response = signed_in(role).get(URL)
    assert keys(response) == OUTSIDE
    page = response.content.decode()
    assert [label for label in (*Reason.labels, "floor", "Balance") if label in page] == []
    assert signed_in(role).get(f"{URL}?section=by-reason&format=csv").status_code == 404
    asked = signed_in(role).get(f"{URL}?reason=medical")
    assert table(asked, "where-they-stand") == table(response, "where-they-stand")


def test_inside_the_whole_report_has_no_name_in_it(signed_in, local):
    response = signed_in("officer").get(URL)
    year = today().year
    fund = ["where-the-fund-is-going", f"benefits-by-type-fiscal-year-{year}"]
    assert keys(response) == [*OUTSIDE, *INSIDE, *fund, f"benefits-by-type-fiscal-year-{year - 1}"]
    text = b"".join(signed_in("officer").get(f"{URL}?format=csv")).decode()
    for case in BenevolenceApplication.objects.select_related("member"):
        assert case.member.last_name not in text and case.member.member_number not in text


@pytest.mark.parametrize(
    ("role", "query"),
    [
        ("staff", ""),
        ("staff", "?emergency=no"),
        ("officer", ""),
        ("officer", "?reason=medical"),
        ("officer", "?submitted_from=2020-01-01&decided_from=2020-01-01"),
    ],
)
def test_every_number_of_the_report_opens_its_rows(signed_in, local, role, query):
    assert every_number_opens_its_rows(signed_in(role), f"{URL}{query}") >= 12


def test_the_days_of_a_level_are_those_in_which_it_could_decide(local):
    since = today() - timedelta(days=300)
    rows = BenevolenceApplication.objects.all()
    assert paces(rows, since, narrowed=False)["admin"].half == 7.0  # passed on after 3 days, decided 7 later
    case = factories.submitted(amount_requested=900, reason="other", on=today() - timedelta(days=100))
    services.ask(case, question="x", by=local["vp"], on=today() - timedelta(days=98))
    services.answer(case, text="x", by=case.filed_by)
    services.approve(case, by=local["vp"])
    services.approve(case, by=local["admin"])
    only = paces(rows.filter(pk=case.pk), since, narrowed=True)
    assert (only["vp"].half, only["vp"].answers, only["vp"].cases) == (1.0, 2, 1)  # 2 days and none: not the 98
    assert (only["admin"].half, only["admin"].answers) == (0.0, 1)


def test_a_deferral_is_no_time_of_the_level(house):
    case = factories.submitted(on=today() - timedelta(days=60))
    services.defer(
        case,
        until=today() - timedelta(days=10),
        reason="x",
        by=house["vp"],
        on=today() - timedelta(days=60),
    )
    services.resume_due(on=today() - timedelta(days=10))
    services.approve(case, by=house["vp"], on=today() - timedelta(days=6))
    found = paces(BenevolenceApplication.objects.all(), today() - timedelta(days=300), narrowed=False)
    assert (found["vp"].half, found["vp"].answers, found["vp"].cases) == (2.0, 2, 1)  # none, and four


def entries(fund: Fund, by, *moved: tuple[int, int]) -> None:
    """(months ago, amount) of adjustments and deposits."""
    for ago, amount in moved:
        month = last_months(today(), ago + 1)[0]
        kind = "deposit" if amount > 0 else "adjustment"
        memo = "" if amount > 0 else "Spent"
        LedgerEntry.objects.create(
            fund=fund, kind=kind, amount=amount, entry_date=month.first, by=by, by_name="x", memo=memo
        )


def test_the_projection_goes_on_as_the_last_whole_months_went(house):
    fund = factories.main_fund()
    began = fund.balance()
    entries(fund, house["admin"], *[(ago, -1200) for ago in range(1, 13)], (3, 2400))
    factories.approved(house, amount_requested=400)
    found = course(fund, today())
    assert (found.income, found.spending, found.committed, found.floor) == (200, 1200, 400, 5000)
    assert found.balances[-1] == began - 12 * 1200 + 2400
    start = found.balances[-1] - 400
    assert found.guesses() == [start - 1000 * place for place in range(1, 13)]
    assert found.months_left == int((start - 5000) / 1000)
    assert outlook(found) == (
        "The fund holds $88,000.00; $400.00 of it is approved and not yet paid. "
        "In the last 12 whole months $200.00 came in and $1,200.00 went out, on average a month. "
        "At this pace it reaches its floor of $5,000.00 in about 82 months."
    )


def test_a_fund_that_grows_does_not_reach_its_floor_and_an_empty_one_is_there(house):
    fund = factories.main_fund()
    assert course(fund, today()).months_left is None
    assert "does not reach its floor" in outlook(course(fund, today()))
    entries(fund, house["admin"], (0, -95_000))
    found = course(fund, today())
    assert (found.months_left, found.income) == (0, 0)
    assert "it is at its floor of $5,000.00, or below it within a month" in outlook(found)


def test_the_forecast_is_drawn_dashed_with_the_floor_and_said_in_the_table(signed_in, local):
    response = signed_in("officer").get(URL)
    section = next(s for s in response.context["sections"] if s.key == "where-the-fund-is-going")
    assert (section.chart.forecast_from, section.chart.threshold.number, len(section.chart.labels)) == (13, 5000, 25)
    assert "Dashed: a forecast" in response.content.decode()
    assert section.rows[13]["month"].endswith("(forecast)")


def test_benefits_by_type_name_the_types_that_could_tell_a_person(signed_in, local):
    section = signed_in("officer").get(URL).context["sections"][-2]
    assert [tuple(line) for line in section.lines()] == [
        ("Medical", Decimal(600), 1, Decimal(600), Decimal(0)),
        ("All types", Decimal(600), 1, Decimal(600), Decimal(0)),
    ]
    assert "Fewer than 3 payments were made for Medical" in section.note
    assert f"until 31 December {today().year + 5}" in section.note


def test_the_report_asks_the_same_whatever_there_is(signed_in, local):
    client = signed_in("officer")

    def questions() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(URL)
        return len(queries)

    questions()
    before = questions()
    for _ in range(5):
        factories.paid(local, amount_requested=100)
    assert questions() == before <= 26


def test_a_filter_that_makes_no_sense_counts_nothing(signed_in, local):
    response = signed_in("officer").get(f"{URL}?submitted_from=2021-01-01&submitted_to=2020-01-01")
    assert (response.status_code, response.context["sections"]) == (200, [])


def test_before_anybody_has_applied_the_page_says_so(signed_in, house):
    assert "No applications yet" in signed_in("officer").get(URL).content.decode()


def test_the_workbook_has_a_sheet_for_each_section(signed_in, local):
    book = load_workbook(io.BytesIO(signed_in("officer").get(f"{URL}?format=xlsx").content))
    assert len(book.sheetnames) == 10
    assert book["By reason"]["A2"].value == "Medical"
