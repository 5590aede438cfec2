"""What a report is made of."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from maintenance.resilience.models import Level, RoundKind

Say = Callable[[int, int, str], None]
WEIGHT = [Level.WELL, Level.UNKNOWN, Level.WARN, Level.ACT]


@dataclass(frozen=True)
class Measure:
    """One number for the history."""

    name: str
    value: float
    subject: str = ""


@dataclass(frozen=True)
class Said:
    level: str
    text: str


@dataclass
class Part:
    """One thing that was looked at. ``rows`` are words and numbers under ``columns``; ``records`` are numbers of
    documents to show, within the reader's rights."""

    key: str
    title: str
    says: list[Said] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    records: list[int] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)

    def say(self, level: str, text: str) -> None:
        self.says.append(Said(level, text))

    def measure(self, name: str, value: float, subject: str = "") -> None:
        self.measures.append(Measure(name, float(value), subject[:200]))

    @property
    def level(self) -> str:
        return worst(said.level for said in self.says)

    def kept(self) -> dict[str, Any]:
        """As it is stored with the report; the numbers are stored as rows."""
        facts = asdict(self)
        del facts["measures"]
        return facts | {"level": self.level}


@dataclass(frozen=True)
class Asked:
    """What one report is asked for. ``files``: also look at the files; ``checksums``: and read them."""

    files: bool = True
    checksums: str = ""
    say: Say = lambda done, total, text: None


CHECKSUMS = tuple(RoundKind.values)
Look = Callable[[Asked], Part]


def worst(levels: Any) -> str:
    return max(levels, key=lambda level: WEIGHT.index(Level(level)), default=Level.WELL)
