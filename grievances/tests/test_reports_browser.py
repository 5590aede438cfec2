"""The report and the list of limits in a real browser: quiet, readable and fitting, on a phone, too."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from maintenance import seeding

PAGES = {
    "reports": "/grievances/reports/",
    "filtered reports": "/grievances/reports/?type=individual&filed_from=2025-01-01",
    "limits": "/grievances/limits/?side=employer",
}


@pytest.fixture
def local(committed_db):
    seeding.sow(size="quick")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_reports_are_quiet_readable_and_fit(visit, local, width, scheme):
    visitor = visit("representative", width, scheme)
    found = {}
    for name, path in PAGES.items():
        response = visitor.goto(path)
        problems = [f"status {response.status}"] if response.status != 200 else []
        problems += [v["id"] for v in Axe().run(visitor.page).response["violations"]] + visitor.complaints
        if visitor.overflow > 0:
            problems.append(f"{visitor.overflow} px too wide")
        visitor.complaints.clear()
        if problems:
            found[name] = problems
    assert found == {}


def test_a_number_of_the_report_opens_its_rows_by_keyboard(visit, local):
    visitor = visit("representative")
    page = visitor.page
    visitor.goto("/grievances/reports/?type=individual")
    link = page.locator("#by-outcome .bars-value a").first
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/grievances/?" in url)
    assert "type=individual" in page.url and "is_filed=yes" in page.url
    assert visitor.complaints == []
