"""What the administration pages ask about agreements."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.utils import timezone

from grievances import daysoff
from grievances.models import Agreement, AgreementVersion, ContractHoliday
from grievances.procedures import TEMPLATES

MONTHS = [date(2026, month, 1).strftime("%B") for month in range(1, 13)]


def numbers(choices: list[tuple[int, str]], **more: Any) -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(
        choices=choices, coerce=int, required=False, widget=forms.CheckboxSelectMultiple, **more
    )


class AgreementForm(forms.ModelForm):
    weekend = numbers(list(enumerate(daysoff.WEEKDAYS)), help_text="Days of the week that are no working days.")
    kinds = forms.MultipleChoiceField(
        label="Kinds of public holidays",
        choices=[(kind, kind.replace("_", " ").capitalize()) for kind in daysoff.KINDS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Usually only the public ones.",
    )
    state = forms.ChoiceField(choices=[("", "No state"), *[(s, s) for s in daysoff.STATES]], required=False)

    class Meta:
        model = Agreement
        fields = ["name", "text", "is_active", "calendar", "state", "kinds", "moves_holidays", "weekend", "zone"]

    def clean_zone(self) -> str:
        name = self.cleaned_data["zone"]
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise forms.ValidationError(
                f"There is no time zone called {name}. Type one such as America/Chicago."
            ) from None
        return name


class NewAgreementForm(AgreementForm):
    template = forms.ChoiceField(
        label="Start from", choices=[(key, procedure.name) for key, procedure in TEMPLATES.items()]
    )
    effective_from = forms.DateField(
        label="First day of its first version", widget=AdminDateWidget, initial=timezone.localdate
    )


class VersionForm(forms.ModelForm):
    sitting_months = numbers(
        list(enumerate(MONTHS, 1)), label="Months in which a council sits", help_text="None where no council sits."
    )
    sitting_weekday = forms.TypedChoiceField(
        choices=list(enumerate(daysoff.WEEKDAYS)),
        coerce=int,
        label="A sitting begins on the first",
        required=False,
        empty_value=0,
    )

    class Meta:
        model = AgreementVersion
        fields = [
            "effective_from",
            "effective_to",
            "note",
            "policy_starts_at",
            "group_starts_at",
            "sitting_months",
            "sitting_weekday",
        ]


class HolidayForm(forms.ModelForm):
    class Meta:
        model = ContractHoliday
        fields = ["name", "effect", "recurs", "on", "beside", "offset", "days", "moves"]

    def clean(self) -> dict[str, Any]:
        """The public holiday must be one: a misspelt name would never come round."""
        data = super().clean() or {}
        wanted = daysoff.plain_name(data.get("beside") or "")
        if not wanted:
            return data
        known = daysoff.public_holidays("", timezone.localdate().year, ("public",), False).values()
        if self.instance.agreement_id and self.instance.agreement.state:
            state = self.instance.agreement.state
            known = [*known, *daysoff.public_holidays(state, timezone.localdate().year, daysoff.KINDS, False).values()]
        names = {daysoff.plain_name(name): name for joined in known for name in joined.split("; ")}
        if wanted not in names:
            self.add_error("beside", f"There is no such public holiday. There are: {', '.join(names.values())}.")
        else:
            data["beside"] = names[wanted]
        return data


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Reason",
        max_length=300,
        widget=forms.TextInput({"class": "vTextField"}),
        help_text="Stays in the history, beside your name.",
    )


class MaybeReasonForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False


class NewVersionForm(forms.Form):
    effective_from = forms.DateField(label="First day", widget=AdminDateWidget, initial=timezone.localdate)


class TrialForm(forms.Form):
    start = forms.DateField(label="Starts on", widget=AdminDateWidget, initial=timezone.localdate)
