"""What several verbs share: locking a case with its member, and putting it before a level."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from benevolence.models import BenevolenceApplication, Level, Status
from benevolence.rules.filing import can_move
from ip2a.answers import Refused
from members.models import Member

CASE = ["status", "approved_amount", "decided_on", "reapply_on", "withdrawn_at"]
PLACE = ["round", "current_level", "level_since", "review_due_on", "waiting_since", "deferred_until"]


def locked(application: BenevolenceApplication) -> BenevolenceApplication:
    """The case as it stands now. The member's row is locked first: their caps are counted over all of their cases."""
    Member.objects.select_for_update(of=("self",), no_key=True).get(pk=application.member_id)
    found = BenevolenceApplication.objects.select_for_update(of=("self",)).select_related("member", "policy")
    return found.get(pk=application.pk)


def moment(on: date) -> datetime:
    """Now, or noon of an earlier day."""
    now = timezone.now()
    return now if on == timezone.localdate(now) else timezone.make_aware(datetime.combine(on, time(12)))


def move(application: BenevolenceApplication, to: str) -> None:
    if application.status == to:
        return
    if not can_move(application, to):
        now = str(application.get_status_display()).lower()
        raise Refused(f"An application that is {now} cannot become {str(Status(to).label).lower()}.")
    application.status = to


def put_before(application: BenevolenceApplication, level: str, on: date) -> None:
    """The level's turn begins: its days count from here."""
    application.current_level = level
    application.level_since = moment(on)
    application.review_due_on = on + timedelta(days=application.policy.review_days)
    application.waiting_since = application.deferred_until = None


def put_nowhere(application: BenevolenceApplication) -> None:
    """Nobody's turn any more."""
    application.current_level = ""
    application.level_since = application.review_due_on = None
    application.waiting_since = application.deferred_until = None


def named(level: str) -> str:
    return str(Level(level).label).lower()
