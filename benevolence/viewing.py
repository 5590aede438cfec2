"""What one person may see of one application: pages, the administration and letters all ask here.

Everybody with the right sees state and amounts. The reason and the story are for those inside the compartment, and for
the filer while the case lies with the filer. In a blind review nobody inside learns who applies until it is decided.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from benevolence import rules
from benevolence.models import (
    ApplicationStory,
    BenevolenceApplication,
    BenevolenceReview,
    Decision,
    Status,
    StoryAddition,
)
from benevolence.models.application import IN_REVIEW
from ip2a.attachments.kinds import label_of
from ip2a.models import Attachment
from ip2a.words import format_day
from members.models import MemberEmployment

HIDDEN = "Hidden while it is reviewed"


@dataclass(frozen=True)
class Paper:
    """One paper in the listing; ``name`` tells nothing where names are hidden."""

    attachment: Attachment
    name: str


@dataclass(frozen=True)
class SeenApplication:
    """``story`` is None for those outside; ``names_hidden`` says that this reader may not learn who applies."""

    application: BenevolenceApplication
    names_hidden: bool
    title: str
    member_name: str
    employers: str
    state: str
    reason: str
    story: ApplicationStory | None
    question: str
    words_for_applicant: str
    how_to_reapply: str
    additions: list[StoryAddition] = field(default_factory=list)
    reviews: list[BenevolenceReview] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)


def is_blind_for(application: BenevolenceApplication, user: Any) -> bool:
    """Whether names are hidden from this person: inside the compartment, while a blind review is going on."""
    if application.policy is None or not application.policy.is_blind or not application.is_in_review:
        return False
    return user.has_perm("ip2a.enter_benevolence") and application.filed_by_id != user.pk


def seen_by(application: BenevolenceApplication, user: Any) -> SeenApplication:
    """Everything this person may see of the application, ready for a page. Asks no rule of who may see the record."""
    hidden = is_blind_for(application, user)
    inside = user.has_perm("ip2a.enter_benevolence")
    is_filer = application.filed_by_id == user.pk
    readable = bool(rules.may_read_story(user, application))
    story = ApplicationStory.objects.filter(application=application).first() if readable else None
    member = application.member
    return SeenApplication(
        application=application,
        names_hidden=hidden,
        title=(application.number or "Draft") if hidden else str(application),
        member_name=HIDDEN if hidden else str(member),
        employers=HIDDEN if hidden else _employers(application) if inside or is_filer else "",
        state=application.state,
        reason=str(application.get_reason_display()) if inside or is_filer else "",
        story=story,
        question=_question(application) if inside or is_filer else "",
        words_for_applicant=_denial(application) if inside or is_filer else "",
        how_to_reapply=how_to_reapply(application),
        additions=list(application.additions.all()) if story is not None else [],
        reviews=list(application.reviews.visible_to(user).order_by("id")),
        papers=_papers(story, hidden) if story is not None else [],
    )


def _employers(application: BenevolenceApplication) -> str:
    jobs = MemberEmployment.objects.current().filter(member=application.member_id).select_related("organization")
    return ", ".join(sorted({job.organization.name for job in jobs}))


def _papers(story: ApplicationStory, hidden: bool) -> list[Paper]:
    rows = Attachment.objects.of(story).live().order_by("id")
    return [
        Paper(row, f"Paper {place} ({label_of(row.media_type)})" if hidden else row.original_name)
        for place, row in enumerate(rows, 1)
    ]


def _question(application: BenevolenceApplication) -> str:
    """What the officers want to know, while the answer is out."""
    if application.waiting_since is None:
        return ""
    asked = application.reviews.filter(decision=Decision.NEEDS_INFO, round=application.round).first()
    return asked.for_applicant if asked else ""


def _denial(application: BenevolenceApplication) -> str:
    if application.status != Status.DENIED:
        return ""
    said = application.reviews.filter(decision=Decision.DENIED, attempt=application.attempt).first()
    return said.for_applicant if said else ""


def how_to_reapply(application: BenevolenceApplication) -> str:
    """When and how a denied applicant can try again, computed from the policy of the case; "" for every other state."""
    if application.status != Status.DENIED or application.reapply_on is None:
        return ""
    return (
        f"A new application is possible from {format_day(application.reapply_on)}. A representative or the office "
        "files it; bring papers that show what has changed."
    )


def hidden_from(user: Any) -> Q:
    """Cases whose names this person may not learn now: the same as ``is_blind_for``, for many cases at once."""
    if not user.has_perm("ip2a.enter_benevolence"):
        return Q(pk__in=[])
    return Q(policy__is_blind=True, status__in=IN_REVIEW) & ~Q(filed_by=user)


def by_name(rows: Any, user: Any) -> Any:
    """Those of the rows that may be looked for by who applies: none whose names are hidden from this person."""
    return rows.exclude(hidden_from(user))
