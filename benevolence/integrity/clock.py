"""What becomes false because days go by and people leave."""

from datetime import timedelta

from django.db.models import (
    DateField,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    Value,
)
from django.utils import timezone

from benevolence.models import BenevolenceApplication as Application
from benevolence.models import (
    Confirmation,
    Office,
    Policy,
    StandIn,
    Status,
)
from benevolence.models.application import COMMITTED
from benevolence.models.policy import covering
from ip2a import numbers
from ip2a.words import format_day
from maintenance.models import Severity
from maintenance.registry import check
from members.models import Member

STALE_DRAFT = numbers.declare(
    "benevolence.stale-draft", 60, unit="days", about="A draft that nobody touched for longer is reported."
)


def _days(name: str):
    """So many days as a stretch of time."""
    return Func(F(name), template="make_interval(days => %(expressions)s)", output_field=DurationField())


@check(
    "benevolence.deferral-over",
    on=Application,
    severity=Severity.WARNING,
    sentence=(
        "1 deferred application has not come back on its day.",
        "{count} deferred applications have not come back on their day.",
    ),
    advice="The clock brings them back each hour. See whether the worker and the schedule run.",
    fact=lambda case: f"deferred until {format_day(case.deferred_until)}",
)
def deferral_over():
    return Application.objects.deferral_over(timezone.localdate() - timedelta(days=1)).for_table()


@check(
    "benevolence.review-overdue",
    on=Application,
    severity=Severity.WARNING,
    sentence=("1 review is overdue.", "{count} reviews are overdue."),
    advice="Remind the level, or appoint a stand-in who covers it.",
    fact=lambda case: f"{case.get_current_level_display()}, due {format_day(case.review_due_on)}",
)
def review_overdue():
    return Application.objects.overdue(timezone.localdate()).for_table()


@check(
    "benevolence.answer-overdue",
    on=Application,
    severity=Severity.INFORMATION,
    sentence=(
        "1 application has waited long for the filer's answer.",
        "{count} applications have waited long for the filer's answer.",
    ),
    advice="Ask the filer, entrust the case to somebody else, or withdraw it.",
    fact=lambda case: f"asked {format_day(case.waiting_since)}",
)
def answer_overdue():
    since = ExpressionWrapper(Value(timezone.now()) - _days("policy__answer_days"), output_field=DateTimeField())
    return Application.objects.in_review().filter(waiting_since__lt=since).for_table()


@check(
    "benevolence.emergency-unconfirmed",
    on=Application,
    severity=Severity.WARNING,
    sentence=(
        "1 emergency approval was not confirmed in time.",
        "{count} emergency approvals were not confirmed in time.",
    ),
    advice="An officer other than the one who approved opens the case and confirms it, or says what was wrong.",
    fact=lambda case: f"approved {format_day(case.decided_on)}",
)
def emergency_unconfirmed():
    said = Confirmation.objects.filter(application=OuterRef("pk"), attempt=OuterRef("attempt"))
    last_day = ExpressionWrapper(F("decided_on") + _days("policy__emergency_confirm_days"), output_field=DateField())
    cases = Application.objects.filter(~Exists(said), is_emergency=True, status__in=COMMITTED)
    return cases.annotate(last_day=last_day).filter(last_day__lt=timezone.localdate()).for_table()


@check(
    "benevolence.case-nobody-decides",
    on=Application,
    severity=Severity.WARNING,
    sentence=(
        "1 application lies with a level that nobody holds.",
        "{count} applications lie with levels that nobody holds.",
    ),
    advice="Hand the office over to somebody, or appoint a stand-in.",
    fact=lambda case: case.get_current_level_display(),
)
def case_nobody_decides():
    today = timezone.localdate()
    held = Q()
    for model in (Office, StandIn):
        rows = model.objects.filter(covering(today, "starts_on", "ends_on"), person__is_active=True)
        held |= Q(Exists(rows.filter(level=OuterRef("current_level"))))
    return Application.objects.in_review().exclude(held).for_table()


@check(
    "benevolence.stale-draft",
    on=Application,
    severity=Severity.INFORMATION,
    uses=(STALE_DRAFT,),
    sentence=(
        "1 draft was not touched for {stale_draft} days.",
        "{count} drafts were not touched for {stale_draft} days.",
    ),
    advice="Ask whether the member still needs help: submit it or withdraw it.",
    fact=lambda case: f"last changed {format_day(case.updated_at)}",
)
def stale_draft():
    since = timezone.now() - timedelta(days=int(numbers.value(STALE_DRAFT)))
    drafts = Application.objects.filter(status=Status.DRAFT, withdrawn_at=None)
    return drafts.filter(updated_at__lt=since).for_table()


@check(
    "benevolence.office-of-nobody",
    on=Office,
    severity=Severity.WARNING,
    sentence=(
        "1 office is held by somebody who no longer signs in.",
        "{count} offices are held by people who no longer sign in.",
    ),
    advice="Hand the office over.",
    fact=lambda office: str(office.person),
)
def office_of_nobody():
    return Office.objects.on(timezone.localdate()).filter(person__is_active=False).select_related("person")


@check(
    "benevolence.policy-gap",
    on=Policy,
    severity=Severity.WARNING,
    sentence=("After 1 policy no other is in force.", "After {count} policies no other is in force."),
    advice="No application can be submitted on such a day. Adopt a policy that begins the day after.",
    fact=lambda policy: f"ends {format_day(policy.effective_until)}",
)
def policy_gap():
    ended = Policy.objects.adopted().exclude(effective_until=None)
    day_after = ExpressionWrapper(OuterRef("effective_until") + timedelta(days=1), output_field=DateField())
    following = Policy.objects.adopted().filter(effective_from=day_after)
    return ended.filter(~Exists(following))


@check(
    "benevolence.applicant-deceased",
    on=Application,
    severity=Severity.WARNING,
    sentence=(
        "1 open application is for a member who has died.",
        "{count} open applications are for members who have died.",
    ),
    advice="Speak with the family: withdraw it, or let it go on if the help is still theirs.",
    fact=lambda case: case.get_status_display(),
)
def applicant_deceased():
    open_ = Application.objects.exclude(status__in=[Status.PAID, Status.DENIED]).filter(withdrawn_at=None)
    return open_.filter(member__status=Member.Status.DECEASED).for_table()
