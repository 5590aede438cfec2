"""What the database itself promises of the organizing room."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from organizing import factories as make
from organizing.models import Assessment, AuthorizationCard, ContactNote

pytestmark = pytest.mark.django_db
TOMORROW = timezone.localdate() + timedelta(days=2)


def refused(name, act):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        act()
    assert caught.value.__cause__.diag.constraint_name == name


@pytest.mark.parametrize(
    ("factory", "field", "name"),
    [
        (make.SaltingActivityFactory, "activity_date", "activity_not_in_future"),
        (make.EmployerScoreFactory, "on", "employer_score_not_in_future"),
        (make.UnitListFactory, "as_of", "unit_list_not_in_future"),
        (make.AssessmentFactory, "on", "assessment_not_in_future"),
        (make.ContactNoteFactory, "on", "contact_not_in_future"),
        (make.AuthorizationCardFactory, "signed_on", "card_not_in_future"),
        (make.AuthorizationCardFactory, "received_on", "card_received_not_in_future"),
        (make.CardCustodyFactory, "on", "custody_not_in_future"),
        (make.UnfairPracticeFactory, "known_on", "unfair_not_in_future"),
    ],
)
def test_no_day_of_the_future_is_written_down(factory, field, name):
    refused(name, lambda: factory(**{field: TOMORROW}))


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"workers_contacted": -1, "activity_type": "card_signing"}, "activity_numbers_not_negative"),
        ({"cards_signed": 1}, "activity_cards_within_contacts"),
        ({"outcome": "no_contact", "workers_contacted": 1}, "activity_nobody_met_nobody_signed"),
        ({"outcome": "great"}, "activity_outcome_known"),
        ({"correction_reason": "Typing"}, "activity_corrected_for_a_reason"),
    ],
)
def test_an_activity_that_cannot_be_is_refused(values, name):
    refused(name, lambda: make.SaltingActivityFactory(**values))


def test_a_card_signing_may_bring_more_cards_than_workers_were_contacted():
    assert make.SaltingActivityFactory(activity_type="card_signing", cards_signed=4).cards_signed == 4


def test_a_card_is_not_dated_before_its_campaign_and_the_campaign_not_after_its_card():
    campaign = make.CampaignFactory(opened_on=date(2026, 3, 2))
    worker = make.WorkerFactory(campaign=campaign)
    refused("card_within_campaign", lambda: make.AuthorizationCardFactory(worker=worker, signed_on=date(2026, 3, 1)))
    make.AuthorizationCardFactory(worker=worker, signed_on=date(2026, 3, 2))
    campaign.opened_on = date(2026, 3, 3)
    refused("campaign_opens_before_its_cards", lambda: campaign.save(update_fields=["opened_on"]))


def test_a_list_that_was_used_stays_as_it_is():
    entry = make.UnitListEntryFactory()
    unit_list = entry.unit_list
    unit_list.frozen_at, unit_list.frozen_because = timezone.now(), "Counted against"
    unit_list.save(update_fields=["frozen_at", "frozen_because"])
    refused("unit_list_frozen", entry.delete)
    refused("unit_list_frozen", lambda: make.UnitListEntryFactory(unit_list=unit_list))
    unit_list.source = "Another"
    refused("unit_list_frozen", lambda: unit_list.save(update_fields=["source"]))


def test_a_worker_of_another_campaign_is_refused_on_a_list():
    unit_list = make.UnitListFactory()
    stranger = make.WorkerFactory()
    refused("one_campaign", lambda: make.UnitListEntryFactory(unit_list=unit_list, worker=stranger))


def test_the_campaign_of_a_row_is_that_of_its_worker_even_if_nobody_says_so():
    worker = make.WorkerFactory()
    note = ContactNote.objects.create(worker=worker, kind="phone", by=make.UserFactory())
    note.refresh_from_db()
    assert note.campaign_id == worker.campaign_id


def test_the_newest_assessment_is_the_standing_and_of_one_day_the_last():
    worker = make.WorkerFactory()
    make.AssessmentFactory(worker=worker, value=4, on=date(2026, 4, 6))
    make.AssessmentFactory(worker=worker, value=2, on=date(2026, 4, 8))
    make.AssessmentFactory(worker=worker, value=1, on=date(2026, 4, 8))
    make.AssessmentFactory(worker=worker, value=5, on=date(2026, 4, 7))
    worker.refresh_from_db()
    assert (worker.standing, worker.standing_on) == (1, date(2026, 4, 8))


def test_only_a_conversation_that_happened_is_the_last_contact():
    worker = make.WorkerFactory()
    make.ContactNoteFactory(worker=worker, on=date(2026, 4, 7))
    make.ContactNoteFactory(worker=worker, on=date(2026, 4, 9), was_reached=False)
    worker.refresh_from_db()
    assert worker.last_contact_on == date(2026, 4, 7)


def test_assessments_are_only_ever_added():
    assessment = make.AssessmentFactory()
    with pytest.raises(ProgrammingError), transaction.atomic():
        Assessment.objects.filter(pk=assessment.pk).update(value=1)


def test_cards_are_never_deleted():
    card = make.AuthorizationCardFactory()
    with pytest.raises(ProgrammingError), transaction.atomic():
        AuthorizationCard.objects.filter(pk=card.pk).delete()


def test_nobody_opens_a_campaign_to_themselves():
    person = make.UserFactory()
    refused("campaign_access_granted_by_another", lambda: make.CampaignAccessFactory(person=person, granted_by=person))


def test_of_an_opening_only_its_end_is_written_and_only_once():
    glass = make.BreakGlassFactory()
    glass.expires_at += timedelta(hours=1)
    refused("break_glass_stays", lambda: glass.save(update_fields=["expires_at"]))
    glass.refresh_from_db()
    glass.ended_at, glass.ended_by = timezone.now(), glass.officer
    glass.save(update_fields=["ended_at", "ended_by"])
    glass.ended_at = None
    glass.ended_by = None
    refused("break_glass_stays", lambda: glass.save(update_fields=["ended_at", "ended_by"]))
