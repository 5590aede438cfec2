"""Findings in words, within the reader's rights."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse

from ip2a.questions import among, question
from ip2a.words import counted, register_tones, state_chip, tone_of
from maintenance import thresholds
from maintenance.models import Finding, Severity
from maintenance.registry import Check, check_named

register_tones({Severity.CRITICAL: "bad", Severity.WARNING: "warn", Severity.INFORMATION: "info"})
WITHHELD = ("1 is mended only when you say so.", "{count} are mended only when you say so.")
REPAIRED = "Each is put right as its check says."
WEIGHT = {severity: weight for weight, severity in enumerate(Severity.values)}


def severity_chip(severity: str) -> str:
    return state_chip(Severity(severity).label, tone_of(severity))


@dataclass
class Told:
    """One finding as a person reads it. ``examples`` are (name, address); where there is no page, the address is ""."""

    check: Check
    finding: Finding
    sentence: str
    examples: list[tuple[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return reverse("maintenance:finding_detail", args=[self.check.name])

    @property
    def chip(self) -> str:
        return severity_chip(self.check.severity)

    @property
    def advice(self) -> str:
        if self.finding.trouble:
            return "Nothing can be said about this data until it runs again. Show this line to an administrator."
        return self.check.advice

    @property
    def repair(self) -> str:
        return repair_of(self.check, self.finding)

    @property
    def is_open(self) -> bool:
        return bool(self.finding.count or self.finding.trouble)


def repair_of(check: Check, finding: Finding | None) -> str:
    """What a repair would mend of it, as the last look saw it; "" where nothing can be mended."""
    if finding is None or finding.trouble or not (finding.fixable or finding.withheld):
        return ""
    mended = f"{finding.fixable:,} of {finding.count:,} can be mended. "
    part = mended if 0 < finding.fixable < finding.count else ""
    asked = f"{counted(finding.withheld, *WITHHELD)} " if finding.withheld else ""
    return f"{part}{asked}{check.fix or REPAIRED}"


@question
def _all(reader: Any) -> Any:
    return Finding.objects.all()


def told_to(user: Any, rows: Any = None) -> list[Told]:
    """Findings this person may know of, the gravest and most numerous first. Counts are over all rows, so a finding
    is told only to those who may see all rows of its model."""
    if not user.has_perm("maintenance.view_finding"):
        return []
    found = [(check_named(f.check_name), f) for f in (_all(user) if rows is None else rows)]
    known = [(check, f) for check, f in found if check is not None and check.is_visible_to(user)]
    uses = {name for check, f in known for name in check.uses}
    numbers = thresholds.values(*uses) if uses else {}
    told = [Told(check, f, _sentence(check, f, numbers)) for check, f in known]
    return sorted(
        told, key=lambda t: (not t.finding.trouble, WEIGHT[t.finding.severity], -t.finding.count, t.check.name)
    )


def _sentence(check: Check, finding: Finding, numbers: dict) -> str:
    if finding.trouble:
        return f"The check “{check.name}” could not run: {finding.trouble}"
    return check.say(finding.count, numbers)


def add_examples(told: list[Told], user: Any) -> None:
    """Look up the remembered examples, with one query for each model."""
    wanted: dict[type, set[int]] = {}
    for one in told:
        wanted.setdefault(one.check.model, set()).update(one.finding.examples)
    records = {model: _fetch(model, numbers, user) for model, numbers in wanted.items() if numbers}
    for one in told:
        here = records.get(one.check.model, {})
        one.examples = [_example(here[pk]) for pk in one.finding.examples if pk in here]
        one.examples += [(thing, "") for thing in one.finding.things]


def _fetch(model: type, numbers: set[int], user: Any) -> dict[int, Any]:
    if not hasattr(model._default_manager.all(), "visible_to"):  # borrowed tables: told to those told of the finding
        return {record.pk: record for record in model._default_manager.filter(pk__in=numbers)}
    return {record.pk: record for record in among.anyway(user, model, list(numbers))}


def _example(record: Any) -> tuple[str, str]:
    return str(record), record.get_absolute_url() if hasattr(record, "get_absolute_url") else ""


def last_checked(told: list[Told]) -> datetime | None:
    return max((one.finding.checked_at for one in told), default=None)
