"""What a funder asks for, counted in the database: the same days give the same numbers as long as the rows stay."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet, Sum

from ip2a.numbers import value
from training.models import (
    Certification,
    Cohort,
    Demographics,
    Enrollment,
    Expense,
    FunderReportDemographics,
    Grant,
    Placement,
    Presence,
)
from training.models.student import Ancestry, Gender, YesNo
from training.models.words import CertificationType, EnrollmentStatus, PlacementKind
from training.rates import SMALLEST_CELL

E = EnrollmentStatus
FEW = None  # a cell that is not told
LABELS = {
    "enrolled": "Students enrolled",
    "new": "Of them new in these days",
    "completed": "Completed",
    "left": "Left before the end",
    "running": "Still in class on the last day",
    "retention": "Retention",
    "classes": "Classes held",
    "attendance": "Attendance",
    "credentials": "Credentials earned",
    "placed": "Students placed",
    "apprenticeships": "Of them entered an apprenticeship",
    "mean_wage": "Mean wage at placement, an hour",
    "spent": "Spent in these days",
    "spent_so_far": "Spent up to the last day",
}
TARGETS = {"enrolled": "enrolled", "completed": "completed", "credentials": "credentials", "placed": "placed"}


def numbers_of(grant: Grant, first: date, last: date) -> dict[str, Any]:
    """Everything but the demographics, as plain values that JSON can hold."""
    cohorts = list(Cohort.objects.filter(grants=grant).order_by("start_date", "code"))
    keys = [cohort.pk for cohort in cohorts]
    served = _served(keys, first, last)
    students = served.values("student")
    totals = {
        **_places(served, first, last),
        **_presence(keys, first, last),
        **_after(students, first, last),
        **_money(grant, first, last),
    }
    return {
        "totals": {key: totals[key] for key in LABELS},
        "targets": _targets(grant, keys, last),
        "cohorts": _by_cohort(cohorts, first, last),
        "credentials": _credentials(students, first, last),
        "placements": _placements(students, first, last),
    }


def _served(cohorts: list[int], first: date, last: date) -> QuerySet:
    """Places held on at least one of these days."""
    rows = Enrollment.objects.filter(cohort__in=cohorts, enrolled_on__lte=last).order_by()
    return rows.filter(Q(ended_on=None) | Q(ended_on__gte=first))


def _share(part: int, whole: int) -> float | None:
    return round(part * 100 / whole, 1) if whole else None


def _places(served: QuerySet, first: date, last: date) -> dict[str, Any]:
    over = Q(ended_on__lte=last)
    found = served.aggregate(
        enrolled=Count("student", distinct=True),
        new=Count("student", distinct=True, filter=Q(enrolled_on__gte=first)),
        completed=Count("student", distinct=True, filter=over & Q(status=E.COMPLETED)),
        left=Count("student", distinct=True, filter=over & Q(status__in=[E.DROPPED, E.WITHDRAWN])),
    )
    found["running"] = served.filter(Q(ended_on=None) | Q(ended_on__gt=last)).count()
    return found | {"retention": _share(found["enrolled"] - found["left"], found["enrolled"])}


def _held(cohorts: Iterable[int], first: date, last: date) -> QuerySet:
    """Classes of these days in which anybody counted. A class whose marks were taken away is none."""
    rows = Presence.objects.filter(session__cohort__in=cohorts, session__session_date__range=(first, last))
    return rows.filter(counted__gt=0).order_by()


def _presence(cohorts: list[int], first: date, last: date) -> dict[str, Any]:
    held = _held(cohorts, first, last)
    found = held.aggregate(there=Sum("attended", default=0), all=Sum("counted", default=0), classes=Count("pk"))
    return {"classes": found["classes"], "attendance": _share(found["there"], found["all"])}


def _earned(students: QuerySet, first: date, last: date) -> QuerySet:
    rows = Certification.objects.filter(student__in=students, issued_date__range=(first, last))
    return rows.exclude(status="revoked").order_by()


def _placed(students: QuerySet, first: date, last: date) -> QuerySet:
    return Placement.objects.filter(student__in=students, start_date__range=(first, last)).order_by()


def _after(students: QuerySet, first: date, last: date) -> dict[str, Any]:
    placed = _placed(students, first, last).aggregate(
        placed=Count("student", distinct=True),
        apprenticeships=Count("student", distinct=True, filter=Q(kind=PlacementKind.APPRENTICESHIP)),
        mean_wage=Avg("wage"),
    )
    wage = placed["mean_wage"]
    return {
        **placed,
        "mean_wage": None if wage is None else round(float(wage), 2),
        "credentials": _earned(students, first, last).count(),
    }


def _money(grant: Grant, first: date, last: date) -> dict[str, Any]:
    rows = Expense.objects.live().filter(grant=grant, expense_date__lte=last).order_by()
    found = rows.aggregate(spent=Sum("amount", filter=Q(expense_date__gte=first)), spent_so_far=Sum("amount"))
    return {key: round(float(amount or 0), 2) for key, amount in found.items()}


def _targets(grant: Grant, cohorts: list[int], last: date) -> list[list[Any]]:
    """(what, target, reached since the grant began), for each target that is set."""
    wanted = {key: getattr(grant, f"target_{name}") for key, name in TARGETS.items()}
    if not any(wanted.values()):
        return []
    served = _served(cohorts, grant.start_date, last)
    students = served.values("student")
    reached = _places(served, grant.start_date, last) | _after(students, grant.start_date, last)
    return [[LABELS[key], target, reached[key]] for key, target in wanted.items() if target]


def _by_cohort(cohorts: list[Cohort], first: date, last: date) -> list[list[Any]]:
    """(code, enrolled, completed, left, attendance) of each cohort."""
    over = Q(ended_on__lte=last)
    rows = _served([cohort.pk for cohort in cohorts], first, last).values_list("cohort")
    counted = {
        key: numbers
        for key, *numbers in rows.annotate(
            n=Count("pk"),
            completed=Count("pk", filter=over & Q(status=E.COMPLETED)),
            gone=Count("pk", filter=over & Q(status__in=[E.DROPPED, E.WITHDRAWN])),
        )
    }
    marks = _held(counted, first, last).values_list("session__cohort")
    there = {key: _share(part, whole) for key, part, whole in marks.annotate(a=Sum("attended"), b=Sum("counted"))}
    return [[cohort.code, *counted[cohort.pk], there.get(cohort.pk)] for cohort in cohorts if cohort.pk in counted]


def _by_kind(rows: QuerySet, field: str, choices: Any) -> list[list[Any]]:
    counts = dict(rows.values_list(field).annotate(n=Count("pk")))
    return [[label, counts[key]] for key, label in choices.choices if key in counts]


def _credentials(students: QuerySet, first: date, last: date) -> list[list[Any]]:
    return _by_kind(_earned(students, first, last), "certification_type", CertificationType)


def _placements(students: QuerySet, first: date, last: date) -> list[list[Any]]:
    return _by_kind(_placed(students, first, last), "kind", PlacementKind)


def may_count_demographics(user: Any) -> bool:
    """Whether this person may read what students told, be it in sums."""
    return not FunderReportDemographics.objects.visible_to(user).query.is_empty()


def demographics_of(grant: Grant, first: date, last: date) -> dict[str, Any]:
    """Each question with its answers; answers of few students are not told, nor what would give them away."""
    cohorts = list(Cohort.objects.filter(grants=grant).values_list("pk", flat=True))
    served = _served(cohorts, first, last)
    number = served.aggregate(n=Count("student", distinct=True))["n"]
    rows = Demographics.objects.filter(student__in=served.values("student"))
    answers = list(rows.values_list("gender", "ancestry", "veteran", "disability"))
    smallest = int(value(SMALLEST_CELL))
    silent = number - len(answers)
    questions = [
        ("Gender", Gender, [(row[0],) for row in answers], True),
        ("Race and ethnicity", Ancestry, [tuple(row[1]) or ("",) for row in answers], False),
        ("Veteran", YesNo, [(row[2],) for row in answers], True),
        ("Disability", YesNo, [(row[3],) for row in answers], True),
    ]
    return {
        "students": number,
        "smallest": smallest,
        "answers": [
            [title, *cell]
            for title, words, given, adds_up in questions
            for cell in suppressed(_answers(words, given, silent), smallest, adds_up=adds_up)
        ],
    }


def _answers(words: Any, given: list[tuple[str, ...]], silent: int) -> list[list[Any]]:
    counts = Counter(answer for answers in given for answer in answers)
    counts[""] += silent
    return [[label, counts[key]] for key, label in [*words.choices, ("", "No answer")]]


def suppressed(cells: list[list[Any]], smallest: int, *, adds_up: bool = True) -> list[list[Any]]:
    """Cells of fewer than ``smallest`` (but not nought) become FEW.

    Where the cells add up to the known number of students, a single hidden cell could be computed from the others: then
    the smallest of the rest is hidden as well; and when nothing else is left to hide, noughts go too.
    """
    hidden = {place for place, (_, count) in enumerate(cells) if 0 < count < smallest}
    if adds_up and len(hidden) == 1:
        others = [place for place in range(len(cells)) if place not in hidden]
        filled = [place for place in others if cells[place][1]]
        hidden |= {min(filled or others, key=lambda place: cells[place][1])} if others else set()
    return [[label, FEW if place in hidden else count] for place, (label, count) in enumerate(cells)]


def differences(then: Any, now: Any, path: tuple[str, ...] = ()) -> list[tuple[str, Any, Any]]:
    """(what, as reported, as counted now) of every number that differs."""
    if isinstance(then, dict) and isinstance(now, dict):
        keys = [*then, *(key for key in now if key not in then)]
        return [d for key in keys for d in differences(then.get(key), now.get(key), (*path, LABELS.get(key, key)))]
    if isinstance(then, list) and isinstance(now, list):
        before, after = _by_name(then), _by_name(now)
        keys = [*before, *(key for key in after if key not in before)]
        changed = [key for key in keys if before.get(key) != after.get(key)]
        return [(", ".join((*path[1:], *key)), before.get(key), after.get(key)) for key in changed]
    return [] if then == now else [(", ".join(path[1:] or path), then, now)]


def _by_name(rows: list[list[Any]]) -> dict[tuple[str, ...], list[Any]]:
    """The numbers of each row by the words in front of them."""
    return {tuple(x for x in row if isinstance(x, str)): [x for x in row if not isinstance(x, str)] for row in rows}
