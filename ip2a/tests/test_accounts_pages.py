"""The People pages and the administration pages, as an administrator sees them."""

import csv
import io

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from ip2a.accounts import services
from ip2a.accounts.people import device_of
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry, User
from members.factories import MemberFactory

pytestmark = pytest.mark.django_db
SITE = "http://testserver/"
PASSWORD = "a long enough password"


@pytest.fixture
def boss(signed_in):
    return signed_in("administrator", first_name="Avery", last_name="Kline", password=PASSWORD)


def words(client, path) -> str:
    response = client.get(path)
    return b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()


def names_of(client, query) -> list[str]:
    lines = list(csv.DictReader(io.StringIO(words(client, f"/people/?format=csv&{query}").lstrip("\ufeff"))))
    return [line["Name"] for line in lines]


@pytest.fixture
def people(boss):
    lima = UserFactory(first_name="Rosa", last_name="Lima", role="staff", email="lima@example.org", password=PASSWORD)
    Authenticator.objects.create(user=lima, type="totp", data={})
    services.invite(email="ng@example.org", roles=["organizer"], by=boss.user, site=SITE, last_name="Ng")
    UserFactory(first_name="Zoe", last_name="Adams", role="officer", is_active=False, password=PASSWORD)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Adams, Zoe", "Kline, Avery", "Lima, Rosa", "Ng"]),
        ("sort=-name", ["Ng", "Lima, Rosa", "Kline, Avery", "Adams, Zoe"]),
        ("q=lima+ro", ["Lima, Rosa"]),
        ("q=example.org+ng", ["Ng"]),
        ("role=organizer", ["Ng"]),
        ("access=invited", ["Ng"]),
        ("access=deactivated", ["Adams, Zoe"]),
        ("access=active", ["Kline, Avery", "Lima, Rosa"]),
        ("factor=yes", ["Lima, Rosa"]),
        ("factor=no&access=active", ["Kline, Avery"]),
        ("access=king", []),
    ],
)
def test_the_list_filters_sorts_and_exports(boss, people, query, names):
    assert names_of(boss, query) == names
    page = words(boss, f"/people/?{query}")
    assert [name for name in ("Adams, Zoe", "Lima, Rosa") if f">{name}</a>" in page] == [
        name for name in ("Adams, Zoe", "Lima, Rosa") if name in names
    ]


def test_the_export_never_holds_a_password(boss, people):
    header = words(boss, "/people/?format=csv").splitlines()[0].lstrip("\ufeff")
    assert header == "Name,E-mail,Roles,Access,Second factor,Last sign-in,Invited"


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_costs_the_same_whatever_its_length(boss, count):
    for _ in range(count):
        UserFactory(role="staff")
    boss.get("/people/")
    with CaptureQueriesContext(connection) as queries:
        assert boss.get("/people/").status_code == 200
    assert len([q for q in queries.captured_queries if "SAVEPOINT" not in q["sql"]]) == 4


def test_inviting_by_the_form_links_the_member(boss):
    member = MemberFactory()
    form = {"email": "Rosa@example.org", "first_name": "Rosa", "last_name": "Lima", "roles": ["staff", "organizer"]}
    answer = boss.post("/people/invite/", {**form, "member": member.pk, "member_q": str(member)})
    user = User.objects.get(email="rosa@example.org")
    member.refresh_from_db()
    assert (answer.url, member.user) == (f"/people/{user.pk}/", user)
    page = words(boss, answer.url)
    assert "Organizer" in page and str(member) in page and "Invited" in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"email": "no address"}, "Type an e-mail address, such as name@example.org."),
        ({"email": ""}, "Fill this in."),
        ({"roles": []}, "Tick at least one role: without one a person sees nothing."),
        ({"roles": ["king"]}, "There is no role “king”. Choose from the list."),
        ({"email": "there@example.org"}, "already has an account with this address."),
        ({"email": "THERE@example.org"}, "already has an account with this address."),
        ({"first_name": "x" * 101}, "Use at most 100 characters"),
    ],
)
def test_a_wrong_invitation_says_what_to_type_and_invites_nobody(boss, change, said):
    UserFactory(email="there@example.org")
    form = {"email": "rosa@example.org", "first_name": "Rosa", "last_name": "Lima", "roles": ["staff"]} | change
    answer = boss.post("/people/invite/", form)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert User.objects.count() == 2


def test_a_member_has_one_login_only(boss):
    taken = MemberFactory(user=UserFactory(first_name="Rosa", last_name="Lima"))
    form = {"email": "x@example.org", "first_name": "X", "last_name": "Y", "roles": ["staff"], "member": taken.pk}
    assert (
        "already has a login: Rosa Lima"
        in boss.post("/people/invite/", {**form, "member_q": str(taken)}).content.decode()
    )


def test_editing_a_person_keeps_the_history(boss):
    user = UserFactory(email="old@example.org", role="staff", first_name="Rosa", last_name="Lima")
    form = {"first_name": "Rosa", "last_name": "Diaz", "email": "New@example.org", "reason": "Married", "version": 1}
    assert boss.post(f"/people/{user.pk}/edit/", form).url == f"/people/{user.pk}/"
    user.refresh_from_db()
    assert (user.get_full_name(), user.email) == ("Rosa Diaz", "new@example.org")
    assert "Married" in words(boss, f"/people/{user.pk}/history/")


def test_two_who_edit_one_person_at_once_are_told(boss):
    user = UserFactory(role="staff", last_name="Lima")
    form = {"first_name": "Rosa", "last_name": "Diaz", "email": user.email, "version": 1}
    boss.post(f"/people/{user.pk}/edit/", form)
    answer = boss.post(f"/people/{user.pk}/edit/", form | {"last_name": "Ng"})
    assert (answer.status_code, "Somebody changed this" in answer.content.decode()) == (409, True)


def test_changing_roles_by_the_page(boss):
    user = UserFactory(role="staff")
    assert boss.post(f"/people/{user.pk}/roles/", {"roles": ["officer"], "reason": "Elected"}).status_code == 302
    assert {group.name for group in user.groups.all()} == {"officer"}
    history = words(boss, f"/people/{user.pk}/history/")
    assert ("Elected" in history, "Officer" in history, "Taken away" in history) == (True, True, True)


def test_a_refusal_stands_on_the_page_with_its_reason(boss):
    me = boss.user
    page = boss.post(f"/people/{me.pk}/roles/", {"roles": ["staff"]})
    assert (page.status_code, "cannot take the management of accounts from yourself" in page.content.decode()) == (
        422,
        True,
    )
    page = boss.post(f"/people/{me.pk}/deactivate/", {"reason": "Tired"})
    assert (page.status_code, "You cannot deactivate yourself" in page.content.decode()) == (422, True)
    assert "You cannot deactivate yourself" in words(boss, f"/people/{me.pk}/")


def test_deactivating_and_reactivating_by_the_page(boss):
    user = UserFactory(role="staff", first_name="Rosa", last_name="Lima")
    page = boss.post(f"/people/{user.pk}/deactivate/", {"reason": "Left"}, follow=True).content.decode()
    assert "Rosa Lima was deactivated and signed out." in page and "Deactivated" in page
    page = boss.post(f"/people/{user.pk}/reactivate/", follow=True).content.decode()
    assert "Rosa Lima can sign in again." in page


def test_a_strangers_factor_is_removed_with_a_reason(boss):
    user = UserFactory(role="staff")
    Authenticator.objects.create(user=user, type="totp", data={})
    assert boss.post(f"/people/{user.pk}/remove-factor/", {"reason": ""}).status_code == 422
    assert boss.post(f"/people/{user.pk}/remove-factor/", {"reason": "Lost phone"}).status_code == 302
    assert not Authenticator.objects.exists()
    assert "Lost phone" in words(boss, f"/people/{user.pk}/history/")


def test_only_administrators_see_the_menu_entry(signed_in, boss):
    assert "People and access" in words(boss, "/")
    assert "People and access" not in words(signed_in("staff"), "/")


# The administration pages


def test_the_admin_changes_roles_by_the_same_rules(boss):
    user = UserFactory(role="staff", email="rosa@example.org")
    groups = {group.name: group.pk for group in boss.user.groups.model.objects.all()}
    form = {"email": user.email, "first_name": "Rosa", "last_name": "Lima", "groups": [groups["officer"]]}
    assert boss.post(f"/admin/ip2a/user/{user.pk}/change/", form).status_code == 302
    assert {group.name for group in user.groups.all()} == {"officer"}
    entry = AuditEntry.objects.filter(table_name="ip2a_user_groups", new__user_id=user.pk).first()
    assert entry.reason == "Changed in the administration pages"
    mine = {"email": boss.user.email, "first_name": "A", "last_name": "K", "groups": [groups["staff"]]}
    page = boss.post(f"/admin/ip2a/user/{boss.user.pk}/change/", mine).content.decode()
    assert "cannot take the management of accounts from yourself" in page
    assert {group.name for group in boss.user.groups.all()} == {"administrator"}


def test_the_admin_shows_no_password_and_no_direct_rights(boss):
    page = words(boss, f"/admin/ip2a/user/{boss.user.pk}/change/")
    assert [name for name in ("password", "user_permissions", "is_superuser") if f'name="{name}' in page] == []


def test_nothing_in_the_admin_can_be_deleted(boss):
    request = RequestFactory().get("/admin/")
    request.user = User.objects.get(pk=boss.user.pk)
    able = {model.__name__: one.has_delete_permission(request) for model, one in admin.site._registry.items()}
    assert able == dict.fromkeys(able, False)
    offered = {action for one in admin.site._registry.values() for action in one.get_actions(request)}
    assert "delete_selected" not in offered


def test_the_admin_has_only_what_belongs_there():
    names = {model._meta.label for model in admin.site._registry}
    assert {"auth.Group", "ip2a.CompartmentOpening", "ip2a.User"} <= names
    assert names.isdisjoint({"account.EmailAddress", "mfa.Authenticator", "usersessions.UserSession"})


@pytest.mark.parametrize(
    ("said", "device"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox on Linux"),
        ("curl/8.5", "curl/8.5"),
        ("", "Unknown"),
    ],
)
def test_a_session_says_in_words_what_it_was_opened_with(said, device):
    assert device_of(said) == device
