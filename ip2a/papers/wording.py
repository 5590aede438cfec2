"""A wording with ``{placeholders}``, and what becomes of it when a record fills them."""

import re
from collections.abc import Mapping
from datetime import date

from ip2a.answers import YES, Answer, no

PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")
LONGEST = 50_000
HOUSE_FIELDS = {
    "today": "Today's date",
    "local_name": "The name of the local",
    "your_name": "The name of the person who drafts it",
}


def written_day(day: date | None) -> str:
    """A date as letters spell it, ``March 18, 2026``; None is the empty string, which leaves a gap."""
    return f"{day:%B} {day.day}, {day.year}" if day else ""


def placeholders(body: str) -> list[str]:
    """The names between braces, each once, in order."""
    return list(dict.fromkeys(PLACEHOLDER.findall(body)))


def may_say(body: str, known: Mapping[str, str]) -> Answer:
    """Whether a wording uses only placeholders that can be filled."""
    if not body.strip():
        return no("The wording is empty. Write it, or go back to the shipped wording.")
    if len(body) > LONGEST:
        return no(f"The wording is {len(body):,} characters long; a paper holds at most {LONGEST:,}.")
    unknown = [f"{{{name}}}" for name in placeholders(body) if name not in known]
    if not unknown:
        return YES
    allowed = ", ".join(f"{{{name}}}" for name in known)
    return no(f"Nothing can fill {_listed(unknown)} in this paper. You can use {allowed}.")


def _listed(words: list[str]) -> str:
    return " and ".join(", ".join(words).rsplit(", ", 1))


def gap(name: str) -> str:
    """What stands in a draft where the record says nothing."""
    return f"[{name.replace('_', ' ')}?]"


def fill(body: str, values: Mapping[str, str | None]) -> str:
    """The wording with every placeholder replaced once: a value that looks like a placeholder stays what it is."""
    return PLACEHOLDER.sub(lambda found: (values.get(found[1]) or "").strip() or gap(found[1]), body)


def gaps_in(text: str, known: Mapping[str, str]) -> dict[str, str]:
    """The gaps that still stand in a draft, with what belongs there."""
    return {gap(name): about for name, about in known.items() if gap(name) in text}
