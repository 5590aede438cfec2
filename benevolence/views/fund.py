"""The fund: what it holds, its books, the month's statement, and the sums for the federal report. For those inside."""

from datetime import date
from functools import cached_property
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from benevolence import columns, filters, forms, rules, services, statements
from benevolence.models import Fund, LedgerEntry
from benevolence.models.ledger import FIRST_DAY
from benevolence.views.checked import Checked
from ip2a import exports
from ip2a.answers import Answer, no
from ip2a.pickers import number_of
from ip2a.tables import Column, Table
from ip2a.views.around import around
from ip2a.views.generic import Guarded, RecordList
from ip2a.words import format_money
from members.forms import day_input
from members.views.acts import Confirmed

NEWEST = 12
MOST_WAITING = 25
SHOWN = [columns.ENTRY[key] for key in ("day", "kind", "amount", "application", "payee", "reference")]
WAITING = [
    columns.COLUMN["number"],
    Column("member", "Member", lambda a: str(a.member)),
    Column("approved", "Approved", lambda a: a.approved_amount, kind="money"),
    Column("decided", "Decided", lambda a: a.decided_on, kind="day"),
]


class AsOfForm(django_forms.Form):
    on = django_forms.DateField(
        label="Balance at the end of",
        widget=day_input(),
        error_messages={"invalid": "Type the day as 2026-03-31, or pick it."},
    )

    def clean_on(self) -> date:
        on = self.cleaned_data["on"]
        if on < FIRST_DAY or on.year > timezone.localdate().year + 1:
            raise django_forms.ValidationError(f"The year {on.year} cannot be meant.")
        return on


@around(transaction.non_atomic_requests)
class FundPage(Guarded, TemplateView):
    """A page about one fund: the one in the address, or the one that applications are paid from."""

    model = LedgerEntry
    title = ""

    @cached_property
    def fund(self) -> Fund | None:
        asked = self.request.GET.get("fund")
        funds = Fund.objects.all()
        if asked is None:
            return funds.order_by("-is_default", "pk").first()
        found = funds.filter(pk=number_of(asked) or 0).first()
        if found is None:
            raise Http404("There is no such fund.")
        return found

    def may_keep(self) -> Answer:
        if self.fund is None:
            return no("There is no fund yet. Tell an administrator.")
        return rules.may_keep_books(self.request.user, self.fund)

    def kept(self, page: str, **query: Any) -> str:
        """The address of another page of the same fund."""
        pairs = {**({"fund": self.fund.pk} if self.fund and not self.fund.is_default else {}), **query}
        asked = "&".join(f"{key}={value}" for key, value in pairs.items())
        return reverse(f"benevolence:{page}") + (f"?{asked}" if asked else "")

    def get_context_data(self, **kwargs):
        crumbs = [("Fund", reverse("benevolence:fund_detail"))] if self.title else []
        title = self.title or (str(self.fund) if self.fund else "Fund")
        return super().get_context_data(
            title=title,
            crumbs=[*crumbs, (title, None)],
            fund=self.fund,
            funds=list(Fund.objects.all()),
            **kwargs,
        )


class FundDetail(FundPage):
    template_name = "benevolence/fund_detail.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if self.fund is None:
            return context
        today = timezone.localdate()
        form = AsOfForm(self.request.GET if "on" in self.request.GET else None, initial={"on": today})
        on = form.cleaned_data["on"] if form.is_bound and form.is_valid() else today
        standing = statements.standing(self.fund, on)
        now = standing if on == today else statements.standing(self.fund, today)
        waiting = list(statements.commitments(self.fund)[: MOST_WAITING + 1])
        rows = LedgerEntry.objects.visible_to(self.request.user).filter(fund=self.fund).for_table()[:NEWEST]
        why = self.may_keep().reason
        return context | {
            "form": form,
            "standing": standing,
            "is_today": on == today,
            "is_low": now.free < statements.numbers.value(statements.NEAR_FLOOR),
            "waiting": Table(WAITING, waiting[:MOST_WAITING], caption="Approved, not yet paid"),
            "has_more_waiting": len(waiting) > MOST_WAITING,
            "newest": Table(SHOWN, rows, caption="Newest entries"),
            "primary_action": {"label": "Enter a deposit", "url": self.kept("fund_deposit"), "disabled_reason": why},
            "menu_actions": [
                {"label": "Adjust the books", "url": self.kept("fund_adjust"), "disabled_reason": why},
                {"label": "Statement of a month", "url": self.kept("fund_statement")},
                {"label": "Benefits by type (LM-2)", "url": reverse("benevolence:fund_benefits")},
            ],
            "ledger_url": reverse("benevolence:ledgerentry_list"),
        }


class LedgerList(RecordList):
    model = LedgerEntry
    title = "Ledger"
    filterset_class = filters.LedgerFilter
    columns = columns.ENTRIES
    default_order = "-day"
    main_filters = ("kind", "entry_date")
    empty_text = "Every deposit, payment, void and adjustment stands here, for good. Begin with the money there is."

    def rows(self):
        return super().rows().for_table()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"crumbs": [("Fund", reverse("benevolence:fund_detail")), ("Ledger", None)]}


class Entering(Checked, Confirmed):
    """An entry into the books, shown once more before it is made."""

    model = LedgerEntry
    verb = "add"

    def may(self) -> Answer:
        if not self.funds:
            return no("There is no fund to keep books for.")
        answers = [rules.may_keep_books(self.request.user, fund) for fund in self.funds]
        return next((answer for answer in answers if answer), answers[0])

    @cached_property
    def funds(self) -> list[Fund]:
        return list(Fund.objects.order_by("-is_default", "pk"))

    def get(self, request, *args, **kwargs):
        answer = self.may()
        if not answer:
            messages.error(request, answer.reason)
            return redirect(self.next_url())
        return super().get(request, *args, **kwargs)

    def get_initial(self):
        asked = number_of(self.request.GET.get("fund"))
        known = {fund.pk for fund in self.funds}
        return {"fund": asked if asked in known else self.funds[0].pk if self.funds else None}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        if len(self.funds) == 1:
            form.fields["fund"].widget = django_forms.HiddenInput()
        return form

    def next_url(self) -> str:
        return reverse("benevolence:fund_detail")

    def title(self) -> str:
        return self.submit_label

    def get_context_data(self, **kwargs):
        kwargs.setdefault("form", self.get_form())
        return {
            "view": self,
            "form": kwargs["form"],
            "reason_field": kwargs["form"],
            "title": self.submit_label,
            "crumbs": [("Fund", self.next_url()), (self.submit_label, None)],
            "consequences": self.consequences,
            "submit_label": self.submit_label,
            "cancel_url": self.next_url(),
        }


class FundDeposit(Entering):
    form_class = forms.DepositForm
    submit_label = "Enter a deposit"
    consequences = ("It stays in the books. An error is answered by an adjustment.",)

    def probe(self, values):
        self._asked(values).enforce()

    def _asked(self, values) -> Answer:
        about = {"amount": values["amount"], "memo": values["memo"], "on": values["on"]}
        return rules.may_enter(self.request.user, values["fund"], needs_memo=False, **about)

    def act(self, values):
        entry = services.deposit(by=self.request.user, **values)
        messages.success(self.request, f"{format_money(entry.amount)} is in the books.")


class FundAdjust(Entering):
    form_class = forms.AdjustForm
    submit_label = "Adjust the books"
    consequences = ("It stays in the books, with its reason.", "The fund cannot fall below its floor by it.")

    def probe(self, values):
        about = {"amount": values["amount"], "memo": values["memo"], "on": values["on"]}
        rules.may_enter(self.request.user, values["fund"], needs_memo=True, **about).enforce()

    def act(self, values):
        entry = services.adjust(by=self.request.user, **values)
        messages.success(self.request, f"The books are adjusted by {format_money(entry.amount)}.")


class FundStatement(FundPage):
    """One month, to print."""

    template_name = "benevolence/fund_statement.html"
    title = "Statement of a month"

    @cached_property
    def month(self) -> date:
        """The month asked for as 2026-03; otherwise the last one that is over."""
        today = timezone.localdate()
        last = statements.month_of(statements.months_after(today.replace(day=1), -1))[0]
        text = self.request.GET.get("month", "")
        year, _, month = text.partition("-")
        if not (number_of(year) and number_of(month)):
            return last
        if not (FIRST_DAY.year <= int(year) <= today.year and 1 <= int(month) <= 12):
            return last
        return date(int(year), int(month), 1)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if self.fund is None:
            return context
        found = statements.statement(self.fund, self.month)
        shown = [
            columns.ENTRY[k] for k in ("day", "kind", "amount", "application", "payee", "method", "reference", "memo")
        ]
        before, after = statements.months_after(self.month, -1), statements.months_after(self.month, 1)
        return context | {
            "statement": found,
            "table": Table(shown, found.entries, caption="Entries of the month"),
            "floor": statements.floor_on(found.last),
            "previous_url": self.kept("fund_statement", month=f"{before:%Y-%m}"),
            "next_url": self.kept("fund_statement", month=f"{after:%Y-%m}") if after <= timezone.localdate() else "",
            "month": f"{self.month:%Y-%m}",
        }


BENEFITS = [
    Column("kind", "Type of benefit", lambda b: b.kind),
    Column("paid", "Payments", lambda b: b.paid, kind="number"),
    Column("amount", "Paid", lambda b: b.amount, kind="money"),
    Column("voided", "Voided", lambda b: b.voided, kind="money"),
    Column("total", "Benefits", lambda b: b.total, kind="money"),
]


class FundBenefits(FundPage):
    """Schedule 20 of the LM-2: benefits by type for a fiscal year, without a name."""

    template_name = "benevolence/fund_benefits.html"
    title = "Benefits by type (LM-2, Schedule 20)"

    @cached_property
    def year(self) -> int:
        now = statements.year_of(timezone.localdate())
        asked = number_of(self.request.GET.get("year"))
        return asked if asked and FIRST_DAY.year <= asked <= now else now - 1

    def get(self, request, *args, **kwargs):
        if request.GET.get("format") == "csv":
            return exports.csv_response(
                f"benefits-{self.year}", BENEFITS, _Listed(statements.benefits(self.year)), _nothing
            )
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        found = statements.benefits(self.year)
        first, last = statements.fiscal_year(self.year)
        now = statements.year_of(timezone.localdate())
        return super().get_context_data(**kwargs) | {
            "table": Table(BENEFITS, found, caption=self.title),
            "total": sum((b.total for b in found), statements.Decimal(0)),
            "payments": sum(b.paid for b in found),
            "first": first,
            "last": last,
            "kept_until": statements.kept_until(self.year),
            "year": self.year,
            "years": range(now, max(FIRST_DAY.year, now - 10), -1),
            "csv_url": f"?year={self.year}&format=csv",
            "is_over": last < timezone.localdate(),
        }


class _Listed(list):
    """A list that an export reads like rows of the database."""

    def iterator(self, chunk_size: int = 0):
        return iter(self)


def _nothing(records: list[Any]) -> None:
    """Nothing stands beside a sum."""
