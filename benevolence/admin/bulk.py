"""One decision for several ticked cases: each by the service, each refusal told."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from benevolence import lookups, rules, services
from benevolence.admin.forms import BulkForm
from benevolence.models import BenevolenceApplication
from benevolence.rules.deciding import ceiling_of
from ip2a.answers import Refused
from ip2a.words import format_money


@dataclass(frozen=True)
class Bulk:
    """``asks`` are the fields of BulkForm that the decision needs."""

    action: str
    label: str
    about: str
    done: str
    asks: tuple[str, ...]
    do: Callable[..., Any]


APPROVE = Bulk(
    "approve_ticked",
    "Approve",
    "Each is approved for the most that is possible: what was asked for, or what an earlier level left.",
    "approved",
    ("comments",),
    lambda case, by, comments: services.approve(case, comments=comments, by=by),
)
DENY = Bulk(
    "deny_ticked",
    "Deny",
    "Each case ends. Every filer reads the same words.",
    "denied",
    ("for_applicant", "comments"),
    lambda case, by, for_applicant, comments: services.deny(
        case, for_applicant=for_applicant, comments=comments, by=by
    ),
)
ASK = Bulk(
    "ask_ticked",
    "Ask for more",
    "Each case waits for its filer’s answer and then comes back to your level. Every filer reads the same words.",
    "sent back with a question",
    ("for_applicant", "comments"),
    lambda case, by, for_applicant, comments: services.ask(case, question=for_applicant, comments=comments, by=by),
)
DEFER = Bulk(
    "defer_ticked",
    "Defer",
    "Each case waits until the day and then comes back to your level.",
    "deferred",
    ("until", "reason"),
    lambda case, by, until, reason: services.defer(case, until=until, reason=reason, by=by),
)


def run(model_admin: Any, request: HttpRequest, queryset: QuerySet, kind: Bulk) -> HttpResponse | None:
    """Ask first; then decide one by one. A case that is refused leaves the others alone."""
    form = BulkForm(request.POST if "apply" in request.POST else None)
    for name in [name for name in form.fields if name not in kind.asks]:
        del form.fields[name]
    if not form.is_bound or not form.is_valid():
        return _page(model_admin, request, queryset, kind, form)
    done = 0
    for case in queryset.order_by("pk"):
        try:
            kind.do(case, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            model_admin.message_user(request, f"{case.number or 'Draft'}: {refusal}", messages.ERROR)
        else:
            done += 1
    if done:
        cases = "1 case" if done == 1 else f"{done} cases"
        model_admin.message_user(request, f"{cases} {kind.done}.", messages.SUCCESS)
    return None


def _page(model_admin: Any, request: HttpRequest, queryset: QuerySet, kind: Bulk, form: BulkForm) -> HttpResponse:
    lines = []
    for case in queryset.order_by("pk"):
        answer = rules.may_review(request.user, case)
        lines.append((lookups.seen(request.user, case).title, _amount(case), answer.reason))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"{kind.label}: {len(lines)} ticked",
        "opts": model_admin.opts,
        "about": kind.about,
        "label": kind.label,
        "action": kind.action,
        "lines": lines,
        "ticked": [str(pk) for pk in queryset.values_list("pk", flat=True)],
        "checkbox": admin.helpers.ACTION_CHECKBOX_NAME,
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "admin/benevolence/bulk.html", context, status=status)


def _amount(case: BenevolenceApplication) -> str:
    return format_money(ceiling_of(case))
