"""The boards: running cases by step, what is overdue, what is due soon; each for one representative or for all."""

from functools import cached_property
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.views.generic import TemplateView

from grievances import boards, dues
from grievances.columns import COLUMN
from grievances.forms import representatives
from grievances.models import Grievance
from ip2a.pickers import number_of
from ip2a.tables import Column, Table
from ip2a.views.around import around
from ip2a.views.generic import Guarded

OURS = [COLUMN[key] for key in ("number", "grievant", "employer", "step", "representative")]
WHAT = {
    "ours": Column("what", "What is due", lambda c: _label(c, ours=True)),
    "theirs": Column("what", "What is due", lambda c: _label(c, ours=False)),
}
PAGES = (("board", "By step"), ("due_soon", "Due soon"), ("overdue", "Overdue"))


def _label(case: Any, *, ours: bool) -> str:
    limit = dues.first_limit(case, ours=ours)
    return limit.label if limit is not None else ""


@around(transaction.non_atomic_requests)
class Board(Guarded, TemplateView):
    """``page`` is its place among the boards."""

    model = Grievance
    page = "board"
    title = "Grievances by step"
    template_name = "grievances/board.html"

    @cached_property
    def chosen(self) -> str:
        """Whose cases: "mine", a representative's number, or "" for all."""
        asked = self.request.GET.get("representative", "")
        return asked if asked in ("mine", "nobody") or number_of(asked) else ""

    def rows(self):
        rows = self.visible()
        if self.chosen == "mine":
            return rows.filter(assigned_rep=self.request.user)
        if self.chosen == "nobody":
            return rows.filter(assigned_rep=None)
        return rows.filter(assigned_rep=number_of(self.chosen)) if self.chosen else rows

    def narrowed(self) -> dict[str, Any]:
        """The same choice in the words of the list's filters."""
        if self.chosen in ("mine", "nobody"):
            return {"whose": self.chosen}
        return {"representative_id": number_of(self.chosen)}

    def parts(self) -> dict[str, Any]:
        return {"columns": [(part, [card(case) for case in part.cases]) for part in self.by_step()]}

    def by_step(self) -> list[boards.Part]:
        return boards.by_step(self.rows(), **self.narrowed())

    def get_context_data(self, **kwargs):
        kept = f"?representative={self.chosen}" if self.chosen else ""
        people = [("", "Everybody"), ("mine", "Mine"), ("nobody", "Nobody’s")]
        people += [(str(user.pk), str(user)) for user in representatives()]
        return super().get_context_data(
            title=self.title,
            crumbs=[("Grievances", self.url_of("list")), (self.title, None)],
            tabs=[
                (label, f"{reverse(f'grievances:grievance_{page}')}{kept}", page == self.page) for page, label in PAGES
            ],
            people=people,
            chosen=self.chosen,
            **self.parts(),
            **kwargs,
        )


def card(case: Any) -> dict[str, Any]:
    """One card: whose case it is, and the limit that asks first."""
    today = dues.today()
    limits = [limit for limit in case.limits if limit.due_on is not None]
    lines = [
        {
            "words": dues.card_line(limit, today, case.days_off),
            "late": dues.is_over(limit, today),
            "ours": limit.is_ours,
            "expected": limit.is_expected,
        }
        for limit in (dues.first_limit(case, ours=True), dues.first_limit(case, ours=False))
        if limit is not None
    ]
    return {"case": case, "lines": lines, "is_stopped": bool(case.limits) and not limits}


class Overdue(Board):
    page = "overdue"
    title = "Overdue"
    template_name = "grievances/due.html"
    late = True

    def lists(self) -> list[boards.Part]:
        return boards.overdue(self.rows(), dues.today(), **self.narrowed())

    def parts(self):
        lists = self.lists()
        due = {"ours": COLUMN["due"], "theirs": COLUMN["employer_due"]}
        return {
            "lists": [
                (part, Table([*OURS, WHAT[part.key], due[part.key]], part.cases, caption=part.title)) for part in lists
            ],
            "by_representative": boards.by_representative(self.rows(), dues.today(), late=self.late),
            "here": self.request.path,
        }


class DueSoon(Overdue):
    page = "due_soon"
    title = "Due soon"
    late = False

    def lists(self):
        return boards.due_soon(self.rows(), dues.today(), **self.narrowed())
