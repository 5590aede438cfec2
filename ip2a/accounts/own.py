"""Pages of one's own account: the first password, the sessions, the second factor."""

from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.logout import logout
from allauth.account.models import Login
from allauth.decorators import rate_limit
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import DeactivateTOTPView
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.generic import FormView, TemplateView

from ip2a.accounts import people, policy, rules, services
from ip2a.accounts.adapter import SecondFactorAdapter
from ip2a.accounts.forms import FirstPasswordForm
from ip2a.answers import Refused
from ip2a.models import Invitation
from ip2a.views.around import around


@around(never_cache, rate_limit(action="reset_password_from_key"))
class AcceptInvitation(FormView):
    """Where the link of an invitation leads: choose a password, and be signed in."""

    form_class = FirstPasswordForm
    template_name = "ip2a/accounts/invitation.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.invitation = Invitation.objects.by_token(kwargs["token"])
        if self.invitation is None:
            return self.closed("This link was not made by us, or it was cut short. Open it from the mail once more.")
        answer = rules.may_accept(self.invitation)
        if not answer:
            return self.closed(answer.reason)
        return super().dispatch(request, *args, **kwargs)

    def closed(self, reason: str) -> HttpResponse:
        context = {"title": "This invitation does not work", "reason": reason, "view": self}
        return self.response_class(self.request, "ip2a/accounts/invitation_closed.html", context, status=410)

    def get_form_kwargs(self) -> dict:
        return {**super().get_form_kwargs(), "user": self.invitation.user}

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(title="Choose your password", invited=self.invitation.user, **kwargs)

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def form_valid(self, form: FirstPasswordForm) -> HttpResponse:
        try:
            user = services.accept(self.invitation, password=form.cleaned_data["password1"])
        except Refused as refusal:
            return self.closed(str(refusal))
        if self.request.user.is_authenticated:
            logout(self.request, show_message=False)
        record_authentication(self.request, user, method="password", email=user.email)
        messages.success(self.request, "Your password is set, and you are signed in.")
        return perform_login(self.request, Login(user=user, email=user.email))


class Sessions(LoginRequiredMixin, TemplateView):
    """Where a person is signed in; each can be ended from here, and all others at once."""

    template_name = "usersessions/usersession_list.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        sessions = UserSession.objects.purge_and_list(self.request.user)
        return super().get_context_data(
            title="Your sessions",
            sessions=people.named(sorted(sessions, key=lambda session: session.created_at, reverse=True)),
            **kwargs,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        asked = request.POST.get("session", "")
        only = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
        try:
            ended = services.end_sessions(request.user, keeping=request.session.session_key, only=only)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"Signed out {ended} other session{'' if ended == 1 else 's'}.")
        return redirect("usersessions_list")


class SecondFactor(IndexView):
    """What is set up, and why it must be where the role asks for it."""

    def get_context_data(self, **kwargs: Any) -> dict:
        user = self.request.user
        needed = policy.needs_second_factor(user)
        return super().get_context_data(
            title="Second factor",
            is_needed=needed,
            is_missing=needed and not policy.has_second_factor(user),
            **kwargs,
        )


class FactorRemoval:
    """A removed factor ends the other sessions, and this one is asked anew."""

    def after_removal(self) -> None:
        policy.forget(self.request)
        services.end_sessions(self.request.user, keeping=self.request.session.session_key)


class RemoveApp(FactorRemoval, DeactivateTOTPView):
    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.after_removal()
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        return super().form_valid(form)


class RemoveKey(FactorRemoval, RemoveWebAuthnView):
    def form_valid(self, form: Any) -> HttpResponse:
        adapter = SecondFactorAdapter()
        key: Authenticator = self.get_object()
        if not adapter.can_delete_authenticator(key):
            messages.error(self.request, adapter.error_messages["cannot_delete_authenticator"])
            return redirect("mfa_list_webauthn")
        try:
            self.after_removal()
        except Refused as refusal:
            messages.error(self.request, str(refusal))
            return redirect("mfa_list_webauthn")
        return super().form_valid(form)
