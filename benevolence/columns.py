"""The columns of this room's lists, for the page and for the exported file. None of them holds the story."""

from typing import Any

from benevolence import turns
from benevolence.models import Level, PaymentMethod, Reason
from benevolence.models.ledger import EntryKind
from ip2a.tables import Column
from ip2a.words import register_tones

LEVEL = dict(Level.choices)
REASON = dict(Reason.choices)
METHOD = dict(PaymentMethod.choices)
KIND = dict(EntryKind.choices)

register_tones(
    {
        "submitted": "info",
        "under_review": "info",
        "approved": "good",
        "denied": "bad",
        "paid": "good",
        "withdrawn": "quiet",
        "needs_info": "warn",
        "deferred": "quiet",
    }
)


def state_key(application: Any) -> str:
    """The word whose tone the state has: what is asked, put off or withdrawn looks different."""
    if application.is_withdrawn:
        return "withdrawn"
    if application.waiting_since is not None:
        return "needs_info"
    return "deferred" if application.deferred_until is not None else application.status


def _number(application: Any) -> str:
    return application.number or "Draft"


def _awaits(application: Any) -> str:
    """The level whose turn it is, and how long it has been."""
    level = LEVEL.get(application.current_level, "")
    return f"{level}, {turns.age(application, application.today)}" if level else ""


# ``shown_member`` and ``today`` are given by the list (see views.applications.with_names).
APPLICATIONS = [
    Column("number", "Number", _number, sort=("number",), kind="link"),
    Column("member", "Member", lambda a: a.shown_member),
    Column("status", "Status", lambda a: state_key(a), sort=("status",), kind="state", show=lambda a: a.state),
    Column("asked", "Asked for", lambda a: a.amount_requested, sort=("amount_requested",), kind="money"),
    Column("approved", "Approved", lambda a: a.approved_amount, sort=("approved_amount",), kind="money"),
    Column("awaits", "Awaits", _awaits),
    Column("date", "Applied", lambda a: a.application_date, sort=("application_date",), kind="day"),
    Column("filer", "Filed by", lambda a: str(a.filed_by), wide=True),
    Column("emergency", "Emergency", lambda a: a.is_emergency, kind="yes", wide=True),
    Column("level", "Level", lambda a: LEVEL.get(a.current_level, ""), on_page=False),
    Column("submitted", "Submitted", lambda a: a.submitted_at, on_page=False),
    Column("due", "Review due", lambda a: a.review_due_on, on_page=False),
    Column("needed", "Needed by", lambda a: a.needed_by, on_page=False),
    Column("decided", "Decided", lambda a: a.decided_on, on_page=False),
    Column("paid", "Paid", lambda a: a.payment_date, on_page=False),
    Column("method", "Paid by", lambda a: METHOD.get(a.payment_method, ""), on_page=False),
]
COLUMN = {column.key: column for column in APPLICATIONS}
REASON_COLUMN = Column("reason", "Reason", lambda a: REASON.get(a.reason, a.reason), sort=("reason",), kind="text")
# For those inside the compartment.
APPLICATIONS_INSIDE = [*APPLICATIONS[:2], REASON_COLUMN, *APPLICATIONS[2:]]


def _case(entry: Any) -> Any:
    return entry.application


ENTRIES = [
    Column("day", "Day", lambda e: e.entry_date, sort=("entry_date",), kind="day"),
    Column("kind", "Kind", lambda e: KIND.get(e.kind, e.kind), sort=("kind",), kind="word"),
    Column("amount", "Amount", lambda e: e.amount, sort=("amount",), kind="money"),
    Column("application", "Application", _case, kind="related", show=lambda e: e.application.number),
    Column("payee", "Paid to", lambda e: e.payee_name),
    Column("method", "Way", lambda e: METHOD.get(e.payment_method, ""), kind="word"),
    Column("reference", "Reference", lambda e: e.reference, sort=("reference",)),
    Column("memo", "Memo", lambda e: e.memo),
    Column("by", "Entered by", lambda e: e.by_name, wide=True),
    Column("fund", "Fund", lambda e: e.fund.name, on_page=False),
    Column("entry", "Entry", lambda e: e.pk, on_page=False),
    Column("voids", "Voids entry", lambda e: e.counter_entry_id, on_page=False),
    Column("entered", "Entered", lambda e: e.created_at, on_page=False),
]
ENTRY = {column.key: column for column in ENTRIES}
