"""What reports are narrowed by, and the list of limits behind their numbers."""

from django.db.models import Q
from django.utils import timezone

from grievances import terms
from grievances.filters import GrievanceFilter, OfCaseFilter
from grievances.models import CurrentStep, Deadline, DeadlineState
from ip2a.filters import ChoiceFilter, DayRangeFilter

OF_REPORT = ("filed", "employer", "representative", "subject", "type")
SIDES = [
    (terms.Side.UNION.value, "Ours"),
    (terms.Side.EMPLOYER.value, "The employer’s"),
    (terms.Side.BOTH.value, "Of both together"),
]
DEFAULTED = (DeadlineState.MET_LATE, DeadlineState.MISSED)


def overdue(today):
    return Q(state=DeadlineState.OPEN, due_on__lt=today)


class CaseReportFilter(GrievanceFilter):
    """The few filters that the lists of grievances, limits and requests know by the same names."""

    @classmethod
    def get_filters(cls):
        return {name: found for name, found in super().get_filters().items() if name in OF_REPORT}


class DeadlineFilter(OfCaseFilter):
    side = ChoiceFilter(label="Whose", choices=SIDES)
    state = ChoiceFilter(
        label="State",
        choices=[("overdue", "Overdue"), ("default", "In default"), ("decided", "Met or not"), *DeadlineState.choices],
        method="by_state",
    )
    step = ChoiceFilter(
        label="Step", choices=[(str(n), f"Step {n}") for n in range(1, len(CurrentStep) + 1)], field_name="step_number"
    )
    due = DayRangeFilter(field_name="due_on", label="Due")

    class Meta:
        model = Deadline
        fields: list[str] = []

    def by_state(self, rows, name, value):
        """``default``: met late, missed, or overdue now; ``decided``: all that is known to be met or not."""
        late = Q(state__in=DEFAULTED) | overdue(timezone.localdate())
        wanted = {
            "overdue": overdue(timezone.localdate()),
            "default": late,
            "decided": late | Q(state=DeadlineState.MET),
        }
        return rows.filter(wanted.get(value, Q(state=value)))
