"""The least valid records of the benevolence room, for seeds and tests; cases come to their state by the services."""

from datetime import date
from decimal import Decimal
from typing import Any

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory

from benevolence import services
from benevolence.models import (
    ApplicationStory,
    BenevolenceApplication,
    Fund,
    LedgerEntry,
    Level,
    Office,
    Policy,
    Reason,
    StandIn,
)
from benevolence.models.words import LEVELS
from ip2a.attachments.services import attach
from ip2a.factories import UserFactory
from members.factories import MemberFactory

LONG_AGO = date(2001, 3, 5)
USUAL_LEVELS = {"vp": 0, "admin": 500, "manager": 1500, "president": 3500}
USUAL_CAPS = {"death_in_family": 5000, "hardship": 5000, "other": 2500}


class PolicyFactory(DjangoModelFactory):
    """A draft with the usual levels and caps."""

    class Meta:
        model = Policy
        skip_postgeneration_save = True

    number = factory.Sequence(lambda n: 100 + n)
    title = "Another policy"
    effective_from = date(2000, 1, 1)

    @factory.post_generation
    def lines(policy, create, given, **kwargs):
        for level, above in (USUAL_LEVELS if given is None else given).items():
            policy.levels.create(level=level, above_amount=above)
        for reason, amount in USUAL_CAPS.items():
            policy.reason_caps.create(reason=reason, amount=amount)


def policy_in_force(**changes: Any) -> Policy:
    """The policy of today. With changes (nothing may have used the one before): a policy that differs in these."""
    current = Policy.objects.adopted().first()
    if current is not None and not changes:
        return current
    if current is not None:
        Policy.objects.filter(pk=current.pk).update(adopted_at=None)
    draft = PolicyFactory(**changes)
    Policy.objects.filter(pk=draft.pk).update(adopted_at=draft.created_at)
    draft.refresh_from_db()
    return draft


def main_fund(balance: int | Decimal | None = None) -> Fund:
    """The fund that applications are paid from; with a balance, one deposit makes it up when the books are empty."""
    fund, _ = Fund.objects.get_or_create(is_default=True, defaults={"name": "Benevolence fund"})
    if balance is not None and not fund.entries.exists():
        somebody = UserFactory(role="officer")
        LedgerEntry.objects.create(
            fund=fund, kind="deposit", amount=balance, entry_date=LONG_AGO, by=somebody, by_name=str(somebody)
        )
    return fund


def office(level: str, person: Any = None) -> Any:
    """Somebody who holds a level, today and long before."""
    person = person or UserFactory(role="officer", last_name=f"{Level(level).label.split()[0]} {level}")
    Office.objects.create(level=level, person=person, starts_on=LONG_AGO)
    return person


def officers() -> dict[str, Any]:
    """Four people, one for each level."""
    return {level: office(level) for level in LEVELS}


def stand_in(level: str, person: Any = None, **fields: Any) -> Any:
    person = person or UserFactory(role="officer", last_name=f"Stand-in {level}")
    StandIn.objects.create(level=level, person=person, starts_on=LONG_AGO, **fields)
    return person


class BenevolenceApplicationFactory(DjangoModelFactory):
    """A draft with its story, of a member of long standing."""

    class Meta:
        model = BenevolenceApplication
        skip_postgeneration_save = True

    member = factory.SubFactory(MemberFactory, hire_date=LONG_AGO)
    filed_by = factory.LazyFunction(lambda: UserFactory(role="representative"))
    reason = Reason.MEDICAL
    amount_requested = Decimal(400)

    @factory.post_generation
    def story(application, create, text, **kwargs):
        ApplicationStory.objects.create(application=application, description=text or "A fall at home.", **kwargs)


def paper_for(application: BenevolenceApplication, name: str = "bill.txt", text: bytes = b"Amount due: 900\n") -> Any:
    """A paper attached to the story by its filer."""
    story = ApplicationStory.objects.get(application=application)
    return attach(story, ContentFile(text, name), by=application.filed_by, category="benevolence_doc")


def submitted(*, on: date | None = None, **fields: Any) -> BenevolenceApplication:
    """Handed in. Above the policy's threshold a paper is attached, so the test needs a store of its own."""
    policy = policy_in_force()
    case = BenevolenceApplicationFactory(**({"application_date": on} if on else {}), **fields)
    if case.amount_requested > policy.document_threshold:
        paper_for(case)
    return services.submit(case, by=case.filed_by, on=on)


def approved(people: dict[str, Any], *, on: date | None = None, **fields: Any) -> BenevolenceApplication:
    """Approved by every level it needs, by these people."""
    case = submitted(on=on, **fields)
    for level in case.required_levels:
        services.approve(case, by=people[level], on=on)
    case.refresh_from_db()
    return case


def paid(people: dict[str, Any], *, on: date | None = None, **fields: Any) -> BenevolenceApplication:
    """Approved and paid by ACH, by who holds the fund's office."""
    main_fund(balance=100_000)
    case = approved(people, on=on, **fields)
    services.pay(case, method="ach", by=people["admin"], on=on)
    case.refresh_from_db()
    return case
