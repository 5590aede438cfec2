"""Mail on other pages: what was sent about a record, and on the home page what did not go out."""

from collections.abc import Callable, Iterable
from typing import Any

from django.urls import reverse

from ip2a import panels
from ip2a.compartments import open_to
from ip2a.models import Message
from ip2a.post import rules, services
from ip2a.questions import question
from ip2a.rules import has_right
from ip2a.words import register_tones

State = Message.State
register_tones({"waiting": "info", "sending": "info", "sent": "good", "dead": "bad", "unsure": "warn"})
SHOWN = 10
SHOWN_AT_HOME = 6
OFFERED = (State.FAILED, State.DEAD, State.UNSURE)


def show_on(label: str, order: int = 80, also: Callable[[Any], Iterable[Any]] = lambda record: ()) -> None:
    """Draw the panel "Mail" on the pages of a model: ``post.show_on("grievances.grievance")``.

    ``also`` names other records whose mail is shown there, each to those who may see it: a part in a compartment.
    """

    def drawn(request: Any, record: Any) -> panels.Panel | None:
        return mail(request, record, *also(record))

    panels.panel(label, order=order)(drawn)


def mail(request: Any, *records: Any) -> panels.Panel | None:
    """The newest mail about a record: to whom, what, how it stands, and how to send it again."""
    user = request.user
    found = [row for record in records for row in services.of(record, user)[: SHOWN + 1]]
    rows = sorted(found, key=lambda row: (row.created_at, row.pk), reverse=True)
    if not rows:
        return None
    shown = rows[:SHOWN]
    may_open = has_right(user, "view", Message)
    return panels.Panel(
        "Mail",
        "ip2a/post/_panel.html",
        {"rows": [told(user, row, may_open=may_open) for row in shown], "is_cut": len(rows) > SHOWN},
        count=f"{SHOWN}+" if len(rows) > SHOWN else len(rows),
        id="mail",
    )


def told(user: Any, row: Message, *, may_open: bool) -> dict[str, Any]:
    """One row of the panel. Only trouble asks the rule, which may need a query."""
    return {
        "mail": row,
        "url": row.get_absolute_url() if may_open else "",
        "may_send_again": row.state in OFFERED and bool(rules.may_send_again(user, row)),
    }


@question
def _in_trouble(reader: Any) -> Any:
    keys = [*open_to(reader), *([""] if has_right(reader, "view", Message) else [])]
    rows = Message.objects.needing_a_person().filter(compartment__in=keys, carrier=None)
    return rows.for_table()[: SHOWN_AT_HOME + 1]


@panels.panel("home", order=15)
def mail_in_trouble(request: Any, subject: Any) -> panels.Panel | None:
    """What nobody got, or perhaps nobody got: for administrators, and inside a compartment for those inside."""
    user = request.user
    may_open = has_right(user, "view", Message)
    rows = _in_trouble(user)
    if not rows:
        return None
    return panels.Panel(
        "Mail that did not go out",
        "ip2a/post/_home.html",
        {
            "rows": [(row, _place_of(row, may_open)) for row in rows[:SHOWN_AT_HOME]],
            "is_cut": len(rows) > SHOWN_AT_HOME,
        },
        count=f"{SHOWN_AT_HOME}+" if len(rows) > SHOWN_AT_HOME else len(rows),
        actions=[("All mail", reverse("post:message_list"))] if may_open else [],
    )


def _place_of(row: Message, may_open: bool) -> str:
    """Where it can be looked after: on its own page, or beside its record."""
    if may_open:
        return row.get_absolute_url()
    record = row.record()
    return f"{record.get_absolute_url()}#mail" if hasattr(record, "get_absolute_url") else ""
