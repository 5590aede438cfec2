"""What this room tells of an application and, within the reader's rights, of a member's life."""

from collections.abc import Iterator
from typing import Any

from benevolence import lookups
from benevolence.models import BenevolenceApplication, BenevolenceReview, Decision, Status
from benevolence.models.ledger import EntryKind
from ip2a.attachments.panel import document_events
from ip2a.timeline import Event, tells
from ip2a.words import format_day, format_money
from members.models import Member

MOST = 200
ICONS = {Decision.APPROVED: "good", Decision.DENIED: "bad", Decision.NEEDS_INFO: "warn", Decision.DEFERRED: "clock"}


@tells("benevolence.benevolenceapplication")
def own(user: Any, application: BenevolenceApplication) -> Iterator[Event]:
    """Filing, decisions and money: decisions level by level for those inside, the outcome for everybody."""
    yield Event(application.created_at, "filing", "Draft begun", who=str(application.filed_by), icon="edit")
    submissions = lookups.submissions(user, application)
    for row in submissions:
        yield Event(
            row.created_at,
            "filing",
            f"Submitted for {format_money(row.amount_requested)}",
            who=row.by_name,
            icon="flag",
        )
    if not submissions:
        yield from _outside(application)
    if application.withdrawn_at:
        yield Event(application.withdrawn_at, "filing", "Withdrawn", icon="undo")
    seen = lookups.seen(user, application)
    for review in seen.reviews:
        yield _told(review)
    for addition in seen.additions:
        yield Event(addition.created_at, "filing", "Question answered", who=addition.by_name, icon="note")
    for entry in lookups.entries(user, application):
        paid = entry.kind == EntryKind.PAYMENT
        text = f"{format_money(abs(entry.amount))} {'paid to ' + entry.payee_name if paid else 'given back by a void'}"
        yield Event(
            entry.entry_date, "money", text, who=entry.by_name, details=entry.memo, icon="good" if paid else "undo"
        )
    if seen.story is not None and not seen.names_hidden:
        yield from document_events(user, seen.story)


def _outside(application: BenevolenceApplication) -> Iterator[Event]:
    """What the state itself says."""
    if application.submitted_at:
        text = f"Submitted for {format_money(application.amount_requested)}"
        yield Event(application.submitted_at, "filing", text, icon="flag")
    if application.decided_on:
        denied = application.status == Status.DENIED
        text = "Denied" if denied else f"Approved for {format_money(application.approved_amount)}"
        yield Event(application.decided_on, "decision", text, icon="bad" if denied else "good")
    if application.payment_date:
        yield Event(application.payment_date, "money", f"{format_money(application.approved_amount)} paid", icon="good")


def _told(review: BenevolenceReview) -> Event:
    level, decision = review.get_review_level_display(), str(review.get_decision_display())
    text = f"{level}: {decision[:1].lower()}{decision[1:]}"
    if review.approved_amount is not None:
        text += f" for {format_money(review.approved_amount)}"
    if review.deferred_until:
        text += f" until {format_day(review.deferred_until)}"
    details = "\n".join(part for part in (review.for_applicant, review.comments) if part)
    day = review.review_date
    on = review.created_at if review.created_at.date() == day else day
    return Event(on, "decision", text, who=review.reviewer_name, details=details, icon=ICONS[Decision(review.decision)])


@tells("members.member")
def of_member(user: Any, member: Member) -> Iterator[Event]:
    """Applications with their amounts and outcomes; none whose names are hidden from the reader."""
    for case in lookups.of_member(user, member)[:MOST]:
        if case.submitted_at is None:
            continue
        url, kind = case.get_absolute_url(), "benevolence"
        asked = f"Applied to the fund for {format_money(case.amount_requested)} ({case.number})"
        yield Event(case.submitted_at, kind, asked, url=url, icon="benevolence")
        if case.decided_on and case.status == Status.DENIED:
            yield Event(case.decided_on, kind, f"{case.number} denied", url=url, icon="bad")
        elif case.decided_on:
            text = f"{case.number} approved for {format_money(case.approved_amount)}"
            yield Event(case.decided_on, kind, text, url=url, icon="good")
        if case.payment_date:
            yield Event(case.payment_date, kind, f"{case.number} paid", url=url, icon="good")
