"""Agreements on the pages and in the administration pages."""

from datetime import date

import pytest
from django.urls import reverse

from grievances import agreements
from grievances.factories import agreement_in_force
from grievances.models import Agreement, AgreementEmployer, AgreementVersion, ContractHoliday
from grievances.procedures import CONSTRUCTION
from ip2a.factories import UserFactory
from members.factories import OrganizationFactory

pytestmark = pytest.mark.django_db


def admin_url(model, page, *args):
    return reverse(f"admin:grievances_{model}_{page}", args=args)


def text_of(response):
    return response.content.decode()


@pytest.fixture
def draft():
    by = UserFactory(role="administrator")
    return agreements.make_from_template("industrial", by=by, name="Inside", effective_from=date(2026, 1, 1))


def test_the_list_tells_employers_and_version_with_a_fixed_number_of_queries(signed_in, django_assert_max_num_queries):
    volt = OrganizationFactory(name="Volt")
    for number in range(4):
        agreement_in_force(volt, name=f"Inside {number}")
    browser = signed_in("representative")
    browser.get(reverse("grievances:agreement_list"))
    with django_assert_max_num_queries(8):
        page = text_of(browser.get(reverse("grievances:agreement_list")))
    assert ("Inside 3" in page, "Version 1" in page) == (True, True)
    assert "Inside 3" not in text_of(browser.get(reverse("grievances:agreement_list"), {"q": "Inside 2"}))


def test_agreements_sort_by_the_number_of_employers_they_bind(signed_in):
    agreement_in_force(OrganizationFactory(name="Volt"), name="Few")
    many = agreement_in_force(OrganizationFactory(name="Ohm"), name="Many").agreement
    AgreementEmployer.objects.create(
        agreement=many, organization=OrganizationFactory(name="Watt"), starts_on=date(2026, 1, 1)
    )
    page = text_of(signed_in("representative").get(reverse("grievances:agreement_list"), {"sort": "-employers"}))
    assert page.index("Many</a>") < page.index("Few</a>")


def test_a_representative_reads_limits_holidays_and_employers(signed_in):
    version = agreement_in_force(OrganizationFactory(name="Volt"), procedure=CONSTRUCTION, name="Inside")
    page = text_of(signed_in("representative").get(version.agreement.get_absolute_url()))
    for words in (
        "Volt",
        "Labor-Management Committee",
        "48 hours, from when the grievance is filed",
        "The first sitting 14 calendar days or more, from when the case is referred",
        "Policy grievances start at step 2.",
        "Thanksgiving Day",
    ):
        assert words in page
    assert "administration pages" not in page


def test_a_date_is_tried_out_with_its_working(signed_in):
    version = agreement_in_force(name="Inside")
    url = version.agreement.get_absolute_url()
    page = text_of(signed_in("representative").get(url, {"limit": "file", "start": "2026-11-18"}))
    assert "10 working days from Wed 18 Nov (day 1 = Thu 19 Nov); 2 weekends, 1 public holiday skipped" in page
    assert "Thu 3 Dec 2026" in page
    assert "Type the day as 2026-03-03" in text_of(
        signed_in("representative").get(url, {"limit": "file", "start": "tomorrow"})
    )


def test_an_administrator_starts_an_agreement_from_a_template(signed_in):
    browser = signed_in("administrator")
    data = {
        "template": "construction",
        "effective_from": "2026-01-01",
        "name": "Outside",
        "calendar": "federal",
        "kinds": ["public"],
        "weekend": ["5", "6"],
        "moves_holidays": "on",
        "is_active": "on",
        "zone": "America/Chicago",
    }
    assert browser.post(admin_url("agreement", "add"), data).status_code == 302
    agreement = Agreement.objects.get(name="Outside")
    version = agreement.versions.get()
    assert (version.state, version.effective_from, version.limits.count()) == (
        "draft",
        date(2026, 1, 1),
        len(CONSTRUCTION.limits),
    )
    assert "Version 1: Draft" in text_of(browser.get(admin_url("agreement", "change", agreement.pk)))
    assert "There is no time zone called Mars." in text_of(
        browser.post(admin_url("agreement", "add"), data | {"name": "Far", "zone": "Mars"})
    )


def test_a_contradiction_is_told_and_refused(signed_in, draft):
    browser, url = signed_in("administrator"), admin_url("agreementversion", "put_in_force", draft.pk)
    draft.limits.filter(key="file").delete()
    assert "No limit says how long the union has to file." in text_of(
        browser.get(admin_url("agreementversion", "change", draft.pk))
    )
    assert "No limit says how long the union has to file." in text_of(browser.get(url))
    assert browser.post(url, {"reason": ""}).status_code == 422
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_version_is_put_in_force_copied_and_withdrawn(signed_in, draft):
    browser = signed_in("administrator")
    page = {name: admin_url("agreementversion", name, draft.pk) for name in ("put_in_force", "withdraw", "new_version")}
    assert browser.post(page["put_in_force"], {"reason": "Ratified"}).status_code == 302
    assert browser.post(page["new_version"], {"effective_from": "2027-01-01"}).status_code == 302
    assert browser.post(page["withdraw"], {"reason": ""}).status_code == 422
    assert browser.post(page["withdraw"], {"reason": "Replaced"}).status_code == 302
    states = AgreementVersion.objects.order_by("number").values_list("number", "state")
    assert list(states) == [(1, "withdrawn"), (2, "draft")]


def test_only_a_draft_shows_its_limits_as_fields(signed_in, draft):
    browser, url = signed_in("administrator"), admin_url("agreementversion", "change", draft.pk)
    assert 'name="limits-0-amount"' in text_of(browser.get(url))
    agreements.put_in_force(draft, by=browser.user)
    page = text_of(browser.get(url))
    assert 'name="limits-0-amount"' not in page
    assert 'name="effective_from"' not in page
    assert 'name="note"' in page


def test_the_working_of_every_limit_is_shown(signed_in, draft):
    url = admin_url("agreementversion", "working", draft.pk)
    page = text_of(signed_in("administrator").get(url, {"start": "2026-03-03"}))
    assert "10 working days from Tue 3 Mar (day 1 = Wed 4 Mar); 2 weekends skipped → Tue 17 Mar" in page


def test_officers_look_and_change_nothing(signed_in, draft):
    browser = signed_in("officer")
    assert browser.get(admin_url("agreementversion", "change", draft.pk)).status_code == 200
    assert browser.post(admin_url("agreementversion", "put_in_force", draft.pk), {}).status_code == 403
    assert signed_in("staff").get(reverse("grievances:agreement_list")).status_code == 403


def test_a_holiday_is_removed_with_its_reason(signed_in, draft):
    browser = signed_in("administrator")
    holiday = agreements.add_holiday(draft.agreement, by=browser.user, name="Picnic", on=date(2026, 8, 10))
    url = admin_url("contractholiday", "remove", holiday.pk)
    assert browser.post(url, {"reason": ""}).status_code == 422
    assert browser.post(url, {"reason": "Rained off"}).status_code == 302
    assert ContractHoliday.objects.get(pk=holiday.pk).removed_reason == "Rained off"
