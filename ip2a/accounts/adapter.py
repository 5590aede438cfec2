"""Where allauth asks us: who may have an account, in which words, and by which road a mail goes out."""

import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.core.mail import EmailMessage
from django.urls import reverse

from ip2a.accounts import mails
from ip2a.accounts.policy import needs_second_factor
from ip2a.audit import client_ip

WAIT = "Too many wrong tries. Wait five minutes, then try again; or reset your password."


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator; what goes wrong is said in this house's words."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This account is deactivated. Ask an administrator of your local.",
        "email_password_mismatch": "This e-mail and password do not go together. Check both, or reset your password.",
        "enter_current_password": "That is not your current password.",
        "incorrect_code": "That code is not right (any more). Type the one shown now.",
        "incorrect_password": "That is not your password.",
        "invalid_password_reset": "This link was already used or has run out. Ask for a new one.",
        "rate_limited": "Too many tries. Wait a minute, then try again.",
        "too_many_login_attempts": WAIT,
    }

    def is_open_for_signup(self, request: Any) -> bool:
        return False

    def get_client_ip(self, request: Any) -> str:
        return client_ip(request) or "0.0.0.0"  # noqa: S104 - a unix socket's client, for the sessions list

    def _get_login_attempts_cache_key(self, request: Any, **credentials: Any) -> str:
        """Of the account alone: allauth's own counts anew for each name and port that a request says it came to."""
        return credentials.get("email", credentials.get("username", "")).lower()

    def get_password_change_redirect_url(self, request: Any) -> str:
        return reverse("home")

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """By the queue: the page answers as fast for an unknown address as for a known one, and never breaks."""
        site = get_current_site(self.request)
        context = {"request": self.request, "email": email, "current_site": site, **context}
        message: EmailMessage = self.render_mail(template_prefix, email, context)
        mails.post(subject=message.subject, body=message.body, to=email)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not again from a person who signed in a moment ago."""
        records = get_authentication_records(self.request, self.request.user)
        if records and time.time() - records[-1]["at"] < account_settings.REAUTHENTICATION_TIMEOUT:
            return False
        return super().is_reauthentication_required(app=app, **kwargs)

    def get_reauthentication_methods(self, user: Any) -> list[dict]:
        words = {
            "reauthenticate": "Use your password",
            "mfa_reauthenticate": "Use your app or a recovery code",
            "mfa_reauthenticate:webauthn": "Use a security key",
        }
        return [method | {"description": words[method["id"]]} for method in super().get_reauthentication_methods(user)]


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are encrypted with the site's key, so that a copy of the database alone opens no account."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": "Your role must sign in with a second factor, and this is your last one. "
        "Add another one first.",
        "cannot_generate_recovery_codes": "Set up an app or a security key first.",
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
    }

    def encrypt(self, text: str) -> str:
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _keys().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        if not needs_second_factor(authenticator.user):
            return True
        others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        return others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return f"Security key {count + 1}"


def _keys() -> MultiFernet:
    """The first key encrypts; keys of former secrets still read (settings.SECRET_KEY_FALLBACKS)."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(urlsafe_b64encode(sha256(b"second factor" + s.encode()).digest())) for s in secrets])
