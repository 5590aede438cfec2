"""Letting people in: an officer breaks the glass, or names somebody for a campaign that an organizer asked about.

Whoever looks inside, everybody concerned is told: the other officers and all organizers, by mail.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from ip2a import audit, post
from ip2a.answers import Refused
from ip2a.models import User
from ip2a.post import outbox
from ip2a.words import format_moment
from organizing.models import OVERSEE, BreakGlass, Campaign, CampaignAccess
from organizing.rules import access as rules
from organizing.services.shared import store

ALERT = post.declare_kind("organizing.opened", "The organizing compartment was opened")
NAMING = post.declare_kind("organizing.naming", "People named for a campaign")
ENTER = "ip2a.enter_organizing"


def holders(*permissions: str) -> models.QuerySet[User]:
    """Active people whose roles hold one of these rights."""
    wanted = models.Q()
    for permission in permissions:
        app, codename = permission.split(".")
        wanted |= models.Q(groups__permissions__content_type__app_label=app, groups__permissions__codename=codename)
    return User.objects.filter(wanted, is_active=True).distinct().order_by("pk")


@transaction.atomic
def break_glass(*, by: Any, reason: str) -> BreakGlass:
    """Open the compartment to an officer for some hours, and tell all others at once."""
    by = User.objects.select_for_update(of=("self",)).get(pk=by.pk)  # twice at once opens it once
    rules.may_break_glass(by).enforce()
    if not reason.strip():
        raise Refused("Say why you must look inside: everybody concerned will read it.")
    now = timezone.now()
    with audit.because(reason.strip()):
        glass = BreakGlass.objects.create(
            officer=by, reason=reason.strip(), opened_at=now, expires_at=now + timedelta(hours=rules.glass_hours())
        )
    body = (
        f"{by} opened the organizing compartment until {format_moment(glass.expires_at)}.\n\n"
        f"The reason given: {glass.reason}\n\nEvery page {by} opens there is written down: "
        f"{outbox.link(reverse('organizing:access'))}\n"
    )
    for person in holders(OVERSEE, ENTER).exclude(pk=by.pk):
        _tell(person, glass, "opened", ALERT, f"{by} opened the organizing compartment", body)
    return glass


@transaction.atomic
def end_glass(glass: BreakGlass, *, by: Any) -> BreakGlass:
    glass = BreakGlass.objects.select_for_update(of=("self",)).get(pk=glass.pk)
    rules.may_end_glass(by, glass).enforce()
    glass.ended_at, glass.ended_by = timezone.now(), by
    glass.save(update_fields=["ended_at", "ended_by"])
    return glass


@transaction.atomic
def ask(
    campaign: Campaign, *, person: User, by: Any, why: str, label: str = "", until: datetime | None, may_write: bool
) -> CampaignAccess:
    """Ask an officer to name somebody. ``label`` is what the officer will read instead of the campaign's name."""
    rules.may_ask(by, campaign).enforce()
    if not why.strip():
        raise Refused("Say why: the officer who decides reads it.")
    if until is not None and until <= timezone.now():
        raise Refused("That day is over. Take a later one.")
    access = CampaignAccess(
        campaign=campaign,
        label=label.strip() or campaign.name,
        person=person,
        may_write=may_write,
        until_at=until,
        why=why.strip(),
        asked_by=by,
    )
    store(access)
    body = (
        f"{by} asks that {person} may {'work on' if may_write else 'read'} “{access.label}”.\n\n"
        f"Why: {access.why}\n\nGrant or refuse it: {outbox.link(reverse('organizing:access'))}\n"
    )
    for officer in holders(OVERSEE).exclude(pk__in=[by.pk, person.pk]):
        _tell(officer, access, "asked", NAMING, f"{by} asks to name {person} for a campaign", body)
    return access


@transaction.atomic
def grant(access: CampaignAccess, *, by: Any) -> CampaignAccess:
    """Name the person. From now on the campaign exists for them, and nothing else of the room."""
    access = _locked(access)
    rules.may_grant(by, access).enforce()
    now = timezone.now()
    if access.until_at is not None and access.until_at <= now:
        raise Refused("The day until which it was asked for is over. It has to be asked for anew.")
    access.granted_at, access.granted_by, access.starts_at = now, by, now
    with audit.because(access.why):
        access.save(update_fields=["granted_at", "granted_by", "starts_at"])
    where = outbox.link(reverse("organizing:campaign_detail", args=[access.campaign_id]))
    for person in (access.person, access.asked_by):
        _tell(
            person, access, "granted", NAMING, f"{access.person} was named for a campaign", f"{access.label}: {where}\n"
        )
    return access


@transaction.atomic
def end_access(access: CampaignAccess, *, by: Any, reason: str) -> CampaignAccess:
    """Close a campaign to somebody, or refuse what was asked for."""
    access = _locked(access)
    rules.may_end_access(by, access).enforce()
    if not reason.strip():
        raise Refused("Say why: it stays beside the name.")
    access.ended_at, access.ended_by, access.ended_because = timezone.now(), by, reason.strip()
    with audit.because(reason.strip()):
        access.save(update_fields=["ended_at", "ended_by", "ended_because"])
    return access


def _locked(access: CampaignAccess) -> CampaignAccess:
    """Without its campaign, which an officer outside does not see."""
    rows = CampaignAccess.objects.select_for_update(of=("self",)).select_related("person", "asked_by")
    return rows.get(pk=access.pk)


def _tell(person: User, about: models.Model, what: str, kind: str, subject: str, body: str) -> None:
    key = f"{kind}:{about.pk}:{what}:{person.pk}"
    post.send(to=person, subject=subject, body=body, kind=kind, key=key, about=about)
