"""Reports: computed rows with charts and tables, where every number opens its rows.

A room writes its counting in ``<room>/reports.py`` and the page in ``<room>/views/reports.py``::

    from ip2a.charts import Bars, Columns
    from ip2a.reports import Figure, Linked, ReportPage, Section, summed

    class CaseReport(ReportPage):
        model = Grievance                       # whoever may see it; ``permission = "..."`` asks for one right more
        title = "Grievance reports"
        list_title, list_url = "Grievances", "grievances:grievance_list"
        filterset_class = GrievanceFilter       # the list's own, so that the report's filters mean the same there
        main_filters = ("employer", "status")

        def sections(self, rows, user):         # rows: visible to this person, and filtered
            return [by_status(rows, self.opens)]

    def by_status(rows: QuerySet, opens: Opens) -> Section:
        counts = rows.order_by().values_list("status").annotate(Count("pk"), Sum("settlement_amount"))
        found = [
            {
                "status": Status(status).label,
                "cases": Linked(count, opens("grievances:grievance_list", status=status)),
                "settled": Linked(amount, opens("grievances:grievance_list", status=status), rows=count),
            }
            for status, count, amount in counts
        ]
        return Section(
            "By status",
            [Figure("status", "Status"), Figure("cases", "Cases", "count"), Figure("settled", "Settled", "money")],
            found,
            chart=Bars,                         # draws the first number; ``show=("cases", "other")`` draws several
            totals={"status": "All cases", "cases": summed(found, "cases", opens("grievances:grievance_list"))},
        )

- ``opens(list, **filters)`` writes the address of a room's list with the report's filters and these; ranges of days
  meet (``**month.within("filed")``; ``last_months``, ``last_quarters``, ``last_years`` make periods).
- ``Linked(value, url)`` opens exactly that many rows; where the value is no number of rows, ``rows=`` says how many.
  Nought is no link. ``Figure(..., linked=False)`` for counts that are nobody's rows.
- ``self.narrowed(rows, FilterSet)`` puts the report's filters on rows of another kind.
- A list that must show the rows of one record takes ``RecordFilter``: a filter without an input, with a chip.
- ``chart=`` also takes a chart made by hand (threshold, forecast, tones): see ip2a.charts.
- CSV of each section, a workbook of all, print, "nothing found" and "nothing yet" come by themselves.
- A room proves its report with ``every_number_opens_its_rows(client, url)`` of ip2a.tests.reports.
"""

from ip2a.reports.filters import RecordFilter
from ip2a.reports.page import ReportPage
from ip2a.reports.periods import Period, last_months, last_quarters, last_years, next_months
from ip2a.reports.sections import Figure, Linked, Opens, Section, summed

__all__ = [
    "Figure",
    "Linked",
    "Opens",
    "Period",
    "RecordFilter",
    "ReportPage",
    "Section",
    "last_months",
    "last_quarters",
    "last_years",
    "next_months",
    "summed",
]
