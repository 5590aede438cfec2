"""Drafting in a real browser: the preview follows the typing, printing leads back, all of it also without script."""

import pytest
from playwright.sync_api import expect

from members.factories import MemberFactory


@pytest.fixture
def letter(committed_db):
    member = MemberFactory(last_name="Ångström-Featherstonehaugh", address="", city="", state="", zip_code="")
    return f"/papers/members.member/{member.pk}/members.confirmation/"


def test_the_preview_follows_the_typing_and_the_paper_prints(visit, letter):
    visitor = visit("staff")
    page = visitor.page
    visitor.goto(letter)
    expect(page.locator("#preview")).to_contain_text("[member address?]")
    page.fill("#id_body", "Dear **Rosa**,\n\n- [ ] one <b>")
    expect(page.locator("#preview")).not_to_contain_text("[member address?]")
    expect(page.locator("#preview strong")).to_have_text("Rosa")
    expect(page.locator("#preview li")).to_contain_text("one <b>")
    page.get_by_role("button", name="Print", exact=True).click()
    expect(page.locator("main.paper strong")).to_have_text("Rosa")
    expect(page.get_by_role("button", name="Print", exact=True)).to_be_visible()
    assert visitor.amiss() == []
    page.emulate_media(media="print")
    expect(page.locator(".paper-bar")).to_be_hidden()
    page.emulate_media(media="screen")
    page.get_by_role("button", name="Back to the draft").click()
    expect(page.locator("#id_body")).to_have_value("Dear **Rosa**,\n\n- [ ] one <b>")
    assert visitor.complaints == []


@pytest.mark.parametrize("act", ["Print", "Save the draft"])
def test_printing_and_saving_fit_a_phone(visit, letter, act):
    visitor = visit("staff", 360, "dark")
    page = visitor.page
    visitor.goto(letter)
    page.fill("#id_body", "W" * 200 + "\n\n" + "_" * 120)
    page.get_by_role("button", name=act, exact=True).click()
    expect(page.locator(".paper")).to_contain_text("W" * 200)
    assert visitor.amiss() == []


def test_a_letter_is_drafted_without_javascript(web_server, letter, browser, visit):
    cookies = visit("staff").page.context.cookies()
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{web_server}{letter}")
    page.fill("#id_body", "# Hello\n\nRosa [joined?]")
    page.get_by_role("button", name="Show how it prints").click()
    expect(page.locator("#preview h2")).to_have_text("Hello")
    page.get_by_role("button", name="Keep with the member").click()
    expect(page.locator("#errors")).to_contain_text("Fill in what is missing first")
    page.fill("#id_body", "# Hello\n\nRosa")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.locator("main")).to_contain_text("The draft is saved.")
    page.get_by_role("button", name="Print", exact=True).click()
    expect(page.locator("main.paper h2")).to_have_text("Hello")
    page.get_by_role("button", name="Back to the draft").click()
    expect(page.locator("#id_body")).to_have_value("# Hello\n\nRosa\n")
    context.close()


def test_enter_in_the_form_and_leaving_lose_nothing(visit, letter):
    """A second letter by keyboard alone: Tab to the button, Enter."""
    visitor = visit("staff")
    page = visitor.page
    visitor.goto(letter)
    page.locator("#id_body").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("By keyboard alone")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("The draft is saved.")
    expect(page.locator("#id_body")).to_have_value("By keyboard alone\n")
    assert visitor.complaints == []
