"""The report on grievances: what it counts, that each number opens its rows, and what it costs."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grievances import factories, outcomes, services
from grievances.models import Deadline, Grievance, Subject
from grievances.services import Told
from ip2a.factories import UserFactory
from ip2a.reports import last_months
from ip2a.tests.reports import every_number_opens_its_rows
from members.factories import OrganizationFactory

pytestmark = pytest.mark.django_db
URL = "/grievances/reports/"
DAY = timedelta(days=1)
INCIDENT, FILED = date(2026, 3, 2), date(2026, 3, 3)
TOLD = Told(on=date(2026, 3, 20), how="phone")


@pytest.fixture
def rep(signed_in):
    return signed_in("representative")


@pytest.fixture
def by():
    return UserFactory(role="representative", first_name="Dana", last_name="Reyes")


@pytest.fixture
def version():
    return factories.agreement_in_force()


@pytest.fixture
def volt():
    return OrganizationFactory(name="Volt")


def table(response, key: str) -> list[tuple]:
    section = next(s for s in response.context["sections"] if s.key == key)
    return [tuple(line) for line in section.lines()]


def first(response, key: str) -> dict[str, tuple]:
    return {line[0]: line[1:] for line in table(response, key)}


@pytest.fixture
def local(by, version, volt):
    """Cases that ended in every way, at two employers of one name, with limits kept and broken."""
    other, nobody = OrganizationFactory(name="Volt"), {"member": None, "case_type": "policy"}
    overtime = Subject.objects.get(name="Overtime distribution")
    common = {"by": by, "version": version, "employer": volt}
    settled = factories.case(**common, subject=overtime, contract_article="Art. 9 §4")
    services.settle(settled, on=date(2026, 3, 10), by=by, resolution="Paid", amount=500, has_precedent=True)
    also = factories.case(**common, subject=overtime, contract_article="Art. 9, Section 2")
    services.settle(also, on=date(2026, 3, 12), by=by, resolution="Paid", amount=100, has_precedent=False)
    services.close(also, on=date(2026, 3, 13), by=by, reason="Paid in full")
    dropped = factories.case(**common, contract_article="Art. 91")
    services.withdraw(dropped, on=date(2026, 3, 23), by=by, reason="No witness", told=TOLD)
    services.close(factories.case(**common), on=date(2026, 3, 23), by=by, reason="Moot", told=TOLD)
    going = factories.case(by=by, version=version, employer=other, **nobody)
    services.hold_meeting(going, on=date(2026, 3, 9), by=by, union_attendees="A", employer_attendees="B")
    services.receive_answer(going, on=date(2026, 3, 12), by=by, is_denied=True)
    services.advance(going, to=3, on=date(2026, 3, 13), by=by)
    Grievance.objects.filter(pk=going.pk).update(assigned_rep=None)
    factories.complaint(by=by, version=version, employer=volt)
    asked = {"by": by, "what": "Lists", "on": date(2026, 3, 4)}
    late = services.ask(going, direction="ours", due_on=date(2026, 3, 6), **asked)
    services.turn(late, kind="answered", on=date(2026, 3, 9), by=by)
    refused = services.ask(going, direction="ours", **asked)
    services.turn(refused, kind="refused", on=date(2026, 3, 9), by=by, text="No")
    services.ask(going, direction="theirs", due_on=timezone.localdate() + DAY, **asked)
    return {"settled": settled, "going": going}


def test_it_counts_by_outcome_and_a_closed_case_as_what_it_was_before(rep, local):
    assert table(rep.get(URL), "by-outcome") == [
        ("Still running", 1),
        ("Settled", 2),
        ("Withdrawn", 1),
        ("Closed otherwise", 1),
        ("All cases", 5),
    ]


def test_an_award_is_told_from_other_ends(rep, by, version):
    case = factories.case(by=by, version=version)
    for step in (2, 3):
        services.advance(case, to=step, on=date(2026, 3, 5), by=by)
    services.refer(case, on=date(2026, 3, 6), by=by, reason="Not settled at any step")
    services.decide_award(case, on=date(2026, 3, 9), by=by, text="Granted")
    services.close(case, on=date(2026, 3, 23), by=by, reason="Awarded", told=TOLD)
    assert table(rep.get(URL), "by-outcome") == [("Award or ruling", 1), ("All cases", 1)]
    services.reopen(case, on=date(2026, 3, 24), by=by, reason="Appealed")
    services.close(case, on=date(2026, 3, 25), by=by, reason="Moot", told=TOLD)
    assert table(rep.get(URL), "by-outcome") == [("Closed otherwise", 1), ("All cases", 1)]


def test_cases_are_counted_by_employer_article_subject_and_representative(rep, local):
    page = rep.get(URL)
    assert table(page, "by-employer") == [
        ("Volt", 4, 0, 2, 1, 0, 1),
        ("Volt", 1, 1, 0, 0, 0, 0),
        ("All cases", 5, 1, 2, 1, 0, 1),
    ]
    assert first(page, "by-article") == {
        "Art. 9": (2, 0, 2, 0, 0, 0),
        "Art. 91": (1, 0, 0, 1, 0, 0),
        "No article named": (2, 1, 0, 0, 0, 1),
        "All cases": (5, 1, 2, 1, 0, 1),
    }
    assert {key: row[0] for key, row in first(page, "by-subject").items()} == {
        "Overtime distribution": 2,
        "No subject named": 3,
        "All cases": 5,
    }
    assert {key: row[0] for key, row in first(page, "by-representative").items()} == {
        "Dana Reyes": 4,
        "Nobody": 1,
        "All cases": 5,
    }


def test_cases_are_counted_by_step_and_month(rep, local):
    page = rep.get(URL)
    assert table(page, "by-step-reached") == [("Step 1", 0, 4, 4), ("Step 3", 1, 0, 1), ("All cases", 1, 4, 5)]
    months = first(page, "filed-in-each-month")
    labels = [month.label for month in last_months(timezone.localdate(), 24)]
    assert list(months) == [*labels, "All 24 months"]
    assert months["Mar 2026"] == (5,)


def test_times_are_calendar_days_from_filing(rep, local):
    assert table(rep.get(URL), "time-to-each-step") == [
        ("To step 3", 10, 10, 10, 1),
        ("To the end", 9, 20, 20, 4),
    ]


def test_settlements_are_added_up_with_and_without_precedent(rep, local):
    page = rep.get(URL)
    assert table(page, "settlements-by-employer") == [
        ("Volt", 2, 2, 600, 300, 1, 1),
        ("All settlements", 2, 2, 600, 300, 1, 1),
    ]
    assert table(page, "settlements-by-subject")[0] == ("Overtime distribution", 2, 2, 600, 300, 1, 1)
    assert table(page, "settlements-by-year")[0] == ("2026", 2, 2, 600, 300, 1, 1)


def test_a_settlement_without_money_counts_but_adds_nothing(rep, by, version):
    case = factories.case(by=by, version=version)
    services.settle(case, on=date(2026, 3, 10), by=by, resolution="The list is posted")
    assert table(rep.get(URL), "settlements-by-year")[0] == ("2026", 1, 0, None, None, 0, 0)


def test_limits_are_counted_by_side_and_step(rep, local):
    limits = Deadline.objects.standing().filter(grievance__filed_date__isnull=False)
    page = rep.get(URL)
    total = first(page, "limits-kept")["All limits"]
    today = timezone.localdate()
    assert total[:4] == (
        limits.filter(state="met").count(),
        limits.filter(state="met_late").count(),
        limits.filter(state="missed").count(),
        limits.filter(state="open", due_on__lt=today).count(),
    )
    assert first(page, "limits-kept")["Ours, step 1"][:3] == (5, 0, 0)


def test_an_employer_that_lets_a_limit_pass_is_in_default(rep, by, version, volt):
    case = factories.case(by=by, version=version, employer=volt)
    row = case.deadlines.filter(side="employer").first()
    case.deadlines.filter(pk=row.pk).update(state="met_late", met_on=row.due_on + DAY)
    case.deadlines.exclude(pk=row.pk).filter(side="employer").update(state="void")
    assert table(rep.get(URL), "employers-in-default") == [
        ("Volt", 1, 0, 1, 0, 0, 0.0),
        ("All employers", 1, 0, 1, 0, 0, 0.0),
    ]
    case.deadlines.filter(pk=row.pk).update(state="met")
    assert table(rep.get(URL), "employers-in-default") == []


def test_answers_to_information_requests_are_counted_both_ways(rep, local):
    page = rep.get(URL)
    assert table(page, "information-we-asked-for") == [
        ("Volt", 2, 0, 1, 1, 0, 0, 0.0),
        ("All employers", 2, 0, 1, 1, 0, 0, 0.0),
    ]
    assert table(page, "information-asked-of-us")[0] == ("Volt", 1, 0, 0, 0, 1, 0, None)


QUERIES = [
    "",
    "?employer=volt",
    "?type=policy",
    "?subject=overtime",
    "?filed_from=2026-03-01&filed_to=2026-03-31",
    "?representative=dana&type=individual",
]


@pytest.mark.parametrize("query", QUERIES)
def test_every_number_of_the_report_opens_its_rows(rep, local, query):
    assert every_number_opens_its_rows(rep, f"{URL}{query}") >= 10


def test_filters_that_find_nothing_count_nothing(rep, local):
    assert "Nothing found" in rep.get(f"{URL}?employer=zzzz").content.decode()
    response = rep.get(f"{URL}?filed_from=2026-05-01&filed_to=2026-04-01&format=csv")
    assert response.status_code == 200


def test_before_the_first_case_the_report_says_what_will_be_here(rep):
    assert "No grievances yet" in rep.get(URL).content.decode()


def questions(ask) -> int:
    with CaptureQueriesContext(connection) as queries:
        ask()
    return len(queries)


def test_the_report_asks_the_same_whatever_there_is(rep, by, version, local):
    rep.get(URL)
    for_few = questions(lambda: rep.get(URL))
    for employer in OrganizationFactory.create_batch(5):
        factories.case(by=by, version=version, employer=employer, subject=Subject.objects.last())
    assert questions(lambda: rep.get(URL)) == for_few <= 20


def test_officers_may_see_it_and_staff_may_not(signed_in):
    assert signed_in("officer").get(URL).status_code == 200
    assert signed_in("staff").get(URL).status_code == 403


def test_the_list_of_limits_shows_whose_they_are_and_leads_to_their_case(rep, local):
    page = rep.get("/grievances/limits/?side=employer").content.decode()
    assert local["going"].get_absolute_url() in page
    assert "The employer’s" in page
    few = questions(lambda: rep.get("/grievances/limits/"))
    factories.case()
    assert questions(lambda: rep.get("/grievances/limits/")) == few


@pytest.mark.parametrize(
    ("written", "counted"),
    [
        ("Art. 9 §4", "Art. 9"),
        ("Art. 9, Section 4", "Art. 9"),
        ("Article 9 SEC. 4", "Article 9"),
        ("Art. 9(b)", "Art. 9"),
        ("Art. 91", "Art. 91"),
        ("Side letter 3; annex", "Side letter 3"),
        ("Insecure work clause", "Insecure work clause"),
        ("§4", "§4"),
        ("", ""),
    ],
)
def test_the_page_and_the_list_tell_an_article_alike(by, version, written, counted):
    case = factories.case(by=by, version=version, contract_article=written)
    in_database = Grievance.objects.annotate(article=outcomes.article()).get(pk=case.pk).article
    assert (outcomes.article_of(written), in_database) == (counted, counted)
