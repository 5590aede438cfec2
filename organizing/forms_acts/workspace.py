"""What has to be known for a verb of the workspace."""

from django import forms
from django.utils import timezone

from ip2a.pickers import PickerField
from members.forms import day_input, not_in_future
from organizing.forms.workspace import lines
from organizing.models import ContactKind, LeftBecause, WorkerStanding
from organizing.services.campaigns import organizers


class OnForm(forms.Form):
    on = forms.DateField(label="Day", widget=day_input(), initial=timezone.localdate)

    def clean_on(self):
        return not_in_future(self.cleaned_data["on"], "That day")


class BecauseForm(forms.Form):
    reason = forms.CharField(label="Why", max_length=300, help_text="Stays in the history, beside your name.")


class OnPerhapsBecauseForm(OnForm):
    reason = forms.CharField(label="Why", max_length=300, required=False, help_text="An end needs a reason.")


class EmployerForm(forms.Form):
    organization = PickerField("members.organization", label="Employer")


class AssessForm(OnForm):
    """The five words; ``seen`` is the newest assessment that the page showed."""

    value = forms.TypedChoiceField(
        label="How the worker stands", choices=WorkerStanding, coerce=int, widget=forms.RadioSelect
    )
    note = forms.CharField(required=False, max_length=500, help_text="What made you say so.")
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    field_order = ["value", "note", "on", "seen"]


class ContactForm(OnForm):
    kind = forms.ChoiceField(label="How", choices=ContactKind)
    was_reached = forms.BooleanField(label="Reached", required=False, initial=True)
    note = forms.CharField(label="What was said", required=False, widget=lines())
    next_step = forms.CharField(label="Next step", required=False, max_length=300)
    next_step_on = forms.DateField(label="Next step on", required=False, widget=day_input())

    field_order = ["kind", "on", "was_reached", "note", "next_step", "next_step_on"]


class LeaveForm(OnForm):
    because = forms.ChoiceField(label="Why", choices=LeftBecause)
    reason = forms.CharField(label="More", max_length=300, required=False)


class AssignForm(forms.Form):
    organizer = forms.ModelChoiceField(queryset=None, required=False, empty_label="Nobody")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organizer"].queryset = organizers()


class HandForm(OnForm):
    to = forms.CharField(label="Handed to", max_length=200)
    place = forms.CharField(label="Where it is now", max_length=200)
    note = forms.CharField(required=False, max_length=300)

    field_order = ["to", "place", "on", "note"]


class PutOnListForm(forms.Form):
    worker = PickerField("organizing.worker")


class FiledForm(OnForm):
    number = forms.CharField(label="Number of the charge", max_length=40, help_text="As the Board gave it.")

    field_order = ["number", "on"]


class OutcomeForm(OnForm):
    reason = forms.CharField(label="What became of it", max_length=300)


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Table", max_length=255, help_text="CSV or Excel (.xlsx). The first row names the columns."
    )
