"""Agreements: which version binds whom, what can no longer be changed, and what days off do to running cases."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from grievances import agreements
from grievances.factories import agreement_in_force
from grievances.models import Agreement, AgreementEmployer, AgreementVersion, ContractHoliday
from grievances.procedures import CONSTRUCTION, FOUR_STEP_INDUSTRIAL
from ip2a.answers import Refused
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry
from members.factories import OrganizationFactory

pytestmark = pytest.mark.django_db
NEW_YEAR = date(2026, 1, 1)


@pytest.fixture
def admin():
    return UserFactory(role="administrator")


@pytest.fixture
def draft(admin):
    return agreements.make_from_template("industrial", by=admin, name="Inside", effective_from=NEW_YEAR)


def refusal(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return str(refused.value)


@pytest.mark.parametrize(("key", "procedure"), [("industrial", FOUR_STEP_INDUSTRIAL), ("construction", CONSTRUCTION)])
def test_a_shipped_procedure_comes_back_from_its_rows_as_it_was(admin, key, procedure):
    version = agreements.make_from_template(key, by=admin, name="Inside", effective_from=NEW_YEAR)
    read = agreements.to_procedure(version)
    assert (read.steps, read.limits) == (procedure.steps, tuple(sorted(procedure.limits, key=lambda each: each.step)))
    assert (read.policy_starts_at, read.sitting_months) == (procedure.policy_starts_at, procedure.sitting_months)
    assert (version.number, version.state) == (1, "draft")


def test_only_an_administrator_makes_and_puts_in_force(draft):
    somebody = UserFactory(role="representative")
    assert "Your role may not add agreements" in refusal(
        agreements.make_from_template, "industrial", by=somebody, name="Other", effective_from=NEW_YEAR
    )
    assert "may read this version of an agreement but not change it" in refusal(
        agreements.put_in_force, draft, by=somebody
    )


def test_a_procedure_that_contradicts_itself_is_not_put_in_force(admin, draft):
    draft.limits.filter(key="file").update(amount=0)
    draft.limits.filter(key="step-1-answer").update(consequence="forfeit")
    assert refusal(agreements.put_in_force, draft, by=admin) == (
        "The procedure contradicts itself. "
        "File the grievance: with no time at all it is missed as soon as it starts. "
        "Step 1 answer by the supervisor: the employer cannot lose the union's case by being late."
    )


def test_a_version_in_force_is_put_in_force_once_and_audited(admin, draft):
    version = agreements.put_in_force(draft, by=admin, reason="Ratified on 12 December")
    assert version.state == "in_force"
    assert AuditEntry.objects.about(version).first().reason == "Ratified on 12 December"
    assert refusal(agreements.put_in_force, version, by=admin) == (
        "Version 1 is in force; only a draft can be put in force."
    )


def test_a_new_version_ends_the_one_before_on_the_day_before(admin, draft):
    first = agreements.put_in_force(draft, by=admin)
    second = agreements.new_version(first, by=admin, effective_from=date(2027, 1, 1))
    assert (second.number, second.state) == (2, "draft")
    assert agreements.to_procedure(second).limits == agreements.to_procedure(first).limits
    agreements.put_in_force(second, by=admin)
    first.refresh_from_db()
    assert (first.effective_to, first.state) == (date(2026, 12, 31), "in_force")


def test_two_versions_are_never_in_force_on_one_day(admin, draft):
    first = agreements.put_in_force(draft, by=admin)
    AgreementVersion.objects.filter(pk=first.pk).update(effective_to=date(2026, 12, 31))
    second = agreements.new_version(first, by=admin, effective_from=date(2026, 6, 1))
    assert refusal(agreements.put_in_force, second, by=admin) == (
        "Another version is in force for some of these days. Withdraw it, or change the days of this one."
    )
    with pytest.raises(IntegrityError, match="agreement_version_in_force_once"), transaction.atomic():
        AgreementVersion.objects.filter(pk=second.pk).update(state="in_force")


def test_withdrawing_asks_why_and_keeps_the_procedure(admin, draft):
    version = agreements.put_in_force(draft, by=admin)
    assert refusal(agreements.withdraw, version, by=admin, reason=" ").startswith("Say why the version is withdrawn.")
    withdrawn = agreements.withdraw(version, by=admin, reason="Replaced by the national agreement")
    assert (withdrawn.state, withdrawn.withdrawn_reason) == ("withdrawn", "Replaced by the national agreement")
    assert len(agreements.to_procedure(withdrawn).limits) == len(FOUR_STEP_INDUSTRIAL.limits)
    assert refusal(agreements.withdraw, withdrawn, by=admin, reason="Again") == (
        "Version 1 was withdrawn already: Replaced by the national agreement"
    )


def test_the_version_that_binds_an_employer_on_a_day(admin):
    volt = OrganizationFactory(name="Volt")
    version = agreement_in_force(volt, effective_from=NEW_YEAR, name="Inside")
    assert agreements.version_for(volt, date(2026, 3, 3)) == version
    assert refusal(agreements.version_for, volt, date(2025, 12, 31)) == (
        "There is no procedure in force for Volt on Wed 31 Dec 2025. Ask an administrator to enter the agreement."
    )
    AgreementEmployer.objects.update(ends_on=date(2026, 6, 30))
    assert agreements.versions_for(volt, date(2026, 6, 30)) == [version]
    assert agreements.versions_for(volt, date(2026, 7, 1)) == []


def test_an_employer_under_two_agreements_is_asked_about():
    volt = OrganizationFactory(name="Volt")
    inside = agreement_in_force(volt, name="Inside")
    agreement_in_force(volt, name="Outside")
    assert refusal(agreements.version_for, volt, date(2026, 3, 3)) == (
        "Volt is bound by Inside and Outside on Tue 3 Mar 2026. Choose which of them was violated."
    )
    assert agreements.version_for(volt, date(2026, 3, 3), agreement=inside.agreement) == inside


def test_an_employer_is_not_bound_twice_at_a_time():
    volt = OrganizationFactory()
    version = agreement_in_force(volt)
    with pytest.raises(IntegrityError, match="agreement_employer_once"), transaction.atomic():
        AgreementEmployer.objects.create(agreement=version.agreement, organization=volt, starts_on=NEW_YEAR)


def test_days_off_follow_the_agreement_s_holidays_by_whatever_road(admin):
    agreement = agreement_in_force(name="Inside").agreement
    friday = date(2026, 11, 27)
    assert agreements.days_off(agreement).is_working(friday)
    holiday = agreements.add_holiday(
        agreement, by=admin, name="Day after Thanksgiving", recurs="beside", beside="Thanksgiving Day", offset=1
    )
    agreement.refresh_from_db()
    assert agreements.days_off(agreement).name_of(friday) == "Day after Thanksgiving"
    ContractHoliday.objects.filter(pk=holiday.pk).update(offset=4)
    agreement.refresh_from_db()
    assert agreements.days_off(agreement).is_working(friday)
    assert not agreements.days_off(agreement).is_working(date(2026, 11, 30))
    agreements.remove_holiday(holiday, by=admin, reason="Entered by mistake")
    agreement.refresh_from_db()
    assert agreements.days_off(agreement).is_working(date(2026, 11, 30))
    assert refusal(agreements.remove_holiday, holiday, by=admin, reason="Again") == (
        "Day after Thanksgiving was removed already: Entered by mistake"
    )


def test_a_public_holiday_can_be_worked(admin):
    agreement = agreement_in_force().agreement
    agreements.add_holiday(
        agreement, by=admin, name="Columbus Day", effect="worked", recurs="beside", beside="Columbus Day"
    )
    agreement.refresh_from_db()
    assert agreements.days_off(agreement).is_working(date(2026, 10, 12))


def test_a_changed_holiday_has_running_cases_computed_anew(admin, django_capture_on_commit_callbacks, monkeypatch):
    agreement, asked = agreement_in_force().agreement, []
    monkeypatch.setattr(agreements, "_ask_to_refresh", lambda pk, reason: asked.append((pk, reason)))
    with django_capture_on_commit_callbacks(execute=True):
        holiday = agreements.add_holiday(agreement, by=admin, name="Picnic", on=date(2026, 8, 10))
        agreements.remove_holiday(holiday, by=admin, reason="Rained off")
    assert asked == [
        (agreement.pk, "Picnic added as a day off"),
        (agreement.pk, "Picnic removed: Rained off"),
    ]


def test_a_holiday_without_its_day_is_refused(admin):
    agreement = agreement_in_force().agreement
    with pytest.raises(Exception, match="Give the day, or the public holiday it stands beside."):
        agreements.add_holiday(agreement, by=admin, name="Picnic")


def test_representatives_do_not_change_holidays():
    agreement = agreement_in_force().agreement
    assert (
        refusal(agreements.add_holiday, agreement, by=UserFactory(role="representative"), name="Picnic", on=NEW_YEAR)
        == "Your role may not change the holidays of an agreement. Ask an administrator."
    )


def test_an_agreement_reads_its_procedure_once(django_assert_num_queries):
    pk = agreement_in_force().pk
    version, again = (AgreementVersion.objects.select_related("agreement").get(pk=pk) for _ in range(2))
    agreements.to_procedure(version)
    agreements.days_off(version.agreement)
    with django_assert_num_queries(0):
        agreements.to_procedure(again)
        agreements.days_off(again.agreement)


def test_an_agreement_needs_a_working_day():
    with pytest.raises(IntegrityError, match="agreement_weekend_is_days"), transaction.atomic():
        Agreement.objects.create(name="Never", weekend=list(range(7)))
