"""The page of one case: what is due first, then everything that belongs to it."""

from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from grievances.columns import TYPE
from grievances.lookups import CaseFile, case_file
from grievances.models import Grievance
from grievances.views.next import next_of
from grievances.views.verbs import menu_of
from ip2a.rules import has_right
from ip2a.views.generic import RecordDetail
from ip2a.words import format_day, format_money, state_chip

SHOWN_VERBS = 2


def linked(record: Any) -> str:
    return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record)


class GrievanceDetail(RecordDetail):
    model = Grievance

    def visible(self):
        return super().visible().for_table().select_related("agreement_version__agreement")

    @cached_property
    def file(self) -> CaseFile:
        return case_file(self.request.user, self.record)

    def get_context_data(self, **kwargs):
        card, menu = next_of(self.file), menu_of(self.file)
        context = super().get_context_data(next=card, **kwargs)
        first = [v for v in menu if not v["disabled_reason"] and v["url"] != card.url][:SHOWN_VERBS]
        edit = {"label": "Edit the facts", "url": self.url_of("update", self.record.pk)}
        more = [verb for verb in menu if verb not in first and verb["url"] != card.url]
        chips = [state_chip("Not filed", "warn")] if not self.record.is_filed and self.record.is_running else []
        return context | {
            "state": self.record,
            "chips": chips,
            "primary_action": None,
            "secondary_actions": first,
            "menu_actions": [*more, edit] if has_right(self.request.user, "change", Grievance) and menu else [],
        }

    def facts(self):
        case, step = self.record, self.file.step
        return [
            ("Grievant", linked(case.member) if case.member else "None: a policy grievance"),
            ("Employer", linked(case.employer)),
            ("Step", f"{step.number}. {step.name}"),
            ("Representative", str(case.assigned_rep or "Nobody yet")),
        ]

    def aside_facts(self):
        case = self.record
        version = case.agreement_version
        known = [("Known since", format_day(case.knowledge_date))] if case.knowledge_date else []
        return [
            ("Type", TYPE[case.case_type]),
            ("Subject", str(case.subject or "Not said")),
            ("Article", case.contract_article),
            ("Happened", format_day(case.incident_date)),
            *known,
            ("Filed", format_day(case.filed_date) or "Not filed yet"),
            ("Agreement", format_html('<a href="{}">{}</a>', _address(version), version)),
            *self._ended(),
        ]

    def _ended(self) -> list[tuple[str, Any]]:
        case = self.record
        if case.is_running:
            return []
        bound = {True: "With precedent", False: "Without precedent", None: "Not said"}[case.has_precedent]
        money = [("Money", format_money(case.settlement_amount))] if case.settlement_amount is not None else []
        return [("Ended", format_day(case.resolution_date)), ("Outcome", case.resolution), *money, ("Binds", bound)]


def _address(version: Any) -> str:
    return reverse("grievances:agreement_detail", args=[version.agreement_id])
