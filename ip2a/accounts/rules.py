"""Who may change whose account. ``by`` is None for the command line, whose user could do anything anyway."""

from collections.abc import Iterable
from typing import Any

from ip2a import roles
from ip2a.answers import YES, Answer, no
from ip2a.compartments import COMPARTMENTS

MANAGE = "ip2a.change_user"
NO_RIGHT = "Only those who manage accounts may do this. Ask an administrator."


def may_manage(by: Any) -> Answer:
    return YES if by is None or by.has_perm(MANAGE) else no(NO_RIGHT)


def may_invite(by: Any) -> Answer:
    return YES if by is None or by.has_perm("ip2a.add_user") else no(NO_RIGHT)


def may_resend(by: Any, user: Any) -> Answer:
    if not (answer := may_invite(by)):
        return answer
    if not user.is_active:
        return no(f"{user} is deactivated. Reactivate the account first.")
    if user.has_usable_password():
        return no(f"{user} has a password already and can reset it on the sign-in page.")
    return YES


def may_change_roles(by: Any, user: Any, *, held: Iterable[str], wanted: Iterable[str]) -> Answer:
    """``held`` and ``wanted`` are names of roles. That a manager of accounts stays is asked by the service."""
    if not (answer := may_manage(by)):
        return answer
    unknown = sorted(set(wanted) - set(roles.ROLE_NAMES))
    if unknown:
        return no(f"There is no role {', '.join(unknown)}. Choose among {', '.join(roles.ROLE_NAMES)}.")
    if by is None or by.pk != user.pk:
        return YES
    managing = roles.granting(MANAGE)
    if managing & set(held) and not managing & set(wanted):
        return no("You cannot take the management of accounts from yourself. Ask another administrator to do it.")
    gained = set(wanted) - set(held)
    opening = gained & roles.granting(*(c.permission for c in COMPARTMENTS.values()))
    if opening:
        return no(
            f"Nobody lets themselves into a compartment. Ask another administrator to make you {_listed(opening)}."
        )
    return YES


def may_deactivate(by: Any, user: Any) -> Answer:
    if not (answer := may_manage(by)):
        return answer
    if by is not None and by.pk == user.pk:
        return no("You cannot deactivate yourself. Ask another administrator to do it.")
    if not user.is_active:
        return no(f"{user} is already deactivated.")
    return YES


def may_reactivate(by: Any, user: Any) -> Answer:
    if not (answer := may_manage(by)):
        return answer
    return no(f"{user} is active.") if user.is_active else YES


def may_remove_second_factor(by: Any, user: Any, *, has_one: bool) -> Answer:
    if not (answer := may_manage(by)):
        return answer
    if by is not None and by.pk == user.pk:
        return no("Your own second factor is changed on your page “Second factor”.")
    return YES if has_one else no(f"{user} has no second factor.")


def may_keep_absences(by: Any, user: Any) -> Answer:
    """Everybody says for themselves when they are away; who manages accounts, for everybody."""
    if by is None or by.pk == user.pk or may_manage(by):
        return YES
    return no(f"Only {user}, or an administrator, says when {user} is away.")


def may_accept(invitation: Any) -> Answer:
    why = invitation.why_closed
    return no(f"This invitation does not work any more. {why}") if why else YES


def _listed(names: Iterable[str]) -> str:
    labels = {role.name: role.label.lower() for role in roles.ROLES}
    return " and ".join(sorted(labels[name] for name in names))
