"""The least valid records of the organizing room, for seeds and tests."""

from datetime import date, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from ip2a.factories import UserFactory
from members.factories import MemberFactory, OrganizationFactory
from organizing.models import (
    Assessment,
    AuthorizationCard,
    BreakGlass,
    Campaign,
    CampaignAccess,
    CampaignEmployer,
    CardCustody,
    ContactNote,
    EmployerScore,
    SaltingActivity,
    SaltingAgreement,
    UnfairPractice,
    UnitList,
    UnitListEntry,
    Worker,
)

OPENED = date(2026, 3, 2)
LISTED = date(2026, 3, 16)
SIGNED = date(2026, 4, 6)


class OrganizerFactory(UserFactory):
    role = "organizer"


class SaltingActivityFactory(DjangoModelFactory):
    class Meta:
        model = SaltingActivity

    member = factory.SubFactory(MemberFactory)
    organization = factory.SubFactory(OrganizationFactory)
    activity_type = "outreach"
    activity_date = SIGNED
    outcome = "neutral"


class EmployerScoreFactory(DjangoModelFactory):
    class Meta:
        model = EmployerScore

    organization = factory.SubFactory(OrganizationFactory)
    score = 3
    on = SIGNED
    by = factory.SubFactory(UserFactory)


class SaltingAgreementFactory(DjangoModelFactory):
    class Meta:
        model = SaltingAgreement

    member = factory.SubFactory(MemberFactory)
    organization = factory.SubFactory(OrganizationFactory)
    signed_on = OPENED
    starts_on = OPENED
    directed_by = factory.SubFactory(UserFactory)


class CampaignFactory(DjangoModelFactory):
    """``CampaignFactory(employer=organization)`` is at that employer."""

    class Meta:
        model = Campaign
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Campaign {n}")
    status = "active"
    opened_on = OPENED

    @factory.post_generation
    def employer(campaign, create, organization, **kwargs):
        if create and organization:
            CampaignEmployerFactory(campaign=campaign, organization=organization)


class CampaignEmployerFactory(DjangoModelFactory):
    class Meta:
        model = CampaignEmployer

    campaign = factory.SubFactory(CampaignFactory)
    organization = factory.SubFactory(OrganizationFactory)


class CampaignAccessFactory(DjangoModelFactory):
    """Granted, and running since the campaign opened."""

    class Meta:
        model = CampaignAccess

    campaign = factory.SubFactory(CampaignFactory)
    label = factory.SelfAttribute("campaign.name")
    person = factory.SubFactory(UserFactory)
    starts_at = factory.LazyFunction(timezone.now)
    why = "Knows the crew"
    asked_by = factory.SubFactory(UserFactory)
    granted_by = factory.SubFactory(UserFactory)
    granted_at = factory.LazyFunction(timezone.now)


class BreakGlassFactory(DjangoModelFactory):
    """Open for four hours."""

    class Meta:
        model = BreakGlass

    officer = factory.SubFactory(UserFactory)
    reason = "Somebody was discharged tonight"
    opened_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyAttribute(lambda glass: glass.opened_at + timedelta(hours=4))


class UnitListFactory(DjangoModelFactory):
    class Meta:
        model = UnitList

    campaign = factory.SubFactory(CampaignFactory)
    as_of = LISTED
    source = factory.Sequence(lambda n: f"List {n} of the night crew")


class WorkerFactory(DjangoModelFactory):
    class Meta:
        model = Worker

    campaign = factory.SubFactory(CampaignFactory)
    first_name = "Wanda"
    last_name = factory.Sequence(lambda n: f"Worker {n}")


class UnitListEntryFactory(DjangoModelFactory):
    class Meta:
        model = UnitListEntry

    unit_list = factory.SubFactory(UnitListFactory)
    campaign = factory.SelfAttribute("unit_list.campaign")
    worker = factory.SubFactory(WorkerFactory, campaign=factory.SelfAttribute("..campaign"))


class AssessmentFactory(DjangoModelFactory):
    class Meta:
        model = Assessment

    worker = factory.SubFactory(WorkerFactory)
    campaign = factory.SelfAttribute("worker.campaign")
    value = 2
    on = SIGNED
    by = factory.SubFactory(UserFactory)


class ContactNoteFactory(DjangoModelFactory):
    class Meta:
        model = ContactNote

    worker = factory.SubFactory(WorkerFactory)
    campaign = factory.SelfAttribute("worker.campaign")
    kind = "one_on_one"
    on = SIGNED
    by = factory.SubFactory(UserFactory)


class AuthorizationCardFactory(DjangoModelFactory):
    """Signed and dated, on paper."""

    class Meta:
        model = AuthorizationCard

    worker = factory.SubFactory(WorkerFactory)
    campaign = factory.SelfAttribute("worker.campaign")
    signed_on = SIGNED
    received_on = SIGNED
    received_by = factory.SubFactory(UserFactory)


class CardCustodyFactory(DjangoModelFactory):
    class Meta:
        model = CardCustody

    card = factory.SubFactory(AuthorizationCardFactory)
    campaign = factory.SelfAttribute("card.campaign")
    handed_by = "The signer"
    handed_to = "Jamal Prentiss"
    on = SIGNED
    place = "Safe of the local"
    by = factory.SubFactory(UserFactory)


class UnfairPracticeFactory(DjangoModelFactory):
    class Meta:
        model = UnfairPractice

    campaign = factory.SubFactory(CampaignFactory)
    organization = factory.SubFactory(OrganizationFactory)
    occurred_on = SIGNED
    known_on = SIGNED
    sections = factory.LazyFunction(lambda: ["8a1"])
    what_happened = "The foreman asked who had signed."
