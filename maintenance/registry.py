"""What a check is, and the list of all of them.

An app declares the checks on its own data in ``<app>/integrity.py``; this module knows no app. A check looks at all
rows at once (a query, never a loop over records): real data has tens of thousands of some findings.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Model, QuerySet

from maintenance import thresholds
from maintenance.models import Severity

Find = Callable[[], QuerySet]
Fact = Callable[[Any], str]
Mend = Callable[[Any], str]


@dataclass
class Check:
    """``sentence`` is (for one, for many), with {count} and the names of ``uses``; ``advice`` says what to do.

    ``fact`` tells of one found record what is wrong with it. ``mend`` is set by ``@the_check.mends``: it gets one found
    record, repairs it and says what it did; a check without it is for a person.
    """

    name: str
    find: Find
    severity: Severity
    model: type[Model]
    sentence: tuple[str, str]
    advice: str
    fact: Fact | None = None
    uses: tuple[str, ...] = ()
    mend: Mend | None = field(default=None)

    def mends(self, function: Mend) -> Mend:
        self.mend = function
        return function

    def say(self, count: int, numbers: dict[str, Decimal] | None = None) -> str:
        """The finding in one sentence. ``numbers`` spares the look-up of thresholds."""
        known = numbers if numbers is not None else thresholds.values(*self.uses) if self.uses else {}
        words = {name.rpartition(".")[2].replace("-", "_"): f"{known[name].normalize():f}" for name in self.uses}
        return self.sentence[count != 1].format(count=f"{count:,}", **words)

    def is_visible_to(self, user: Any) -> bool:
        """Whether this person may see every row of the model. Counts are over all rows, so nobody else is told."""
        visible = self.model._default_manager.visible_to(user).query
        return not visible.is_empty() and not visible.where

    def rows_for(self, user: Any) -> QuerySet:
        """The found records, for those who may see them."""
        return self.find() if self.is_visible_to(user) else self.model._default_manager.none()


_checks: dict[str, Check] = {}


def check(
    name: str,
    *,
    on: type[Model],
    severity: Severity,
    sentence: tuple[str, str],
    advice: str,
    fact: Fact | None = None,
    uses: tuple[str, ...] = (),
) -> Callable[[Find], Check]:
    """Register a function that returns the wrong records of model ``on`` as one QuerySet."""

    def register(function: Find) -> Check:
        if name in _checks:
            raise ValueError(f"Two checks are named {name}.")
        _checks[name] = Check(name, function, severity, on, sentence, advice, fact, uses)
        return _checks[name]

    return register


def all_checks() -> list[Check]:
    return sorted(_checks.values(), key=lambda c: c.name)


def check_named(name: str) -> Check | None:
    return _checks.get(name)
