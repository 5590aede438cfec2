"""Which column of a file is which column of a kind: by name, label or spelling, by near spelling, or as told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from ip2a.imports.kinds import Kind
from ip2a.imports.reading import CannotRead
from ip2a.imports.values import folded

REPORT_COLUMNS = ("import_row", "import_problem")
KEEP = ""
NEAR = 0.86


@dataclass
class Headings:
    """``columns`` gives for each header the kind's column, or "" to keep the values beside the record."""

    columns: dict[str, str] = field(default_factory=dict)
    notices: dict[str, str] = field(default_factory=dict)

    @property
    def kept(self) -> list[str]:
        return [header for header, name in self.columns.items() if name == KEEP]

    def position_of(self, headers: list[str]) -> dict[str, int]:
        return {name: headers.index(header) for header, name in self.columns.items() if name != KEEP}


def suggest(kind: Kind, headers: list[str]) -> Headings:
    """The mapping that the headers themselves speak for."""
    known = _spellings(kind)
    found = Headings()
    taken: set[str] = set()
    for header in headers:
        if header in REPORT_COLUMNS:
            continue
        name = known.get(folded(header), KEEP)
        found.columns[header] = KEEP if name in taken or kind.wall_of(header) else name
        taken.add(name)
    for header, name in found.columns.items():
        near = get_close_matches(folded(header), known, 1, NEAR) if name == KEEP and not kind.wall_of(header) else []
        if near and known[near[0]] not in taken:
            found.columns[header] = known[near[0]]
            taken.add(known[near[0]])
            found.notices[header] = f"Column “{header}” is read as “{kind.columns[known[near[0]]].label}”."
    return found


def _spellings(kind: Kind) -> dict[str, str]:
    known: dict[str, str] = {}
    for column in kind.columns.values():
        for spelling in (column.name, column.label, *column.spellings):
            known.setdefault(folded(spelling), column.name)
    return known


def changed(kind: Kind, mapping: Headings, told: Mapping[str, str]) -> Headings:
    """The mapping with somebody's own choices put in. Refuses what cannot be."""
    for header, name in told.items():
        if header not in mapping.columns:
            raise CannotRead(f"The file has no column “{header}”. Its columns: {', '.join(mapping.columns)}.")
        if name != KEEP and name not in kind.columns:
            raise CannotRead(f"“{name}” is not a column of {kind.label.lower()}. Known: {', '.join(kind.columns)}.")
        if kind.wall_of(header) and name != KEEP:
            raise CannotRead(
                f"Column “{header}” belongs to the {kind.wall_of(header)} compartment and is only kept for it."
            )
        for other in [h for h, n in mapping.columns.items() if n == name and name != KEEP and h not in told]:
            mapping.columns[other] = KEEP
        mapping.columns[header] = name
        mapping.notices.pop(header, None)
    names = [name for name in mapping.columns.values() if name != KEEP]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise CannotRead(f"Two columns of the file are read as “{kind.columns[twice].label}”. Choose one of them.")
    return mapping


def lacking(kind: Kind, mapping: Headings) -> list[str]:
    """Labels of the columns without which no row could be added."""
    given = set(mapping.columns.values())
    for split in kind.splits:
        if split.name in given:
            given.update(split.into)
    missing = [column.label for column in kind.required if column.name not in given]
    for reference in kind.references:
        if not any(way.name in given for way in reference.ways):
            missing.append(" or ".join(way.label for way in reference.ways))
    return missing


def require(kind: Kind, mapping: Headings, name: str) -> None:
    missing = lacking(kind, mapping)
    if missing:
        there = ", ".join(mapping.columns) or "none"
        raise CannotRead(
            f"{name} lacks what every row of {kind.label.lower()} needs: {'; '.join(missing)}. Columns found: {there}."
        )
