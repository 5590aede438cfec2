"""How long each level takes. Who reviewed when is a review, so this is told inside the compartment only."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet

from benevolence.models import Level
from benevolence.reports.cases import LIST
from ip2a.charts import Bars
from ip2a.reports import Figure, Linked, Opens, Section

# A level's days begin where the case came to it: handed in, passed on by the level before, answered, or back from a
# deferral. The days in which the filer was asked, and those of a deferral, are nobody's.
TURNS = """
WITH reviewed AS (
    SELECT id, application_id, attempt, round, review_level, decision, review_date, deferred_until,
           lag(attempt) OVER turns AS attempt_before, lag(round) OVER turns AS round_before,
           lag(decision) OVER turns AS decision_before, lag(review_date) OVER turns AS date_before,
           lag(deferred_until) OVER turns AS deferred_before
    FROM benevolence_benevolencereview
    WHERE application_id IN (SELECT application_id FROM benevolence_benevolencereview WHERE review_date > %s)
    WINDOW turns AS (PARTITION BY application_id ORDER BY id)
), taken AS (
    SELECT reviewed.application_id, review_level, decision, GREATEST(0, review_date - LEAST(review_date, CASE
        WHEN attempt_before IS DISTINCT FROM reviewed.attempt THEN submission.submitted_on
        WHEN decision_before = 'needs_info' THEN (addition.created_at AT TIME ZONE %s)::date
        WHEN decision_before = 'deferred' THEN deferred_before
        ELSE date_before END)) AS days
    FROM reviewed
    JOIN benevolence_submission submission
      ON submission.application_id = reviewed.application_id AND submission.attempt = reviewed.attempt
    LEFT JOIN benevolence_storyaddition addition
      ON decision_before = 'needs_info' AND addition.application_id = reviewed.application_id
     AND addition.round = round_before
    WHERE review_date > %s
)
SELECT review_level,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY days), percentile_cont(0.9) WITHIN GROUP (ORDER BY days),
       count(*), count(DISTINCT application_id) FILTER (WHERE decision IN ('approved', 'denied'))
FROM taken {only} GROUP BY review_level
"""


@dataclass(frozen=True)
class Pace:
    """Days that half and nine tenths of a level's answers took; answers of every kind, and cases decided."""

    half: float
    most: float
    answers: int
    cases: int


def paces(rows: QuerySet, since: date, *, narrowed: bool) -> dict[str, Pace]:
    """By level, of the answers after a day; ``narrowed``: only of these cases, not of all there are."""
    only, parameters = "", [since, str(connection.timezone_name), since]
    if narrowed:
        chosen, more = rows.order_by().values("pk").query.sql_with_params()
        only, parameters = f"WHERE application_id IN ({chosen})", [*parameters, *more]
    with connection.cursor() as cursor:
        cursor.execute(TURNS.format(only=only), parameters)
        return {level: Pace(float(half), float(most), *counts) for level, half, most, *counts in cursor.fetchall()}


def time_of_levels(found: dict[str, Pace], review_days: Decimal | int | None, opens: Opens) -> Section:
    """The median says what is usual, the second number what the slow ones take."""
    rows = [
        {
            "level": label,
            "half": found[level].half,
            "most": found[level].most,
            "answers": found[level].answers,
            "cases": Linked(found[level].cases, opens(LIST, reviewed=level)),
        }
        for level, label in Level.choices
        if level in found
    ]
    allowed = f"The policy in force gives each level {review_days} days. " if review_days else ""
    return Section(
        "How long each level takes",
        [
            Figure("level", "Level"),
            Figure("half", "Half take at most", "days"),
            Figure("most", "Nine of ten take at most", "days"),
            Figure("answers", "Answers given", "count", linked=False),
            Figure("cases", "Applications decided", "count"),
        ],
        rows,
        chart=Bars,
        note=f"{allowed}Of the last twelve months, without the days on which the filer was asked or the case deferred.",
        empty="No level has answered in the last twelve months.",
    )
