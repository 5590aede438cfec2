"""What those inside see of outreach on an employer's, a member's and the home page. Outside there is no panel."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from ip2a.panels import panel
from ip2a.rules import has_right
from organizing.columns import outreach as columns
from organizing.models import EmployerScore, SaltingActivity, SaltingAgreement
from organizing.panels.workspace import listed, without


def _address(name: str, **query: Any) -> str:
    return f"{reverse(f'organizing:{name}')}?{urlencode(query)}"


def _adding(request: Any, label: str, model: type, **query: Any) -> list[tuple[str, str]]:
    if not has_right(request.user, "add", model):
        return []
    return [(label, _address(f"{model._meta.model_name}_create", **query))]


def _knows(request: Any, model: type) -> bool:
    return not model._default_manager.visible_to(request.user).query.is_empty()


@panel("members.organization", order=22)
def stands(request, organization):
    """How the employer stands, with every score there was."""
    if not _knows(request, EmployerScore):
        return None
    rows = EmployerScore.objects.visible_to(request.user).filter(organization=organization).for_table()
    return listed(
        "How they stand",
        rows.order_by("-on", "-id"),
        without(columns.SCORES, "employer", "city"),
        "Nobody scored this employer yet. A score says how they stand to the union, who says so and why.",
        _address("employerscore_list", employer_id=organization.pk, every="yes"),
        actions=_adding(request, "Score this employer", EmployerScore, organization=organization.pk),
    )


@panel("members.organization", order=24)
def activities_at(request, organization):
    if not _knows(request, SaltingActivity):
        return None
    rows = SaltingActivity.objects.visible_to(request.user).live().filter(organization=organization).for_table()
    return listed(
        "Organizing activities",
        rows,
        without(columns.ACTIVITIES, "employer", "location"),
        "Nothing was done here yet.",
        _address("saltingactivity_list", employer_id=organization.pk),
        actions=_adding(request, "Write one down", SaltingActivity, organization=organization.pk),
    )


@panel("members.organization", order=26)
def salts_at(request, organization):
    rows = SaltingAgreement.objects.visible_to(request.user).filter(organization=organization).for_table()
    if not _knows(request, SaltingAgreement) or not rows.exists():
        return None
    url = _address("saltingagreement_list", employer_id=organization.pk)
    return listed("Salts", rows, without(columns.AGREEMENTS, "employer", "signed"), "", url)


@panel("members.member", order=26)
def salting(request, member):
    """The agreements of a salt; of others there is no panel."""
    if not _knows(request, SaltingAgreement):
        return None
    rows = SaltingAgreement.objects.visible_to(request.user).filter(member=member).for_table()
    url = _address("saltingagreement_list", member_id=member.pk)
    add = _adding(request, "Add a signed agreement", SaltingAgreement, member=member.pk)
    if not rows.exists():
        return None
    shown = [columns.UNDER, *without(columns.AGREEMENTS, "member", "signed")]
    return listed("Salting agreements", rows, shown, "", url, actions=add)


@panel("members.member", order=28)
def activities_of(request, member):
    if not _knows(request, SaltingActivity):
        return None
    rows = SaltingActivity.objects.visible_to(request.user).live().filter(member=member).for_table()
    if not rows.exists():
        return None
    url = _address("saltingactivity_list", member_id=member.pk)
    return listed("Organizing activities", rows, without(columns.ACTIVITIES, "member", "location"), "", url)


@panel("home", order=34)
def latest(request, subject):
    """The last activities, and the button for the next one."""
    if not _knows(request, SaltingActivity):
        return None
    return listed(
        "Latest activities",
        SaltingActivity.objects.visible_to(request.user).live().for_table(),
        without(columns.ACTIVITIES, "location", "contacted", "cards", "member"),
        "Visits, talks and leaflets at employers will stand here.",
        reverse("organizing:saltingactivity_list"),
        actions=_adding(request, "Write one down", SaltingActivity),
    )


@panel("home", order=36)
def ended(request, subject):
    """Agreements whose end nobody decided: the employer signed, or the last day came."""
    if not _knows(request, SaltingAgreement):
        return None
    rows = SaltingAgreement.objects.visible_to(request.user).lately_over().for_table()
    if not rows.exists():
        return None
    shown = [columns.UNDER, *without(columns.AGREEMENTS, "signed", "state", "directed")]
    url = _address("saltingagreement_list", state="over")
    return listed("Salting agreements that ended", rows, shown, "", url)
