"""Forms of signing in, in this house's words, and the forms of the People pages."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as factor
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from ip2a.accounts import services
from ip2a.models import User
from ip2a.pickers import PickerField
from ip2a.roles import ROLES

LABELS = {
    "login": "E-mail",
    "email": "E-mail",
    "password": "Password",
    "oldpassword": "Password now",
    "password1": "New password",
    "password2": "New password, once more",
    "code": "Code",
    "name": "Name of the key",
}


class PlainMixin:
    """Labels above the fields instead of placeholders in them; help in one sentence."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            field.help_text = CHOOSING_HELP if name == "password1" else ""
        if "code" in self.fields:
            self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autofocus": True}


CHOOSING_HELP = "At least 12 characters. Not a common password, and not your name or address."


class SignInForm(PlainMixin, account.LoginForm):
    pass


class ResetForm(PlainMixin, account.ResetPasswordForm):
    pass


class ResetKeyForm(PlainMixin, account.ResetPasswordKeyForm):
    pass


class ChangePasswordForm(PlainMixin, account.ChangePasswordForm):
    pass


class ConfirmPasswordForm(PlainMixin, account.ReauthenticateForm):
    pass


class CodeForm(PlainMixin, factor.AuthenticateForm):
    pass


class ConfirmCodeForm(PlainMixin, factor.ReauthenticateForm):
    pass


class ActivateAppForm(PlainMixin, ActivateTOTPForm):
    pass


class AddKeyForm(PlainMixin, AddWebAuthnForm):
    pass


class FirstPasswordForm(forms.Form):
    """What an invitation leads to."""

    password1 = forms.CharField(
        label="Password",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label="Password, once more",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password1"].help_text = CHOOSING_HELP

    def clean_password1(self) -> str:
        validate_password(self.cleaned_data["password1"], self.user)
        return self.cleaned_data["password1"]

    def clean(self) -> dict:
        data = super().clean()
        if {"password1", "password2"} <= data.keys() and data["password1"] != data["password2"]:
            self.add_error("password2", "The two passwords differ. Type the same one twice.")
        return data


def roles_field(**kwargs: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label="Roles",
        choices=[(role.name, f"{role.label}: {role.about}") for role in ROLES],
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Tick at least one role: without one a person sees nothing.",
            "invalid_choice": "There is no role “%(value)s”. Choose from the list.",
        },
        **kwargs,
    )


class PersonForm(forms.ModelForm):
    """Name, address and the member this login belongs to."""

    member = PickerField(
        "members.member", required=False, label="Is the member", help_text="Links the login to a member."
    )
    reason = forms.CharField(
        label="Reason for the change",
        required=False,
        max_length=300,
        help_text="Shown in the history, beside your name.",
    )

    class Meta:
        model = User
        fields = ["first_name", "last_name", "email"]
        labels = {"email": "E-mail"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_name"].required = self.fields["last_name"].required = True
        if self.instance.pk:
            self.initial["member"] = getattr(getattr(self.instance, "member", None), "pk", None)

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def clean_member(self) -> Any:
        member = self.cleaned_data["member"]
        if member is not None and member.user_id not in (None, self.instance.pk):
            raise ValidationError(f"{member} already has a login: {member.user}.")
        return member


class InviteForm(PersonForm):
    roles = roles_field()
    field_order = ["email", "first_name", "last_name", "roles", "member"]

    class Meta(PersonForm.Meta):
        help_texts = {"email": "The invitation goes there, and it is what they sign in with."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["reason"]

    def clean_email(self) -> str:
        email = super().clean_email()
        taken = User.objects.filter(email=email).first()
        if taken is not None:
            raise ValidationError(services.already_there(taken))
        return email


class RolesForm(forms.Form):
    roles = roles_field()
    reason = forms.CharField(
        label="Reason for the change",
        required=False,
        max_length=300,
        help_text="Shown in the history, beside your name.",
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label="Reason", max_length=300, help_text="Shown in the history, beside your name.")
