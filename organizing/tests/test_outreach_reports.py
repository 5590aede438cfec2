"""Reports of activities and scores: every number opens its rows."""

import pytest

from ip2a import audit
from ip2a.tests.reports import every_number_opens_its_rows
from members.factories import MemberFactory, OrganizationFactory
from organizing import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def organizer(signed_in):
    client = signed_in("organizer")
    with audit.acting(user=client.user):
        yield client


@pytest.fixture
def season(organizer):
    """Six activities of three people at two employers."""
    firms, people = [OrganizationFactory() for _ in range(2)], [MemberFactory() for _ in range(3)]
    for number in range(6):
        make.SaltingActivityFactory(
            organization=firms[number % 2],
            member=people[number % 3],
            outcome="positive" if number % 2 else "neutral",
            activity_type="meeting" if number < 2 else "outreach",
            workers_contacted=number,
            cards_signed=number // 2,
        )
    return firms


def test_every_number_of_the_activities_opens_its_rows(organizer, season):
    assert every_number_opens_its_rows(organizer, "/organizing/activities/reports/") > 20
    assert every_number_opens_its_rows(organizer, "/organizing/activities/reports/?outcome=positive") > 10


def test_contacts_and_cards_are_added_up(organizer, season):
    sections = {s.title: s for s in organizer.get("/organizing/activities/reports/").context["sections"]}
    totals = sections["By type"].totals
    assert [totals[key].value for key in ("activities", "contacted", "cards", "share")] == [6, 15, 6, 40.0]
    first = sections["By employer"].rows[0]
    assert [first[key].value for key in ("activities", "contacted", "cards")] == [3, 6, 3]


def test_heat_says_the_middle_in_words_and_the_colder_of_two(organizer):
    for score, city, trade in ((1, "Gary", "solar"), (4, "Gary", "solar"), (5, "Gary", ""), (3, "", "line")):
        make.EmployerScoreFactory(score=score, organization=OrganizationFactory(city=city), trade=trade)
    page = organizer.get("/organizing/scores/heat/")
    heat = page.context["sections"][0]
    gary, unknown = heat.rows
    assert {key: getattr(cell, "value", cell) for key, cell in gary.items()} == {
        "city": "Gary",
        "solar": "Hostile (2)",
        "line": "",
        "unknown": "Supportive (1)",
        "all": "Receptive (3)",
    }
    assert (unknown["city"], unknown["line"].value, unknown["line"].url) == ("Not known", "Neutral (1)", "")
    rows = organizer.get(gary["solar"].url).context["page"].records
    assert sorted(row.score for row in rows) == [1, 4]
    assert every_number_opens_its_rows(organizer, "/organizing/scores/heat/") == 5


def test_the_report_takes_few_statements_however_many_activities(organizer, season, django_assert_max_num_queries):
    organizer.get("/organizing/activities/reports/")
    with django_assert_max_num_queries(20):
        organizer.get("/organizing/activities/reports/")
