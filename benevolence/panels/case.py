"""The page of an application: decisions, and for those who may read it the story with all that belongs to it."""

from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from benevolence import columns, lookups, rules, services, turns
from benevolence.models import ApplicationStory, BenevolenceApplication, Confirmation, Decision, Level, Recusal, Status
from ip2a import post, timeline
from ip2a.answers import Refused
from ip2a.attachments.forms import UploadForm
from ip2a.attachments.panel import documents
from ip2a.models import Attachment
from ip2a.panels import Panel, panel
from ip2a.rules import has_right
from ip2a.tables import Table
from ip2a.words import format_day, state_chip, tone_of

LABEL = "benevolence.benevolenceapplication"
PAYMENTS = [columns.ENTRY[key] for key in ("day", "kind", "amount", "method", "reference", "payee", "memo", "by")]
CATEGORY = Attachment.Category.BENEVOLENCE_DOC


@panel(LABEL, order=10)
def decisions(request: Any, application: BenevolenceApplication) -> Panel | None:
    """The levels in order with where they stand; each decision for those inside."""
    if not application.required_levels:
        return None
    user, seen = request.user, lookups.seen(request.user, application)
    context = {"steps": _steps(application), "reviews": seen.reviews, "attempts": application.attempt > 1}
    if has_right(user, "view", Recusal) and user.has_perm("ip2a.enter_benevolence"):
        context["recusals"] = list(Recusal.objects.visible_to(user).filter(application=application))
        context["confirmations"] = list(Confirmation.objects.visible_to(user).filter(application=application))
    return Panel("Levels and decisions", "benevolence/_levels.html", context, id="decisions")


def _steps(application: BenevolenceApplication) -> list[dict[str, Any]]:
    """Told from the state alone, which everybody with the right may know."""
    today, current, found = timezone.localdate(), application.current_level, []
    levels = application.required_levels
    for place, level in enumerate(levels):
        step: dict[str, Any] = {"label": str(Level(level).label), "words": ""}
        if application.status in (Status.APPROVED, Status.PAID) or (current and place < levels.index(current)):
            step["chip"] = state_chip("Approved", tone_of(Decision.APPROVED))
        elif level == current:
            step["chip"] = state_chip("Deciding", "info")
            since = turns.age(application, today)
            due = application.review_due_on
            step["words"] = f"{since}, due {turns.by_when(due, today)}" if due else since
            if due and due < today:
                step["chip"] = state_chip("Overdue", "bad")
            if application.lies_with_filer:
                step["chip"] = state_chip("Waits for an answer", "warn")
            if application.deferred_until:
                step["chip"] = state_chip(f"Deferred until {format_day(application.deferred_until)}", "quiet")
        else:
            step["chip"] = state_chip("Later" if current else application.state, "quiet")
        found.append(step)
    return found


@panel(LABEL, order=20)
def story(request: Any, application: BenevolenceApplication) -> Panel | None:
    seen = lookups.seen(request.user, application)
    if seen.story is None:
        return None
    context = {"story": seen.story, "additions": seen.additions}
    actions = []
    if rules.may_answer(request.user, application):
        actions = [("Answer the question", turns.url_of("answer", application))]
    elif rules.may_edit(request.user, application):
        actions = [("Edit", turns.url_of("update", application))]
    return Panel("What happened", "benevolence/_story.html", context, actions=actions)


@panel(LABEL, order=30)
def papers(request: Any, application: BenevolenceApplication) -> Panel | None:
    """The papers hang on the story; in a blind review they are listed without their names."""
    seen = lookups.seen(request.user, application)
    if seen.story is None:
        return None
    if seen.names_hidden:
        return Panel(
            "Documents", "benevolence/_papers_blind.html", {"papers": seen.papers}, len(seen.papers), id="documents"
        )
    made = documents(request, seen.story)
    if made is not None:
        made.id = "documents"
        made.context["noun"] = "application"
        if made.context["fields"]:
            form = UploadForm(initial={"category": CATEGORY})
            made.context["fields"] = render_to_string("ip2a/_attachment_fields.html", {"form": form})
    return made


@panel(LABEL, order=40)
def eligibility(request: Any, application: BenevolenceApplication) -> Panel | None:
    """For the filer of a draft as the rules stand today; for those inside as they stood at the last submission."""
    if application.status == Status.DRAFT and rules.may_edit(request.user, application):
        return _eligible_now(request.user, application)
    found = lookups.submissions(request.user, application)
    if not found:
        return None
    last = found[-1]
    words = f"As it was on {format_day(last.submitted_on)}, by {last.policy}."
    return Panel("Eligibility", "benevolence/_eligibility_panel.html", {"lines": last.lines, "words": words})


def _eligible_now(user: Any, application: BenevolenceApplication) -> Panel:
    try:
        found = services.preview(
            application.member,
            reason=application.reason,
            amount=application.amount_requested,
            is_emergency=application.is_emergency,
            besides=application,
            by=user,
        )
    except Refused as refusal:
        return Panel("Eligibility", "benevolence/_note.html", {"text": str(refusal)})
    words = "Nothing is in the way today." if found.ok else "Something is in the way today:"
    return Panel("Eligibility", "benevolence/_eligibility_panel.html", {"lines": found.lines, "words": words})


@panel(LABEL, order=50)
def payments(request: Any, application: BenevolenceApplication) -> Panel | None:
    """What the books say of this case, for those inside."""
    found = lookups.entries(request.user, application)
    if not found:
        return None
    table = Table(PAYMENTS, found, caption="Payments")
    ledger = reverse("benevolence:ledgerentry_list")
    return Panel(
        "Payments",
        "benevolence/_payments.html",
        {"table": table},
        count=len(found),
        actions=[("In the ledger", f"{ledger}?q={application.number}")],
    )


@panel(LABEL, order=60)
def notes(request: Any, application: BenevolenceApplication) -> Panel | None:
    seen = lookups.seen(request.user, application)
    if seen.story is None or not request.user.has_perm("ip2a.enter_benevolence") or not seen.story.notes:
        return None
    return Panel("Notes of the officers", "benevolence/_note.html", {"text": seen.story.notes})


@panel(LABEL, order=90)
def application_timeline(request: Any, application: BenevolenceApplication) -> Panel | None:
    found = timeline.events(request.user, application)
    context = {"days": timeline.by_day(found)}
    return Panel("Timeline", "benevolence/_timeline_panel.html", context, f"{len(found):,}", id="timeline")


post.show_on(LABEL, order=80, also=lambda case: ApplicationStory.objects.filter(application=case))
