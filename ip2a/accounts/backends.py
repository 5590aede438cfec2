from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Group


class RoleBackend(AuthenticationBackend):
    """Rights come from roles alone, and both are read with one query for a request."""

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        return _read(user_obj)[1]


def roles_of(user: Any) -> set[str]:
    """Names of the roles a person holds; no query once their rights were asked for."""
    return _read(user)[0]


def _read(user: Any) -> tuple[set[str], set[str]]:
    if not hasattr(user, "_roles_and_rights"):
        rows = Group.objects.filter(user=user.pk).values_list(
            "name", "permissions__content_type__app_label", "permissions__codename"
        )
        roles, rights = set(), set()
        for role, app, codename in rows:
            roles.add(role)
            if codename:
                rights.add(f"{app}.{codename}")
        user._roles_and_rights = (roles, rights)
    return user._roles_and_rights


def forget_rights(user: Any) -> None:
    """After a change of roles: what this object remembers is no longer true."""
    for name in ("_roles_and_rights", "_perm_cache", "_group_perm_cache", "_user_perm_cache"):
        user.__dict__.pop(name, None)
