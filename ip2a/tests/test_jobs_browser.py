"""A job's page moves by itself and stops; the calendar's address is shown so that it can be taken along."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from ip2a.models import Job
from members.factories import MemberFactory


def test_a_job_moves_on_its_page_until_it_is_done(visit):
    visitor = visit("staff")
    job = Job.objects.create(
        kind="vault.pack", label="Packing secrets", subject=MemberFactory(), state="running", attempts=1, total=40
    )
    visitor.goto(job.url)
    bar = visitor.page.locator(f"#job-{job.pk}")
    expect(bar).to_contain_text("0 of 40")
    assert visitor.amiss() == []
    Job.objects.filter(pk=job.pk).update(done=17, stage="Packing the photos")
    expect(bar).to_contain_text("17 of 40")
    expect(bar).to_contain_text("Packing the photos")
    end = {"state": "done", "finished_at": timezone.now(), "result_url": "/members/", "result_label": "Download it"}
    Job.objects.filter(pk=job.pk).update(**end)
    expect(bar.get_by_role("link", name="Download it")).to_be_visible()
    assert bar.get_attribute("hx-get") is None
    assert visitor.amiss() == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_a_calendar_address_is_made_replaced_and_turned_off(visit, width, scheme):
    visitor = visit("staff", width, scheme)
    page = visitor.page
    visitor.goto("/account/calendar/")
    page.get_by_role("button", name="Make the address").click()
    first = page.get_by_label("Your calendar’s address").input_value()
    assert page.request.get(first).headers["content-type"] == "text/calendar; charset=utf-8"
    assert page.get_by_role("link", name="Open in this device").get_attribute("href") == first.replace("http", "webcal")
    assert visitor.amiss() == []
    visitor.goto("/account/calendar/")
    page.get_by_role("button", name="Make a new address").click()
    second = page.get_by_label("Your calendar’s address").input_value()
    assert [page.request.get(address).status for address in (first, second)] == [404, 200]
    page.get_by_role("button", name="Turn it off").click()
    expect(page.locator("main")).to_contain_text("Your calendar address is turned off.")
    assert page.request.get(second).status == 404
    assert visitor.amiss() == []
