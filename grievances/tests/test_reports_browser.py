"""The report and the list of limits in a real browser: quiet, readable and fitting, on a phone, too."""

import pytest

from maintenance import seeding

PAGES = {
    "reports": "/grievances/reports/",
    "filtered reports": "/grievances/reports/?type=individual&filed_from=2025-01-01",
    "limits": "/grievances/limits/?side=employer",
}


@pytest.fixture
def local(committed_db):
    seeding.sow(size="quick")


def test_reports_are_quiet_readable_fit_and_open_their_rows(visit, local):
    """One local for all of it: making one up takes seconds."""
    assert visit("representative", 1280, "light").walk(PAGES) == {}
    assert visit("representative", 360, "dark").walk(PAGES) == {}
    a_number_of_the_report_opens_its_rows_by_keyboard(visit("representative"))


def a_number_of_the_report_opens_its_rows_by_keyboard(visitor):
    page = visitor.page
    visitor.goto("/grievances/reports/?type=individual")
    link = page.locator("#by-outcome .bars-value a").first
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/grievances/?" in url)
    assert "type=individual" in page.url and "is_filed=yes" in page.url
    assert visitor.complaints == []
