"""Every page in a real browser: no complaint in the console, nothing that the security policy stops, readable by
everybody (axe), and no wider than a phone."""

from datetime import date

import pytest
from playwright.sync_api import expect

from grievances import services as grievances
from grievances.factories import agreement_in_force, case
from ip2a.factories import UserFactory
from ip2a.models import Job
from members.factories import MemberEmploymentFactory, MemberFactory, OrganizationContactFactory, OrganizationFactory

PAGES = {
    "home": "/",
    "members": "/members/",
    "filtered members": "/members/?status=active&has_job=yes&sort=-number",
    "nothing found": "/members/?q=zzzzzz",
    "member": "/members/{member}/",
    "member's history": "/members/{member}/history/",
    "add a member": "/members/add/",
    "edit a member": "/members/{member}/edit/",
    "organizations": "/organizations/",
    "organization": "/organizations/{organization}/",
    "add an organization": "/organizations/add/",
    "contacts": "/contacts/",
    "contact": "/contacts/{contact}/",
    "add a contact": "/contacts/add/",
    "jobs": "/jobs/",
    "job": "/jobs/{job}/",
    "add a job": "/jobs/add/",
    "members' reports": "/members/reports/?status=active",
    "benevolence reports": "/benevolence/reports/",
    "search": "/search/?q=lima",
    "remove a contact": "/contacts/{contact}/remove/",
    "end a job": "/jobs/{job}/end/",
    "duplicates": "/duplicates/",
    "duplicate members": "/duplicates/members/",
    "compare two": "/duplicates/members/compare/",
    "merges": "/duplicates/members/merges/",
    "not the same": "/duplicates/members/not-the-same/",
    "repairs": "/maintenance/repairs/",
    "add a document": "/documents/add/members.member/{member}/",
    "draft a letter": "/papers/members.member/{member}/members.confirmation/",
    "when I am away": "/account/away/",
    "add an absence": "/account/away/add/",
    "import desk": "/imports/",
    "import a file": "/imports/add/",
    "long work": "/progress/{long_job}/",
    "your calendar": "/account/calendar/",
}
FOR_REPRESENTATIVES = {
    "home": "/",
    "grievances": "/grievances/",
    "filtered grievances": "/grievances/?status=running&overdue=ours&sort=due",
    "board": "/grievances/board/",
    "due soon": "/grievances/due/",
    "overdue": "/grievances/due/overdue/",
    "new grievance": "/grievances/add/",
    "grievance": "/grievances/{case}/",
    "edit a grievance": "/grievances/{case}/edit/",
    "history of a grievance": "/grievances/{case}/history/",
    "write down a meeting": "/grievances/{case}/meeting/",
    "settle": "/grievances/{case}/settle/",
    "step record": "/grievances/steps/{step}/",
    "draft a grievance form": "/papers/grievances.grievance/{case}/grievances.step_form/",
    "information requests": "/information-requests/",
    "information request": "/information-requests/{request}/",
    "member with a grievance": "/members/{member}/",
    "employer with a grievance": "/organizations/{organization}/",
}
FOR_ADMINISTRATORS = {
    "put a finding off": "/maintenance/repairs/members.active-without-any-job/not-now/",
    "mend all": "/maintenance/repairs/mend/",
    "repair runs": "/maintenance/repairs/runs/",
    "rows in quarantine": "/maintenance/repairs/quarantine/",
    "schedule": "/maintenance/schedule/",
    "resilience": "/maintenance/resilience/",
    "backups": "/maintenance/backups/",
    "audit trail": "/audit/",
    "mail": "/mail/",
    "people": "/people/",
    "invite a person": "/people/invite/",
    "admin": "/admin/",
    "admin: members": "/admin/members/member/",
    "agreements": "/agreements/",
    "agreement": "/agreements/{agreement}/?limit=file&start=2026-03-03",
    "admin: new agreement": "/admin/grievances/agreement/add/",
    "admin: agreement": "/admin/grievances/agreement/{agreement}/change/",
    "admin: version": "/admin/grievances/agreementversion/{version}/change/",
    "admin: working": "/admin/grievances/agreementversion/{version}/working/?start=2026-03-03",
    "admin: new version": "/admin/grievances/agreementversion/{version}/new-version/",
}
WALKS = {"staff": PAGES, "administrator": PAGES | FOR_ADMINISTRATORS, "representative": FOR_REPRESENTATIVES}
OPEN_PAGES = {"sign in": "/account/login/", "forgotten password": "/account/password/reset/"}


@pytest.fixture
def records(committed_db):
    """A small local: one person with everything, and enough others for a second page."""
    organization = OrganizationFactory(
        name="Blitz & Söhne Elektro-Installationsgesellschaft", is_signatory=True, city="Springfield"
    )
    member = MemberFactory(
        first_name="Zoë", last_name="Ångström-Featherstonehaugh", notes="Prefers to be called in the evening."
    )
    job = MemberEmploymentFactory(member=member, organization=organization, hourly_rate="48.50", job_title="Foreman")
    MemberEmploymentFactory(member=member, start_date=date(2010, 3, 1), end_date=date(2019, 12, 31))
    contact = OrganizationContactFactory(organization=organization, is_primary=True, phone="(555) 010-2030")
    MemberFactory.create_batch(60)
    long_job = Job.objects.create(kind="vault.pack", label="Packing", subject=member, state="running", done=3, total=9)
    version = agreement_in_force(organization, name="Inside")
    return _grievance(version, organization, member) | {
        "long_job": long_job.pk,
        "agreement": version.agreement_id,
        "version": version.pk,
        "member": member.pk,
        "organization": organization.pk,
        "contact": contact.pk,
        "job": job.pk,
    }


def _grievance(version, organization, member) -> dict[str, int]:
    """A case with something of everything: dates that moved, an entry that was mended, a request that was refused."""
    by = UserFactory(role="representative")
    grievance = case(by=by, version=version, employer=organization, member=member, contract_article="Art. 12 §3")
    first, later = date(2026, 3, 4), date(2026, 3, 9)
    grievances.serve(grievance, on=first, by=by)
    limit = grievance.deadlines.standing().get(limit_key="step-1-meeting")
    grievances.extend(limit, on=first, by=by, agreed_by="P. Moss", until=date(2026, 3, 20), reason="Mr. Moss was ill")
    grievances.correct(grievance.events.get(kind="served"), on=date(2026, 3, 5), by=by, reason="Stamped a day later")
    request = grievances.ask(grievance, direction="ours", what="The sign-up sheets of 12 months", on=later, by=by)
    grievances.turn(request, kind="refused", on=later, by=by, text="Confidential.")
    grievances.decide(grievance, kind="not_arbitrate", reason="Two awards went the other way.", on=later, by=by)
    return {"case": grievance.pk, "step": grievance.step_records.get().pk, "request": request.pk}


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
@pytest.mark.parametrize("role", ["staff", "administrator", "representative"])
def test_every_page_is_quiet_readable_and_fits(visit, records, role, width, scheme):
    pages = {name: path.format(**records) for name, path in WALKS[role].items()}
    assert visit(role, width, scheme).walk(pages) == {}


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (360, "light")])
def test_pages_before_sign_in_are_quiet_readable_and_fit(visit, width, scheme):
    assert visit(None, width, scheme).walk(OPEN_PAGES) == {}


def test_slash_focuses_the_search_and_typing_filters_a_list_in_place(visit, records):
    visitor = visit("staff")
    page = visitor.page
    visitor.goto("/members/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.fill("#filters input[name=q]", "angstrom")
    expect(page.locator("#results tbody tr")).to_have_count(1)
    assert page.url.endswith("/members/?q=angstrom")
    page.go_back()
    expect(page.locator("#results tbody tr")).to_have_count(50)
    assert visitor.complaints == []


def test_an_employer_is_picked_with_the_keyboard_alone(visit, records):
    visitor = visit("staff")
    page = visitor.page
    visitor.goto("/jobs/add/")
    page.locator("[name=member_q]").focus()
    page.keyboard.type("angstrom zoe")
    page.locator("[role=option]:visible").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("[name=member]").input_value() == str(records["member"])
    page.locator("[name=organization_q]").focus()
    page.keyboard.type("blitz")
    page.locator("[role=option]:visible").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.fill("[name=start_date]", "2024-02-01")
    page.locator("[name=start_date]").press("Enter")
    page.wait_for_url("**/jobs/*/")
    assert "was added" in page.content()
    assert visitor.complaints == []


def test_the_site_works_without_javascript(web_server, records, browser, visit):
    cookies = visit("staff").page.context.cookies()
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{web_server}/members/")
    page.fill("#filters input[name=q]", "angstrom")
    page.locator("#filters button.nojs").click()
    assert page.locator("#results tbody tr").count() == 1
    page.goto(f"{web_server}/jobs/add/")
    page.fill("[name=member_q]", "angstrom")
    page.fill("[name=organization_q]", "blitz")
    page.fill("[name=start_date]", "2024-02-01")
    page.locator("form.form button[type=submit].btn--primary").click()
    page.locator(f"input[type=radio][value='{records['member']}']").first.check()
    page.locator(f"input[type=radio][value='{records['organization']}']").last.check()
    page.locator("form.form button[type=submit].btn--primary").click()
    assert "was added" in page.content()
    context.close()
