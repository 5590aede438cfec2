"""What the members' report counts. Each section is one or two statements, whatever the number of rows."""

from collections import Counter
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Count, QuerySet
from django.db.models.functions import ExtractYear

from ip2a.charts import Bars, Columns, Lines
from ip2a.reports import Figure, Linked, Opens, Section, last_months, last_years, summed
from members.models import Member, MemberEmployment, Organization

LIST = "members:member_list"
JOBS = "members:memberemployment_list"
YEARS = 20
MONTHS = 24
EMPLOYERS = 15

MEMBERS = Figure("members", "Members", "count")


class Standing(NamedTuple):
    status: str
    classification: str
    year: int | None
    members: int


def standing(rows: QuerySet) -> list[Standing]:
    """How many members there are of each status, classification and year of joining: three sections from one look."""
    counts = rows.order_by().values_list("status", "classification", ExtractYear("hire_date")).annotate(Count("pk"))
    return [Standing(*group) for group in counts]


def _by(key: str, groups: list[Standing]) -> Counter:
    counts: Counter = Counter()
    for group in groups:
        counts[getattr(group, key)] += group.members
    return counts


def by_choice(title: str, field: str, groups: list[Standing], opens: Opens) -> Section:
    """How many members have each value of a field with choices, in the order of the choices."""
    model_field = Member._meta.get_field(field)
    counts = _by(field, groups)
    found = [
        {"value": label, "members": Linked(counts[value], opens(LIST, **{field: value}))}
        for value, label in model_field.choices
        if value in counts
    ]
    heading = str(model_field.verbose_name).capitalize()
    everybody = {"value": "All members", "members": summed(found, "members", opens(LIST))}
    return Section(title, [Figure("value", heading), MEMBERS], found, chart=Bars, totals=everybody)


def by_year(groups: list[Standing], opens: Opens, on: date) -> Section:
    """Who joined in each of the last years; those before, after and without a day stand in the table."""
    counts, years = _by("year", groups), last_years(on, YEARS)
    found = [
        {"year": year.label, "members": Linked(counts[year.first.year], opens(LIST, **year.within("joined")))}
        for year in years
    ]
    section = Section(
        "Joined in each year",
        [Figure("year", "Year"), MEMBERS],
        found,
        chart=Columns,
        note="The table also counts those who joined earlier, and those whose day is not known.",
    )
    section.rows = [*found, *_other_years(counts, years[0].first, years[-1].last, opens)]
    section.totals = {"year": "All members", "members": summed(section.rows, "members", opens(LIST))}
    return section


def _other_years(counts: Counter, first: date, last: date, opens: Opens) -> list[dict]:
    """Everybody else, as far as there is anybody."""
    earlier = sum(count for year, count in counts.items() if year and year < first.year)
    later = sum(count for year, count in counts.items() if year and year > last.year)
    day = timedelta(days=1)
    found = [
        ("Earlier", Linked(earlier, opens(LIST, joined_to=first - day))),
        ("Later", Linked(later, opens(LIST, joined_from=last + day))),
        ("Not known", Linked(counts[None], opens(LIST, joining="no"))),
    ]
    return [{"year": year, "members": members} for year, members in found if members.value]


def jobs_by_month(jobs: QuerySet, opens: Opens, on: date) -> Section:
    """Jobs that started and jobs that ended in each of the last months."""
    months = last_months(on, MONTHS)
    started, ended = (_counted(jobs, field, months[0].first, months[-1].last) for field in ("start_date", "end_date"))
    found = [
        {
            "month": month.label,
            "started": Linked(started[month.first], opens(JOBS, **month.within("started"))),
            "ended": Linked(ended[month.first], opens(JOBS, **month.within("ended"))),
        }
        for month in months
    ]
    whole = {"from": months[0].first, "to": months[-1].last}
    totals = {
        name: summed(found, name, opens(JOBS, **{f"{name}_{end}": day for end, day in whole.items()}))
        for name in ("started", "ended")
    }
    return Section(
        "Jobs started and ended",
        [Figure("month", "Month"), Figure("started", "Started", "count"), Figure("ended", "Ended", "count")],
        found,
        chart=Lines,
        show=("started", "ended"),
        totals={"month": f"All {MONTHS} months", **totals},
    )


def _counted(jobs: QuerySet, field: str, first: date, last: date) -> Counter:
    """Counted for each day, which an index answers alone, and added up to months here."""
    within = jobs.order_by().filter(**{f"{field}__range": (first, last)})
    months: Counter = Counter()
    for day, count in within.values_list(field).annotate(found=Count("*")):
        months[day.replace(day=1)] += count
    return months


def top_employers(rows: QuerySet, opens: Opens) -> Section:
    """Where most of our members work now. Who works at two employers counts at both, and once among all."""
    jobs = MemberEmployment.objects.current().filter(member__in=rows.order_by().values("pk")).order_by()
    counts = (
        jobs.values_list("organization")
        .annotate(found=Count("member", distinct=True))
        .order_by("-found", "organization")
    )
    top = list(counts[:EMPLOYERS])
    names = Organization.objects.only("name").in_bulk([pk for pk, _ in top])
    found = [
        {
            "employer": Linked(names[pk].name, names[pk].get_absolute_url()),
            "members": Linked(count, opens(LIST, employer_id=pk)),
        }
        for pk, count in top
    ]
    everybody = rows.with_current_job().count() if top else 0
    return Section(
        "Where our members work now",
        [Figure("employer", "Employer"), MEMBERS],
        found,
        chart=Bars,
        totals={"employer": "All members with a current job", "members": Linked(everybody, opens(LIST, has_job="yes"))},
        note=f"The {EMPLOYERS} employers with the most members. Whoever works at two counts at both.",
        empty="None of these members has a current job.",
    )
