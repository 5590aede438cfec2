"""Accounts in the administration pages: the same services and rules as on the People pages."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest

from ip2a.accounts import people, rules, services
from ip2a.admin.base import KeptAdmin, ReadOnlyAdmin
from ip2a.compartments import traces_open_to
from ip2a.models import CompartmentOpening, User

# allauth's own pages would change addresses, secrets and sessions past our services.
for model in (EmailAddress, Authenticator, UserSession, Group):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class AccountForm(forms.ModelForm):
    """Asks the rules before saving, so that a refusal stands beside the field."""

    by: User

    class Meta:
        model = User
        fields = ["email", "first_name", "last_name", "groups"]
        labels = {"groups": "Roles"}
        help_texts = {"groups": "What this person may do follows from the roles alone."}
        widgets = {"groups": forms.CheckboxSelectMultiple}

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def clean_groups(self) -> Any:
        wanted = self.cleaned_data["groups"]
        held = {group.name for group in self.instance.groups.all()}
        answer = rules.may_change_roles(self.by, self.instance, held=held, wanted={group.name for group in wanted})
        answer = answer and services.may_lose_roles(self.instance, wanted={group.name for group in wanted})
        if not answer:
            raise forms.ValidationError(answer.reason)
        return wanted


@admin.register(User)
class UserAdmin(KeptAdmin):
    """Passwords are set by their owners; invitations, deactivation and sessions are on the People pages."""

    form = AccountForm
    list_display = ["__str__", "email", "role_names", "is_active", "last_login"]
    list_filter = ["groups", "is_active"]
    search_fields = ["email", "first_name", "last_name"]
    fields = ["email", "first_name", "last_name", "groups", "is_active", "last_login", "invited_at"]
    readonly_fields = ["is_active", "last_login", "invited_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("groups")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.by = request.user
        return form

    @admin.display(description="Roles")
    def role_names(self, user: User) -> str:
        held = {group.name for group in user.groups.all()}
        return ", ".join(label for label, _ in people.role_lines(held))

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        services.change_person(obj, by=request.user, reason="Changed in the administration pages")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        wanted = {group.name for group in form.cleaned_data["groups"]}
        services.change_roles(
            form.instance, roles=wanted, by=request.user, reason="Changed in the administration pages"
        )


@admin.register(Group)
class RoleAdmin(ReadOnlyAdmin):
    """Roles are data of the program (ip2a/roles.py)."""

    list_display = ["name"]
    fields = ["name", "rights"]
    readonly_fields = ["rights"]

    @admin.display(description="Rights")
    def rights(self, group: Group) -> str:
        return ", ".join(
            f"{p.content_type.app_label}.{p.codename}" for p in group.permissions.select_related("content_type")
        )


@admin.register(CompartmentOpening)
class OpeningAdmin(ReadOnlyAdmin):
    """Who opened what inside a compartment: for those who may enter it."""

    list_display = ["at", "user_name", "compartment", "model", "record_id", "path", "ip"]
    list_filter = ["compartment", "at"]
    search_fields = ["user_name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).filter(traces_open_to(request.user))
