"""Who decides which case: the holder of the level, or the stand-in where the holder may not or cannot."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q

from benevolence.models import (
    BenevolenceApplication,
    BenevolenceReview,
    Decision,
    Level,
    Office,
    Recusal,
    Relative,
    StandIn,
    Submission,
)
from benevolence.models.review import ConflictKind
from members.models import Member, MemberEmployment


@dataclass(frozen=True)
class Conflict:
    """Why an officer is asked to step aside. ``must`` leaves no choice."""

    kind: str
    sentence: str
    must: bool


def levels_of(user: Any, on: date) -> dict[str, str]:
    """The levels a person acts at that day, each "holder" or "stand_in"."""
    found = dict.fromkeys(StandIn.objects.of(user, on).values_list("level", flat=True), "stand_in")
    return found | dict.fromkeys(Office.objects.of(user, on).values_list("level", flat=True), "holder")


def holder_of(level: str, on: date) -> Office | None:
    return Office.objects.on(on).filter(level=level).select_related("person").first()


def stand_in_of(level: str, on: date) -> StandIn | None:
    return StandIn.objects.on(on).filter(level=level).select_related("person").first()


def conflicts_of(user: Any, application: BenevolenceApplication) -> list[Conflict]:
    """What ties this officer to this case. Answered or not, the ties are these."""
    member = Member.objects.filter(user=user).first()
    if member is not None and member.pk == application.member_id:
        return [Conflict(ConflictKind.OWN, "This is your own application.", True)]
    found = []
    relation = Relative.objects.filter(officer=user, member=application.member_id).first()
    if relation is not None:
        kin = str(relation.get_kinship_display()).lower()
        must = application.policy is None or application.policy.relatives_must_recuse
        found.append(Conflict(ConflictKind.RELATIVE, f"You declared the applicant a relative ({kin}).", must))
    if member is not None and _employers(member) & (_employers(application.member) | employers_then(application)):
        found.append(Conflict(ConflictKind.EMPLOYER, "You and the applicant work for the same employer.", False))
    return found


def _employers(member: Member) -> set[int]:
    return set(MemberEmployment.objects.current().filter(member=member).values_list("organization_id", flat=True))


def employers_then(application: BenevolenceApplication) -> set[int]:
    """Where the applicant worked when the case was submitted."""
    latest = Submission.objects.filter(application=application).order_by("-attempt").first()
    return set(latest.employers) if latest else set()


def open_conflicts(user: Any, application: BenevolenceApplication) -> list[Conflict]:
    """Ties the officer has not yet answered: recusal must be asked before anything is decided."""
    answered = set(Recusal.objects.filter(application=application, person=user).values_list("kind", flat=True))
    return [conflict for conflict in conflicts_of(user, application) if conflict.kind not in answered]


def is_out(user: Any, application: BenevolenceApplication) -> str:
    """Why this person cannot decide this case at any further level; "" when nothing is in the way."""
    if Member.objects.filter(user=user, pk=application.member_id).exists():
        return "is the applicant"
    if Recusal.objects.steps_aside().filter(application=application, person=user).exists():
        return "has stepped aside"
    earlier = BenevolenceReview.objects.filter(
        application=application, attempt=application.attempt, decision=Decision.APPROVED, reviewer=user
    ).first()
    if earlier is not None:
        return f"has approved it as {str(earlier.get_review_level_display()).lower()}"
    return ""


def decider_of(application: BenevolenceApplication, on: date) -> tuple[Any, bool] | None:
    """(person, as stand-in) who decides the current level; None when nobody can: an officer must appoint one."""
    level = application.current_level
    return decider_at(application, level, on) if level else None


def decider_at(application: BenevolenceApplication, level: str, on: date) -> tuple[Any, bool] | None:
    """Who would decide the case at that level on that day."""
    holder, stand_in = holder_of(level, on), stand_in_of(level, on)
    away = stand_in is not None and stand_in.covers_all
    if holder is not None and not away and not is_out(holder.person, application):
        return holder.person, False
    if stand_in is not None and not is_out(stand_in.person, application):
        return stand_in.person, True
    if holder is not None and not is_out(holder.person, application):
        return holder.person, False
    return None


def queue_of(user: Any, on: date):
    """The cases that await this person, oldest first; as a QuerySet, in one query however many there are."""
    levels = levels_of(user, on)
    own = [level for level, role in levels.items() if role == "holder"]
    waiting = Q(current_level__in=own)
    for level, role in levels.items():
        if role == "stand_in":
            waiting |= Q(current_level=level) & _for_stand_in(level, on)
    cases = BenevolenceApplication.objects.awaiting(*levels)
    return cases.filter(waiting).exclude(_out(user.pk)).order_by("level_since", "id")


def _for_stand_in(level: str, on: date) -> Q:
    stand_in, holder = stand_in_of(level, on), holder_of(level, on)
    if holder is None or (stand_in is not None and stand_in.covers_all):
        return Q(pk__isnull=False)
    return _out(holder.person_id)


def _out(person: int) -> Q:
    """The same as ``is_out``, for many cases at once."""
    case = OuterRef("pk")
    approved = BenevolenceReview.objects.filter(
        application=case, attempt=OuterRef("attempt"), decision=Decision.APPROVED, reviewer=person
    )
    aside = Recusal.objects.steps_aside().filter(application=case, person=person)
    own = Member.objects.filter(pk=OuterRef("member_id"), user=person)
    return Q(Exists(approved)) | Q(Exists(aside)) | Q(Exists(own))


def named(level: str) -> str:
    """A level in the middle of a sentence."""
    return str(Level(level).label).lower()
