"""Whether the people and employers of running cases are still there for them."""

from django.contrib.auth.models import Permission
from django.db.models import Exists, OuterRef, Q

from grievances.models import CaseType, Grievance, Grievant
from maintenance.models import Severity
from maintenance.registry import check
from members.models import Member


def _running():
    return Grievance.objects.running().for_table()


@check(
    "grievances.without-representative",
    on=Grievance,
    severity=Severity.CRITICAL,
    sentence=("1 running case is nobody’s.", "{count} running cases are nobody’s."),
    advice="Give it to a representative: reminders go to everybody until somebody has it.",
)
def without_representative():
    return _running().filter(assigned_rep=None)


@check(
    "grievances.representative-gone",
    on=Grievance,
    severity=Severity.CRITICAL,
    sentence=(
        "1 running case belongs to somebody who cannot work on it any more.",
        "{count} running cases belong to people who cannot work on them any more.",
    ),
    advice="Give it to a representative who is there.",
    fact=lambda case: f"{case.assigned_rep}, {'no rights' if case.assigned_rep.is_active else 'not active'}",
)
def representative_gone():
    right = Permission.objects.filter(content_type__app_label="grievances", codename="pursue_grievance")
    theirs = Q(group__user=OuterRef("assigned_rep")) | Q(user=OuterRef("assigned_rep"))
    gone = Q(assigned_rep__is_active=False) | ~Exists(right.filter(theirs))
    return _running().filter(gone, assigned_rep__isnull=False)


@check(
    "grievances.grievant-deceased",
    on=Grievance,
    severity=Severity.WARNING,
    sentence=(
        "1 running case is for a member who has died.",
        "{count} running cases are for members who have died.",
    ),
    advice="Speak with the family: back pay may be theirs. Then go on, settle, or close it with the reason.",
    fact=lambda case: str(case.member),
)
def grievant_deceased():
    return _running().filter(member__status=Member.Status.DECEASED)


@check(
    "grievances.party-removed",
    on=Grievance,
    severity=Severity.WARNING,
    sentence=(
        "1 running case is for a member or against an employer that was removed or merged into another.",
        "{count} running cases are for members or against employers that were removed or merged into others.",
    ),
    advice="A merge brings cases along, so this one came later. Restore the record, or ask an administrator.",
    fact=lambda case: str(case.employer if case.employer.deleted_at else case.member),
)
def party_removed():
    return _running().filter(Q(member__deleted_at__isnull=False) | Q(employer__deleted_at__isnull=False))


@check(
    "grievances.group-of-one",
    on=Grievance,
    severity=Severity.INFORMATION,
    sentence=(
        "1 running group case has nobody in the group beside its speaker.",
        "{count} running group cases have nobody in the group beside their speaker.",
    ),
    advice="Add the members it is for, or make it an individual case.",
)
def group_of_one():
    others = Grievant.objects.filter(grievance=OuterRef("pk"), left_on=None)
    return _running().filter(~Exists(others), case_type=CaseType.GROUP)
