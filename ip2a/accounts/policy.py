"""Roles that must sign in with a second factor see nothing else until they have one."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from ip2a.accounts.backends import roles_of

SEEN = "has_second_factor"
# Where a person without a second factor may go: to set one up, to leave, and where nobody is asked who they are.
OPEN_TO_ALL = frozenset(
    {
        "healthz",
        "readyz",
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "account_inactive",
        "account_accept_invitation",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "mfa_authenticate",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
    }
)


def needs_second_factor(user: Any) -> bool:
    return bool(settings.MFA_REQUIRED_ROLES) and not roles_of(user).isdisjoint(settings.MFA_REQUIRED_ROLES)


def has_second_factor(user: Any) -> bool:
    return Authenticator.objects.filter(
        user=user.pk, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    ).exists()


class SecondFactorMiddleware:
    """The session remembers that there is a second factor, so that a satisfied person costs no query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not settings.MFA_REQUIRED_ROLES or request.resolver_match.view_name in OPEN_TO_ALL:
            return None
        if not request.user.is_authenticated or request.session.get(SEEN) or not needs_second_factor(request.user):
            return None
        if has_second_factor(request.user):
            request.session[SEEN] = True
            return None
        return _to_set_up(request)


def _to_set_up(request: HttpRequest) -> HttpResponse:
    address = reverse("mfa_index")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def forget(request: HttpRequest) -> None:
    """A factor was taken away: ask again."""
    request.session.pop(SEEN, None)
