"""The People pages: who has an account, with which roles, and what they did with it."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.generic import FormView

from ip2a.accounts import people, rules, services
from ip2a.accounts.forms import InviteForm, PersonForm, ReasonForm, RolesForm
from ip2a.answers import Answer, Refused
from ip2a.models import AuditEntry, User
from ip2a.paging import PAGE_SIZE
from ip2a.rules import has_right
from ip2a.views.generic import Guarded, RecordAct, RecordCreate, RecordDetail, RecordList, RecordUpdate
from ip2a.views.history import RecordHistory
from ip2a.words import format_moment, state_chip, tone_of

GROUPS = [("Who", ("email", "first_name", "last_name")), ("Access", ("roles",)), ("", ("member", "reason"))]


def site_of(request: HttpRequest) -> str:
    return request.build_absolute_uri("/")


class Person:
    """What every page about accounts shares."""

    model = User

    def url_of(self, page: str, *args: Any) -> str:
        return reverse(f"accounts:user_{page}", args=args)

    def templates_for(self, kind: str) -> list[str]:
        return [f"ip2a/accounts/user_{kind}.html", f"ip2a/record_{kind}.html"]


class PeopleList(Person, RecordList):
    title = "People and access"
    filterset_class = people.PeopleFilter
    columns = people.COLUMNS
    default_order = "name"
    main_filters = ("role", "access", "factor")
    create_label = "Invite a person"
    empty_text = "Everybody who can sign in stands here."

    def enrich(self, records: list[User]) -> None:
        people.enrich(records)


class PersonDetail(Person, RecordDetail):
    def get_context_data(self, **kwargs: Any) -> dict:
        user = self.record
        people.enrich([user])
        return super().get_context_data(
            access=people.state_of(user),
            access_chip=state_chip(people.STATES[people.state_of(user)], tone_of(people.state_of(user))),
            role_lines=people.role_lines({group.name for group in user.groups.all()}),
            invitation=user.invitations.first(),
            may_resend=rules.may_resend(self.request.user, user),
            resend_url=self.url_of("resend", user.pk),
            roles_url=self.url_of("roles", user.pk) if has_right(self.request.user, "change", User) else None,
            sessions=people.named(UserSession.objects.filter(user=user).order_by("-created_at")[:PAGE_SIZE]),
            **kwargs,
        )

    def facts(self) -> list[tuple[str, Any]]:
        user = self.record
        return [
            ("E-mail", user.email),
            ("Second factor", "Set up" if user.has_factor else "None"),
            ("Last sign-in", format_moment(user.last_login) or "Never"),
            ("Member", getattr(user, "member", None) or "None"),
        ]

    def verbs(self) -> list[dict[str, Any]]:
        by, user = self.request.user, self.record
        if user.is_active:
            access = ("Deactivate", "deactivate", "get", rules.may_deactivate(by, user))
        else:
            access = ("Reactivate", "reactivate", "post", rules.may_reactivate(by, user))
        factor = rules.may_remove_second_factor(by, user, has_one=user.has_factor)
        return [
            _verb(label, self.url_of(page, user.pk), method, answer)
            for label, page, method, answer in (
                ("Change roles", "roles", "get", rules.may_manage(by)),
                ("Sign out everywhere", "sign_out", "post", rules.may_manage(by)),
                ("Remove the second factor", "remove_factor", "get", factor),
                access,
            )
        ]


def _verb(label: str, url: str, method: str, answer: Answer) -> dict[str, Any]:
    return {"label": label, "url": url, "method": method, "disabled_reason": answer.reason}


class Invite(Person, RecordCreate):
    form_class = InviteForm
    groups = GROUPS
    saved_message = "An invitation to {record} is on its way."

    def perform(self, form: InviteForm) -> User:
        data = form.cleaned_data
        names = {key: data[key] for key in ("email", "first_name", "last_name", "roles")}
        user = services.invite(**names, by=self.request.user, site=site_of(self.request))
        services.link_member(user, data["member"], by=self.request.user)
        return user

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(**kwargs)
        title = "Invite a person"
        crumbs = [("People", self.url_of("list")), (title, None)]
        return context | {"title": title, "crumbs": crumbs, "submit_label": "Send the invitation"}


class PersonUpdate(Person, RecordUpdate):
    form_class = PersonForm
    groups = [("Who", ("first_name", "last_name", "email")), ("", ("member", "reason"))]

    def perform(self, form: PersonForm) -> User:
        reason, by = form.cleaned_data["reason"], self.request.user
        version = self.request.POST.get("version", "")
        if not version.isdigit():
            raise Refused("The form came back without its version. Open it again.")
        user = services.change_person(form.save(commit=False), by=by, version=int(version), reason=reason)
        services.link_member(user, form.cleaned_data["member"], by=by, reason=reason)
        return user


class PersonHistory(Person, RecordHistory):
    """The account's own changes, and those of its roles, invitations and second factor."""

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(with_record=True, **kwargs)
        people.name_roles(context["entries"])
        return context

    def entries(self) -> QuerySet:
        user = self.record
        beside = Q(old__user_id=user.pk) | Q(new__user_id=user.pk)
        tables = ["ip2a_user_groups", "ip2a_invitation", "mfa_authenticator"]
        about = Q(table_name=User._meta.db_table, record_id=user.pk) | Q(beside, table_name__in=tables)
        return AuditEntry.objects.visible_to(self.request.user).filter(about)


class PersonAct(Person, Guarded, FormView):
    """A page with a form that changes one account by a verb; a refusal comes back with what was typed."""

    verb = "change"
    title = ""
    submit_label = ""
    done_message = ""
    danger = False
    consequences: tuple[str, ...] = ()
    form_class = ReasonForm
    template_name = "ip2a/confirm.html"

    def may(self) -> Answer:
        return rules.may_manage(self.request.user)

    def act(self, form: Any) -> None:
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.act(form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, self.done_message.format(record=self.record))
        return HttpResponseRedirect(self.record.get_absolute_url())

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(**kwargs)
        title = self.title.format(record=self.record)
        address = self.record.get_absolute_url()
        return context | {
            "title": title,
            "crumbs": [("People", self.url_of("list")), (str(self.record), address), (title, None)],
            "reason_field": context["form"],
            "consequences": self.consequences,
            "danger": self.danger,
            "submit_label": self.submit_label,
            "cancel_url": address,
        }


class ChangeRoles(PersonAct):
    form_class = RolesForm
    title = "Roles of {record}"
    submit_label = "Save the roles"
    done_message = "{record} has these roles from the next page on."
    template_name = "ip2a/record_form.html"

    def get_initial(self) -> dict:
        return {"roles": [group.name for group in self.record.groups.all()]}

    def act(self, form: RolesForm) -> None:
        data = form.cleaned_data
        services.change_roles(self.record, roles=data["roles"], by=self.request.user, reason=data["reason"])


class Deactivate(PersonAct):
    title = "Deactivate {record}"
    submit_label = "Deactivate"
    done_message = "{record} was deactivated and signed out."
    danger = True
    consequences = (
        "They are signed out everywhere, at once, and cannot sign in.",
        "An open invitation stops working.",
        "Nothing they did is removed, and the account can be reactivated.",
    )

    def act(self, form: ReasonForm) -> None:
        services.deactivate(self.record, by=self.request.user, reason=form.cleaned_data["reason"])


class RemoveFactor(PersonAct):
    title = "Remove the second factor of {record}"
    submit_label = "Remove the second factor"
    done_message = "{record} signs in with the password alone until a new second factor is set up."
    danger = True
    consequences = (
        "Their app, security keys and recovery codes stop working.",
        "They are signed out everywhere.",
        "Make sure that it is really them who asks: call back, or see them.",
    )

    def act(self, form: ReasonForm) -> None:
        services.remove_second_factor(self.record, by=self.request.user, reason=form.cleaned_data["reason"])


class Resend(Person, RecordAct):
    verb = "add"
    done_message = "A new invitation to {record} is on its way; the former link stopped working."

    def act(self, record: User, user: User) -> None:
        services.resend(record, by=user, site=site_of(self.request))


class Reactivate(Person, RecordAct):
    done_message = "{record} can sign in again."

    def act(self, record: User, user: User) -> None:
        services.reactivate(record, by=user)


class SignOut(Person, RecordAct):
    done_message = "{record} was signed out everywhere."

    def act(self, record: User, user: User) -> None:
        services.sign_out_everywhere(record, by=user)
