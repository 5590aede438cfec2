"""Verbs of an authorization card: enter, correct, hand over, make void."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from ip2a import services
from ip2a.answers import Refused
from ip2a.words import format_day
from members.models import Organization
from organizing.models import AuthorizationCard, Campaign, CardCustody, CardKind
from organizing.rules.campaigns import may_change_card, may_hand_over, may_void
from organizing.rules.shared import may_work_now, not_in_future
from organizing.services.shared import locked, needs_reason, store


@transaction.atomic
def enter(card: AuthorizationCard, *, by: Any) -> AuthorizationCard:
    """Write down a card that came in; the chain of custody begins with who received it."""
    campaign = card.worker.campaign
    may_work_now(by, campaign, "add", AuthorizationCard).enforce()
    _fit(card, campaign)
    card.campaign, card.received_by = campaign, by
    store(card)
    first = CardCustody(
        card=card,
        campaign=campaign,
        handed_by=card.worker.full_name[:200],
        handed_to=str(by)[:200],
        on=card.received_on,
        place="With the receiver",
        by=by,
    )
    store(first)
    return card


def _fit(card: AuthorizationCard, campaign: Campaign) -> None:
    """What cannot be: a card of the future, of before the campaign, an electronic one without who signed how."""
    if card.signed_on is not None:
        not_in_future(card.signed_on).enforce()
        if card.signed_on < campaign.opened_on:
            raise Refused(
                f"The card is dated {format_day(card.signed_on)}, before the campaign opened on "
                f"{format_day(campaign.opened_on)}, so it is no evidence for it. Look at its date again."
            )
    not_in_future(card.received_on).enforce()
    if card.signed_on is not None and card.received_on < card.signed_on:
        raise Refused("It was received before it was signed: check both dates.")
    if card.kind == CardKind.ELECTRONIC and not (card.identity_method and card.signer_contact and card.signed_at):
        raise Refused(
            "An electronic card needs how the signer was identified, the signer's phone or e-mail, and its time stamp."
        )
    card.employer_named = card.employer_named.strip()
    if card.organization_id is None:
        card.organization = employer_called(card.employer_named, campaign)


def employer_called(name: str, campaign: Campaign) -> Organization | None:
    """The employer of the campaign that has this name, whatever its spelling of capitals and blanks."""
    plain = " ".join(name.casefold().split())
    found = [party for party in Organization.objects.filter(campaign_parties__campaign=campaign) if plain]
    return next((one for one in found if " ".join(one.name.casefold().split()) == plain), None)


@transaction.atomic
def correct(card: AuthorizationCard, *, by: Any, version: int | None = None, reason: str = "") -> AuthorizationCard:
    """Correct how a card was written down, for a reason that stays in the history."""
    may_change_card(by, locked(card, "campaign")).enforce()
    needs_reason(reason, "the card is corrected")
    _fit(card, card.campaign)
    return services.save(card, by=by, version=version, reason=reason)


@transaction.atomic
def hand_over(
    card: AuthorizationCard, *, to: str, place: str, by: Any, on: date | None = None, note: str = ""
) -> CardCustody:
    """The card changed hands. The chain goes on from whoever had it last."""
    card = locked(card, "campaign", "worker")
    may_hand_over(by, card).enforce()
    last = card.custody.order_by("-on", "-pk").first()
    on = on or timezone.localdate()
    not_in_future(on).enforce()
    if last is not None and on < last.on:
        raise Refused(f"The card changed hands last on {format_day(last.on)}. Take that day or a later one.")
    handed_by = last.handed_to if last else card.worker.full_name
    made = CardCustody(
        card=card, campaign_id=card.campaign_id, handed_by=handed_by, handed_to=to, on=on, place=place, note=note, by=by
    )
    return store(made)


@transaction.atomic
def void(card: AuthorizationCard, *, reason: str, by: Any) -> AuthorizationCard:
    """The card counts no more, whatever is written on it."""
    card = locked(card, "campaign")
    may_void(by, card).enforce()
    card.void_reason = needs_reason(reason, "the card is made void")[:300]
    card.voided_at, card.voided_by = timezone.now(), by
    return store(card, ["voided_at", "voided_by", "void_reason"], because=card.void_reason)
