"""The questions that each verb of a case asks. Dates are today unless somebody says otherwise."""

from typing import Any

from django import forms
from django.utils import timezone

from grievances.forms import representatives, time_input
from grievances.models.duty import Channel, DecisionKind, Direction, EntryKind
from grievances.rules import MOVING
from ip2a.pickers import PickerField
from members.forms import day_input

LONGEST = 10_000
TIME_HELP = "Where the agreement counts hours, the time decides."
PAPER_HELP = "Kept among the documents of the case."
AGAIN = "Choose the file again: a browser does not keep it."


def day(label: str, **more: Any) -> forms.DateField:
    return forms.DateField(**{"label": label, "widget": day_input(), "initial": timezone.localdate, **more})


def later_day(label: str, **more: Any) -> forms.DateField:
    return day(label, required=False, initial=None, **more)


def text(label: str, *, rows: int = 4, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST, widget=forms.Textarea({"rows": rows}), **more)


def reason(label: str = "Reason", **more: Any) -> forms.CharField:
    return forms.CharField(**{"label": label, "required": False, "max_length": 300, **more})


def paper(label: str = "Paper", **more: Any) -> forms.FileField:
    return forms.FileField(**{"label": label, "required": False, "help_text": PAPER_HELP, **more})


class ActForm(forms.Form):
    """A form without times where the procedure counts no hours."""

    def __init__(self, *args: Any, hours: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not hours:
            self.fields.pop("at", None)

    def keep_asking_for_paper(self) -> None:
        """After a refusal the file is gone, and the form says so."""
        if "paper" in self.fields and self.files:
            self["paper"].help_text = AGAIN


class TimedForm(ActForm):
    """Something that happened on a day, where hours count at a time of it."""

    on = day("Day")
    at = forms.TimeField(label="Time", required=False, widget=time_input(), help_text=TIME_HELP)


class FileForm(TimedForm):
    on = day("Filed on")
    served_on = later_day(
        "Received by the employer", help_text="If you know it: many limits run from this day. It can be added later."
    )


class AssignForm(ActForm):
    to = forms.ModelChoiceField(None, label="Representative", empty_label="Choose a representative")
    reason = reason()

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = representatives()


class InvestigateForm(ActForm):
    reason = reason("What is looked into")


class PlanForm(ActForm):
    on = day("Day of the meeting", initial=None)


class MeetForm(TimedForm):
    on = day("Day of the meeting")
    union_attendees = text("Who came for the union", rows=2, help_text="Names and functions.")
    employer_attendees = text("Who came for the employer", rows=2, help_text="Names and functions.")
    notes = text("What was said", required=False, rows=6)
    paper = paper("Minutes")


class ServeForm(TimedForm):
    on = day("Received on")
    paper = paper("Proof that it was received")


class AnswerForm(TimedForm):
    on = day("Answer received on")
    is_denied = forms.ChoiceField(
        label="What does it say?",
        choices=[("yes", "The grievance is denied"), ("no", "Something else: granted, in part, or more time is asked")],
        widget=forms.RadioSelect,
    )
    text = text("The answer in its words", required=False, rows=5)
    paper = paper("The answer")


class AdvanceForm(TimedForm):
    to = forms.IntegerField(widget=forms.HiddenInput)
    on = day("Appealed on")
    reason = reason("Why it goes on")
    paper = paper("The appeal")


class ReferForm(TimedForm):
    on = day("Referred on")
    reason = text("Why it goes there", help_text="Kept as a decision in the case file.")
    paper = paper("The referral")


class AwardForm(ActForm):
    on = day("Received on")
    text = text("What it says", rows=6)
    paper = paper("The award")


class ToldForm(ActForm):
    """How the grievant was told, as a part of ending a case."""

    told_on = later_day("Grievant told on")
    told_how = forms.ChoiceField(label="Told how", required=False, choices=[("", "Not told yet"), *Channel.choices])
    told_whom = forms.CharField(label="Told whom", required=False, max_length=200)
    told_note = text("What was said", required=False, rows=2)


class SettleForm(ToldForm):
    on = day("Settled on")
    resolution = text("What was agreed", rows=6, help_text="In the words of the settlement.")
    amount = forms.DecimalField(label="Money", required=False, min_value=0, max_digits=12, decimal_places=2)
    has_precedent = forms.TypedChoiceField(
        label="Does it bind later cases?",
        required=False,
        choices=[("", "Not said"), ("yes", "With precedent"), ("no", "Without precedent")],
        coerce=lambda value: value == "yes",
        empty_value=None,
        widget=forms.RadioSelect,
    )
    field_order = ["on", "resolution", "amount", "has_precedent"]


class WithdrawForm(ToldForm):
    on = day("Withdrawn on")
    reason = text("Why it is dropped", rows=5, help_text="A fair-representation claim asks for exactly this.")
    appeal_until = later_day(
        "The grievant may appeal until", help_text="Inside the union, where it has such an appeal."
    )
    field_order = ["on", "reason"]


class CloseForm(ToldForm):
    on = day("Closed on")
    reason = text("Why nothing is left to do")
    field_order = ["on", "reason"]


class PaperForm(ActForm):
    """What the page that checks the answers asks last: a browser cannot carry a file from page to page."""

    paper = paper()


class ReopenForm(ActForm):
    on = day("Reopened on")
    reason = text("Why it is reopened")


class AgreedForm(ActForm):
    on = day("Agreed on")
    agreed_by = forms.CharField(label="Who agreed for the employer", max_length=200)
    reason = reason()
    paper = paper("The agreement in writing")


class ExtendForm(AgreedForm):
    until = later_day("New last day")
    amount = forms.IntegerField(
        label="Or longer by", required=False, min_value=1, max_value=1000, help_text="Fill in one of the two."
    )
    field_order = ["until", "amount", "on", "agreed_by"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("until") and data.get("amount"):
            self.add_error("amount", "Say either the new last day or how much longer, not both.")
        elif not data.get("until") and not data.get("amount") and not self.errors:
            self.add_error("until", "Say until when, or by how much.")
        return data


class ResumeForm(ActForm):
    on = day("The clock runs again from")
    reason = reason()
    paper = paper()


class CorrectForm(TimedForm):
    on = day("It was on", initial=None)
    reason = reason("What was wrong", required=True, help_text="Stays beside the old entry.")
    paper = paper("Paper that shows it")


class TakeBackForm(ActForm):
    reason = reason("Why it is taken back", required=True, help_text="Stays beside the old entry.")


class JoinForm(ActForm):
    member = PickerField("members.member", label="Member")
    on = day("Joined on")


class LeaveForm(ActForm):
    on = day("Left on")
    reason = reason("Why they leave", required=True)


class AskForm(ActForm):
    direction = forms.ChoiceField(
        label="Who asks?", choices=Direction, initial=Direction.OURS, widget=forms.RadioSelect
    )
    what = text("What is asked for", rows=6)
    asked_of = forms.CharField(label="Asked of", required=False, max_length=200, help_text="The person it went to.")
    on = day("Asked on")
    due_on = later_day("Answer due", help_text="Left empty, the usual number of days after the request.")
    paper = paper("The request")


class TurnForm(ActForm):
    kind = forms.ChoiceField(label="What happened?", choices=[c for c in EntryKind.choices if c[0] != EntryKind.ASKED])
    on = day("Day")
    text = text("In its words", required=False, help_text="A refusal, an objection and a withdrawal need them.")
    until_on = later_day("More time until", help_text="Only where more time was given.")
    paper = paper()


class DecideForm(ActForm):
    kind = forms.ChoiceField(label="We decided", choices=[c for c in DecisionKind.choices if c[0] not in MOVING])
    on = day("Decided on")
    reason = text("Why", rows=5, help_text="A fair-representation claim asks for exactly this.")
    appeal_until = later_day(
        "The grievant may appeal until", help_text="Inside the union, where it has such an appeal."
    )


class TellForm(ActForm):
    on = day("Told on")
    how = forms.ChoiceField(label="How", choices=Channel, widget=forms.RadioSelect)
    whom = forms.CharField(label="Whom", required=False, max_length=200)
    note = text("What was said", required=False, rows=3)
    paper = paper("The letter")
