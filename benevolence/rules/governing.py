"""The fund's rules and offices: who may change them, and what an adopted policy refuses."""

from datetime import date
from typing import Any

from benevolence.models import Level, Office, Policy, StandIn, Submission
from ip2a.answers import YES, Answer, no
from ip2a.rules import has_right
from ip2a.words import format_day


def may_change_policy(user: Any, policy: Policy | None = None) -> Answer:
    if not has_right(user, "change", Policy):
        return no("Only officers and administrators may change the fund's policy.")
    if policy is not None and policy.is_adopted:
        return no("This policy was adopted and stays as it is. Make a new version of it.")
    return YES


def may_adopt(user: Any, policy: Policy) -> Answer:
    """Whether a draft becomes the policy in force from its first day on."""
    answer = may_change_policy(user)
    if not answer:
        return answer
    if policy.is_adopted:
        return no(f"This policy is in force from {format_day(policy.effective_from)} already.")
    if not policy.required_levels(policy.largest_amount):
        return no("No level decides anything in this policy. Add the levels first.")
    if not policy.levels.filter(above_amount=0).exists():
        return no("Small amounts have no level in this policy. One level must decide from zero on.")
    late = Submission.objects.filter(submitted_on__gte=policy.effective_from).order_by("submitted_on").last()
    if late is not None:
        return no(
            f"Applications up to {format_day(late.submitted_on)} were submitted under another policy. Let this one "
            "take effect after that day."
        )
    later = Policy.objects.adopted().filter(effective_from__gte=policy.effective_from).order_by("effective_from")
    first = later.first()
    if first is not None:
        return no(
            f"Policy {first.number} takes effect on {format_day(first.effective_from)}, not before this one. "
            "Take that one back first, or choose a later day."
        )
    return YES


def may_take_back(user: Any, policy: Policy) -> Answer:
    """Whether an adopted policy becomes a draft again: only the latest, and only if no application used it."""
    answer = may_change_policy(user)
    if not answer:
        return answer
    if not policy.is_adopted:
        return no("This policy is a draft.")
    if policy.applications.exists():
        return no("Applications were submitted under this policy, so it stays. Make a new version of it.")
    if Policy.objects.adopted().filter(effective_from__gt=policy.effective_from).exists():
        return no("A later policy follows this one. Take that one back first.")
    return YES


def may_hand_over(user: Any, level: str, to: Any, on: date) -> Answer:
    """Whether an office passes to a person on a day."""
    if not has_right(user, "change", Office):
        return no("Only officers and administrators may hand an office over.")
    if level not in Level.values:
        return no("There is no such level. Choose one of the four.")
    if not to.is_active or not to.has_perm("benevolence.decide_benevolenceapplication"):
        return no(f"{to} may not decide applications. An administrator gives the role of officer first.")
    running = Office.objects.filter(level=level, ends_on=None).first()
    if running is not None and running.person_id == to.pk:
        return no(f"{to} holds this office already.")
    latest = Office.objects.filter(level=level).order_by("-starts_on").first()
    if latest is not None and on <= latest.starts_on:
        return no(f"{latest.person} took this office on {format_day(latest.starts_on)}. Choose a later day.")
    if latest is not None and latest.ends_on is not None and on <= latest.ends_on:
        return no(f"{latest.person} holds this office until {format_day(latest.ends_on)}. Choose a later day.")
    return YES


def may_stand_in(user: Any, level: str, person: Any, starts_on: date, ends_on: date | None) -> Answer:
    if not has_right(user, "change", StandIn):
        return no("Only officers and administrators may appoint a stand-in.")
    if level not in Level.values:
        return no("There is no such level. Choose one of the four.")
    if not person.is_active or not person.has_perm("benevolence.decide_benevolenceapplication"):
        return no(f"{person} may not decide applications. An administrator gives the role of officer first.")
    if ends_on is not None and ends_on < starts_on:
        return no("The last day lies before the first: check both dates.")
    others = StandIn.objects.filter(level=level).exclude(ends_on__lt=starts_on)
    if ends_on is not None:
        others = others.exclude(starts_on__gt=ends_on)
    taken = others.first()
    if taken is not None:
        return no(f"{taken.person} stands in for this level on some of these days.")
    return YES
