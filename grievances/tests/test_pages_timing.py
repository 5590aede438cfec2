"""Extensions, abeyance and mending entries as pages: what they do, and how they refuse."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from grievances import factories, services
from grievances.models import EventKind
from grievances.tests.asking import done, led_back, paper, refused, url

pytestmark = pytest.mark.django_db
MET = date(2026, 3, 5)
TOMORROW = (timezone.localdate() + timedelta(days=1)).isoformat()


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


def test_a_limit_is_extended_and_its_earlier_date_stays(rep, case):
    services.serve(case, on=date(2026, 3, 4), by=rep.user)
    limit = case.deadlines.standing().get(limit_key="step-1-meeting")
    agreed = {"on": "2026-03-09", "agreed_by": "P. Moss", "reason": "Holiday"}
    assert "not both" in refused(rep, case, "extend", limit.pk, until="2026-03-20", amount="3", **agreed)
    assert "Say until when" in refused(rep, case, "extend", limit.pk, **agreed)
    assert "an extension goes beyond that" in refused(rep, case, "extend", limit.pk, until="2026-03-05", **agreed)
    done(rep, case, "extend", limit.pk, until="2026-03-20", paper=paper(), **agreed)
    assert case.deadlines.standing().get(limit_key="step-1-meeting").due_on == date(2026, 3, 20)
    assert led_back(rep, case, "extend", limit.pk) == [
        "This date was superseded meanwhile. Extend the date that stands."
    ]
    page = rep.get(case.get_absolute_url()).content.decode()
    assert '<del><span class="sr-only">was due </span>Wed 11 Mar 2026</del> Extended, agreed by P. Moss' in page
    assert ">minutes.pdf</a>" in page


def test_only_what_the_agreement_lets_be_skipped_is_skipped(rep, case):
    services.serve(case, on=date(2026, 3, 4), by=rep.user)
    meeting = case.deadlines.standing().get(limit_key="step-1-meeting")
    answer = case.deadlines.standing().get(limit_key="step-1-answer")
    assert led_back(rep, case, "skip", answer.pk)[0].startswith("The agreement does not let anybody skip")
    assert "Fill this in." in refused(rep, case, "skip", meeting.pk, on="2026-03-06", agreed_by="")
    done(rep, case, "skip", meeting.pk, on="2026-03-06", agreed_by="P. Moss")
    assert case.deadlines.standing().get(limit_key="step-1-meeting").state == "skipped"


def test_the_clock_is_stopped_and_started_again(rep, case):
    assert led_back(rep, case, "resume") == [f"{case} is not in abeyance."]
    done(rep, case, "hold", on="2026-03-05", agreed_by="P. Moss")
    assert (
        "Held in abeyance since Thu 5 Mar 2026, agreed by P. Moss." in rep.get(case.get_absolute_url()).content.decode()
    )
    assert led_back(rep, case, "hold") == [f"{case} is in abeyance already."]
    assert "it cannot end before" in refused(rep, case, "resume", on="2026-03-04")
    done(rep, case, "resume", on="2026-03-12")
    assert "is not in abeyance" in led_back(rep, case, "resume")[0]


def test_an_entry_is_corrected_and_the_old_one_stays_struck_through(rep, case):
    services.hold_meeting(case, on=MET, by=rep.user, union_attendees="Kline", employer_attendees="Moss")
    event = case.events.get(kind=EventKind.MET)
    page = rep.get(url(case, "correct", event.pk)).content.decode()
    assert 'value="2026-03-05"' in page
    assert "Fill this in." in refused(rep, case, "correct", event.pk, on="2026-03-06", reason="")
    assert "lies in the future" in refused(rep, case, "correct", event.pk, on=TOMORROW, reason="Typed wrong")
    done(rep, case, "correct", event.pk, on="2026-03-06", reason="Typed wrong")
    assert case.step_records.get().meeting_date == date(2026, 3, 6)
    page = rep.get(case.get_absolute_url()).content.decode()
    assert "no longer counts: </span>Step meeting held, step 1</del>" in page
    assert "Corrected to Fri 6 Mar 2026 by Rita Reyes: Typed wrong" in page
    assert led_back(rep, case, "correct", event.pk)[0].startswith("This entry was corrected already.")


def test_an_entry_that_never_happened_is_taken_back(rep, case):
    services.receive_answer(case, on=MET, by=rep.user, is_denied=True)
    denied, filed = case.events.get(kind=EventKind.DENIED), case.events.get(kind=EventKind.FILED)
    done(rep, case, "take_back", denied.pk, reason="It only asked for time")
    assert case.step_records.get().outcome == ""
    assert "Taken back by Rita Reyes: It only asked for time" in rep.get(case.get_absolute_url()).content.decode()
    assert "cannot be taken back here" in led_back(rep, case, "take_back", filed.pk)[0]


def test_days_that_contradict_each_other_are_refused_in_the_clocks_words(rep, case):
    filed = case.events.get(kind=EventKind.FILED)
    services.serve(case, on=date(2026, 3, 4), by=rep.user)
    page = refused(rep, case, "correct", filed.pk, on="2026-02-20", reason="Stamped earlier")
    assert "the corrected day breaks it" in page
