"""The Repairs page in a real browser: looked at, mended, put off and taken back, on a desk and on a phone."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from maintenance.models import Finding, HealRun, Postponement
from maintenance.tests.test_repairs import DECEASED, FIXABLE, HOME, deceased_at_work, future_hire, in_days


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_a_person_checks_mends_puts_off_and_takes_back(visit, width, scheme):
    member, hired = future_hire(), in_days(40)
    deceased_at_work()
    visitor = visit("administrator", width, scheme)
    page, main = visitor.page, visitor.page.locator("main")
    visitor.goto(HOME)
    page.get_by_role("button", name="Check now").click()
    expect(main).to_contain_text("1 member joined in the future.")
    assert visitor.amiss() == []

    main.locator(f'a[href="{HOME}{FIXABLE}/mend/"]').click()
    expect(main).to_contain_text("Every row is kept as it was")
    assert visitor.amiss() == []
    page.get_by_role("button", name="Mend", exact=True).click()
    expect(main).to_contain_text("1 mended.", timeout=30_000)
    assert visitor.amiss() == []
    member.refresh_from_db()
    assert member.hire_date is None

    page.get_by_role("link", name="See what was done").click()
    run = HealRun.objects.get()
    assert page.url.endswith(run.get_absolute_url())
    assert visitor.amiss() == []
    page.get_by_role("link", name="Undo").first.click()
    expect(main).to_contain_text(f"Take back all of run {run.pk}?")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(main).to_contain_text("1 row is as it was.", timeout=30_000)
    assert visitor.amiss() == []
    member.refresh_from_db()
    assert member.hire_date == hired

    visitor.goto(HOME)
    expect(main).to_contain_text("1 is mended only when you say so.")
    put_off_the_deceased(page, main)
    assert visitor.amiss() == []


def put_off_the_deceased(page, main) -> None:
    sentence = "a member who has died"
    main.locator(f'a[href="{HOME}{DECEASED}/not-now/"]').click()
    page.get_by_label("Comes back on").fill(in_days(3).isoformat())
    page.get_by_label("Why it can wait").fill("The widow is looking for the papers.")
    page.get_by_role("button", name="Not now").click()
    expect(main).to_contain_text("It is out of the way")
    expect(main.locator("section", has=page.get_by_role("heading", name="Put off"))).to_contain_text(sentence)
    kept = Postponement.objects.get(check_name=DECEASED, until__gt=timezone.localdate())
    assert kept.reason == "The widow is looking for the papers."
    assert Finding.objects.get(check_name=FIXABLE).withheld == 1
