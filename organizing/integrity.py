"""What can become false about organizing by time, or by another's hand. Sentences and facts name nobody.

The round enters the compartment as the system; its findings exist for those only who see every row.
"""

from django.db.models import DateField, Exists, F, Func, OuterRef, Q, Subquery, Value
from django.utils import timezone

from ip2a.numbers import value
from ip2a.words import format_day
from maintenance.models import Severity
from maintenance.registry import check
from organizing.models import Assessment, Campaign, CampaignAccess, SaltingAgreement, UnfairPractice, UnitList, Worker
from organizing.rules.numbers import CHARGE_MONTHS
from organizing.services.practices import running


class MonthsLater(Func):
    """The same day some months later, or that month's last day."""

    template = "((%(expressions)s)::date)"
    arg_joiner = " + interval '1 month' * "
    output_field = DateField()


@check(
    "organizing.agreement-at-signatory",
    on=SaltingAgreement,
    severity=Severity.WARNING,
    sentence=(
        "1 salting agreement runs at an employer that has signed.",
        "{count} salting agreements run at employers that have signed.",
    ),
    advice="Nobody is a salt where the local has an agreement. End it, or correct the employer.",
    fact=lambda agreement: f"from {format_day(agreement.starts_on)}",
)
def agreement_at_signatory():
    rows = SaltingAgreement.objects.filter(ended_on=None, organization__is_signatory=True)
    return rows.filter(Q(ends_on=None) | Q(ends_on__gte=timezone.localdate())).for_table()


@check(
    "organizing.access-of-inactive",
    on=CampaignAccess,
    severity=Severity.WARNING,
    sentence=(
        "1 person is named for a campaign, but can no longer sign in.",
        "{count} times somebody is named for a campaign who can no longer sign in.",
    ),
    advice="End the access under Who may look inside: it would hold again on the day the person is let in again.",
)
def access_of_inactive():
    return CampaignAccess.objects.running().filter(person__is_active=False).for_table()


@check(
    "organizing.campaign-without-list",
    on=Campaign,
    severity=Severity.INFORMATION,
    sentence=("1 running campaign has no unit list.", "{count} running campaigns have no unit list."),
    advice="Without a dated list nobody can say how many signed. Add one, with its source.",
    fact=lambda campaign: f"opened {format_day(campaign.opened_on)}",
)
def campaign_without_list():
    lists = UnitList.objects.filter(campaign=OuterRef("pk"))
    return Campaign.objects.filter(~Exists(lists), status__in=["active", "filed"])


@check(
    "organizing.standing-differs",
    on=Worker,
    severity=Severity.WARNING,
    sentence=(
        "1 worker does not stand as the last assessment says.",
        "{count} workers do not stand as their last assessments say.",
    ),
    advice="The wall chart shows it wrong. Assess the worker again; the history has what was said before.",
)
def standing_differs():
    newest = Assessment.objects.filter(worker=OuterRef("pk")).order_by("-on", "-id")
    rows = Worker.objects.annotate(said=Subquery(newest.values("value")[:1]), said_on=Subquery(newest.values("on")[:1]))
    one_only = Q(standing=None, said__isnull=False) | Q(standing__isnull=False, said=None)
    both = Q(standing__isnull=False, said__isnull=False)
    differ = Q(standing__gt=F("said")) | Q(standing__lt=F("said"))
    other_day = Q(standing_on__gt=F("said_on")) | Q(standing_on__lt=F("said_on")) | Q(standing_on=None)
    return rows.filter(one_only | both & (differ | other_day)).for_table()


@check(
    "organizing.charge-too-late",
    on=UnfairPractice,
    severity=Severity.CRITICAL,
    sentence=(
        "1 unfair labor practice was neither filed and served nor dropped, and its time is over.",
        "{count} unfair labor practices were neither filed and served nor dropped, and their time is over.",
    ),
    advice="Ask counsel whether anything is left to be done, and write down what became of it.",
    fact=lambda practice: f"happened {format_day(practice.occurred_on)}",
)
def charge_too_late():
    last = MonthsLater(F("occurred_on"), Value(int(value(CHARGE_MONTHS))))
    return running().annotate(last=last).filter(last__lt=timezone.localdate()).for_table()
