"""One row of every kind behind the doors of this room (see ip2a.tests.doors)."""

from training import factories
from training.models import FunderReport, Placement
from training.services.after import _plan_follow_ups


def follow_up():
    placement = factories.PlacementFactory()
    _plan_follow_ups(Placement.objects.get(pk=placement.pk))
    return placement.follow_ups.first()


def report():
    from ip2a.factories import UserFactory

    return FunderReport.objects.create(
        grant=factories.GrantFactory(),
        first_day=factories.FIRST,
        last_day=factories.LAST,
        numbers={"totals": {}, "targets": [], "cohorts": [], "credentials": [], "placements": []},
        made_by=UserFactory(role="staff"),
        made_by_name="x",
    )


RECORDS = {
    "student": factories.StudentFactory,
    "cohort": factories.CohortFactory,
    "class": factories.SessionFactory,
    "location": factories.LocationFactory,
    "course": factories.CourseFactory,
    "instructor": factories.InstructorFactory,
    "grade": factories.GradeFactory,
    "certificate": factories.CertificationFactory,
    "tool": factories.ToolFactory,
    "hours": factories.HoursFactory,
    "jatc application": factories.JatcApplicationFactory,
    "placement": factories.PlacementFactory,
    "follow-up": follow_up,
    "grant": factories.GrantFactory,
    "expense": factories.ExpenseFactory,
    "funder report": report,
}
