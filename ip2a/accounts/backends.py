from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Group
from django.db import connection

from ip2a.models import User

# Who is asking, and with which rights, is the first question of every page: one statement, and no query to build.
WHO = """
SELECT {columns}, r.roles, r.rights FROM ip2a_user u CROSS JOIN LATERAL (
  SELECT coalesce(array_agg(DISTINCT g.name::text), '{{}}') AS roles,
         coalesce(array_agg(DISTINCT t.app_label || '.' || p.codename) FILTER (WHERE p.id IS NOT NULL), '{{}}')
           AS rights
  FROM ip2a_user_groups ug
  JOIN auth_group g ON g.id = ug.group_id
  LEFT JOIN auth_group_permissions gp ON gp.group_id = g.id
  LEFT JOIN auth_permission p ON p.id = gp.permission_id
  LEFT JOIN django_content_type t ON t.id = p.content_type_id
  WHERE ug.user_id = u.id
) r WHERE u.id = %s
"""


class RoleBackend(AuthenticationBackend):
    """Rights come from roles alone; the person of a request and their rights are read with one query."""

    def get_user(self, user_id: Any) -> User | None:
        names = [field.attname for field in User._meta.concrete_fields]
        columns = ", ".join(f"u.{connection.ops.quote_name(f.column)}" for f in User._meta.concrete_fields)
        with connection.cursor() as cursor:
            cursor.execute(WHO.format(columns=columns), [user_id])
            row = cursor.fetchone()
        if row is None:
            return None
        *values, roles, rights = row
        user = User.from_db(connection.alias, names, values)
        user._roles_and_rights = (set(roles), set(rights))
        return user if self.user_can_authenticate(user) else None

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
