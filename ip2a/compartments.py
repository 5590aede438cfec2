"""Compartments: records that do not exist for those outside.

A model names its compartment (``compartment = "organizing"``); everything that shows records starts at
``Model.objects.visible_to(user)``, and everything that shows traces of records (audit entries, attachments, counts)
filters by the compartments ``open_to(user)``. Both therefore answer the same question in one place; the database asks
it once more of every statement (``ip2a.walls``).

Some know a part of a compartment only, or its doors and nothing behind them: a model whose records may be known to
them names the rights that say so (``also_known_to``), and its ``visible_to`` finds the rows. Traces are for those
wholly inside. Rights that somebody has for a time are lent (``lend``): they count as those of a role do.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, models
from django.urls import reverse

from ip2a import audit
from ip2a.audit import client_ip


@dataclass(frozen=True)
class Compartment:
    key: str
    label: str
    permission: str
    is_walled: bool = False  # the database keeps others out as well


COMPARTMENTS = {
    c.key: c
    for c in (
        Compartment("organizing", "Organizing", "ip2a.enter_organizing", is_walled=True),
        Compartment("benevolence", "Benevolence stories and papers", "ip2a.enter_benevolence"),
        Compartment("demographics", "Student demographics", "ip2a.enter_demographics"),
    )
}


WALLED = tuple(key for key, c in COMPARTMENTS.items() if c.is_walled)


def open_to(user) -> frozenset[str]:
    """Keys of the compartments this person may enter."""
    return frozenset(key for key, c in COMPARTMENTS.items() if user.has_perm(c.permission))


def of_model(model) -> str:
    """The compartment of every row of a model; "" outside, and where each row names its own in a column."""
    key = getattr(model, "compartment", "")
    return key if isinstance(key, str) else ""


def traces_open_to(user) -> models.Q:
    """Rows with a ``compartment`` column that this person may know of; "" is outside every compartment."""
    return models.Q(compartment__in=["", *open_to(user)])


def may_enter(user, model) -> bool:
    """Whether this person may know that records of a model exist."""
    key = of_model(model)
    if not key or user.has_perm(COMPARTMENTS[key].permission):
        return True
    return any(user.has_perm(right) for right in getattr(model, "also_known_to", ()))


class VisibleQuerySet(models.QuerySet):
    """The one question that every page, search, export and count asks first."""

    def visible_to(self, user):
        model = self.model
        if not user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}"):
            return self.none()
        if not may_enter(user, model):
            return self.none()
        return self


def note_opening(request, record) -> None:
    """Write down, for good, that this person opened this record of a compartment."""
    from ip2a.models import CompartmentOpening  # models import this module

    if not record.compartment:
        return
    CompartmentOpening.objects.create(
        compartment=record.compartment,
        model=record._meta.label_lower,
        record_id=record.pk,
        user_id=request.user.pk,
        user_name=request.user.get_full_name(),
        path=request.path[:500],
        ip=client_ip(request),
    )


# What rooms lend: a function of the database that names the keys a person holds now, and the rights of each key.
_lenders: dict[str, dict[str, frozenset[str]]] = {}
_sayings: dict[str, tuple[str, str]] = {}
_at_the_wall: set[str] = {c.permission for c in COMPARTMENTS.values() if c.is_walled}


def lend(
    function: str,
    rights: dict[str, Iterable[str]],
    *,
    at_the_wall: Iterable[str],
    says: dict[str, tuple[str, str]] | None = None,
) -> None:
    """Rights for a time: ``function(user_id)`` returns text[] of keys. A room calls this when it starts.

    ``at_the_wall`` names the rights, lent or of a role, for which a wall of the database opens somewhere. ``says`` is
    what every page says while a key is held: a sentence, and the URL name of the page where that is ended.
    """
    _lenders[function] = {key: frozenset(names) for key, names in rights.items()}
    _at_the_wall.update(at_the_wall)
    _sayings.update(says or {})


def sayings(user) -> list[tuple[str, str]]:
    """(sentence, address) of what this person holds for a time, for the top of every page."""
    return [(_sayings[key][0], reverse(_sayings[key][1])) for key in getattr(user, "_lent", ()) if key in _sayings]


def lenders() -> list[str]:
    return sorted(_lenders)


def lent(keys: Iterable[str]) -> set[str]:
    """The rights of these keys."""
    held = set(keys)
    return {right for rights in _lenders.values() for key, names in rights.items() if key in held for right in names}


def stands_at_the_wall(rights: set[str]) -> bool:
    """Whether the database must know this person while they read. For all others reading says nothing."""
    return not rights.isdisjoint(_at_the_wall)


# The one door for work that is nobody's: checks, mends, nightly tasks, seeds, mail, imports, merges and undos.
_tokens: dict[tuple[str, str, str], str] = {}


@contextmanager
def system(compartment: str, why: str) -> Iterator[None]:
    """``with compartments.system("organizing", "nightly checks"):`` the walls stand open, and the database notes it.

    Append-only (``SystemOpening``), at most once an hour for the same reason and process outside of a transaction.
    Rights of a person are not asked inside: whoever enters for a person asks the rules first.
    """
    if audit.current().system:
        yield
        return
    key = (connection.settings_dict["NAME"], compartment, why)
    with connection.cursor() as cursor:
        cursor.execute("SELECT ip2a_enter_as_system(%s, %s, %s)", [compartment, why, _tokens.get(key, "")])
        token = cursor.fetchone()[0]
    if not connection.in_atomic_block:
        _tokens[key] = token
    with audit.as_system(token):
        yield
