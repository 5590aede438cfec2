"""Roles as data, and the groups that follow from them."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission

from ip2a import navigation, roles
from ip2a.compartments import COMPARTMENTS
from ip2a.factories import UserFactory
from ip2a.models import User

pytestmark = pytest.mark.django_db


def known() -> set[str]:
    return {f"{app}.{name}" for app, name in Permission.objects.values_list("content_type__app_label", "codename")}


def held(role: str) -> set[str]:
    rows = Permission.objects.filter(group__name=role).values_list("content_type__app_label", "codename")
    return {f"{app}.{name}" for app, name in rows}


def test_the_roles_are_those_of_the_local():
    assert roles.ROLE_NAMES == ["administrator", "officer", "representative", "organizer", "instructor", "staff"]


def test_every_permission_of_an_installed_app_is_one():
    installed = {config.label for config in apps.get_app_configs()}
    strings = {permission for role in roles.ROLES for permission in role.permissions}
    strings |= {compartment.permission for compartment in COMPARTMENTS.values()}
    strings |= {item.permission for _, items in navigation.MENU for item in items if item.permission}
    assert {text for text in strings if text.split(".")[0] in installed} - known() == set()


def test_every_entry_of_the_menu_leads_somewhere():
    assert navigation.unresolved() == []


def test_no_role_names_a_permission_twice():
    doubled = {role.name: [p for p in role.permissions if role.permissions.count(p) > 1] for role in roles.ROLES}
    assert doubled == dict.fromkeys(roles.ROLE_NAMES, [])


def test_groups_hold_exactly_what_the_roles_say():
    assert {name: held(name) for name in roles.ROLE_NAMES} == {
        role.name: set(role.permissions) & known() for role in roles.ROLES
    }


def test_a_right_that_was_taken_away_from_a_role_is_taken_from_its_people():
    user = UserFactory(role="staff")
    Group.objects.get(name="staff").permissions.add(Permission.objects.get(codename="use_admin"))
    assert User.objects.get(pk=user.pk).is_staff
    roles.sync()
    assert not User.objects.get(pk=user.pk).is_staff
    assert held("staff") == set(next(role for role in roles.ROLES if role.name == "staff").permissions) & known()


def test_a_right_that_was_given_to_a_role_arrives(monkeypatch):
    more = roles.Role("instructor", "Instructor", "", ["members.view_member"])
    monkeypatch.setattr(roles, "ROLES", (more,))
    roles.sync()
    assert held("instructor") == {"members.view_member"}


def test_syncing_twice_changes_nothing():
    before = sorted(Group.permissions.through.objects.values_list("group__name", "permission__codename"))
    roles.sync()
    assert sorted(Group.permissions.through.objects.values_list("group__name", "permission__codename")) == before


def test_administrators_are_inside_no_compartment():
    administrator = next(role for role in roles.ROLES if role.name == "administrator")
    assert {c.permission for c in COMPARTMENTS.values()} & set(administrator.permissions) == set()


def test_who_enters_which_compartment():
    entering = {key: roles.granting(c.permission) for key, c in COMPARTMENTS.items()}
    assert entering == {"organizing": {"organizer"}, "benevolence": {"officer"}, "demographics": {"staff"}}


def test_only_administrators_manage_accounts():
    assert roles.granting("ip2a.add_user", "ip2a.change_user", "ip2a.view_user", "ip2a.view_audit") == {"administrator"}


def test_nobody_deletes_people_members_or_employers():
    forbidden = {"ip2a.delete_user", "members.delete_member", "members.delete_organization"}
    assert {permission for role in roles.ROLES for permission in role.permissions} & forbidden == set()
