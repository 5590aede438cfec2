"""Taking up a complaint, the page of a case, requests for information, and what other pages show of grievances."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from grievances import factories, services
from grievances.models import AgreementEmployer, Grievance, Subject
from grievances.procedures import CONSTRUCTION
from ip2a import timeline
from ip2a.factories import UserFactory
from members.factories import MemberFactory, OrganizationFactory

pytestmark = pytest.mark.django_db
CREATE = "/grievances/add/"


def ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


@pytest.fixture
def rep(signed_in):
    return signed_in("representative", first_name="Rita", last_name="Reyes")


@pytest.fixture
def version():
    return factories.agreement_in_force(OrganizationFactory(name="Volt & Sons"), name="Inside agreement")


@pytest.fixture
def typed(version):
    """A complaint as it comes from the form."""
    return {
        "case_type": "individual",
        "employer": version.agreement.employers.get().pk,
        "member": MemberFactory().pk,
        "violation_description": "Passed over for overtime.",
        "incident_date": "2026-03-02",
        "is_filed": "not_filed",
    }


def text(response) -> str:
    return response.content.decode()


# Taking up a complaint


def test_a_complaint_is_taken_up_under_the_agreement_of_its_day(rep, typed, version):
    assert rep.get(CREATE).status_code == 200
    response = rep.post(CREATE, {**typed, "subject": Subject.objects.first().pk}, follow=True)
    case = Grievance.objects.get()
    assert response.redirect_chain == [(case.get_absolute_url(), 302)]
    assert (case.agreement_version, case.status, case.assigned_rep) == (version, "investigation", rep.user)
    assert case.grievance_number is None
    assert "Not filed" in text(response)


def test_a_complaint_that_was_filed_gets_its_number_at_once(rep, typed):
    rep.post(CREATE, {**typed, "is_filed": "filed", "filed_on": "2026-03-03", "served_on": "2026-03-04"})
    case = Grievance.objects.get()
    assert (case.grievance_number, case.filed_date) == ("GR-2026-0001", date(2026, 3, 3))
    assert set(case.events.values_list("kind", flat=True)) == {"incident", "filed", "served"}


def test_the_limits_are_shown_before_anything_is_kept(rep, typed):
    response = rep.post(CREATE, {**typed, "is_filed": "filed", "filed_on": "2026-03-03", "preview": "1"})
    page = text(response)
    assert response.status_code == 200
    shown = {limit.label: limit.when for limit in response.context["previewed"]}
    assert shown["File the grievance"].startswith("Mon 16 Mar")
    assert "10 working days from Mon 2 Mar (day 1 = Tue 3 Mar)" in page
    assert "Under Inside agreement, version 1. Nothing is kept yet." in page
    assert "Passed over for overtime." in page
    assert not Grievance.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"incident_date": "2999-01-01"}, "There is no procedure in force"),
        ({"incident_date": "2019-12-31"}, "There is no procedure in force for Volt &amp; Sons on Tue 31 Dec 2019."),
        ({"member": ""}, "Say who the grievant is, or make it a policy grievance."),
        ({"employer": ""}, "Type a name or number, then choose one."),
        ({"violation_description": " "}, "Fill this in."),
        ({"knowledge_date": "2026-03-01"}, "Nobody can learn of it before it happened: check both dates."),
        ({"is_filed": "filed", "filed_on": ""}, "Say on which day it was filed."),
        ({"is_filed": "filed", "filed_on": "2026-03-01"}, "It would be filed before it happened: check both dates."),
        ({"is_filed": "filed", "filed_on": "2999-03-01"}, "The filing day lies in the future"),
        (
            {"is_filed": "filed", "filed_on": "2026-03-04", "served_on": "2026-03-03"},
            "The employer cannot receive it before it is filed: check both dates.",
        ),
    ],
)
def test_why_a_complaint_is_not_taken_up(rep, typed, version, wrong, why):
    if wrong.get("incident_date") == "2999-01-01":
        version.agreement.parties.update(ends_on=date(2030, 1, 1))
    response = rep.post(CREATE, {**typed, **wrong})
    assert response.status_code == 422
    assert why in text(response)
    assert wrong.get("violation_description") or "Passed over for overtime." in text(response)
    assert not Grievance.objects.exists()


def test_nobody_grieves_before_joining(rep, typed):
    late = MemberFactory(hire_date=date(2026, 3, 10))
    for act in ({}, {"preview": "1"}):
        response = rep.post(CREATE, {**typed, "member": late.pk, **act})
        assert response.status_code == 422
        assert "joined on Tue 10 Mar 2026, after this happened." in text(response)


def test_where_two_agreements_bind_one_is_chosen(rep, typed, version):
    employer = version.agreement.employers.get()
    other = factories.agreement_in_force(employer, name="Residential agreement")
    response = rep.post(CREATE, typed)
    assert response.status_code == 422
    assert "is bound by Inside agreement and Residential agreement on Mon 2 Mar 2026" in text(response)
    rep.post(CREATE, {**typed, "agreement_version": other.pk})
    assert Grievance.objects.get().agreement_version == other


def test_an_agreement_of_others_cannot_be_chosen(rep, typed):
    foreign = factories.agreement_in_force(OrganizationFactory())
    response = rep.post(CREATE, {**typed, "agreement_version": foreign.pk})
    assert response.status_code == 422
    assert not Grievance.objects.exists()


def test_a_policy_grievance_needs_nobody_and_starts_at_its_step(rep, typed):
    rep.post(CREATE, {**typed, "case_type": "policy", "member": "", "is_filed": "filed", "filed_on": "2026-03-03"})
    case = Grievance.objects.get()
    assert (case.member, case.current_step) == (None, "step_2")
    page = text(rep.get(case.get_absolute_url()))
    assert "None: a policy grievance" in page
    assert "Tell the grievant" not in page
    assert "Add a member" not in page


def test_the_time_of_filing_is_asked_where_hours_count(rep, typed, version):
    employer = OrganizationFactory()
    factories.agreement_in_force(employer, procedure=CONSTRUCTION, zone="America/Chicago")
    filed = {**typed, "employer": employer.pk, "is_filed": "filed", "filed_on": "2026-03-03"}
    response = rep.post(CREATE, filed)
    assert "This agreement counts hours: say at what time it was filed." in text(response)
    rep.post(CREATE, {**filed, "filed_at": "08:15"})
    limit = Grievance.objects.get().deadlines.standing().get(limit_key="adjustment")
    assert limit.due_at.isoformat() == "2026-03-05T14:15:00+00:00"


def test_an_address_fills_in_the_member_and_the_employer(rep, version):
    member, employer = MemberFactory(), version.agreement.employers.get()
    page = text(rep.get(f"{CREATE}?member={member.pk}&employer={employer.pk}"))
    assert str(member) in page
    assert "Volt &amp; Sons" in page


# The page of a case


def test_the_page_puts_the_next_limit_first_with_its_verb_and_why(rep, version):
    case = factories.complaint(
        by=rep.user, version=version, employer=version.agreement.employers.get(), incident_date=ago(1)
    )
    response = rep.get(case.get_absolute_url())
    card = response.context["next"]
    assert card.text.startswith("We: File the grievance is due ")
    assert (card.page, card.label, card.is_late) == ("file", "File it", False)
    assert card.cost == "If it is missed, the case is lost."
    page = text(response)
    assert page.index("Why this date") < page.index("What happened")
    assert f'href="{reverse("grievances:grievance_file", args=[case.pk])}">File it</a>' in page
    assert "10 working days from" in page
    assert "day 10" in page


def test_an_overdue_limit_of_ours_says_so_and_what_it_means(rep):
    case = factories.complaint(by=rep.user)
    card = rep.get(case.get_absolute_url()).context["next"]
    assert card.is_late
    assert "was due Mon 16 Mar" in card.text
    assert card.cost == "The agreement counts the case as lost."


def test_an_employer_in_default_leads_to_what_we_can_do(rep):
    case = factories.case(by=rep.user, incident_date=ago(30), filed_on=ago(28))
    services.serve(case, on=ago(28), by=rep.user)
    services.hold_meeting(case, on=ago(24), by=rep.user, union_attendees="Kline", employer_attendees="Moss")
    response = rep.get(case.get_absolute_url())
    card = response.context["next"]
    assert (card.page, card.label) == ("advance", "Advance to step 2")
    assert card.text.startswith("We: Appeal to step 2")
    assert [line.partition(" was due ")[0] for line in card.also] == [
        f"{case.employer} is in default: Step 1 answer by the supervisor"
    ]
    assert "In default" in text(response)


def test_a_case_that_ended_offers_to_close_or_to_reopen_it(rep):
    case = factories.case(by=rep.user)
    services.settle(case, on=date(2026, 3, 20), by=rep.user, resolution="Paid.", amount=100)
    response = rep.get(case.get_absolute_url())
    assert response.context["next"].text == "Settled since Fri 20 Mar 2026. Close it when what was agreed is done."
    assert response.context["next"].label == "Close"
    assert "$100.00" in text(response)


def test_what_cannot_be_done_now_explains_itself(rep):
    case = factories.case(by=rep.user)
    menu = {v["label"]: v.get("disabled_reason", "") for v in rep.get(case.get_absolute_url()).context["menu_actions"]}
    assert menu["Refer to Arbitration"] == "Steps come in order: Department head comes first."
    assert menu["Settle"] == ""
    assert "Award" not in " ".join(menu)


def test_the_page_shows_limits_that_have_not_started(rep):
    case = factories.case(by=rep.user)
    page = text(rep.get(case.get_absolute_url()))
    assert "Not started" in page
    assert "from when the meeting of step 2 has been held" in page


def test_a_page_costs_the_same_whatever_happened(rep, version):
    case = factories.case(by=rep.user, version=version, employer=version.agreement.employers.get())
    url = case.get_absolute_url()

    def happen(day):
        services.extend(
            case.deadlines.standing().get(limit_key="step-1-meeting"),
            on=day,
            by=rep.user,
            agreed_by="P. Moss",
            amount=5,
        )
        request = services.ask(case, direction="ours", what="Sheets", on=day, by=rep.user)
        services.turn(request, kind="refused", on=day, by=rep.user, text="No.")
        decision = services.decide(case, kind="not_arbitrate", reason="Weak", on=day, by=rep.user)
        services.tell(decision, on=day, how="phone", by=rep.user)

    def questions():
        with CaptureQueriesContext(connection) as queries:
            assert rep.get(url).status_code == 200
        return len(queries)

    happen(date(2026, 3, 4))
    questions()
    once = questions()
    for day in (5, 6, 9):
        happen(date(2026, 3, day))
    assert questions() == once <= 32


def test_the_timeline_can_be_narrowed_and_shows_everything_on_demand(rep):
    case = factories.case(by=rep.user)
    request = services.ask(case, direction="theirs", what="Her notes", on=date(2026, 3, 9), by=rep.user)
    services.assign(case, to=UserFactory(role="representative", first_name="Omar", last_name="Odell"), by=rep.user)
    told = [event.text for event in timeline.events(rep.user, case)]
    assert "Given to Omar Odell" in told
    assert "Information request: the employer asks for information" in told
    assert "Filed" in told
    page = rep.get(f"{case.get_absolute_url()}?kind=request")
    panel = next(panel for panel in page.context["panels"] if panel.id == "timeline")
    assert panel.count == 1
    assert request.get_absolute_url() in panel.html


def test_a_step_record_is_read_edited_and_keeps_its_history(rep):
    case = factories.case(by=rep.user)
    record = case.step_records.get()
    assert "Still running" in text(rep.get(record.get_absolute_url()))
    edit = reverse("grievances:grievancesteprecord_update", args=[record.pk])
    values = {"union_attendees": "A. Kline", "employer_attendees": "P. Moss", "notes": "Short.", "reason": "Typed late"}
    response = rep.post(edit, {**values, "version": record.version}, follow=True)
    assert "The record of step 1 was saved." in text(response)
    assert "A. Kline" in text(response)
    assert "Typed late" in text(rep.get(reverse("grievances:grievancesteprecord_history", args=[record.pk])))


# Requests for information


def test_a_request_is_asked_refused_objected_to_and_answered(rep):
    case = factories.case(by=rep.user)
    ask = reverse("grievances:grievance_ask", args=[case.pk])
    asked = {"direction": "ours", "what": "The sign-up sheets", "on": "2026-03-05", "complete": "1"}
    early = rep.post(ask, {**asked, "due_on": "2026-03-01"})
    assert "The answer is due before it was asked for" in text(early)
    rep.post(ask, asked)
    request = case.information_requests.get()
    assert request.due_on == date(2026, 3, 15)
    turn = reverse("grievances:informationrequest_turn", args=[request.pk])
    page = text(rep.get(request.get_absolute_url()))
    assert f"{case.employer} owes us an answer; it was due Sun 15 Mar" in page
    assert 'value="objected"' not in text(rep.get(turn))
    refused = rep.post(turn, {"kind": "refused", "on": "2026-03-10", "text": "", "complete": "1"})
    assert "Write down the words of the refusal" in text(refused)
    rep.post(turn, {"kind": "refused", "on": "2026-03-10", "text": "Confidential.", "complete": "1"})
    assert "It was refused: object in writing" in text(rep.get(request.get_absolute_url()))
    rep.post(turn, {"kind": "objected", "on": "2026-03-11", "text": "It is not.", "complete": "1"})
    done = rep.post(turn, {"kind": "answered", "on": "2026-03-20", "complete": "1"}, follow=True)
    assert "Answered on Fri 20 Mar 2026: written down." in text(done)
    request.refresh_from_db()
    assert (request.state, request.answered_on) == ("answered", date(2026, 3, 20))
    over = rep.get(turn, follow=True)
    assert "This request is answered. Ask anew if something is missing." in text(over)


def test_requests_are_filtered_by_who_asks_and_what_is_owed(rep):
    case = factories.case(by=rep.user, employer=OrganizationFactory(name="Volt & Sons"))
    late = services.ask(case, direction="ours", what="Sheets", on=date(2026, 3, 5), by=rep.user)
    soon = services.ask(
        case, direction="theirs", what="Notes", on=ago(0), due_on=ago(-9), by=rep.user, asked_of="A. Kline"
    )
    done = services.ask(factories.case(by=rep.user), direction="ours", what="Rules", on=date(2026, 3, 5), by=rep.user)
    services.turn(done, kind="answered", on=date(2026, 3, 6), by=rep.user)

    def found(**query):
        return {r.pk for r in rep.get("/information-requests/", query).context["table"].records}

    assert found() == {late.pk, soon.pk, done.pk}
    assert found(direction="theirs") == found(q="kline") == {soon.pk}
    assert found(state="awaited") == {late.pk, soon.pk}
    assert found(state="answered") == {done.pk}
    assert found(overdue="yes") == {late.pk}
    assert found(overdue="no") == {soon.pk}
    assert found(employer="volt") == {late.pk, soon.pk}
    assert found(q=case.grievance_number) == {late.pk, soon.pk}


def test_an_employer_that_was_bound_only_once_is_told_so(rep, typed, version):
    AgreementEmployer.objects.filter(agreement=version.agreement).update(ends_on=date(2025, 12, 31))
    response = rep.post(CREATE, typed)
    assert "There is no procedure in force for Volt &amp; Sons on Mon 2 Mar 2026." in text(response)
