"""How long cases take, in calendar days from filing."""

from datetime import date

from django.db.models import Case, CharField, QuerySet, Value, When

from grievances.models import CaseEvent
from grievances.outcomes import ARRIVALS, REACHED, arrived_at, still_standing
from grievances.reports.asking import CASES, ask, columns, filed, linked
from ip2a.charts import Bars
from ip2a.reports import Figure, Opens, Section

RESOLVED = "resolved"
STATEMENT = """
SELECT mark, count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY days),
  percentile_disc(0.9) WITHIN GROUP (ORDER BY days), max(days)
FROM (
  SELECT arrivals.mark, min(arrivals.happened_on) - cases.filed_date AS days
  FROM arrivals JOIN cases ON cases.id = arrivals.grievance_id GROUP BY arrivals.mark, cases.id, cases.filed_date
  UNION ALL
  SELECT %s, resolution_date - filed_date FROM cases WHERE resolution_date IS NOT NULL
) AS spans GROUP BY mark
"""


def _arrivals(events: QuerySet) -> QuerySet:
    """The events that brought a case to a later step, each with that step's name."""
    marks = [When(arrived_at(step), then=Value(step)) for step, _ in REACHED]
    came = still_standing(events.order_by().filter(kind__in=ARRIVALS))
    return came.annotate(mark=Case(*marks, output_field=CharField())).values("grievance_id", "happened_on", "mark")


def counted(rows: QuerySet, events: QuerySet[CaseEvent], opens: Opens, on: date) -> Section:
    cases = columns(rows, "filed_date", "resolution_date")
    answered = ask(STATEMENT, [RESOLVED], cases=cases, arrivals=_arrivals(events))
    answers = {mark: numbers for mark, *numbers in answered}
    address = filed(opens)
    marks = [(step, f"To {label.lower()}", {"reached": step}) for step, label in REACHED]
    marks.append((RESOLVED, "To the end", {"status": "ended"}))
    found = []
    for mark, label, parameters in marks:
        if mark in answers:
            cases, median, ninth, longest = answers[mark]
            found.append(
                {
                    "span": label,
                    "median": median,
                    "ninth": ninth,
                    "longest": longest,
                    "cases": linked(cases, address, CASES, **parameters),
                }
            )
    return Section(
        "Time to each step",
        [
            Figure("span", "From filing"),
            Figure("median", "Half within", "days"),
            Figure("ninth", "Nine of ten within", "days"),
            Figure("longest", "Longest", "days"),
            Figure("cases", "Cases", "count"),
        ],
        found,
        chart=Bars,
        show=("median",),
        note="Calendar days. A case counts where it came to, whether or not it still runs.",
        empty="None of these cases has come to a second step or to its end.",
    )
