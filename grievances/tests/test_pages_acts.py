"""Each verb of a case as a page: what it does, and how it refuses."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from grievances import factories, services
from grievances.models import EventKind, Grievance, Status
from grievances.models.duty import DecisionKind
from grievances.procedures import CONSTRUCTION
from grievances.tests.asking import done, led_back, paper, refused, url
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry
from members.factories import MemberFactory, OrganizationFactory

MET = date(2026, 3, 5)


@pytest.fixture
def rep(signed_in):
    return signed_in("representative", first_name="Rita", last_name="Reyes")


@pytest.fixture
def case(rep):
    return factories.case(by=rep.user)


@pytest.fixture(autouse=True)
def _store(settings, tmp_path):
    default = {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": default}


TOMORROW = (timezone.localdate() + timedelta(days=1)).isoformat()


@pytest.mark.django_db
def test_a_complaint_is_filed(rep):
    complaint = factories.complaint(by=rep.user)
    assert "It gets its number" in rep.get(url(complaint, "file")).content.decode()
    assert done(rep, complaint, "file", on="2026-03-03") == ["Filed as GR-2026-0001 on Tue 3 Mar 2026."]
    complaint.refresh_from_db()
    assert (complaint.grievance_number, complaint.status) == ("GR-2026-0001", Status.OPEN)
    assert led_back(rep, complaint, "file") == ["GR-2026-0001 was filed already, on Tue 3 Mar 2026."]


@pytest.mark.django_db
def test_a_complaint_is_not_filed_before_it_happened(rep):
    complaint = factories.complaint(by=rep.user)
    assert "It would be filed before it happened" in refused(rep, complaint, "file", on="2026-02-03")
    complaint.refresh_from_db()
    assert not complaint.is_filed


@pytest.mark.django_db
def test_a_case_is_given_to_a_representative_only(rep, case):
    other, staff = UserFactory(role="representative"), UserFactory(role="staff")
    assert done(rep, case, "assign", to=other.pk, reason="Knows the plant") == [f"{other} has the case now."]
    case.refresh_from_db()
    assert case.assigned_rep == other
    assert AuditEntry.objects.about(case).first().reason == "Knows the plant"
    assert f"{other} has this case already." in refused(rep, case, "assign", to=other.pk)
    assert "Choose again" in refused(rep, case, "assign", to=staff.pk)


@pytest.mark.django_db
def test_a_case_is_investigated(rep, case):
    done(rep, case, "investigate", reason="Time cards")
    case.refresh_from_db()
    assert case.status == Status.INVESTIGATION
    assert "cannot become investigation" in led_back(rep, case, "investigate")[0]


@pytest.mark.django_db
def test_a_meeting_is_planned_and_held_with_its_minutes(rep, case):
    soon = timezone.localdate() + timedelta(days=3)
    assert "The meeting is planned" in done(rep, case, "plan", on=soon.isoformat())[0]
    assert "Write the meeting down as held instead." in refused(rep, case, "plan", on="2026-03-04")
    typed = {"union_attendees": "A. Kline", "employer_attendees": "P. Moss", "notes": "They looked at the sheets."}
    page = refused(rep, case, "meet", on=TOMORROW, **typed)
    assert "lies in the future" in page
    assert "They looked at the sheets." in page
    assert done(rep, case, "meet", on=MET.isoformat(), paper=paper(), **typed)
    record, event = case.step_records.get(), case.events.get(kind=EventKind.MET)
    assert (record.meeting_date, record.union_attendees, record.notes) == (MET, "A. Kline", typed["notes"])
    assert (event.happened_on, event.paper.original_name) == (MET, "minutes.pdf")


@pytest.mark.django_db
def test_a_paper_that_cannot_be_kept_keeps_what_was_typed(rep, case):
    typed = {"on": "2026-03-05", "union_attendees": "A. Kline", "employer_attendees": "P. Moss"}
    script = SimpleUploadedFile("minutes.html", b"<html><script>1</script></html>", "text/html")
    page = refused(rep, case, "meet", paper=script, **typed)
    assert "A. Kline" in page
    assert "Choose the file again" in page
    assert not case.events.filter(kind=EventKind.MET).exists()


@pytest.mark.django_db
def test_an_upload_that_broke_off_or_is_too_large_is_said(rep, case, settings):
    typed = {"on": "2026-03-05", "paper": paper()}
    response = rep.post(url(case, "serve"), typed)  # the form's last field is missing
    assert response.status_code == 422
    assert "The upload broke off" in response.content.decode()
    settings.ATTACHMENT_MAX_BYTES = 10
    assert "is larger than" in refused(rep, case, "serve", on="2026-03-05", paper=paper())
    assert not case.events.filter(kind=EventKind.SERVED).exists()


@pytest.mark.django_db
def test_a_verb_needs_the_token_against_forgery(rep, case):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(rep.user)
    assert browser.post(url(case, "serve"), {"on": "2026-03-05", "complete": "1"}).status_code == 403
    assert not case.events.filter(kind=EventKind.SERVED).exists()


@pytest.mark.django_db
def test_service_and_answer_are_written_down(rep, case):
    assert done(rep, case, "serve", on="2026-03-04") == ["Received by the employer on Wed 4 Mar 2026."]
    said = done(rep, case, "answer", on="2026-03-09", is_denied="yes", text="No overtime was due.", paper=paper())
    assert said == ["The grievance was denied on Mon 9 Mar 2026."]
    answer = case.events.get(kind=EventKind.ANSWERED)
    assert (answer.reason, answer.paper.original_name, answer.by) == ("No overtime was due.", "minutes.pdf", rep.user)
    assert case.step_records.get().outcome == "denied"
    entry = AuditEntry.objects.about(answer).get()
    assert (entry.actor_name, entry.path) == ("Rita Reyes", url(case, "answer"))


@pytest.mark.django_db
def test_an_answer_is_neither_before_the_filing_nor_to_come(rep, case):
    assert "lies before the filing" in refused(rep, case, "answer", on="2026-03-01", is_denied="yes")
    assert "lies in the future" in refused(rep, case, "answer", on=TOMORROW, is_denied="no")
    complaint = factories.complaint(by=rep.user)
    for verb in ("answer", "serve", "meet", "advance", "refer"):
        assert led_back(rep, complaint, verb) == [f"{complaint}: file it first."]


@pytest.mark.django_db
def test_a_case_is_advanced_to_the_step_that_the_form_named(rep, case):
    services.receive_answer(case, on=date(2026, 3, 9), by=rep.user, is_denied=True)
    page = rep.get(url(case, "advance")).content.decode()
    assert "Step 2 is: Department head (Chief steward and department head)." in page
    assert '<input type="hidden" name="to" value="2"' in page
    assert done(rep, case, "advance", to="2", on="2026-03-10") == ["Advanced to step 2 on Tue 10 Mar 2026."]
    page = refused(rep, case, "advance", to="2", on="2026-03-11", reason="Nobody listened")
    assert "is at Department head already. Rita Reyes advanced it on Tue 10 Mar 2026." in page
    assert "Nobody listened" in page
    assert "Steps come in order" in refused(rep, case, "advance", to="4", on="2026-03-11")


def test_of_two_who_advance_at_once_the_second_is_told(committed_db):
    case = factories.case()
    people = [UserFactory(role="representative", first_name=name, last_name="Reyes") for name in ("Ana", "Bea")]
    start, answers = Barrier(2), {}

    def advance(person):
        browser = Client()
        browser.force_login(person)
        start.wait()
        try:
            answers[person.first_name] = browser.post(
                url(case, "advance"), {"to": "2", "on": "2026-03-10", "complete": "1"}
            )
        finally:
            connection.close()

    threads = [Thread(target=advance, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers.values()) == [302, 422]
    first = next(name for name, answer in answers.items() if answer.status_code == 302)
    second = next(answer for answer in answers.values() if answer.status_code == 422)
    assert f"{first} Reyes advanced it on Tue 10 Mar 2026." in second.content.decode()
    case.refresh_from_db()
    assert (case.current_step, case.step_records.count()) == ("step_2", 2)


@pytest.mark.django_db
def test_a_case_is_referred_only_from_the_step_before_the_last(rep, case):
    assert led_back(rep, case, "refer") == ["Steps come in order: Department head comes before arbitration."]
    for step in (2, 3):
        services.advance(case, to=step, on=date(2026, 3, 10), by=rep.user)
    assert led_back(rep, case, "advance") == ["Arbitration is the last step: refer the case instead, with the reason."]
    assert led_back(rep, case, "award") == [f"{case} is not in arbitration, so there is no award to write down."]
    assert "Fill this in." in refused(rep, case, "refer", on="2026-03-20", reason="")
    done(rep, case, "refer", on="2026-03-20", reason="Three others won the same.")
    decision = case.decisions.get()
    assert (decision.kind, decision.reason) == (DecisionKind.ARBITRATE, "Three others won the same.")
    done(rep, case, "award", on="2026-04-20", text="Sustained.")
    assert case.events.get(kind=EventKind.DECIDED).reason == "Sustained."


SETTLED = {"on": "2026-03-20", "resolution": "Four hours at double time.", "amount": "412.50", "has_precedent": "no"}


@pytest.mark.django_db
def test_settling_shows_the_answers_once_more_and_then_does_it(rep, case):
    check = rep.post(url(case, "settle"), {"complete": "1", **SETTLED})
    page = check.content.decode()
    assert check.status_code == 200
    for said in ("Check your answers", "Fri 20 Mar 2026", "Four hours at double time.", "$412.50", "Without precedent"):
        assert said in page
    case.refresh_from_db()
    assert case.is_running
    again = rep.post(url(case, "settle"), {"complete": "1", "change": "1", **SETTLED})
    assert again.status_code == 200
    assert "Check your answers" not in again.content.decode()
    assert "Four hours at double time." in again.content.decode()
    assert done(rep, case, "settle", confirmed="1", paper=paper("deal.pdf"), **SETTLED)
    case.refresh_from_db()
    assert (case.status, case.resolution_date, case.has_precedent) == (Status.SETTLED, date(2026, 3, 20), False)
    assert str(case.settlement_amount) == "412.50"
    assert case.events.get(kind=EventKind.SETTLED).paper.original_name == "deal.pdf"
    assert led_back(rep, case, "settle") == [f"{case} is settled already."]


@pytest.mark.django_db
def test_a_settlement_is_not_checked_before_its_rule_says_yes(rep, case):
    assert "It cannot end before" in refused(rep, case, "settle", **{**SETTLED, "on": "2026-03-01"})
    assert "Fill this in." in refused(rep, case, "settle", **{**SETTLED, "resolution": ""})
    assert "Type 0 or more." in refused(rep, case, "settle", **{**SETTLED, "amount": "-4"})


DROPPED = {"on": "2026-03-20", "reason": "The sheets show that the turn was taken."}
TOLD = {"told_on": "2026-03-19", "told_how": "phone", "told_whom": "Rosa", "told_note": "Agreed."}


@pytest.mark.django_db
def test_a_case_is_withdrawn_only_after_the_grievant_was_told(rep, case):
    page = refused(rep, case, "withdraw", **DROPPED)
    assert "Tell the grievant first" in page
    assert DROPPED["reason"] in page
    assert "the day they were told lies after it" in refused(
        rep, case, "withdraw", **DROPPED, **{**TOLD, "told_on": "2026-03-21"}
    )
    assert "Check your answers" in rep.post(url(case, "withdraw"), {**DROPPED, **TOLD}).content.decode()
    done(rep, case, "withdraw", confirmed="1", appeal_until="2026-04-20", **DROPPED, **TOLD)
    case.refresh_from_db()
    decision = case.decisions.get()
    notice = decision.notices.get()
    assert (case.status, decision.kind, decision.appeal_until) == ("withdrawn", "withdraw", date(2026, 4, 20))
    assert (notice.told_on, notice.told_how, notice.told_whom) == (date(2026, 3, 19), "phone", "Rosa")


@pytest.mark.django_db
def test_a_policy_grievance_is_withdrawn_without_telling_anybody(rep):
    case = factories.case(by=rep.user, case_type="policy", member=None)
    assert "Grievant told on" not in rep.get(url(case, "withdraw")).content.decode()
    done(rep, case, "withdraw", confirmed="1", **DROPPED)
    case.refresh_from_db()
    assert case.status == Status.WITHDRAWN


@pytest.mark.django_db
def test_a_case_is_closed_and_reopened_with_a_reason(rep, case):
    assert "Tell the grievant first" in refused(rep, case, "close", **DROPPED)
    assert led_back(rep, case, "reopen") == [f"{case} is not over, so there is nothing to reopen."]
    done(rep, case, "close", confirmed="1", **DROPPED, **TOLD)
    assert led_back(rep, case, "close") == [f"{case} is closed already."]
    assert led_back(rep, case, "answer")[0].startswith(f"{case} is closed since Fri 20 Mar 2026. Reopen it first")
    assert "Fill this in." in refused(rep, case, "reopen", on="2026-04-01", reason="")
    assert "cannot be reopened before it ended" in refused(rep, case, "reopen", on="2026-03-04", reason="New witness")
    done(rep, case, "reopen", on="2026-04-01", reason="New witness")
    case.refresh_from_db()
    assert (case.status, case.decisions.last().kind) == (Status.OPEN, DecisionKind.REOPEN)


@pytest.mark.django_db
def test_members_join_and_leave_a_group_and_no_other_case(rep, case):
    assert "Members join group cases only" in led_back(rep, case, "join")[0]
    group, member = factories.case(by=rep.user, case_type="group"), MemberFactory(last_name="Okafor")
    done(rep, group, "join", member=member.pk, on="2026-03-05")
    assert "This member is in the group already." in refused(rep, group, "join", member=member.pk, on="2026-03-05")
    grievant = group.grievants.get()
    assert "They joined on Thu 5 Mar 2026" in refused(rep, group, "leave", grievant.pk, on="2026-03-04", reason="Moved")
    done(rep, group, "leave", grievant.pk, on="2026-03-09", reason="Moved")
    grievant.refresh_from_db()
    assert (grievant.left_on, grievant.reason) == (date(2026, 3, 9), "Moved")
    assert f"{member} left on Mon 9 Mar 2026 already." in led_back(rep, group, "leave", grievant.pk)


@pytest.mark.django_db
def test_a_decision_is_kept_and_told(rep, case):
    typed = {"kind": "not_arbitrate", "on": "2026-03-20", "reason": "Two awards went the other way."}
    assert "lies in the future" in refused(rep, case, "decide", **{**typed, "on": TOMORROW})
    done(rep, case, "decide", **typed)
    decision = case.decisions.get()
    page = rep.get(case.get_absolute_url()).content.decode()
    assert "Grievant not told" in page
    assert "after that day" in refused(rep, case, "tell", decision.pk, on="2026-03-19", how="letter")
    done(rep, case, "tell", decision.pk, on="2026-03-21", how="certified", whom="Rosa Lima", paper=paper("letter.pdf"))
    notice = decision.notices.get()
    assert (notice.told_how, notice.told_whom, notice.paper.original_name) == ("certified", "Rosa Lima", "letter.pdf")
    assert "Grievant not told" not in rep.get(case.get_absolute_url()).content.decode()


@pytest.mark.django_db
def test_the_facts_are_edited_with_a_reason_and_two_editors_are_told_of_each_other(rep, case):
    edit = url(case, "update")
    assert rep.get(edit).status_code == 200
    facts = {
        "case_type": "individual",
        "violation_description": "Passed over twice.",
        "remedy_sought": "Pay.",
        "contract_article": "Art. 4",
        "reason": "New sheets",
        "version": case.version,
    }
    assert rep.post(edit, facts).status_code == 302
    case.refresh_from_db()
    assert (case.violation_description, case.contract_article) == ("Passed over twice.", "Art. 4")
    assert rep.post(edit, {**facts, "remedy_sought": "Apology."}).status_code == 409
    to_policy = rep.post(edit, {**facts, "case_type": "policy", "version": case.version})
    assert "stays or does not stay a policy grievance" in to_policy.content.decode()
    assert "Changed what happened" in rep.get(case.get_absolute_url()).content.decode().replace("the article and ", "")


@pytest.mark.django_db
def test_the_time_is_asked_only_where_hours_count(rep, case):
    assert 'name="at"' not in rep.get(url(case, "answer")).content.decode()
    employer = OrganizationFactory()
    quick = factories.case(
        by=rep.user,
        employer=employer,
        version=factories.agreement_in_force(employer, procedure=CONSTRUCTION, zone="America/Chicago"),
    )
    assert 'name="at"' in rep.get(url(quick, "answer")).content.decode()
    done(rep, quick, "answer", on="2026-03-04", at="15:30", is_denied="yes")
    at = quick.events.get(kind=EventKind.ANSWERED).happened_at
    assert timezone.localtime(at, timezone.zoneinfo.ZoneInfo("America/Chicago")).strftime("%H:%M") == "15:30"


@pytest.mark.django_db
def test_nobody_but_representatives_reaches_a_verb(signed_in, case):
    for role, status in (("officer", 403), ("staff", 403), ("administrator", 403)):
        browser = signed_in(role)
        for verb in ("advance", "settle", "close", "assign"):
            assert browser.get(url(case, verb)).status_code == status
            assert browser.post(url(case, verb), {"complete": "1"}).status_code == status
    assert Grievance.objects.get(pk=case.pk).status == Status.OPEN
