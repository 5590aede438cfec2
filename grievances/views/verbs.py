"""The verbs of a case's menu: those that apply to it, each with the reason where it cannot be done now."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from grievances import rules
from grievances.lookups import CaseFile
from grievances.models import CaseType, EventKind, Status
from ip2a.answers import YES, Answer, no
from ip2a.words import format_day

Ask = Callable[[CaseFile], Answer]


@dataclass(frozen=True)
class Verb:
    page: str
    label: Callable[[CaseFile], str] | str
    may: Ask
    applies: Callable[[CaseFile], bool] = lambda file: True

    def entry(self, file: CaseFile) -> dict[str, str]:
        label = self.label if isinstance(self.label, str) else self.label(file)
        url = reverse(f"grievances:grievance_{self.page}", args=[file.case.pk])
        return {"label": label, "url": url, "disabled_reason": self.may(file).reason}


def _filed(file: CaseFile) -> Answer:
    return rules.first_no(rules.must_run(file.case), rules.must_be_filed(file.case))


def _runs(file: CaseFile) -> Answer:
    return rules.must_run(file.case)


def _is_running(file: CaseFile) -> bool:
    return file.case.is_running


def _is_filed_and_running(file: CaseFile) -> bool:
    return file.case.is_running and file.case.is_filed


def _next_is_last(file: CaseFile) -> bool:
    return file.next_step is not None and file.next_step.number == len(file.procedure.steps)


def _held(file: CaseFile) -> bool:
    stops = [e for e in file.standing_events if e.kind in (EventKind.ABEYANCE, EventKind.RESUMED)]
    return bool(stops) and stops[-1].kind == EventKind.ABEYANCE


def _reopen(file: CaseFile) -> Answer:
    return rules.may_reopen(file.user, file.case, on=file.today, today=file.today, reason="said")


def _refer(file: CaseFile) -> Answer:
    if file.next_step is None or _next_is_last(file):
        return _filed(file)
    return no(f"Steps come in order: {file.next_step.name} comes first.")


def _end(status: str) -> Ask:
    def may(file: CaseFile) -> Answer:
        first = file.case.filed_date or file.case.incident_date
        early = no(f"It cannot end before {format_day(first)}.") if file.today < first else YES
        return rules.first_no(rules.may_move(file.case, status), early)

    return may


def _yes(file: CaseFile) -> Answer:
    return YES


VERBS = (
    Verb("file", "File it", lambda f: YES, lambda f: not f.case.is_filed and f.case.is_running),
    Verb("meet", "Write down the meeting", _filed, _is_filed_and_running),
    Verb("answer", "Write down the answer", _filed, _is_filed_and_running),
    Verb(
        "advance",
        lambda f: f"Advance to step {f.step.number + 1}",
        _filed,
        lambda f: _is_filed_and_running(f) and f.next_step is not None and not _next_is_last(f),
    ),
    Verb(
        "refer",
        lambda f: f"Refer to {f.procedure.steps[-1].name}",
        _refer,
        lambda f: _is_filed_and_running(f) and f.next_step is not None,
    ),
    Verb("serve", "Received by the employer", _filed, _is_filed_and_running),
    Verb("plan", "Plan the meeting", _filed, _is_filed_and_running),
    Verb("award", "Write down the award", _filed, lambda f: f.case.status == Status.ARBITRATION),
    Verb("settle", "Settle", _end(Status.SETTLED), _is_running),
    Verb("withdraw", "Withdraw", _end(Status.WITHDRAWN), _is_running),
    Verb("close", "Close", _end(Status.CLOSED), lambda f: f.case.status != Status.CLOSED),
    Verb("reopen", "Reopen", _reopen, lambda f: not f.case.is_running),
    Verb(
        "investigate",
        "Investigate",
        lambda f: rules.may_move(f.case, Status.INVESTIGATION),
        lambda f: f.case.is_running and f.case.status != Status.INVESTIGATION,
    ),
    Verb("hold", "Hold in abeyance", _runs, lambda f: f.case.is_running and not _held(f)),
    Verb("resume", "Resume", _runs, lambda f: f.case.is_running and _held(f)),
    Verb("ask", "Ask for information", _yes),
    Verb("decide", "Write down a decision", _yes),
    Verb("join", "Add a member to the group", _runs, lambda f: f.case.case_type == CaseType.GROUP),
    Verb("assign", "Give it to a representative", _yes),
)


def menu_of(file: CaseFile) -> list[dict[str, str]]:
    """What this person may do with the case. Whoever only reads it has no menu."""
    if not rules.may_pursue(file.user):
        return []
    return [verb.entry(file) for verb in VERBS if verb.applies(file)]
