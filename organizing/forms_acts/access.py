"""What has to be known to let somebody in."""

from datetime import datetime, time, timedelta

from django import forms
from django.utils import timezone

from ip2a.models import User
from ip2a.pickers import PickerField
from members.forms import day_input


class GlassForm(forms.Form):
    reason = forms.CharField(
        label="Why you must look inside",
        max_length=300,
        help_text="Goes to all other officers and to all organizers, at once.",
    )


class EndForm(forms.Form):
    reason = forms.CharField(label="Why", max_length=300, help_text="Stays beside the name.")


class AskForm(forms.Form):
    campaign = PickerField("organizing.campaign", label="Campaign")
    person = forms.ModelChoiceField(
        queryset=User.objects.none(), label="Person", empty_label="Choose a colleague", help_text="Of any role."
    )
    label = forms.CharField(
        label="What the officer reads",
        max_length=200,
        required=False,
        help_text="Empty: the campaign's name. Officers do not see the campaign itself.",
    )
    why = forms.CharField(label="Why", max_length=300)
    may_write = forms.BooleanField(
        label="May also write", required=False, help_text="Assess workers and note conversations, not only read."
    )
    until = forms.DateField(
        label="Until", required=False, widget=day_input(), help_text="The last day. Empty: until somebody ends it."
    )

    def __init__(self, *args, by=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = User.objects.filter(is_active=True).exclude(pk=getattr(by, "pk", None))

    def clean_until(self) -> datetime | None:
        """The first moment after the last day."""
        day = self.cleaned_data["until"]
        if day is None:
            return None
        if day < timezone.localdate():
            raise forms.ValidationError("That day is over. Take today or a later one.")
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
