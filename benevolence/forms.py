"""What the pages of this room ask."""

from typing import Any

from django import forms
from django.utils import timezone

from benevolence.models import BenevolenceApplication, Fund, Payee, PaymentMethod, Reason
from ip2a.pickers import PickerField
from members.forms import day_input

STORY = ("description", "payee", "creditor_name", "creditor_reference")
LONGEST = 10_000
AMOUNT = {
    "invalid": "Type an amount, such as 1250.00.",
    "required": "Type an amount, such as 1250.00.",
    "max_digits": "That amount cannot be right: it has too many digits. Check it.",
    "max_whole_digits": "That amount cannot be right: it has too many digits. Check it.",
    "max_decimal_places": "An amount has dollars and cents: use at most two places after the point.",
}


def money_field(label: str, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, max_digits=10, decimal_places=2, error_messages=AMOUNT, **options)


def words_field(label: str, help_text: str = "", *, required: bool = True, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=LONGEST,
        widget=forms.Textarea({"rows": rows}),
    )


def day_field(label: str, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        widget=day_input(),
        initial=timezone.localdate,
        error_messages={"invalid": "Type the day as 2026-03-18, or pick it.", "required": "Type the day."},
    )


class PreviewForm(forms.Form):
    """Who, what for and how much: all that the rules need, and nothing of the story."""

    member = PickerField("members.member")
    reason = forms.ChoiceField(choices=[("", "Choose the reason"), *Reason.choices])
    amount_requested = money_field("Amount")
    is_emergency = forms.BooleanField(
        label="It is an emergency", required=False, help_text="The money is needed before the levels can decide."
    )


class DraftForm(forms.ModelForm):
    """The application and its story. Only who and what must be known to save; the rest may follow."""

    member = PickerField("members.member")
    description = words_field(
        "What happened",
        "In the member’s own words. Only the officers who decide will read it, and you until you submit it.",
        required=False,
        rows=8,
    )
    payee = forms.ChoiceField(label="Paid to", choices=Payee, initial=Payee.MEMBER)
    creditor_name = forms.CharField(label="Name of the creditor", required=False, max_length=200)
    creditor_reference = forms.CharField(
        label="Number with the creditor",
        required=False,
        max_length=100,
        help_text="Account, lease or invoice number.",
    )

    class Meta:
        model = BenevolenceApplication
        fields = ["member", "application_date", "reason", "amount_requested", "is_emergency", "needed_by"]
        widgets = {"application_date": day_input(), "needed_by": day_input()}
        labels = {
            "amount_requested": "Amount asked for",
            "is_emergency": "It is an emergency",
            "needed_by": "Needed by",
        }
        help_texts = {
            "application_date": "The day the member asked.",
            "is_emergency": "One level decides alone, up to the amount in the policy; a second officer confirms it.",
            "needed_by": "Such as the day of an eviction or a funeral.",
        }
        error_messages = {"amount_requested": AMOUNT}

    def clean(self):
        data = super().clean()
        if data.get("payee") == Payee.CREDITOR and not data.get("creditor_name", "").strip():
            self.add_error("creditor_name", "Name the creditor who is to be paid.")
        return data

    def story(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in STORY}


class AnswerForm(forms.Form):
    text = words_field(
        "Your answer", "It stays with the case as you write it. Add papers on the case’s page first.", rows=6
    )


class ReasonForm(forms.Form):
    reason = words_field("Reason", "Stays with the case; only the officers read it.")


class PayForm(forms.Form):
    """How it was paid. Ways that do not fit the payee are not offered."""

    method = forms.ChoiceField(label="Way", choices=PaymentMethod, widget=forms.RadioSelect)
    reference = forms.CharField(
        label="Number", required=False, max_length=60, help_text="Of the check, or the trace number of the transfer."
    )
    on = day_field("Day")

    def offer(self, *, to_creditor: bool) -> None:
        ways = [way for way in PaymentMethod.choices if (way[0] == PaymentMethod.CREDITOR) == to_creditor]
        self.fields["method"].choices = ways
        self.fields["method"].initial = ways[0][0]


class ReissueForm(PayForm):
    reason = words_field("Why it is paid again", "Such as a lost check. The reason stays in the books.")


class VoidForm(forms.Form):
    reason = words_field("Why the payment is voided", "The reason stays in the books.")
    for_cause = forms.BooleanField(
        label="It was paid on a false statement",
        required=False,
        help_text="The case ends as denied, and the member is barred for the months of the policy.",
    )
    on = day_field("Day")


class FundField(forms.ModelChoiceField):
    """Which fund; hidden where there is only one."""

    def __init__(self, **options: Any):
        super().__init__(Fund.objects.all(), empty_label=None, **options)


class DepositForm(forms.Form):
    fund = FundField()
    amount = money_field("Amount")
    on = day_field("Day")
    reference = forms.CharField(required=False, max_length=60, help_text="Receipt or transfer number.")
    memo = words_field("Where it comes from", "Such as the quarterly transfer or a raffle.", required=False)


class AdjustForm(forms.Form):
    fund = FundField()
    amount = money_field("Amount", help_text="With a minus sign where the books hold too much.")
    on = day_field("Day")
    memo = words_field("What is adjusted, and why", "The reason stays in the books.")
