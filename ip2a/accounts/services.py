"""Verbs of accounts: invite, accept, change roles, deactivate, sign out. The same from pages, admin and shell."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from importlib import import_module

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Group
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from redis.exceptions import RedisError

from ip2a import audit, roles, services
from ip2a.accounts import mails, rules
from ip2a.accounts.backends import forget_rights
from ip2a.accounts.policy import has_second_factor
from ip2a.answers import YES, Answer, Refused, no
from ip2a.models import Invitation, User

logger = logging.getLogger(__name__)


@transaction.atomic
def invite(
    *, email: str, roles: Iterable[str], by: User | None, site: str, first_name: str = "", last_name: str = ""
) -> User:
    """Make an account without a password and send the link that sets one."""
    rules.may_invite(by).enforce()
    email = email.strip().lower()
    taken = User.objects.filter(email__iexact=email).first()
    if taken is not None:
        raise Refused(already_there(taken))
    user = User(email=email, first_name=first_name.strip(), last_name=last_name.strip())
    user.set_unusable_password()
    rules.may_change_roles(by, user, held=(), wanted=set(roles)).enforce()
    with audit.because("Invited"):
        services.save(user, by=by, reason="Invited")
        user.groups.set(_groups(roles))
        _new_invitation(user, site=site)
    return user


def already_there(user: User) -> str:
    """Why this person's address is not invited again, and what to do instead."""
    if not user.is_active:
        return f"{user} had an account with this address, now deactivated. Reactivate it instead."
    return f"{user} already has an account with this address."


def _groups(names: Iterable[str]) -> list[Group]:
    return list(Group.objects.filter(name__in=set(names)))


def _new_invitation(user: User, *, site: str) -> Invitation:
    now = timezone.now()
    Invitation.objects.filter(user=user, accepted_at=None, replaced_at=None).update(replaced_at=now)
    invitation = Invitation.objects.create(user=user, expires_at=now + timedelta(days=settings.INVITATION_DAYS))
    User.objects.filter(pk=user.pk).update(invited_at=now)
    mails.post_invitation(invitation, site=site)
    return invitation


@transaction.atomic
def resend(user: User, *, by: User | None, site: str) -> Invitation:
    """Send a new link; the former one stops working."""
    user = _locked(user)
    rules.may_resend(by, user).enforce()
    with audit.because("Invited again"):
        return _new_invitation(user, site=site)


@transaction.atomic
def accept(invitation: Invitation, *, password: str) -> User:
    """Set the first password by an invitation, which is then used up."""
    user = _locked(invitation.user)
    invitation = Invitation.objects.select_for_update(of=("self",)).select_related("user").get(pk=invitation.pk)
    rules.may_accept(invitation).enforce()
    with audit.acting(user=user, reason="Accepted the invitation"):
        invitation.accepted_at = timezone.now()
        invitation.save(update_fields=["accepted_at"])
        user.set_password(password)
        user.save(update_fields=["password"])
    return user


@transaction.atomic
def change_person(user: User, *, by: User, version: int | None = None, reason: str = "") -> User:
    """Save a name or an address. A new address is the only one that signs in from then on."""
    rules.may_manage(by).enforce()
    user.email = user.email.strip().lower()
    user = services.save(user, by=by, version=version, reason=reason)
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    return user


@transaction.atomic
def link_member(user: User, member: Model | None, *, by: User, reason: str = "") -> None:
    """Say which member this login belongs to, or that it belongs to none."""
    former = getattr(User.objects.get(pk=user.pk), "member", None)
    if former == member:
        return
    for record, login in ((former, None), (member, user)):
        if record is not None:
            record.user = login
            services.save(record, by=by, reason=reason or "Login linked")


@transaction.atomic
def change_roles(user: User, *, roles: Iterable[str], by: User | None, reason: str = "") -> User:
    """Give a person exactly these roles; they count from the next page on."""
    keepers = _lock_managers()
    user = _locked(user)
    held, wanted = set(user.groups.values_list("name", flat=True)), set(roles)
    rules.may_change_roles(by, user, held=held, wanted=wanted).enforce()
    if not _managing() & wanted:
        _manager_stays(keepers, without=user).enforce()
    with audit.because(reason):
        user.groups.set(_groups(wanted))
    forget_rights(user)
    return user


@transaction.atomic
def deactivate(user: User, *, by: User | None, reason: str) -> User:
    """End a person's access at once; the account and its history stay."""
    keepers = _lock_managers()
    user = _locked(user)
    rules.may_deactivate(by, user).enforce()
    if not reason.strip():
        raise Refused("Say why the account is deactivated: the reason stays in its history.")
    _manager_stays(keepers, without=user).enforce()
    user.is_active = False
    with audit.because(reason.strip()):
        user.save(update_fields=["is_active"])
        Invitation.objects.filter(user=user, accepted_at=None, replaced_at=None).update(replaced_at=timezone.now())
    try:
        with transaction.atomic():
            end_sessions(user)
    except Refused as refusal:
        # Nobody inactive gets past sign-in with any session; reactivating ends what is left.
        logger.warning("Sessions of %s: %s", user.pk, refusal)
    return user


@transaction.atomic
def reactivate(user: User, *, by: User | None, reason: str = "") -> User:
    user = _locked(user)
    rules.may_reactivate(by, user).enforce()
    end_sessions(user)
    user.is_active = True
    with audit.because(reason or "Reactivated"):
        user.save(update_fields=["is_active"])
    return user


@transaction.atomic
def sign_out_everywhere(user: User, *, by: User | None) -> int:
    """End every session of a person; returns how many there were."""
    rules.may_manage(by).enforce()
    return end_sessions(user)


@transaction.atomic
def remove_second_factor(user: User, *, by: User | None, reason: str) -> User:
    """For a lost phone: the next sign-in asks for the password alone, so every session ends too."""
    user = _locked(user)
    rules.may_remove_second_factor(by, user, has_one=has_second_factor(user)).enforce()
    if not reason.strip():
        raise Refused("Say why the second factor is taken away: the reason stays in the history.")
    with audit.because(reason.strip()):
        Authenticator.objects.filter(user=user).delete()
    end_sessions(user)
    return user


def end_sessions(user: User, *, keeping: str = "", only: int | None = None) -> int:
    """Take sessions out of the database and out of the cache; while the cache is silent, refuse instead.

    ``keeping`` is the key of a session to spare, ``only`` the id of the one to end.
    """
    sessions = UserSession.objects.filter(user=user).exclude(session_key=keeping)
    if only is not None:
        sessions = sessions.filter(pk=only)
    keys = list(sessions.values_list("session_key", flat=True))
    if not keys:
        return 0
    store = import_module(settings.SESSION_ENGINE).SessionStore
    store.get_model_class().objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    # Past our forgiving cache: a delete that is lost would leave a stolen session alive.
    cached = [store.cache_key_prefix + key for key in keys]
    forget = partial(RedisCache.delete_many, caches[settings.SESSION_CACHE_ALIAS], cached)
    # Once more at the end: until then a page finds them in the database, and puts them back into the cache.
    transaction.on_commit(forget, robust=True)
    try:
        forget()
    except (RedisError, OSError) as error:
        raise Refused(
            "The cache does not answer, so the sessions cannot be ended now. Try again in a minute."
        ) from error
    return len(keys)


def _locked(user: User) -> User:
    return User.objects.select_for_update(of=("self",)).get(pk=user.pk)


def _managing() -> set[str]:
    return roles.granting(rules.MANAGE)


def _managers() -> set[int]:
    rows = User.objects.filter(is_active=True, groups__name__in=_managing())
    return set(rows.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).values_list("pk", flat=True))


def _lock_managers() -> set[int]:
    """Those who can manage accounts, locked in order, so that the last two cannot let go of each other at once."""
    locked = User.objects.select_for_update(of=("self",)).filter(pk__in=_managers()).order_by("pk")
    return set(locked.values_list("pk", flat=True)) & _managers()  # asked again: waiting may have changed it


def may_lose_roles(user: User, *, wanted: set[str]) -> Answer:
    """Whether somebody else can manage accounts when this person has only the wanted roles."""
    return YES if _managing() & wanted else _manager_stays(_managers(), without=user)


def _manager_stays(keepers: set[int], *, without: User) -> Answer:
    if keepers and not keepers - {without.pk}:
        return no(f"{without} is the last one who can manage accounts. Give another active person that role first.")
    return YES
