"""Conditions as PostgreSQL writes them, compared by what they mean.

A dump writes ``((a) OR (b)) OR (c)`` and what comes back from it is written ``(a) OR (b) OR (c)``: the same condition.
"""

import re
from typing import Any

TOKENS = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]|[^()'"]+""")
JOINS = re.compile(r"\b(OR|AND)\b")
Group = list[Any]  # of text and of groups, which were in brackets


def flat(definition: str) -> str:
    """Without the brackets that only nest an OR in an OR, or an AND in an AND."""
    open_groups: list[Group] = [[]]
    for piece in TOKENS.findall(definition):
        if piece == "(":
            open_groups.append([])
        elif piece == ")" and len(open_groups) > 1:
            group = open_groups.pop()
            open_groups[-1].append(group)
        else:
            open_groups[-1].append(piece)
    return _written(open_groups[0])


def _written(group: Group) -> str:
    join = _join(group)
    said = ""
    for number, part in enumerate(group):
        if isinstance(part, str):
            said += part
        elif join and _join(part) == join and _stands_alone(group, number, join):
            said += _written(part)
        else:
            said += f"({_written(part)})"
    return said


def _join(group: Group) -> str:
    """The word that joins this group's conditions; "" where none does, or both do."""
    words = {w for part in group if isinstance(part, str) and part[0] not in "'\"" for w in JOINS.findall(part)}
    return words.pop() if len(words) == 1 else ""


def _stands_alone(group: Group, number: int, join: str) -> bool:
    """A condition of its own, and not what a function is given."""
    before = group[number - 1] if number else f"{join} "
    after = group[number + 1] if number + 1 < len(group) else f" {join}"
    return str(before).endswith(f"{join} ") and str(after).startswith(f" {join}")
