from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from grievances import deadlines, services
from grievances.factories import FILED, INCIDENT, agreement_in_force, case, complaint
from grievances.models import ContractHoliday, Deadline
from ip2a.answers import Refused
from ip2a.factories import UserFactory
from members.factories import OrganizationFactory

DUE = date(2026, 3, 16)


@pytest.fixture
def rep(db):
    return UserFactory(role="representative", first_name="Avery", last_name="Kline")


@pytest.fixture
def open_complaint(rep):
    return complaint(by=rep)


def dates_of(grievance, key="file"):
    """Each date a limit ever had: (day, state, superseded because)."""
    rows = grievance.deadlines.filter(limit_key=key).order_by("id")
    return [(row.due_on, row.state, row.superseded_reason) for row in rows]


def test_computing_twice_changes_nothing(open_complaint):
    before = list(Deadline.objects.values())
    assert deadlines.refresh(open_complaint, reason="Again") == []
    assert list(Deadline.objects.values()) == before


def test_the_working_is_kept_day_by_day(open_complaint):
    row = open_complaint.deadlines.get()
    assert row.sentence.startswith("10 working days from Mon 2 Mar (day 1 = Tue 3 Mar)")
    assert [line for line in row.working if line[1] is not None][-1][:2] == ["2026-03-16", 10]


def test_an_extension_moves_the_date_and_keeps_the_old_one_with_its_paper(open_complaint, rep):
    paper = ContentFile(b"%PDF-1.4 agreed\n%%EOF", name="letter.pdf")
    grievance = services.extend(
        open_complaint.deadlines.get(), on=FILED, by=rep, agreed_by="J. Roe", until=date(2026, 3, 27), paper=paper
    )
    assert dates_of(grievance) == [(DUE, "open", "Extended, agreed by J. Roe"), (date(2026, 3, 27), "open", "")]
    cause = Deadline.objects.get(superseded_at__isnull=False).superseded_by
    assert (cause.agreed_by, cause.paper.original_name) == ("J. Roe", "letter.pdf")
    assert grievance.next_due_on == date(2026, 3, 27)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"agreed_by": " ", "until": date(2026, 3, 27)}, "Say who agreed to it"),
        ({"agreed_by": "J. Roe"}, "Say until when, or by how much"),
        ({"agreed_by": "J. Roe", "until": DUE}, "due on Mon 16 Mar 2026 already"),
        (
            {"agreed_by": "J. Roe", "until": date(2027, 3, 27), "on": timezone.localdate() + timedelta(days=1)},
            "lies in the future",
        ),
    ],
)
def test_an_extension_that_says_too_little_is_refused(open_complaint, rep, fields, words):
    with pytest.raises(Refused, match=words):
        services.extend(open_complaint.deadlines.get(), **{"on": FILED, "by": rep, **fields})
    assert dates_of(open_complaint) == [(DUE, "open", "")]


def test_a_superseded_date_is_not_extended(open_complaint, rep):
    old = open_complaint.deadlines.get()
    services.extend(old, on=FILED, by=rep, agreed_by="J. Roe", amount=5)
    with pytest.raises(Refused, match="superseded meanwhile"):
        services.extend(old, on=FILED, by=rep, agreed_by="J. Roe", amount=5)


def test_a_limit_that_was_met_is_not_extended(rep):
    grievance = case(by=rep)
    with pytest.raises(Refused, match=r"is over \(met\)"):
        services.extend(grievance.deadlines.get(limit_key="file"), on=FILED, by=rep, agreed_by="J. Roe", amount=5)


def test_abeyance_stops_the_clock_and_the_rest_runs_on(open_complaint, rep):
    grievance = services.hold(open_complaint, on=date(2026, 3, 5), by=rep, agreed_by="J. Roe", reason="Talks")
    assert [(day, state) for day, state, _ in dates_of(grievance)] == [(DUE, "open"), (None, "suspended")]
    assert grievance.next_due_on is None
    with pytest.raises(Refused, match="in abeyance already"):
        services.hold(grievance, on=date(2026, 3, 5), by=rep, agreed_by="J. Roe")
    with pytest.raises(Refused, match="it cannot end before"):
        services.resume(grievance, on=date(2026, 3, 4), by=rep)
    grievance = services.resume(grievance, on=date(2026, 3, 19), by=rep)
    assert grievance.next_due_on > DUE
    assert [state for _, state, _ in dates_of(grievance)] == ["open", "suspended", "open"]
    with pytest.raises(Refused, match="is not in abeyance"):
        services.resume(grievance, on=date(2026, 3, 20), by=rep)


def test_a_corrected_day_recomputes_what_hangs_on_it(open_complaint, rep):
    event = open_complaint.events.get(kind="incident")
    services.correct(event, on=date(2026, 2, 26), by=rep, reason="The time sheet says Thursday")
    open_complaint.refresh_from_db()
    assert open_complaint.incident_date == date(2026, 2, 26)
    assert dates_of(open_complaint) == [
        (DUE, "open", "Corrected: The time sheet says Thursday"),
        (date(2026, 3, 12), "open", ""),
    ]
    with pytest.raises(Refused, match="was corrected already"):
        services.correct(event, on=INCIDENT, by=rep, reason="No, Monday")


def test_a_correction_needs_its_reason_and_keeps_the_order_of_days(rep):
    grievance = case(by=rep, knowledge_date=FILED)
    event = grievance.events.get(kind="incident")
    with pytest.raises(Refused, match="Say what was wrong"):
        services.correct(event, on=INCIDENT, by=rep, reason="")
    with pytest.raises(Refused, match="in this order"):
        services.correct(event, on=FILED + timedelta(days=1), by=rep, reason="Later")
    grievance.refresh_from_db()
    assert grievance.incident_date == INCIDENT


def test_what_did_not_happen_is_taken_back(rep):
    grievance = case(by=rep)
    services.receive_answer(grievance, on=date(2026, 3, 10), by=rep, is_denied=False, text="Yes")
    answer = grievance.events.get(kind="answered")
    services.take_back(answer, by=rep, reason="It was the answer of another case")
    assert not grievance.events.standing().filter(kind="answered").exists()
    assert grievance.events.filter(kind="answered").count() == 2
    with pytest.raises(Refused, match="cannot be taken back"):
        services.take_back(grievance.events.get(kind="filed"), by=rep, reason="Never filed")


def test_a_late_filing_is_met_late(rep):
    grievance = case(by=rep, filed_on=date(2026, 3, 20))
    met = grievance.deadlines.standing().get(limit_key="file")
    assert (met.state, met.due_on, met.met_on) == ("met_late", DUE, date(2026, 3, 20))


def test_a_day_off_added_later_moves_running_cases_and_keeps_the_old_date(open_complaint):
    agreement = open_complaint.agreement_version.agreement
    ContractHoliday.objects.create(agreement=agreement, name="Founders' day", on=date(2026, 3, 9))
    moved = deadlines.refresh_agreement(agreement, reason="Founders' day is a day off")
    assert [(g.pk, [(c.was.due_on, c.now.due_on) for c in changes]) for g, changes in moved.items()] == [
        (open_complaint.pk, [(DUE, date(2026, 3, 17))])
    ]
    assert dates_of(open_complaint) == [
        (DUE, "open", "Founders' day is a day off"),
        (date(2026, 3, 17), "open", ""),
    ]
    assert deadlines.refresh_agreement(agreement, reason="Again") == {}


def test_days_that_contradict_each_other_are_refused_in_the_clocks_words(rep):
    grievance = case(by=rep, filed_on=date(2026, 3, 3))
    with pytest.raises(Refused, match="lies before the filing"):
        services.receive_answer(grievance, on=date(2026, 3, 2), by=rep, is_denied=True)


def test_a_running_case_keeps_the_version_it_was_filed_under(rep):
    employer = OrganizationFactory()
    version = agreement_in_force(employer)
    grievance = complaint(by=rep, employer=employer, version=version)
    version.state, version.withdrawn_reason = "withdrawn", "Replaced"
    version.save(update_fields=["state", "withdrawn_reason"])
    assert deadlines.refresh(grievance, reason="Withdrawn version") == []
    assert services.file(grievance, on=FILED, by=rep).agreement_version == version
