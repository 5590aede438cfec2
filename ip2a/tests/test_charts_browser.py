"""The charts in a real browser: values are told to the mouse and to the keyboard, without script."""

import pytest
from playwright.sync_api import expect

from members.factories import MemberFactory


@pytest.fixture
def patterns(web_server, browser, visit):
    """The patterns page with JavaScript switched off."""
    cookies = visit("staff").page.context.cookies()
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800})
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{web_server}/patterns/")
    yield page
    context.close()


def shown(figure) -> list[str]:
    """The cards that are to be seen."""
    return [card.inner_text() for card in figure.locator(".tip-card").all() if card.is_visible()]


def test_pointing_at_a_month_tells_all_its_values(patterns):
    figure = patterns.locator("#chart-days-to-each-step")
    assert shown(figure) == []
    figure.locator("g.mark").nth(1).hover(position={"x": 5, "y": 5})
    assert shown(figure) == ["Feb 2024\nStep 1 9 days\nStep 2 21 days\nStep 3 31 days\nArbitration not known"]


def test_the_keyboard_walks_through_the_values_and_opens_their_rows(patterns):
    figure = patterns.locator("#chart-jobs-started")
    figure.locator("a.mark").first.focus()
    patterns.keyboard.press("Tab")
    assert shown(figure) == ["Feb 2024\nStarted 9"]
    patterns.keyboard.press("Enter")
    patterns.wait_for_url("**/patterns/?month=1#chart")


def test_parts_of_a_bar_tell_their_value(patterns):
    figure = patterns.locator("#chart-outcomes-by-employer")
    figure.locator(".mark").first.focus()
    patterns.keyboard.press("Tab")
    assert shown(figure) == ["Withdrawn 2"]


def test_no_card_makes_the_page_wider_than_a_phone(patterns):
    for name in ("jobs-started", "days-to-each-step", "balance-of-the-fund"):
        marks = patterns.locator(f"#chart-{name} .mark")
        for number in (0, marks.count() // 2, marks.count() - 1):
            marks.nth(number).focus()
            assert patterns.evaluate("document.documentElement.scrollWidth") == 360


def test_a_filter_of_a_report_counts_again_in_place(visit, committed_db):
    MemberFactory(status="active")
    MemberFactory(status="retired")
    visitor = visit("staff", 360)
    visitor.goto("/members/reports/")
    bars = visitor.page.locator("#by-status .bars-label")
    assert bars.all_inner_texts() == ["Active", "Retired"]
    visitor.page.locator("#filters select[name=status]").select_option("retired")
    expect(bars).to_have_count(1)
    assert visitor.page.url.endswith("/members/reports/?status=retired")
    visitor.page.locator("#by-status .bars-value a").click()
    visitor.page.wait_for_url("**/members/?status=retired")
    assert visitor.complaints == []
