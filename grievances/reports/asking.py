"""One statement over rows that were filtered elsewhere, and the words for what it groups by."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import DateField, Model, QuerySet
from django.db.models.functions import Cast, TruncMonth

from grievances.models import Subject
from grievances.outcomes import ending
from ip2a.models import User
from ip2a.reports import Linked, Opens
from members.models import Organization

CASES = "grievances:grievance_list"
LIMITS = "grievances:deadline_list"
REQUESTS = "grievances:informationrequest_list"
TOP = 20
COMPUTED: dict[str, Callable[[], Any]] = {
    "ending": ending,
    "month": lambda: Cast(TruncMonth("filed_date"), DateField()),
}


def columns(rows: QuerySet, *names: str) -> QuerySet:
    """Of the cases only what a statement asks for: what is computed for each would be paid for."""
    computed = {name: COMPUTED[name]() for name in names if name in COMPUTED}
    return rows.order_by().annotate(**computed).values("id", *names)


def ask(statement: str, given: Iterable[Any] = (), /, **named: QuerySet) -> list[tuple]:
    """The answer to a statement that knows these rows by name. None of them is fetched."""
    parts, values = [], []
    for name, rows in named.items():
        try:
            inner, own = rows.query.sql_with_params()
        except EmptyResultSet:  # this person may see nothing of it, or the filters contradict each other
            return []
        parts.append(f"{name} AS ({inner})")
        values += own
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(parts)} {statement}", [*values, *given])
        return cursor.fetchall()


@dataclass(frozen=True)
class By:
    """Something cases are counted by. ``lost`` names those without it, and ``without`` opens them."""

    key: str
    column: str
    heading: str
    title: str
    parameter: str
    model: type[Model] | None = None
    lost: str = ""
    without: tuple[str, str] = ("", "")

    def opens(self, key: Any) -> dict[str, Any]:
        """The filter of a list that shows exactly these cases."""
        return {self.parameter: key} if key not in (None, "") else dict([self.without])

    def names(self, keys: Iterable[Any]) -> Mapping[Any, Any]:
        """The words for some keys, an employer's with the way to its page."""
        wanted = [key for key in keys if key not in (None, "")]
        if self.model is None:
            return {key: key for key in wanted}
        found = self.model._default_manager.in_bulk(wanted)
        return {key: _worded(record) for key, record in found.items()}


def _worded(record: Any) -> Any:
    return Linked(record.name, record.get_absolute_url()) if isinstance(record, Organization) else str(record)


EMPLOYER = By("employer", "employer_id", "Employer", "By employer", "employer_id", Organization)
ARTICLE = By(
    "article",
    "contract_article",
    "Article",
    "By article",
    "article_is",
    lost="No article named",
    without=("article_named", "no"),
)
SUBJECT = By(
    "subject",
    "subject_id",
    "Subject",
    "By subject",
    "subject_id",
    Subject,
    lost="No subject named",
    without=("subject_named", "no"),
)
REPRESENTATIVE = By(
    "representative",
    "assigned_rep_id",
    "Representative",
    "By representative",
    "representative_id",
    User,
    lost="Nobody",
    without=("whose", "nobody"),
)


def filed(opens: Opens) -> Callable[..., str]:
    """As ``opens``, for filed cases only: complaints that were never filed are not counted."""

    def address(url_name: str, **parameters: Any) -> str:
        return opens(url_name, is_filed="yes", **parameters)

    return address


def linked(count: int, opens: Opens, url_name: str, **parameters: Any) -> Linked:
    """A count that opens its rows; most cells of a wide table are nought, which opens nothing."""
    return Linked(count, opens(url_name, **parameters) if count else "")


def share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None
