"""The fund's rules and offices: versions of the policy, who holds a level, who stands in."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from benevolence import mailing, rules
from benevolence.models import BenevolenceApplication, Office, Policy, PolicyLevel, PolicyReasonCap, StandIn
from ip2a import audit

NOT_COPIED = ("id", "created_at", "updated_at", "version", "number", "effective_from", "effective_until")
NOT_COPIED += ("adopted_at", "adopted_by")


@transaction.atomic
def new_version(policy: Policy, *, effective_from: date, by: Any, title: str = "") -> Policy:
    """A draft with everything this policy says, to be changed and then adopted."""
    rules.may_change_policy(by).enforce()
    copied = {f.name: getattr(policy, f.name) for f in Policy._meta.concrete_fields if f.name not in NOT_COPIED}
    number = (Policy.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    draft = Policy.objects.create(
        **{**copied, "title": title or policy.title}, number=number, effective_from=effective_from
    )
    for row in policy.levels.all():
        PolicyLevel.objects.create(policy=draft, level=row.level, above_amount=row.above_amount)
    for row in policy.reason_caps.all():
        PolicyReasonCap.objects.create(policy=draft, reason=row.reason, amount=row.amount)
    return draft


@transaction.atomic
def adopt(policy: Policy, *, by: Any) -> Policy:
    """The draft takes effect on its first day; the policy before it ends the day before. Running cases keep theirs."""
    list(Policy.objects.select_for_update().order_by("pk"))
    policy = Policy.objects.get(pk=policy.pk)
    rules.may_adopt(by, policy).enforce()
    before = Policy.objects.in_force(policy.effective_from)
    if before is not None:
        before.effective_until = policy.effective_from - timedelta(days=1)
        with audit.because(f"Policy {policy.number} takes effect"):
            before.save(update_fields=["effective_until"])
    policy.adopted_at, policy.adopted_by = timezone.now(), by
    with audit.because("Adopted"):
        policy.save(update_fields=["adopted_at", "adopted_by"])
    return policy


@transaction.atomic
def take_back(policy: Policy, *, by: Any) -> Policy:
    """An adopted policy that no case used becomes a draft again, and the one before it goes on."""
    list(Policy.objects.select_for_update().order_by("pk"))
    policy = Policy.objects.get(pk=policy.pk)
    rules.may_take_back(by, policy).enforce()
    policy.adopted_at = policy.adopted_by = None
    with audit.because("Adoption taken back"):
        policy.save(update_fields=["adopted_at", "adopted_by"])
    before = Policy.objects.adopted().filter(effective_until=policy.effective_from - timedelta(days=1)).first()
    if before is not None:
        before.effective_until = policy.effective_until
        with audit.because(f"Policy {policy.number} was taken back"):
            before.save(update_fields=["effective_until"])
    return policy


@transaction.atomic
def hand_over(level: str, *, to: Any, by: Any, on: date | None = None) -> Office:
    """An office passes to a person on a day; whoever held it does so until the day before."""
    on = on or timezone.localdate()
    list(Office.objects.select_for_update().filter(level=level).order_by("pk"))
    rules.may_hand_over(by, level, to, on).enforce()
    running = Office.objects.filter(level=level, ends_on=None).first()
    if running is not None:
        running.ends_on = on - timedelta(days=1)
        running.save(update_fields=["ends_on"])
    office = Office.objects.create(level=level, person=to, starts_on=on)
    mailing.took_over(office, BenevolenceApplication.objects.awaiting(level).count())
    return office


@transaction.atomic
def appoint_stand_in(
    level: str,
    *,
    person: Any,
    starts_on: date,
    by: Any,
    ends_on: date | None = None,
    covers_all: bool = False,
) -> StandIn:
    """Somebody decides a level's cases that its holder may not; with ``covers_all`` every case of these days."""
    rules.may_stand_in(by, level, person, starts_on, ends_on).enforce()
    stand_in = StandIn.objects.create(
        level=level, person=person, starts_on=starts_on, ends_on=ends_on, covers_all=covers_all
    )
    mailing.took_over(stand_in, BenevolenceApplication.objects.awaiting(level).count())
    return stand_in
