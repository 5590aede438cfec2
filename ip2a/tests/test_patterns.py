"""The components in a real browser: readable by everybody, quiet, and working by keyboard and without script."""

import pytest

LIMA = "Lima, Rosa (7464416)"


@pytest.fixture
def patterns(visit):
    visitor = visit("staff")
    visitor.goto("/patterns/")
    yield visitor.page
    assert visitor.complaints == []


def focused(page, expression: str):
    return page.evaluate(f"document.activeElement.{expression}")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")])
def test_every_component_is_readable_and_fits(visit, width, scheme):
    assert visit("staff", width, scheme).walk({"components": "/patterns/"}) == {}


def test_slash_goes_to_search_and_escape_leaves_it(patterns):
    patterns.locator("h1").click()
    patterns.keyboard.press("/")
    assert focused(patterns, "id") == "find"
    patterns.keyboard.press("Escape")
    assert focused(patterns, "tagName") == "BODY"


def test_j_and_k_walk_the_rows(patterns):
    patterns.locator("h1").click()
    rows = []
    for key in "jjk":
        patterns.keyboard.press(key)
        rows.append(focused(patterns, "closest('tr').rowIndex"))
    assert rows == [1, 2, 1]


def test_question_mark_shows_the_keys(patterns):
    patterns.locator("h1").click()
    patterns.keyboard.press("?")
    assert patterns.locator("dialog#keys").is_visible()
    patterns.keyboard.press("Escape")
    assert not patterns.locator("dialog#keys").is_visible()


def test_letters_typed_into_a_field_are_no_shortcuts(patterns):
    field = patterns.locator("#fresh_last_name")
    field.fill("")
    field.press_sequentially("j/?n")
    assert [field.input_value(), patterns.locator("dialog#keys").is_visible()] == ["j/?n", False]


def test_type_ahead_is_worked_by_arrows_and_enter(patterns):
    field = patterns.locator("#fresh_employer")
    field.press_sequentially("rosa")
    patterns.locator("#fresh_employer_list [role=option]", has_text=LIMA).wait_for()
    assert patterns.locator("#live").inner_text() in ("", "1 match")
    field.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == "fresh_employer_list_0"
    field.press("Enter")
    kept = patterns.locator("#form [name=employer]").input_value()
    assert [field.input_value(), kept, field.get_attribute("aria-expanded")] == [LIMA, "7464416", "false"]


def test_typing_over_a_pick_takes_the_pick_back(patterns):
    field = patterns.locator("#fresh_member")
    assert patterns.locator("#form [name=member]").input_value() == "1"
    field.fill("zzzz")
    patterns.get_by_text("Nothing found. Try fewer words, or a number.").last.wait_for()
    assert patterns.locator("#form [name=member]").input_value() == ""


def test_leaving_typed_work_asks_first(patterns):
    patterns.locator("#fresh_last_name").press_sequentially("x")
    asked = []
    patterns.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    patterns.goto("about:blank")
    assert asked == ["beforeunload"]


def test_error_summary_takes_the_eye_and_leads_to_the_field(patterns):
    assert focused(patterns, "id") == "errors"
    patterns.locator("#errors a").first.click()
    assert focused(patterns, "id") == "wrong_last_name"


def test_running_job_is_asked_again_until_it_is_done(patterns):
    patterns.locator("#job-2.progress--good").wait_for()


def test_ended_session_says_so_and_keeps_the_page(patterns):
    patterns.route("**/patterns/?q=*", lambda route: route.fulfill(body="<!doctype html><title>Sign in</title>"))
    patterns.locator("#filters select").first.select_option("retired")
    patterns.get_by_text("Your session ended.").wait_for()
    assert patterns.locator("#results").count() == 1


def test_phone_menu_opens_and_closes(visit):
    visitor = visit("staff", 360)
    visitor.goto("/patterns/")
    page = visitor.page
    button, contacts = page.locator(".menu-button"), page.locator("#menu").get_by_text("Contacts")
    button.click()
    assert [contacts.is_visible(), button.get_attribute("aria-expanded")] == [True, "true"]
    page.keyboard.press("Escape")
    assert [contacts.is_visible(), button.get_attribute("aria-expanded")] == [False, "false"]
