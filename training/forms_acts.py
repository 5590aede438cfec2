"""What has to be known for a verb."""

from datetime import timedelta

from django import forms
from django.utils import timezone

from ip2a.pickers import PickerField
from members.forms import day_input
from training.forms import lines, time_input
from training.models.words import FollowUpOutcome

WEEKDAYS = [
    (str(number), name)
    for number, name in enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"))
]


class PlanForm(forms.Form):
    """A class on certain days of the week, between two days."""

    first_day = forms.DateField(widget=day_input())
    last_day = forms.DateField(widget=day_input())
    weekdays = forms.MultipleChoiceField(choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple, label="On")
    starts_at = forms.TimeField(label="Starts", widget=time_input())
    ends_at = forms.TimeField(label="Ends", widget=time_input())
    course = PickerField("training.course", required=False)
    instructor = PickerField("training.instructor", required=False)
    topic = forms.CharField(required=False, max_length=200)

    def clean(self):
        data = super().clean()
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", "The last day comes before the first: check both.")
        elif first and last and (last - first).days > 400:
            self.add_error("last_day", "That is more than a year of classes. Plan fewer at a time.")
        return data

    def days(self):
        first, last = self.cleaned_data["first_day"], self.cleaned_data["last_day"]
        chosen = {int(number) for number in self.cleaned_data["weekdays"]}
        every = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return [day for day in every if day.weekday() in chosen]


class OnForm(forms.Form):
    """On which day."""

    on = forms.DateField(label="Day", widget=day_input(), initial=timezone.localdate)


class OnBecauseForm(OnForm):
    reason = forms.CharField(max_length=300, help_text="Stays in the history, beside your name.")


class BecauseForm(forms.Form):
    reason = forms.CharField(max_length=300, help_text="Stays in the history, beside your name.")


class PerhapsBecauseForm(forms.Form):
    reason = forms.CharField(max_length=300, required=False, help_text="Stays in the history, beside your name.")


class EnrolForm(forms.Form):
    cohort = PickerField("training.cohort")
    on = forms.DateField(
        label="From", widget=day_input(), required=False, help_text="Empty: today, or the first day of the cohort."
    )


class EnrolHereForm(forms.Form):
    student = PickerField("training.student")
    on = forms.DateField(
        label="From", widget=day_input(), required=False, help_text="Empty: today, or the first day of the cohort."
    )


class NothingForm(forms.Form):
    """Nothing has to be known."""


class AppointForm(forms.Form):
    instructor = PickerField("training.instructor")
    primary = forms.BooleanField(label="Answers for the cohort", required=False)


class CertifyForm(OnForm):
    expires = forms.DateField(widget=day_input(), required=False, help_text="Empty when it never expires.")


class ReturnForm(OnForm):
    condition = forms.CharField(max_length=200, required=False)


class ScheduleForm(forms.Form):
    at = forms.DateTimeField(
        label="When", widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )


class ScoreForm(OnForm):
    score = forms.DecimalField(
        max_digits=5, decimal_places=1, min_value=0, max_value=100, widget=forms.NumberInput({"data-unit": "of 100"})
    )
    comments = forms.CharField(required=False, widget=lines())


class FollowUpForm(OnForm):
    outcome = forms.ChoiceField(label="What became of them", choices=FollowUpOutcome.choices)
    wage = forms.DecimalField(
        max_digits=10, decimal_places=2, min_value=0, required=False, help_text="Dollars an hour now."
    )
    notes = forms.CharField(required=False, widget=lines())


class FreezeForm(forms.Form):
    first = forms.DateField(label="First day", widget=day_input())
    last = forms.DateField(label="Last day", widget=day_input())
    note = forms.CharField(max_length=300, required=False, help_text="Such as: second version, with late grades.")
