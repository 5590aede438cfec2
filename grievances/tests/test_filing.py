from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from grievances import services
from grievances.factories import FILED, INCIDENT, agreement_in_force, case, complaint
from grievances.models import CaseEvent, Grievance, GrievanceStepRecord
from ip2a.answers import Refused
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry
from members.factories import MemberFactory, OrganizationFactory


@pytest.fixture
def rep(db):
    return UserFactory(role="representative", first_name="Avery", last_name="Kline")


def events_of(grievance):
    return list(grievance.events.in_order().values_list("kind", "happened_on", "step_number", "by_name"))


def test_a_filed_case_has_a_number_a_step_record_and_its_events(rep):
    grievance = case(by=rep)
    assert (grievance.grievance_number, grievance.status, grievance.current_step) == ("GR-2026-0001", "open", "step_1")
    assert grievance.assigned_rep == rep
    assert list(grievance.step_records.values_list("step_number", "outcome")) == [(1, "")]
    assert events_of(grievance) == [("incident", INCIDENT, 0, "Avery Kline"), ("filed", FILED, 1, "Avery Kline")]
    entry = AuditEntry.objects.filter(
        table_name="grievances_grievance", record_id=grievance.pk, reason="Filed"
    ).earliest("id")
    assert {"grievance_number", "filed_date", "status"} <= set(entry.changed)


def test_a_complaint_that_is_not_filed_has_no_number_and_its_limit_runs(rep):
    grievance = complaint(by=rep)
    assert (grievance.grievance_number, grievance.filed_date, grievance.status) == (None, None, "investigation")
    assert list(grievance.deadlines.values_list("limit_key", "due_on", "state")) == [
        ("file", date(2026, 3, 16), "open")
    ]
    assert grievance.next_due_on == date(2026, 3, 16)


def test_filing_meets_the_limit_to_file_and_starts_the_next(rep):
    grievance = services.file(complaint(by=rep), on=FILED, by=rep)
    met = grievance.deadlines.standing().get(limit_key="file")
    assert (met.state, met.met_on) == ("met", FILED)
    assert grievance.deadlines.running().exists()


def test_numbers_run_by_the_year_of_filing(rep):
    version = agreement_in_force()
    numbers = [
        case(by=rep, version=version, filed_on=day).grievance_number for day in (FILED, FILED + timedelta(days=1))
    ]
    last_year = case(by=rep, version=version, incident_date=date(2025, 12, 1), filed_on=date(2025, 12, 2))
    assert [*numbers, last_year.grievance_number] == ["GR-2026-0001", "GR-2026-0002", "GR-2025-0001"]


def test_a_number_is_never_changed_by_any_road(rep):
    grievance = case(by=rep)
    with pytest.raises(IntegrityError, match="keeps the number"), transaction.atomic():
        Grievance.objects.filter(pk=grievance.pk).update(grievance_number="GR-2026-0099")


def test_policy_cases_start_at_the_step_the_agreement_says(rep):
    grievance = case(by=rep, case_type="policy", member=None)
    assert (grievance.current_step, list(grievance.step_records.values_list("step_number", flat=True))) == (
        "step_2",
        [2],
    )


TOMORROW = timezone.localdate() + timedelta(days=1)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"incident_date": TOMORROW}, "The day it happened lies in the future"),
        ({"knowledge_date": TOMORROW}, "The day the grievant learned of it lies in the future"),
        ({"knowledge_date": INCIDENT - timedelta(days=1)}, "Nobody can learn of it before it happened"),
        ({"incident_date": date(2019, 12, 31)}, "after this happened. Choose the agreement that held on that day"),
        ({"member": None}, "Say who the grievant is, or make it a policy grievance."),
        ({"filed_on": TOMORROW}, "The filing day lies in the future"),
        ({"filed_on": INCIDENT - timedelta(days=1)}, "It would be filed before it happened"),
        (
            {"knowledge_date": FILED, "filed_on": FILED - timedelta(days=1)},
            "It would be filed before the grievant learned of it",
        ),
    ],
)
def test_days_that_cannot_be_are_refused(rep, fields, words):
    with pytest.raises(Refused, match=words):
        case(by=rep, **fields)
    assert not Grievance.objects.exists()


def test_what_happened_before_the_grievant_joined_is_refused(rep):
    member = MemberFactory(hire_date=date(2026, 4, 1))
    with pytest.raises(Refused, match=r"joined on Wed 1 Apr 2026, after this happened"):
        case(by=rep, member=member)


def test_only_representatives_file(db):
    with pytest.raises(Refused, match="Only representatives may work on a grievance"):
        case(by=UserFactory(role="staff"))


def test_filing_twice_is_refused(rep):
    grievance = case(by=rep)
    with pytest.raises(Refused, match=r"GR-2026-0001 was filed already, on Tue 3 Mar 2026"):
        services.file(grievance, on=FILED, by=rep)


def test_giving_a_case_to_somebody_who_may_not_work_on_it_is_refused(rep):
    with pytest.raises(Refused, match="may not work on grievances"):
        services.assign(case(by=rep), to=UserFactory(role="staff"), by=rep)


def test_fifty_at_once_and_some_rolling_back_leave_no_gap_and_no_double(committed_db):
    """Fifty connections file in the same moment; every fifth one fails after it was given its number."""
    rep = UserFactory(role="representative")
    employer, member = OrganizationFactory(), MemberFactory()
    version = agreement_in_force(employer)
    ready, failures = Barrier(50), []

    def file(number):
        try:
            ready.wait()
            with transaction.atomic():
                case(by=rep, version=version, employer=employer, member=member)
                if number % 5 == 0:
                    raise RuntimeError("the browser of this one went away")
        except RuntimeError:
            failures.append(number)
        finally:
            connection.close()

    threads = [Thread(target=file, args=[number]) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failures) == 10
    numbers = sorted(Grievance.objects.values_list("grievance_number", flat=True))
    assert numbers == [f"GR-2026-{n:04d}" for n in range(1, 41)]
    assert GrievanceStepRecord.objects.count() == 40
    assert CaseEvent.objects.filter(kind="filed").count() == 40
