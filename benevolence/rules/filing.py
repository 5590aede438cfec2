"""Filing for a member: the draft is its filer's, what was submitted is nobody's to change."""

from datetime import date
from typing import Any

from django.utils import timezone

from benevolence.eligibility import Eligibility, sensible
from benevolence.models import ApplicationStory, BenevolenceApplication, Payee, Status
from benevolence.models.application import NEXT
from benevolence.models.policy import PayeeRule
from ip2a.answers import YES, Answer, no
from ip2a.rules import has_right
from ip2a.words import format_day
from members.models import Member


def can_move(application: BenevolenceApplication, to: str) -> bool:
    return to in NEXT[application.status]


def may_file(user: Any, member: Member | None = None) -> Answer:
    """Whether this person may write an application, for that member when one is given."""
    if not has_right(user, "add", BenevolenceApplication):
        return no("Your role may not file applications. Representatives and staff file them for members.")
    if member is not None and member.is_removed:
        return no(f"{member} was merged into another record. File for that one.")
    return YES


def may_edit(user: Any, application: BenevolenceApplication) -> Answer:
    """Whether the draft may be changed: only by who files it, only while it is one."""
    answer = _filer(user, application)
    if not answer:
        return answer
    if application.status != Status.DRAFT:
        return no("This application was submitted and stays as it is. Withdraw it to change it.")
    return YES


def may_read_story(user: Any, application: BenevolenceApplication) -> Answer:
    """Officers read every story. A filer reads the own one while it lies with the filer, and no other."""
    if user.has_perm("ip2a.enter_benevolence"):
        return YES
    if application.filed_by_id != user.pk or not has_right(user, "add", BenevolenceApplication):
        return no("The story is confidential. You see the state and the amounts.")
    if not application.lies_with_filer:
        return no("The story was handed to the officers. You see the state and the amounts.")
    return YES


def may_submit(
    user: Any, application: BenevolenceApplication, story: ApplicationStory, eligibility: Eligibility
) -> Answer:
    """Whether the draft may be handed in. Every rule of the preview is asked once more."""
    answer = may_edit(user, application)
    if not answer:
        return answer
    if application.application_date > eligibility.on:
        return no(f"The application is dated {format_day(application.application_date)}, which is still to come.")
    if not story.description.strip():
        return no("Tell what happened before you submit: the officers decide by it.")
    answer = may_be_paid_to(story, eligibility.policy.payee_rule)
    if not answer:
        return answer
    if eligibility.refusals:
        return no(" ".join(line.sentence for line in eligibility.refusals))
    return YES


def may_be_paid_to(story: ApplicationStory, rule: str) -> Answer:
    if rule == PayeeRule.MEMBER and story.payee != Payee.MEMBER:
        return no("By the policy only the member is paid. Choose the member as payee.")
    if rule == PayeeRule.CREDITOR and story.payee != Payee.CREDITOR:
        return no("By the policy only a creditor is paid. Name the creditor.")
    if story.payee == Payee.CREDITOR and not story.creditor_name.strip():
        return no("Name the creditor who is to be paid.")
    return YES


def may_answer(user: Any, application: BenevolenceApplication) -> Answer:
    """Whether this person may answer the officers' question."""
    if application.waiting_since is None:
        return no("Nobody has asked for more information.")
    return _filer(user, application)


def may_withdraw(user: Any, application: BenevolenceApplication) -> Answer:
    if not has_right(user, "decide", BenevolenceApplication):
        answer = _filer(user, application)
        if not answer:
            return answer
    if application.is_withdrawn:
        return no(f"This application was withdrawn on {format_day(application.withdrawn_at)} already.")
    if application.status == Status.PAID:
        return no("This application is paid. Void the payment first.")
    if application.status == Status.DENIED:
        return no("This application was denied; there is nothing to withdraw.")
    return YES


def may_entrust(user: Any, application: BenevolenceApplication, to: Any) -> Answer:
    """Whether another person becomes the filer: an officer decides that, because the story goes along."""
    if not has_right(user, "decide", BenevolenceApplication):
        return no("Only an officer may entrust a case to another filer: the story goes along with it.")
    if not to.is_active or not has_right(to, "add", BenevolenceApplication):
        return no(f"{to} may not file applications. Choose a representative or somebody of the staff.")
    if application.filed_by_id == to.pk:
        return no(f"{to} files this application already.")
    return YES


def may_note(user: Any, application: BenevolenceApplication) -> Answer:
    """The officers' own notes."""
    if not has_right(user, "change", ApplicationStory) or not user.has_perm("ip2a.enter_benevolence"):
        return no("Only officers keep notes on a case.")
    return YES


def _filer(user: Any, application: BenevolenceApplication) -> Answer:
    if not has_right(user, "change", BenevolenceApplication):
        return no("Your role may not file applications. Representatives and staff file them for members.")
    if application.filed_by_id != user.pk:
        return no(f"{application.filed_by} files this application. An officer can entrust it to you.")
    return YES


def not_in_future(on: date) -> Answer:
    if on > timezone.localdate():
        return no(f"{format_day(on)} is still to come. Take today or an earlier day.")
    return YES


def amount_is_sensible(amount: Any) -> Answer:
    trouble = sensible(amount)
    return no(trouble) if trouble else YES
