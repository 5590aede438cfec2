"""How much of what a check found a repair would mend now, and what it would leave to a person.

The one answer to that for a look, a dry run, a repair and the pages.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import transaction

from ip2a import numbers
from ip2a.compartments import system
from ip2a.words import counted
from maintenance import looking
from maintenance.looking import Seen
from maintenance.mending import AT_MOST, Mend, mend_of
from maintenance.mending_rows import candidates
from maintenance.mending_schema import why_not
from maintenance.registry import Check

logger = logging.getLogger(__name__)
TOO_MANY = (
    "{found:,} at once, more than {limit:,}: look at some first, then let them be mended all the same "
    "(Mend on the page Repairs, or auto_heal --many)."
)
TAKEN_BACK = (
    "1 was mended before and taken back by a person, so it stays as it is.",
    "{count} were mended before and taken back by a person, so they stay as they are.",
)
UNKNOWN = "How many can be mended could not be found out: {error}"


@dataclass(frozen=True)
class Part:
    """``safe`` rows would be mended now; ``withheld`` only when a person says so, and ``remark`` says why."""

    safe: int = 0
    withheld: int = 0
    remark: str = ""


def part_of(check: Check, mend: Mend, *, many: bool = False, again: bool = False) -> Part:
    """``many`` and ``again`` are what a person may say yes to (``maintenance.healing.heal``)."""
    if mend.cures:
        return Part(sum(1 for thing in (check.tell() if check.tell else []) if not why_not(thing)))
    everything = candidates(check, mend).count()
    safe = candidates(check, mend, again=False).count() if everything and not again else everything
    withheld, remarks = everything - safe, []
    if withheld:
        remarks.append(counted(withheld, *TAKEN_BACK))
    limit = int(numbers.value(AT_MOST))
    if safe > limit and not many:
        withheld, safe = everything, 0
        remarks.append(TOO_MANY.format(found=everything, limit=limit))
    return Part(safe, withheld, " ".join(remarks))


def weighed(seen: Iterable[Seen]) -> list[Seen]:
    """The same, each with what a repair would mend of it."""
    with system("organizing", "checks"), transaction.atomic(), looking.bounded():
        return [_weighed(one) for one in seen]


def _weighed(seen: Seen) -> Seen:
    mend = mend_of(seen.check) if seen.count else None
    if mend is None:
        return seen
    try:
        with transaction.atomic():
            part = part_of(seen.check, mend)
    except Exception as error:
        logger.warning("What can be mended of %s is not known: %s", seen.check.name, error)
        return replace(seen, remark=UNKNOWN.format(error=f"{type(error).__name__}: {error}"[:200]))
    return replace(seen, fixable=part.safe, withheld=part.withheld, remark=part.remark)
