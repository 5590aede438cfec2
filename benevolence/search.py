from django.db.models import F
from django.db.models.functions import Lower

from benevolence.models import BenevolenceApplication
from ip2a.search import searchable
from ip2a.words import format_day, format_money


def _rows(rows):
    return rows.exclude(number="").annotate(sort_key=Lower(F("number")))


@searchable(BenevolenceApplication, title="Benevolence", rows=_rows, order=45)
def application(case):
    """By its number. Names stay out: who searches may be reviewing it blindly."""
    asked = f"{format_money(case.amount_requested)}, {case.state.lower()}"
    return case.number, f"{asked}, submitted {format_day(case.submitted_at)}" if case.submitted_at else asked
