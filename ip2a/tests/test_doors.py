"""Every address, walked by a stranger and by every role, against the table in doors.py."""

from collections import Counter
from urllib.parse import unquote

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, get_resolver, reverse

from ip2a import compartments
from ip2a.factories import UserFactory
from ip2a.questions import with_names
from ip2a.roles import ROLE_NAMES
from ip2a.tests.doors import DOORS, EVERYBODY_IN_TESTS, NAMELESS, OPEN, RECORDS
from ip2a.trail import words

SIGN_IN = "/account/login/?next="


def patterns(resolver=None, namespace=""):
    """Names and parameters of every address."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from patterns(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
        else:
            yield f"{namespace}{pattern.name}"


@pytest.fixture
def walk(db, settings, tmp_path):
    """(door, address) of every door, with a record of each kind behind them."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}},
    }
    known = {f"{p.content_type.app_label}.{p.codename}": p for p in Permission.objects.select_related("content_type")}
    for group in Group.objects.all():
        group.permissions.add(*(known[name] for name in EVERYBODY_IN_TESTS))
    made = {name: make() for name, make in RECORDS.items()}
    return [(door, address(door, made)) for door in DOORS]


def address(door, made) -> str:
    kwargs = dict(door.kwargs)
    if door.of:
        kwargs["object_id" if door.name.startswith("admin:") else "pk"] = made[door.of].pk
    return reverse(door.name, kwargs=kwargs)


def answer(client, path, method="get") -> int:
    response = getattr(client, method)(path)
    if response.streaming:
        list(response.streaming_content)
    return response.status_code


def test_every_address_states_its_rights_once():
    """A new page is added to doors.py, with the permission it needs."""
    counted = Counter(door.name for door in DOORS)
    addresses = set(patterns()) - NAMELESS.keys()
    assert (sorted(addresses - counted.keys()), sorted(counted.keys() - addresses)) == ([], [])
    assert [name for name, count in counted.items() if count > 1] == []


def test_every_permission_of_the_table_is_one(db):
    known = {f"{p.content_type.app_label}.{p.codename}" for p in Permission.objects.select_related("content_type")}
    needed = {word for door in DOORS for word in door.needs.split()}
    assert needed - known == {"nobody"}


def test_a_stranger_is_sent_to_sign_in_everywhere_but_at_the_open_doors(walk):
    stranger, found, expected = Client(), {}, {}
    for door, path in walk:
        response = stranger.get(path)
        if door.name in OPEN:
            found[door.name], expected[door.name] = response.status_code, OPEN[door.name][0]
        else:
            found[door.name] = (response.status_code, unquote(response.headers.get("Location", "")))
            expected[door.name] = (302, f"{SIGN_IN}{path}")
    assert found == expected


def test_a_stranger_changes_nothing_by_posting(walk):
    stranger = Client()
    doors = [(door, path) for door, path in walk if door.name not in OPEN]
    found = {door.name: stranger.post(path).headers.get("Location", "")[: len(SIGN_IN)] for door, path in doors}
    assert found == dict.fromkeys(found, SIGN_IN)


@pytest.mark.parametrize("role", [*ROLE_NAMES, None])
def test_every_role_gets_what_its_rights_say(walk, role):
    client = Client()
    client.force_login(UserFactory(role=role))
    found = {door.name: answer(client, path) for door, path in walk}
    held = role or "no role at all"
    expected = {door.name: door.expected(held) for door in DOORS}
    if role is None:
        expected |= {door.name: 404 if door.compartment else expected[door.name] for door in DOORS}
    assert found == expected


@pytest.mark.parametrize("role", ROLE_NAMES)
def test_who_may_not_look_may_not_post_either(walk, role):
    client = Client()
    client.force_login(UserFactory(role=role))
    closed = [(door, path) for door, path in walk if door.expected(role) in (403, 404) and door.get != 404]
    answers = {door.name: (answer(client, path, "post"), door.expected(role)) for door, path in closed}
    assert {name: pair for name, pair in answers.items() if pair[0] not in (pair[1], 405)} == {}


def test_addresses_of_no_record_are_404_for_those_who_may(walk):
    """Never an error, whatever number stands in the address."""
    client = Client()
    client.force_login(UserFactory(role="administrator"))
    paged = [door for door in DOORS if door.of and not door.compartment and door.expected("administrator") == 200]
    for number in (999_999_999, 2**62):
        paths = {}
        for door in paged:
            key = "object_id" if door.name.startswith("admin:") else "pk"
            try:
                paths[door.name] = reverse(door.name, kwargs={**door.kwargs, key: number})
            except NoReverseMatch:  # pragma: no cover - the table names a parameter that is not there
                raise AssertionError(door.name) from None
        found = {name: answer(client, path) for name, path in paths.items()}
        gone = {name: 302 if name.startswith("admin:") else 404 for name in found}
        assert found == gone


def test_records_of_every_kind_are_named_without_asking_for_each(walk):
    """Wherever records of all kinds stand below each other: recent work, the trail, the history of a record."""
    asked, seen = {}, 0
    with compartments.system("organizing", "tests"):
        for model in set(words.models_by_table().values()) - {Permission}:  # which nobody makes
            numbers = list(model._default_manager.order_by().values_list("pk", flat=True)[:3])
            seen += bool(numbers)
            named = list(with_names(model._default_manager.filter(pk__in=numbers)))
            with CaptureQueriesContext(connection) as queries:
                told = [(str(record), getattr(record, "get_absolute_url", str)()) for record in named]
            assert len(told) == len(numbers)
            if queries:
                asked[model._meta.label] = len(queries)
    assert seen > 40
    assert asked == {}
