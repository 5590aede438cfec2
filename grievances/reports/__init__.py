"""What the report on grievances counts. Each module is one statement over the filtered cases, whatever their number."""

from grievances.reports.cases import counted as cases
from grievances.reports.limits import counted as limits
from grievances.reports.requests import counted as requests
from grievances.reports.settlements import counted as settlements
from grievances.reports.times import counted as times

__all__ = ["cases", "limits", "requests", "settlements", "times"]
