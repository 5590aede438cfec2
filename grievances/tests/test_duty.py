from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from grievances import services
from grievances.factories import FILED, case
from grievances.models import InformationRequest
from ip2a.answers import Refused
from ip2a.attachments.services import attach
from ip2a.factories import UserFactory
from ip2a.services import remove

ASKED = date(2026, 3, 9)


@pytest.fixture
def rep(db):
    return UserFactory(role="representative", first_name="Avery", last_name="Kline")


@pytest.fixture
def request_(rep):
    return services.ask(case(by=rep), direction="ours", what="Overtime lists of February", on=ASKED, by=rep)


def test_a_request_is_due_after_the_locals_number_of_days(request_):
    assert (request_.due_on, request_.state) == (ASKED + timedelta(days=10), "open")
    assert list(request_.entries.values_list("kind", "by_name")) == [("asked", "Avery Kline")]


def test_the_refusal_trail_stays_and_ends_with_the_answer(request_, rep):
    for kind, text, state in (
        ("partly", "", "partly"),
        ("refused", "Confidential", "refused"),
        ("objected", "Names may be blacked out", "refused"),
        ("answered", "", "answered"),
    ):
        services.turn(request_, kind=kind, on=date(2026, 3, 20), by=rep, text=text)
        request_.refresh_from_db()
        assert request_.state == state
    assert request_.answered_on == date(2026, 3, 20)
    assert list(request_.entries.values_list("kind", flat=True)) == [
        "asked",
        "partly",
        "refused",
        "objected",
        "answered",
    ]
    with pytest.raises(Refused, match="This request is answered"):
        services.turn(request_, kind="reminded", on=date(2026, 3, 21), by=rep)


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("refused", {}, "Write down the words of the refusal"),
        ("objected", {"text": "No"}, "There is no refusal to object to"),
        ("extended", {}, "Say until when there is more time"),
        ("answered", {"on": date(2026, 3, 8)}, r"The request was made on Mon 9 Mar 2026, after that day"),
        ("answered", {"on": timezone.localdate() + timedelta(days=1)}, "lies in the future"),
    ],
)
def test_a_turn_that_says_too_little_is_refused(request_, rep, kind, fields, words):
    with pytest.raises(Refused, match=words):
        services.turn(request_, kind=kind, by=rep, **{"on": date(2026, 3, 20), **fields})


def test_more_time_moves_the_day_of_the_answer(request_, rep):
    services.turn(request_, kind="extended", on=ASKED, by=rep, until_on=date(2026, 4, 1))
    assert InformationRequest.objects.get().due_on == date(2026, 4, 1)


def test_a_decision_is_told_and_may_be_told_again(rep):
    grievance = case(by=rep)
    decision = services.decide(grievance, kind="not_arbitrate", reason="No chance", on=ASKED, by=rep)
    services.tell(decision, on=ASKED, how="phone", by=rep)
    services.tell(decision, on=date(2026, 3, 10), how="certified", by=rep)
    assert list(decision.notices.values_list("told_how", flat=True)) == ["phone", "certified"]
    with pytest.raises(Refused, match="It was decided on Mon 9 Mar 2026, after that day"):
        services.tell(decision, on=FILED, how="phone", by=rep)


def test_a_decision_without_a_reason_is_refused(rep):
    with pytest.raises(Refused, match="Write down why"):
        services.decide(case(by=rep), kind="not_arbitrate", reason=" ", on=ASKED, by=rep)


def test_documents_of_a_case_are_never_removed(rep):
    grievance = case(by=rep)
    document = attach(grievance, ContentFile(b"%PDF-1.4 x\n%%EOF", name="a.pdf"), by=rep)
    with pytest.raises(Refused, match="Nothing in a grievance is removed, so this document stays"):
        remove(document, by=rep, reason="Wrong case")
