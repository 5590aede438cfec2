"""Two records side by side: where they differ, and which value is proposed to stay."""

from dataclasses import dataclass
from typing import Any

from django.db import models

from ip2a.words import format_day
from members.models import Member, Organization

PLACE = ("address", "city", "state", "zip_code")
REACHED = ("phone", "email", *PLACE)
FIELDS: dict[type[models.Model], tuple[str, ...]] = {
    Member: (
        *("member_number", "first_name", "middle_name", "last_name", "date_of_birth"),
        *("status", "classification", "hire_date", *REACHED, "notes", "user"),
    ),
    Organization: ("name", "org_type", "is_signatory", *REACHED, "website", "notes"),
}
KEEP, TAKE, BOTH = "keep", "take", "both"


@dataclass(frozen=True)
class Line:
    """One field of both records. ``proposed`` is KEEP (what stays), TAKE (what goes) or BOTH (texts joined)."""

    field: str
    label: str
    kept: str
    taken: str
    differs: bool
    proposed: str
    can_join: bool


def lines(survivor: models.Model, loser: models.Model) -> list[Line]:
    return [_line(survivor, loser, name) for name in FIELDS[type(survivor)]]


def _line(survivor: models.Model, loser: models.Model, name: str) -> Line:
    kept, taken = getattr(survivor, name), getattr(loser, name)
    field = survivor._meta.get_field(name)
    label = "Login" if name == "user" else str(field.verbose_name)
    return Line(
        name,
        label[:1].upper() + label[1:],
        shown(survivor, name),
        shown(loser, name),
        differs=kept != taken,
        proposed=proposed(survivor, loser, name),
        can_join=can_join(survivor, loser, name),
    )


def shown(record: models.Model, name: str) -> str:
    value = getattr(record, name)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if value in (None, ""):
        return ""
    if hasattr(value, "strftime"):
        return format_day(value)
    display = getattr(record, f"get_{name}_display", None)
    return str(display() if display else value)


def can_join(survivor: models.Model, loser: models.Model, name: str) -> bool:
    """Long texts of both can stand one after the other."""
    if not isinstance(survivor._meta.get_field(name), models.TextField):
        return False
    kept, taken = getattr(survivor, name).strip(), getattr(loser, name).strip()
    return bool(kept and taken and kept != taken)


def proposed(survivor: models.Model, loser: models.Model, name: str) -> str:
    """Keep the fuller value: a filled one before a blank one, "Robert" before "R.", Yes before No, all notes."""
    kept, taken = getattr(survivor, name), getattr(loser, name)
    if can_join(survivor, loser, name):
        return BOTH
    if name in PLACE and _live_apart(survivor, loser):
        return TAKE if _filled(loser, PLACE) > _filled(survivor, PLACE) else KEEP
    if _is_blank(kept) or _is_blank(taken):
        return KEEP if not _is_blank(kept) or _is_blank(taken) else TAKE
    if isinstance(kept, str) and not survivor._meta.get_field(name).choices:
        return TAKE if _begins(taken, kept) else KEEP
    return TAKE if taken is True and kept is False else KEEP


def outcome(line: Line, choice: str) -> str:
    """What the field will hold after that choice."""
    if choice == BOTH and line.can_join:
        return f"{line.kept}\n\n{line.taken}"
    return line.taken if choice == TAKE else line.kept


def _is_blank(value: Any) -> bool:
    return value is None or value == ""


def _live_apart(survivor: models.Model, loser: models.Model) -> bool:
    """Two cities: an address must not be put together from both."""
    kept, taken = survivor.city.strip().casefold(), loser.city.strip().casefold()
    return bool(kept and taken and kept != taken)


def _filled(record: models.Model, names: tuple[str, ...]) -> int:
    return sum(not _is_blank(getattr(record, name)) for name in names)


def _begins(longer: str, shorter: str) -> bool:
    short = shorter.strip().rstrip(".").casefold()
    return len(longer.strip()) > len(shorter.strip()) and longer.strip().casefold().startswith(short)


def fullness(record: models.Model) -> int:
    """How many facts a record holds: the fuller one is proposed to stay."""
    return _filled(record, FIELDS[type(record)])


def fuller_first(one: models.Model, other: models.Model) -> tuple[models.Model, models.Model]:
    """The fuller record, then the other; the older one first when they are equal."""
    first, second = sorted((one, other), key=lambda record: (-fullness(record), record.pk))
    return first, second
