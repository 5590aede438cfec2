"""Paying what was approved, taking a payment back, paying again: for the office that keeps the books."""

from functools import cached_property

from django.contrib import messages
from django.utils import timezone

from benevolence import forms, lookups, rules, services, statements
from benevolence.models import Fund, LedgerEntry, Payee
from benevolence.services.paying import standing_payment
from benevolence.views.checked import ApplicationAct, Checked
from ip2a import compartments
from ip2a.answers import Answer, no
from ip2a.words import format_day, format_money


class Books(Checked, ApplicationAct):
    """Who is paid stands in the story, so opening such a page is written down."""

    verb = "pay"

    @cached_property
    def fund(self) -> Fund | None:
        return Fund.objects.filter(is_default=True).first()

    @cached_property
    def payment(self) -> LedgerEntry | None:
        return standing_payment(self.record)

    def may(self) -> Answer:
        if self.fund is None:
            return no("There is no fund to pay from. Tell an administrator.")
        return self.allowed(self.fund)

    def allowed(self, fund: Fund) -> Answer:
        raise NotImplementedError

    def get(self, request, *args, **kwargs):
        if self.story is not None and self.may():
            compartments.note_opening(request, self.story)
        return super().get(request, *args, **kwargs)

    @cached_property
    def story(self):
        return lookups.seen(self.request.user, self.record).story

    @property
    def to_creditor(self) -> bool:
        return self.story is not None and self.story.payee == Payee.CREDITOR

    def payee(self) -> str:
        if not self.to_creditor:
            return str(self.record.member)
        return ", ".join(part for part in (self.story.creditor_name, self.story.creditor_reference) if part)

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        if isinstance(form, forms.PayForm):
            form.offer(to_creditor=self.to_creditor)
        return form


class ApplicationPay(Books):
    form_class = forms.PayForm
    submit_label = "Pay"
    consequences = ("A payment is final: an error is answered by a void, which stays in the books beside it.",)

    def allowed(self, fund: Fund) -> Answer:
        return rules.may_pay(self.request.user, self.record, fund)

    def facts(self):
        now = statements.standing(self.fund, timezone.localdate())
        return [
            ("Amount", format_money(self.record.approved_amount)),
            ("Paid to", self.payee()),
            ("Approved", format_day(self.record.decided_on)),
            ("Fund holds", format_money(now.balance)),
            ("Floor", format_money(now.floor)),
        ]

    def probe(self, values):
        about = {"method": values["method"], "reference": values["reference"], "on": values["on"]}
        rules.may_pay(self.request.user, self.record, self.fund, **about).enforce()

    def act(self, values):
        entry = services.pay(
            self.record, method=values["method"], reference=values["reference"], on=values["on"], by=self.request.user
        )
        messages.success(self.request, f"{format_money(-entry.amount)} was paid to {entry.payee_name}.")


class ApplicationReissue(Books):
    form_class = forms.ReissueForm
    submit_label = "Pay again"
    consequences = ("The first payment is voided and a new one entered, both or neither.", "The caps stay as they are.")

    def allowed(self, fund: Fund) -> Answer:
        return rules.may_void(self.request.user, self.record, self.payment, "asked for below")

    def facts(self):
        return paid_facts(self.payment) if self.payment else super().facts()

    def probe(self, values):
        rules.may_void(self.request.user, self.record, self.payment, values["reason"], values["on"]).enforce()

    def act(self, values):
        entry = services.reissue(
            self.record,
            method=values["method"],
            reference=values["reference"],
            reason=values["reason"],
            on=values["on"],
            by=self.request.user,
        )
        messages.success(self.request, f"{format_money(-entry.amount)} was paid again to {entry.payee_name}.")


class ApplicationVoid(Books):
    form_class = forms.VoidForm
    submit_label = "Void the payment"
    danger = True
    consequences = (
        "A new entry gives the money back to the fund; the payment stays in the books.",
        "The case is approved again and can be paid anew, unless it was paid on a false statement.",
    )

    def allowed(self, fund: Fund) -> Answer:
        return rules.may_void(self.request.user, self.record, self.payment, "asked for below")

    def facts(self):
        return paid_facts(self.payment) if self.payment else super().facts()

    def probe(self, values):
        rules.may_void(self.request.user, self.record, self.payment, values["reason"], values["on"]).enforce()

    def act(self, values):
        services.void(
            self.record,
            reason=values["reason"],
            for_cause=values["for_cause"],
            on=values["on"],
            by=self.request.user,
        )
        messages.success(self.request, f"The payment of {self.record.number} is void; the fund has the money back.")


def paid_facts(payment: LedgerEntry) -> list[tuple[str, str]]:
    return [
        ("Paid", format_money(-payment.amount)),
        ("To", payment.payee_name),
        ("On", format_day(payment.entry_date)),
        ("By", f"{payment.get_payment_method_display()} {payment.reference}".strip()),
    ]
