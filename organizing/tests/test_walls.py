"""From outside nothing of the compartment is found, at any door. ``benchmarks/organizing_probe.py`` asks at all of
them and compares with an empty compartment; here each role asks what tells most."""

import pytest
from django.test import Client

from ip2a.factories import UserFactory
from ip2a.models import CompartmentOpening
from organizing.factories import CampaignAccessFactory
from organizing.tests import probing
from organizing.tests.probing import OUTSIDERS, probe, same_for_all
from organizing.tests.room import fill, ordinary


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}},
    }


def outsider(role: str) -> Client:
    client = Client(raise_request_exception=True)
    if role != "stranger":
        client.user = UserFactory(role=role)
        client.force_login(client.user)
    return client


@pytest.mark.parametrize("role", OUTSIDERS)
def test_a_record_s_address_answers_as_one_of_a_record_that_never_was(db, role):
    made, client = fill(), outsider(role)
    different = []
    for name, real, other in probing.record_addresses(made):
        if role == "officer" and name in (*probing.KNOWN_TO_OFFICERS, "organizing:breakglass_end"):
            continue
        found, missing = probe(client, name, real), probe(client, name, other)
        numbers = [int(part) for part in real.split("/") if part.isdigit()] + [probing.NEVER_WAS]
        pair = [same_for_all(one.body, *numbers) for one in (found, missing)]
        if found.has_trace or found.status != missing.status or (role != "stranger" and pair[0] != pair[1]):
            different.append((name, found.status, missing.status))
    assert different == []


@pytest.mark.parametrize("role", ["administrator", "staff"])
def test_no_search_list_export_history_or_feed_tells_of_it(db, role):
    made, client = fill(), outsider(role)
    asked = probing.asked_addresses(made)
    found = [probe(client, way, address) for way, address in asked]
    if role != "stranger":
        found.append(probing.feed_of(client, client.user))
    assert ([one.address for one in found if one.has_trace], len(found) > 150) == ([], True)


@pytest.mark.parametrize("role", ["administrator", "officer"])
def test_pages_are_the_same_whether_the_compartment_is_empty_or_full(db, role):
    around = ordinary()
    client = outsider(role)
    pages = [(name, address) for name, address in probing.plain_addresses() if name != "organizing:access"]
    pages += [("employer", around.employer.get_absolute_url()), ("member", around.salt.get_absolute_url())]
    before = {address: same_for_all(probe(client, name, address).body) for name, address in pages}
    fill(around)
    after = {address: same_for_all(probe(client, name, address).body) for name, address in pages}
    assert [address for address in before if before[address] != after[address]] == []


def test_who_was_named_for_a_campaign_finds_it_and_no_other_trace(db):
    made, client = fill(), outsider("instructor")
    other = fill(mark="Qqyother")
    CampaignAccessFactory(campaign=other.campaign, person=client.user)
    found = {record: probe(client, "page", record.get_absolute_url()) for record in (other.campaign, other.worker)}
    assert [one.status for one in found.values()] == [200, 200]
    assert not any(one.has_trace for one in found.values())
    asked = [probe(client, way, address) for way, address in probing.asked_addresses(made)]
    assert [one.address for one in asked if one.has_trace] == []
    kinds = {opening.model for opening in CompartmentOpening.objects.filter(user_id=client.user.pk)}
    assert {"organizing.campaign", "organizing.worker"} <= kinds


def test_organizers_find_what_the_probe_looks_for(db):
    """Otherwise a probe that finds nothing would say nothing."""
    made = fill()
    client = Client()
    client.force_login(made.organizer)
    found = [probe(client, way, address) for way, address in probing.asked_addresses(made)]
    ways = {one.way for one in found if one.has_trace}
    assert ways >= {"search", "type-ahead", "list filtered", "export"}
    pages = [probe(client, name, real) for name, real, _ in probing.record_addresses(made)]
    assert sum(one.has_trace for one in pages) > 12
