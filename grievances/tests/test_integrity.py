"""Each check of cases finds what is wrong and leaves the healthy alone. What is wrong is put there past the verbs."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from grievances import factories, services
from grievances.integrity.clock import reckon
from grievances.models import (
    AgreementEmployer,
    AgreementVersion,
    CaseEvent,
    CaseNumbers,
    Deadline,
    Decision,
    Grievance,
    GrievanceStepRecord,
)
from grievances.services import Told
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry
from maintenance import doctor
from maintenance.models import Threshold
from maintenance.registry import all_checks, check_named
from members.factories import MemberFactory, OrganizationFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TOLD = Told(on=date(2026, 3, 20), how="phone")
CHECKS = sorted(check.name for check in all_checks() if check.name.startswith("grievances."))


def found(name):
    return list(check_named(f"grievances.{name}").find().order_by("pk"))


def fact(name):
    check = check_named(f"grievances.{name}")
    return [check.fact(record) for record in check.find().order_by("pk")]


def put(case, **fields):
    """Write past the verbs, as a restore or another's hand would."""
    Grievance.objects.filter(pk=case.pk).update(**fields)
    case.refresh_from_db()


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def by():
    return UserFactory(role="representative", first_name="Dana", last_name="Reyes")


@pytest.fixture
def volt():
    return OrganizationFactory(name="Volt")


@pytest.fixture
def version(volt):
    return factories.agreement_in_force(volt)


@pytest.fixture
def make(by, version, volt):
    """A fresh case: filed yesterday, so that nothing of it is late."""

    def made(**fields):
        yesterday = timezone.localdate() - DAY
        return factories.case(
            **{"by": by, "version": version, "employer": volt, "incident_date": yesterday, "filed_on": yesterday}
            | fields
        )

    return made


@pytest.fixture
def healthy(make, by, today):
    """One case of each kind, all as they should be."""
    settled = make()
    services.settle(settled, on=today, by=by, resolution="Paid", amount=100)
    services.withdraw(make(), on=today, by=by, reason="No witness", told=Told(on=today, how="phone"))
    group = make(case_type="group")
    services.join(group, member=MemberFactory(), on=today, by=by)
    make(case_type="policy", member=None)
    factories.complaint(by=by, version=settled.agreement_version, employer=settled.employer, incident_date=today - DAY)
    return make()


def test_sound_cases_have_no_finding(healthy):
    seen = doctor.examine([check_named(name) for name in CHECKS])
    assert [(one.check.name, one.count, one.trouble) for one in seen if one.count or one.trouble] == []


def test_every_check_tells_a_person_what_to_do(healthy):
    for name in CHECKS:
        check = check_named(name)
        numbers = {use: Threshold.objects.get(name=use).value for use in check.uses}
        assert check.say(1, numbers) != check.say(2, numbers)
        assert check.advice.endswith(".")


def test_a_step_without_its_record_is_found(make, healthy):
    wrong = make()
    put(wrong, current_step="step_3")
    assert found("step-without-record") == [wrong]
    assert fact("step-without-record") == ["Step 3, last record: step 1"]


def test_a_record_beyond_the_step_of_its_case_is_found(make, by, healthy, today):
    wrong = make()
    services.advance(wrong, to=2, on=today, by=by)
    put(wrong, current_step="step_1")
    record = GrievanceStepRecord.objects.get(grievance=wrong, step_number=2)
    assert found("record-beyond-step") == [record]
    assert fact("record-beyond-step") == ["the case is at step 1"]


def test_a_settlement_that_its_last_record_does_not_know_is_found(make, by, healthy, today):
    wrong = make()
    services.settle(wrong, on=today, by=by, resolution="Paid")
    wrong.step_records.update(outcome="denied")
    assert found("settled-without-outcome") == [wrong]


def test_arbitration_by_halves_is_found_both_ways(make, healthy):
    by_status, by_step = make(), make()
    put(by_status, status="arbitration")
    put(by_step, current_step="arbitration")
    assert found("arbitration-disagrees") == [by_status, by_step]
    assert fact("arbitration-disagrees") == ["Arbitration, step 1", "Open, arbitration"]


def test_missing_numbers_are_found_between_cases_and_after_the_last(make, today):
    cases = [make() for _ in range(3)]
    assert found("numbers-missing") == []
    counter = CaseNumbers.objects.get(year=cases[0].filed_date.year)
    CaseNumbers.objects.filter(pk=counter.pk).update(last=7)
    after = make()
    assert found("numbers-missing") == [after]
    CaseNumbers.objects.filter(pk=counter.pk).update(last=10)
    assert fact("numbers-missing") == [f"{counter.year}: 4 missing before 0008"]
    newest = Grievance.objects.filter(pk=make().pk)
    assert found("numbers-missing") == [after, newest.get()]
    CaseNumbers.objects.filter(pk=counter.pk).update(last=13)
    assert len(found("numbers-missing")) == 2


def test_numbers_given_after_the_last_case_are_missed(make):
    case = make()
    CaseNumbers.objects.filter(year=case.filed_date.year).update(last=3)
    assert fact("numbers-missing") == [f"{case.filed_date.year}: 2 missing after 0001"]


def test_a_number_that_was_not_given_yet_is_found(make):
    first, second = make(), make()
    assert found("number-not-given") == []
    CaseNumbers.objects.filter(year=first.filed_date.year).update(last=1)
    assert found("number-not-given") == [second]


def test_days_in_the_future_are_found(make, healthy, today):
    wrong = make()
    put(wrong, filed_date=today + DAY)
    assert found("day-in-future") == [wrong]
    assert "filed" in fact("day-in-future")[0]


def test_a_case_from_before_or_after_its_version_is_found(make, version, healthy, today):
    early, late = make(), make()
    put(early, incident_date=factories.FIRST_DAY - DAY)
    assert found("outside-agreement") == [early]
    AgreementVersion.objects.filter(pk=version.pk).update(effective_to=late.incident_date - DAY)
    assert late in found("outside-agreement")


def test_an_employer_that_the_agreement_does_not_bind_is_found(make, volt, version, healthy):
    wrong = make()
    put(wrong, employer=OrganizationFactory(name="Ohm"))
    assert found("employer-not-bound") == [wrong]
    AgreementEmployer.objects.create(
        agreement=version.agreement, organization=wrong.employer, starts_on=wrong.incident_date
    )
    assert found("employer-not-bound") == []


def test_a_case_that_nothing_drives_is_found_unless_a_meeting_is_ahead(make, healthy, today):
    wrong = make()
    wrong.deadlines.update(state="void")
    assert found("nothing-runs") == [wrong]
    wrong.step_records.update(meeting_date=today + DAY)
    assert found("nothing-runs") == []


def test_a_case_in_abeyance_is_driven(make, by, today):
    case = make()
    services.hold(case, on=today, by=by, agreed_by="Kim")
    assert found("nothing-runs") == []


def test_another_next_limit_than_the_one_that_runs_is_found_and_mended(make, healthy, today):
    none, other, over = make(), make(), make()
    right = other.next_due_on
    put(none, next_due_on=None)
    put(other, next_due_on=today + 40 * DAY, employer_due_on=today)
    assert found("next-limit-differs") == [none, other]
    mend = check_named("grievances.next-limit-differs").mend
    assert mend(other) == f"{other} was reckoned anew; 0 dates moved."
    other.refresh_from_db()
    assert other.next_due_on == right
    mend(none), mend(over)
    assert found("next-limit-differs") == []
    assert AuditEntry.objects.about(other).first().reason == "Reckoned anew: what stood was not what the clock says"


def test_an_ended_case_that_lists_show_as_due_is_found(make, by, today):
    case = make()
    services.settle(case, on=today, by=by, resolution="Paid")
    put(case, employer_due_on=today)
    assert found("next-limit-differs") == [case]
    reckon(case)
    assert found("next-limit-differs") == []


def test_an_event_that_the_limits_do_not_know_is_found_and_mended(make, by, healthy, today):
    wrong = make()
    CaseEvent.objects.create(grievance=wrong, kind="met", happened_on=today, step_number=1, by=by, by_name="Dana Reyes")
    assert found("limits-differ-from-clock") == [wrong]
    assert reckon(wrong).startswith(f"{wrong} was reckoned anew;")
    assert found("limits-differ-from-clock") == []
    before = list(wrong.deadlines.order_by("pk").values())
    reckon(wrong)
    assert list(wrong.deadlines.order_by("pk").values()) == before


def test_days_that_contradict_each_other_are_found(make, by, healthy, today):
    wrong = make()
    CaseEvent.objects.create(
        grievance=wrong, kind="answered", happened_on=today - 60 * DAY, step_number=1, by=by, by_name="Dana Reyes"
    )
    assert wrong in found("limits-differ-from-clock")


def test_only_so_many_cases_are_compared_at_once(make, by, today):
    cases = [make(), make()]
    for case in cases:
        case.deadlines.update(state="void")
        Deadline.objects.filter(grievance=case).update(superseded_at=timezone.now(), superseded_reason="Lost")
    assert len(found("limits-differ-from-clock")) == 2
    Threshold.objects.filter(name="grievances.compared-at-once").update(value=1)
    assert found("limits-differ-from-clock") == [cases[1]]


def test_a_complaint_that_is_too_late_to_file_is_found(by, version, volt, healthy, today):
    late = factories.complaint(by=by, version=version, employer=volt, incident_date=date(2026, 3, 2))
    assert found("too-late-to-file") == [late]
    assert fact("too-late-to-file")[0].startswith("was to be filed by")


def test_a_limit_that_passed_without_a_reminder_is_found(by, version, volt, healthy):
    old = factories.case(by=by, version=version, employer=volt)
    assert found("limit-without-reminder") == []  # known since today only
    assert check_named("grievances.limit-without-reminder").fact(old).startswith("our next limit")


def test_an_extension_without_a_paper_is_found_after_some_days(make, by, healthy, today):
    wrong = make(incident_date=today - 5 * DAY, filed_on=today - 5 * DAY)
    services.hold(wrong, on=today - 3 * DAY, by=by, agreed_by="Kim")
    assert found("agreed-without-paper") == []
    Threshold.objects.filter(name="grievances.paper-days").update(value=2)
    assert found("agreed-without-paper") == [wrong]


def test_cases_of_nobody_and_of_people_who_cannot_work_on_them_are_found(make, healthy):
    nobodys, gone, powerless = make(), make(), make()
    put(nobodys, assigned_rep=None)
    put(gone, assigned_rep=UserFactory(role="representative", is_active=False, first_name="Ann", last_name="Left"))
    put(powerless, assigned_rep=UserFactory(role="staff", first_name="Bo", last_name="Staff"))
    assert found("without-representative") == [nobodys]
    assert found("representative-gone") == [gone, powerless]
    assert fact("representative-gone") == ["Ann Left, not active", "Bo Staff, no rights"]


def merged_member():
    return MemberFactory(deleted_at=timezone.now(), merged_into=MemberFactory())


def test_running_cases_of_the_dead_and_of_the_removed_are_found(make, healthy, volt):
    died, merged, firm = make(member=MemberFactory(status="deceased")), make(), make()
    put(merged, member=merged_member())
    put(firm, employer=OrganizationFactory(name="Ohm", deleted_at=timezone.now()))
    assert found("grievant-deceased") == [died]
    assert found("party-removed") == [merged, firm]
    assert fact("party-removed")[1] == "Ohm"


def test_a_group_of_one_is_found_and_a_group_that_everybody_left_too(make, by, healthy, today):
    alone, left = make(case_type="group"), make(case_type="group")
    grievant = services.join(left, member=MemberFactory(), on=today, by=by)
    assert found("group-of-one") == [alone]
    services.leave(grievant, on=today, by=by, reason="Took another job")
    assert found("group-of-one") == [alone, left]


def test_a_closed_door_that_nobody_told_of_is_found(make, by, healthy, today):
    wrong, policy = make(), make(case_type="policy", member=None)
    for case in (wrong, policy):
        Decision.objects.create(grievance=case, kind="not_arbitrate", decided_on=today, reason="Costs", by=by)
    assert found("grievant-not-told") == [wrong]


def test_an_end_without_a_decision_is_found(make, by, healthy, today):
    wrong, settled = make(), make()
    put(wrong, status="withdrawn", resolution_date=today)
    services.settle(settled, on=today, by=by, resolution="Paid")
    services.close(settled, on=today, by=by, reason="Paid")
    assert found("ended-without-decision") == [wrong]


def test_overdue_requests_of_running_cases_are_found(make, by, healthy, today):
    case, over = make(), make()
    asked = {"direction": "ours", "what": "Lists", "by": by, "on": today - DAY, "due_on": today - DAY}
    wrong = services.ask(case, **asked)
    services.ask(case, **{**asked, "due_on": today})
    services.ask(over, **asked)
    services.settle(over, on=today, by=by, resolution="Paid")
    assert found("answer-owed") == [wrong]
    services.turn(wrong, kind="answered", on=today, by=by)
    assert found("answer-owed") == []


def test_findings_lead_to_their_cases(signed_in, make):
    wrong = make()
    put(wrong, assigned_rep=None)
    doctor.examine()
    page = signed_in("representative").get("/maintenance/repairs/grievances.without-representative/").content.decode()
    assert wrong.get_absolute_url() in page
