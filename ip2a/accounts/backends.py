from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db import connection
from django.db.models import DateTimeField

from ip2a import audit, compartments
from ip2a.models import User

# Who is asking, and in which roles, is the first question of every page: one statement, and no query to build. The
# last column changes whenever a role's rights do, so that what each role may do need not be read again each time.
WHO = """
SELECT {columns},
       ARRAY(SELECT g.name::text FROM ip2a_user_groups ug JOIN auth_group g ON g.id = ug.group_id
             WHERE ug.user_id = u.id),
       (SELECT count(*) || '-' || coalesce(max(id), 0) FROM auth_group_permissions),
       {lent}
FROM ip2a_user u WHERE u.id = %s
"""
RIGHTS = """
SELECT g.name, t.app_label || '.' || p.codename FROM auth_group g
JOIN auth_group_permissions gp ON gp.group_id = g.id
JOIN auth_permission p ON p.id = gp.permission_id
JOIN django_content_type t ON t.id = p.content_type_id
"""
HELD = """
SELECT g.name, t.app_label || '.' || p.codename, {lent}
FROM (SELECT %s::bigint AS id) who
LEFT JOIN ip2a_user_groups ug ON ug.user_id = who.id
LEFT JOIN auth_group g ON g.id = ug.group_id
LEFT JOIN auth_group_permissions gp ON gp.group_id = g.id
LEFT JOIN auth_permission p ON p.id = gp.permission_id
LEFT JOIN django_content_type t ON t.id = p.content_type_id
"""
_rights: dict[str, "Rights"] = {}
# What every page needs of a person; times and the like are read by the pages that show them.
READ = [f.attname for f in User._meta.concrete_fields if not isinstance(f, DateTimeField)]


class RoleBackend(AuthenticationBackend):
    """Rights come from roles alone; the person of a request and their roles are read with one query."""

    def get_user(self, user_id: Any) -> User | None:
        found = connection.ask(_who(), [user_id])  # type: ignore[attr-defined]
        if not found:
            return None
        *values, roles, state, lent = found[0]
        user = User.from_db(connection.alias, READ, values)
        if not self.user_can_authenticate(user):
            return None
        rights = _rights_in(state).of(roles, lent)
        user._roles_and_rights, user._lent = (set(roles), rights), lent
        user._perm_cache = rights
        if compartments.stands_at_the_wall(rights):
            audit.recognize(user.pk)
        return user

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        return set(_read(user_obj)[1])


@lru_cache(maxsize=1)
def _who() -> str:
    columns = [f.column for f in User._meta.concrete_fields if f.attname in READ]
    return WHO.format(columns=", ".join(f"u.{connection.ops.quote_name(c)}" for c in columns), lent=_lent("u.id"))


def _lent(user: str) -> str:
    """SQL for the keys of the rights that somebody has for a time, such as an officer who broke the glass."""
    return " || ".join(f"{function}({user})" for function in compartments.lenders()) or "ARRAY[]::text[]"


class Rights:
    """What each role may do, in one state of the table that says so."""

    def __init__(self) -> None:
        found: dict[str, set[str]] = {}
        with connection.cursor() as cursor:
            cursor.execute(RIGHTS)
            for role, right in cursor.fetchall():
                found.setdefault(role, set()).add(right)
        self._roles = found
        self._known: dict[tuple[tuple[str, ...], tuple[str, ...]], frozenset[str]] = {}

    def of(self, roles: Iterable[str], lent: Iterable[str]) -> frozenset[str]:
        """All rights of these roles together, and those that are lent."""
        asked = (tuple(roles), tuple(lent))
        if asked not in self._known:
            self._known[asked] = frozenset(compartments.lent(asked[1])).union(
                *(self._roles.get(r, ()) for r in asked[0])
            )
        return self._known[asked]


def _rights_in(state: str) -> Rights:
    key = f"{connection.settings_dict['NAME']}-{state}"
    rights = _rights.get(key)
    if rights is None:
        rights = Rights()
        _rights.clear()  # only the newest is of use
        _rights[key] = rights
    return rights


def roles_of(user: Any) -> set[str]:
    """Names of the roles a person holds; no query once their rights were asked for."""
    return _read(user)[0]


def _read(user: Any) -> tuple[set[str], Collection[str]]:
    if not hasattr(user, "_roles_and_rights"):
        with connection.cursor() as cursor:
            cursor.execute(HELD.format(lent=_lent("who.id")), [user.pk])
            rows = cursor.fetchall()
        roles = {role for role, _, _ in rows if role}
        rights = {right for _, right, _ in rows if right} | compartments.lent(rows[0][2])
        user._roles_and_rights = (roles, rights)
    return user._roles_and_rights


def forget_rights(user: Any) -> None:
    """After a change of roles: what this object remembers is no longer true."""
    for name in ("_roles_and_rights", "_perm_cache", "_group_perm_cache", "_user_perm_cache"):
        user.__dict__.pop(name, None)
