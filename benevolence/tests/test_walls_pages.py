"""Every page, list, export and administration page of the room, looked through by everybody outside the compartment."""

import pytest
from django.apps import apps
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from benevolence import factories, services
from benevolence.tests.test_walls import OUTSIDERS, case, give_everybody_all_rights
from ip2a.factories import UserFactory
from ip2a.models import CompartmentOpening
from members.factories import MemberEmploymentFactory

pytestmark = pytest.mark.django_db
__all__ = ["case"]

SECRETS = ("zebra", "surgery", "Dr Ames", "My zebra", "No surgery")
EXPORTS = ("?format=csv", "?format=xlsx", "?reason=medical&format=csv", "?submitted_from=2020-01-01")


def addresses(case) -> list[str]:
    """Every address of the room's pages and of its administration."""
    found = []
    for resolver, space in ((get_resolver("benevolence.urls"), "benevolence"), (None, "admin")):
        names = [p.name for p in resolver.url_patterns] if resolver else admin_names()
        for name in names:
            found += _both(space, name, case)
    lists = [reverse("benevolence:benevolenceapplication_list"), reverse("benevolence:ledgerentry_list")]
    return found + [f"{path}{query}" for path in lists for query in EXPORTS]


def admin_names() -> list[str]:
    return [
        f"benevolence_{model._meta.model_name}_{page}"
        for model in apps.get_app_config("benevolence").get_models()
        for page in ("changelist", "add", "change", "history", "delete")
    ] + [
        f"benevolence_benevolenceapplication_{act}"
        for act in ("step_aside", "stay", "relative", "resume", "confirm", "note", "entrust", "bar")
    ]


def _both(space: str, name: str, case) -> list[str]:
    """The address without a record, or with the record of this case."""
    try:
        return [reverse(f"{space}:{name}")]
    except NoReverseMatch:
        pass
    if space == "benevolence":
        return [reverse(f"{space}:{name}", args=[case.pk])]
    model = apps.get_model("benevolence", name.split("_")[1])
    row = case if isinstance(case, model) else model.objects.first()
    try:
        return [reverse(f"{space}:{name}", args=[row.pk])] if row is not None else []
    except NoReverseMatch:
        return []  # not in the administration


def body(response) -> str:
    raw = b"".join(response.streaming_content) if response.streaming else response.content
    return raw.decode("utf-8", "replace")


@pytest.mark.parametrize("has_all_rights", [False, True])
@pytest.mark.parametrize("role", OUTSIDERS)
def test_no_page_tells_the_story_outside(case, role, has_all_rights):
    if has_all_rights:
        give_everybody_all_rights()
    client = Client()
    client.force_login(UserFactory(role=role))
    paths = addresses(case)
    assert len(paths) > 70
    found = {}
    for path in paths:
        for method in ("get", "post"):
            told = body(getattr(client, method)(path))
            if words := [word for word in SECRETS if word in told]:
                found[path] = words
    assert found == {}
    assert CompartmentOpening.objects.count() == 0


def test_inside_the_same_pages_tell_it(case, house):
    """Or the test above would prove nothing."""
    client = Client()
    client.force_login(house["president"])
    told = "".join(body(client.get(path)) for path in addresses(case))
    assert [word for word in SECRETS if word not in told] == []


@pytest.mark.parametrize("role", ["representative", "staff"])
def test_a_filer_of_one_case_reads_nothing_of_another(case, role):
    filer = UserFactory(role=role)
    factories.BenevolenceApplicationFactory(filed_by=filer, member=case.member, story="My own.")
    client = Client()
    client.force_login(filer)
    told = "".join(body(client.get(path)) for path in addresses(case))
    assert [word for word in SECRETS if word in told] == []


def test_the_filer_reads_no_story_any_more_once_it_is_handed_in(case):
    """But the words for the applicant."""
    client = Client()
    client.force_login(case.filed_by)
    told = body(client.get(case.get_absolute_url()))
    assert "No surgery for zebras." in told
    assert [word for word in ("The zebra needs surgery.", "Dr Ames", "My zebra", "zebra.txt") if word in told] == []


def test_roles_without_the_right_see_no_panel_and_no_event(case, signed_in):
    for role in ("organizer",):
        told = body(signed_in(role).get(case.member.get_absolute_url()))
        assert [word for word in (case.number, "Benevolence", "the fund") if word in told] == []
    told = body(signed_in("staff").get(case.member.get_absolute_url()))
    assert case.number in told and "$900.00" in told


def test_an_employers_page_shows_nothing_of_it(case, house):
    job = MemberEmploymentFactory(member=case.member)
    client = Client()
    client.force_login(house["vp"])
    assert case.number not in body(client.get(job.organization.get_absolute_url()))


def test_staff_see_whose_turn_it_is_and_not_who_stepped_aside(house, signed_in):
    deputy = factories.stand_in("vp")
    case = factories.submitted(amount_requested=300)
    services.recuse(case, kind="other", reason="A friend.", by=house["vp"])
    inside, outside = Client(), signed_in("staff")
    inside.force_login(house["president"])
    assert str(deputy) in body(inside.get(case.get_absolute_url()))
    told = body(outside.get(case.get_absolute_url()))
    assert "The vice president decides by" in told
    assert [name for name in (str(deputy), str(house["vp"]), "stepped aside") if name in told] == []
