"""The People pages' list: its columns, its filters, and what is fetched beside each person."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import django_filters as filters
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, Q, QuerySet

from ip2a.filters import ChoiceFilter, TextFilter, YesNoFilter
from ip2a.models import User
from ip2a.roles import ROLES
from ip2a.tables import Column
from ip2a.trail.words import Told
from ip2a.words import register_tones

LABELS = {role.name: role.label for role in ROLES}
STATES = {"active": "Active", "invited": "Invited", "deactivated": "Deactivated"}
register_tones({"invited": "warn", "deactivated": "quiet"})

_factor = Authenticator.objects.filter(user=OuterRef("pk")).exclude(type=Authenticator.Type.RECOVERY_CODES)
_without_password = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)


def state_of(user: User) -> str:
    if not user.is_active:
        return "deactivated"
    return "active" if user.has_usable_password() else "invited"


def listed_name(user: User) -> str:
    """ "Lima, Rosa"."""
    return ", ".join(part for part in (user.last_name, user.first_name) if part) or user.email


# In this order: Edge and Opera also call themselves Chrome, and Chrome calls itself Safari.
BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {mark: mark for mark in ("iPhone", "iPad", "Android", "Windows")} | {"Mac OS": "Mac", "Linux": "Linux"}


def device_of(user_agent: str) -> str:
    """ "Chrome on Windows" from what a browser says of itself; what is not known stays as it was said."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    return f"{browser} on {system}" if browser and system else user_agent[:60] or "Unknown"


def named(sessions: Iterable[Any]) -> list[Any]:
    """Sessions that know what they were opened with."""
    sessions = list(sessions)
    for session in sessions:
        session.device = device_of(session.user_agent)
    return sessions


def enrich(users: list[User]) -> None:
    """Roles, second factor and member of each, with one query for each kind."""
    pks = [user.pk for user in users]
    held = defaultdict(list)
    for pk, role in User.groups.through.objects.filter(user__in=pks).values_list("user_id", "group__name"):
        held[pk].append(role)
    factors = set(User.objects.filter(Exists(_factor), pk__in=pks).values_list("pk", flat=True))
    for user in users:
        user.role_labels = [LABELS[name] for name in LABELS if name in held[user.pk]]
        user.has_factor = user.pk in factors


COLUMNS = [
    Column("name", "Name", listed_name, sort=("last_name", "first_name"), kind="link"),
    Column("email", "E-mail", lambda u: u.email, sort=("email",)),
    Column("roles", "Roles", lambda u: ", ".join(u.role_labels)),
    Column("state", "Access", state_of, kind="state", show=lambda u: STATES[state_of(u)]),
    Column("factor", "Second factor", lambda u: u.has_factor, kind="yes"),
    Column("last_login", "Last sign-in", lambda u: u.last_login, sort=("last_login",), kind="moment"),
    Column("invited", "Invited", lambda u: u.invited_at, sort=("invited_at",), kind="moment", on_page=False),
]


class PeopleFilter(filters.FilterSet):
    q = TextFilter(label="Search", method="named")
    role = ChoiceFilter(label="Role", choices=list(LABELS.items()), field_name="groups__name")
    access = ChoiceFilter(label="Access", choices=list(STATES.items()), method="in_state")
    factor = YesNoFilter(label="Second factor", yes="Has one", no="Has none", method="with_factor")

    class Meta:
        model = User
        fields: list[str] = []

    def named(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        for word in value.replace("\x00", "").replace(",", " ").split()[:6]:
            rows = rows.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(email__icontains=word))
        return rows

    def in_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if value == "deactivated":
            return rows.filter(is_active=False)
        return rows.filter(_without_password if value == "invited" else ~_without_password, is_active=True)

    def with_factor(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Exists(_factor) if value == "yes" else ~Exists(_factor))


def role_lines(names: Any) -> list[tuple[str, str]]:
    """Label and meaning of each role, in the order of ROLES."""
    return [(role.label, role.about) for role in ROLES if role.name in names]


def name_roles(told: list[Told]) -> None:
    """Say in a history which role was given or taken; the trail itself knows only numbers."""
    roles = {group.pk: LABELS.get(group.name, group.name) for group in Group.objects.all()}
    for one in told:
        if one.entry.table_name == User.groups.through._meta.db_table:
            row = one.entry.new or one.entry.old
            one.name = roles.get(row["group_id"], "a role that is no more")
            one.action = "Given" if one.entry.new else "Taken away"
            one.changes = []
