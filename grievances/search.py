from django.db.models import F, Value
from django.db.models.functions import Coalesce, Lower

from grievances.models import Grievance
from ip2a.search import searchable
from ip2a.words import format_day


def _rows(rows):
    number = Lower(Coalesce(F("grievance_number"), Value("")))
    return rows.select_related("member", "employer").annotate(sort_key=number)


@searchable(Grievance, title="Grievances", rows=_rows, order=40)
def grievance(case):
    when = f"filed {format_day(case.filed_date)}" if case.filed_date else "not filed"
    grievant = str(case.member or "Policy grievance")
    return str(case), f"{grievant}, {case.employer.name}, {case.get_status_display().lower()}, {when}"
