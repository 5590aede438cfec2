"""The list of grievances and the boards: what is found, in which order, at a cost that does not grow."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grievances import boards, dues, factories, services
from grievances.daysoff import DaysOff
from grievances.models import Subject
from ip2a.factories import UserFactory
from members.factories import MemberFactory, OrganizationFactory

pytestmark = pytest.mark.django_db
LISTS = ["/grievances/", "/grievances/board/", "/grievances/due/", "/grievances/due/overdue/", "/information-requests/"]


def ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


@pytest.fixture
def rep(signed_in):
    return signed_in("representative", first_name="Rita", last_name="Reyes")


@pytest.fixture
def version():
    return factories.agreement_in_force(OrganizationFactory(name="Volt & Sons"))


def found(browser, **query):
    response = browser.get("/grievances/", query)
    assert response.status_code == 200
    return {case.pk for case in response.context["table"].records}


def questions(ask) -> int:
    with CaptureQueriesContext(connection) as queries:
        ask()
    return len(queries)


def test_a_limit_is_said_in_working_days():
    days_off = DaysOff(public=False)
    friday, today = date(2026, 3, 20), date(2026, 3, 17)  # a Tuesday
    assert dues.by_when(friday, today, days_off) == "Fri 20 Mar, in 3 working days"
    assert dues.by_when(today, today, days_off) == "Tue 17 Mar, today"
    assert dues.by_when(date(2026, 3, 18), today, days_off) == "Wed 18 Mar, tomorrow"
    assert dues.by_when(date(2026, 3, 13), today, days_off) == "Fri 13 Mar, 2 working days ago"
    assert dues.by_when(date(2027, 1, 4), date(2026, 12, 31), days_off) == "Mon 4 Jan 2027, in 2 working days"
    assert dues.by_when(date(2026, 3, 22), date(2026, 3, 20), days_off) == "Sun 22 Mar, in 2 days"


@pytest.mark.parametrize("path", LISTS)
def test_a_list_costs_the_same_whatever_its_length(rep, version, path):
    def fill():
        case = factories.case(by=rep.user, version=version, employer=version.agreement.employers.get())
        services.ask(case, direction="ours", what="Sign-up sheets", on=case.filed_date, by=rep.user)

    fill()
    rep.get(path)
    for_one = questions(lambda: rep.get(path))
    for _ in range(5):
        fill()
    assert questions(lambda: rep.get(path)) == for_one <= 14


def test_cases_are_filtered_by_what_stands_in_them(rep, version):
    other = UserFactory(role="representative", first_name="Omar", last_name="Odell")
    employer, overtime = version.agreement.employers.get(), Subject.objects.get(name__icontains="overtime")
    mine = factories.case(
        by=rep.user,
        version=version,
        employer=employer,
        subject=overtime,
        contract_article="Art. 12 §3",
        member=MemberFactory(last_name="Ångström", member_number="a123"),
        violation_description="Skipped in the rotation.",
    )
    theirs = factories.case(by=other, case_type="policy", member=None, violation_description="No gloves were given.")
    unfiled = factories.complaint(by=other)
    services.settle(theirs, on=ago(0), by=other, resolution="Gloves for all.")
    every = {mine.pk, theirs.pk, unfiled.pk}
    assert found(rep) == every
    assert found(rep, status="running") == {mine.pk, unfiled.pk}
    assert found(rep, status="ended") == found(rep, status="settled") == {theirs.pk}
    assert found(rep, step="step_1", status="running") == {mine.pk, unfiled.pk}
    assert found(rep, whose="mine") == {mine.pk}
    assert found(rep, representative="odell omar") == {theirs.pk, unfiled.pk}
    assert found(rep, representative_id=other.pk) == {theirs.pk, unfiled.pk}
    assert found(rep, employer="volt") == found(rep, employer_id=employer.pk) == {mine.pk}
    assert found(rep, article="art. 12") == {mine.pk}
    assert found(rep, subject="overtime") == found(rep, subject_id=overtime.pk) == {mine.pk}
    assert found(rep, type="policy") == {theirs.pk}
    assert found(rep, is_filed="no") == {unfiled.pk}
    assert found(rep, overdue="ours") == {mine.pk, unfiled.pk}
    assert found(rep, member_id=mine.member_id) == {mine.pk}
    for words in (mine.grievance_number, "angstrom", "a123", "volt", "rotation", "12 volt", "angstorm"):
        assert found(rep, q=words) == {mine.pk}, words
    assert found(rep, q="angstrom gloves") == set()


def test_cases_are_found_by_the_days_on_which_they_are_due(rep, version):
    soon = factories.complaint(
        by=rep.user, version=version, employer=version.agreement.employers.get(), incident_date=ago(1)
    )
    late = factories.complaint(by=rep.user, incident_date=ago(60))
    days = (soon.next_due_on - timezone.localdate()).days
    assert found(rep, due=days) == {soon.pk}
    assert found(rep, due=days - 1) == set()
    assert found(rep, overdue="ours") == {late.pk}
    page = rep.get("/grievances/", {"overdue": "ours"}).content.decode()
    assert "Overdue" in page
    assert "working days ago" in page


def test_an_employer_in_default_is_found(rep):
    case = factories.case(by=rep.user)
    services.serve(case, on=case.filed_date, by=rep.user)
    services.hold_meeting(case, on=date(2026, 3, 5), by=rep.user, union_attendees="Kline", employer_attendees="Moss")
    case.refresh_from_db()
    assert case.employer_due_on < timezone.localdate()
    assert found(rep, overdue="employer") == {case.pk}


def test_the_members_of_a_group_find_their_case(rep):
    case = factories.case(by=rep.user, case_type="group")
    joined = MemberFactory(last_name="Okafor")
    services.join(case, member=joined, on=case.filed_date, by=rep.user)
    assert found(rep, q="okafor") == found(rep, member_id=joined.pk) == {case.pk}


def test_the_file_holds_what_was_filtered_and_more_columns(rep, version):
    case = factories.case(by=rep.user, version=version, employer=version.agreement.employers.get())
    factories.complaint(by=rep.user)
    response = rep.get("/grievances/", {"is_filed": "yes", "format": "csv"})
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert [row["Number"] for row in rows] == [case.grievance_number]
    assert rows[0]["Grievant"] == str(case.member)
    assert rows[0]["Our next limit"] == case.next_due_on.isoformat()
    assert rows[0]["What happened"] == case.violation_description


def test_the_board_stands_by_step_and_shows_the_next_limit(rep, version):
    employer = version.agreement.employers.get()
    first = factories.case(by=rep.user, version=version, employer=employer)
    second = factories.case(by=rep.user, version=version, employer=employer)
    services.receive_answer(second, on=date(2026, 3, 9), by=rep.user, is_denied=True)
    services.advance(second, to=2, on=date(2026, 3, 10), by=rep.user)
    services.withdraw(
        factories.case(by=rep.user, version=version, employer=employer, member=MemberFactory()),
        on=date(2026, 3, 9),
        by=rep.user,
        reason="Weak.",
        told=services.Told(on=date(2026, 3, 9), how="phone"),
    )
    response = rep.get("/grievances/board/")
    shown = {part.key: [c.pk for c in part.cases] for part, _ in response.context["columns"]}
    assert shown == {"step_1": [first.pk], "step_2": [second.pk], "step_3": [], "arbitration": []}
    services.serve(first, on=date(2026, 3, 4), by=rep.user)
    page = rep.get("/grievances/board/").content.decode()
    assert "Step 1 meeting: Wed 11 Mar" in page
    assert "No case is here." in page


def test_a_board_is_bounded_and_leads_to_all(rep, version, monkeypatch):
    monkeypatch.setattr(boards, "CARDS", 2)
    employer = version.agreement.employers.get()
    for _ in range(3):
        factories.case(by=rep.user, version=version, employer=employer)
    response = rep.get("/grievances/board/", {"representative": "mine"})
    part, cards = response.context["columns"][0]
    assert (len(cards), part.total, part.left) == (2, 3, 1)
    assert part.all_url == "/grievances/?status=running&step=step_1&sort=due&whose=mine"
    assert "All 3" in response.content.decode()
    assert rep.get(part.all_url).context["page"].total == 3


def test_a_board_is_narrowed_to_one_representative(rep, version):
    other = UserFactory(role="representative")
    factories.case(by=other, version=version, employer=version.agreement.employers.get())
    for choice, shown in (("", 1), ("mine", 0), ("nobody", 0), (str(other.pk), 1), ("x", 1)):
        response = rep.get("/grievances/board/", {"representative": choice})
        assert response.context["columns"][0][0].total == shown, choice
    mine = rep.get("/grievances/due/overdue/", {"representative": "mine"})
    assert [part.total for part, _ in mine.context["lists"]] == [0, 0]
    late = rep.get("/grievances/due/overdue/")
    assert [part.total for part, _ in late.context["lists"]] == [1, 1]
    assert late.context["by_representative"] == [{"id": other.pk, "name": str(other), "ours": 1, "theirs": 1}]
    assert rep.get(late.context["lists"][0][0].all_url).context["page"].total == 1


def test_what_ends_in_the_next_days_is_due_soon(rep):
    case = factories.complaint(by=rep.user, incident_date=ago(11))
    response = rep.get("/grievances/due/")
    expected = [[case.pk], []] if case.next_due_on <= ago(-7) else [[], []]
    assert [[c.pk for c in part.cases] for part, _ in response.context["lists"]] == expected
    assert "No employer’s limit ends in these days." in response.content.decode()


@pytest.mark.parametrize(("role", "status"), [("officer", 200), ("staff", 403), ("organizer", 403)])
@pytest.mark.parametrize("path", LISTS)
def test_officers_read_the_lists_and_others_do_not(signed_in, role, status, path):
    assert signed_in(role).get(path).status_code == status


def test_officers_are_not_offered_what_only_representatives_do(signed_in):
    officer = signed_in("officer")
    case = factories.case()
    assert "New grievance" not in officer.get("/grievances/").content.decode()
    page = officer.get(case.get_absolute_url()).content.decode()
    assert "Write down the meeting" not in page
    assert "/received/" not in page
    assert "Next" in page
