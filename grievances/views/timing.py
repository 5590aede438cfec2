"""What both sides agreed on about time, and mending what was written down wrongly."""

from functools import cached_property
from typing import Any

from django.shortcuts import get_object_or_404

from grievances import dues, rules, services
from grievances import forms_acts as forms
from grievances.models import CaseEvent, Deadline
from grievances.services.timing import in_abeyance
from grievances.terms import Unit
from grievances.views.act import CaseAct
from ip2a.answers import YES, Answer, no
from ip2a.words import format_day, format_moment

UNITS = {
    Unit.WORKING_DAYS: "working days",
    Unit.CALENDAR_DAYS: "calendar days",
    Unit.HOURS: "hours",
    Unit.SITTING: "sittings",
}


def running(view: CaseAct) -> Answer:
    return rules.first_no(rules.may_pursue(view.request.user), rules.must_run(view.record))


class CaseHold(CaseAct):
    label = "Hold in abeyance"
    form_class = forms.AgreedForm

    def may(self) -> Answer:
        held = no(f"{self.record} is in abeyance already.") if in_abeyance(self.record) else YES
        return rules.first_no(running(self), held)

    def consequences(self):
        return ["The clock of the whole case stops on that day, for both sides, until you resume it."]

    def act(self, values):
        services.hold(self.record, by=self.request.user, **values)
        return f"The clock is stopped since {format_day(values['on'])}."


class CaseResume(CaseAct):
    label = "Resume"
    form_class = forms.ResumeForm

    def may(self) -> Answer:
        held = YES if in_abeyance(self.record) else no(f"{self.record} is not in abeyance.")
        return rules.first_no(running(self), held)

    def act(self, values):
        services.resume(self.record, by=self.request.user, **values)
        return f"The clock runs again since {format_day(values['on'])}. See the new dates below."


class OfLimit(CaseAct):
    """A verb on one limit of the case."""

    @cached_property
    def limit(self) -> Deadline:
        return get_object_or_404(Deadline.objects.filter(grievance=self.record), pk=self.kwargs["part"])

    @property
    def unit(self) -> Unit | None:
        return next((row.unit for row in self.file.procedure.limits if row.key == self.limit.limit_key), None)

    def facts(self):
        limit = self.limit
        due = dues.by_when(limit.due_on, self.today, self.file.days_off, limit.due_at) if limit.due_on else "Stopped"
        return [("Limit", limit.label), ("Whose", limit.get_side_display()), ("Last day", due)]


class LimitExtend(OfLimit):
    label = "Extend this limit"
    form_class = forms.ExtendForm

    def may(self) -> Answer:
        limit = self.limit
        if limit.superseded_at is not None:
            return no("This date was superseded meanwhile. Extend the date that stands.")
        over = no(f"“{limit.label}” is over ({limit.get_state_display().lower()}), so it cannot be extended.")
        return rules.first_no(running(self), YES if dues.stands(limit) else over)

    def fit(self, form):
        unit = self.unit
        if unit is not None:
            form.fields["amount"].widget.attrs["data-unit"] = UNITS[unit]

    def act(self, values):
        values["amount"] = values["amount"] or 0
        services.extend(self.limit, by=self.request.user, **values)
        return f"“{self.limit.label}” is extended. The earlier date stays beside it, struck through."


class LimitSkip(OfLimit):
    label = "Skip it by agreement"
    form_class = forms.AgreedForm

    def may(self) -> Answer:
        limit = next((row for row in self.file.procedure.limits if row.key == self.limit.limit_key), None)
        allowed = limit is not None and limit.may_skip
        refused = no(f"The agreement does not let anybody skip “{self.limit.label}”.")
        return rules.first_no(running(self), YES if allowed else refused)

    def act(self, values):
        services.skip(self.limit, by=self.request.user, **values)
        return f"“{self.limit.label}” is skipped by agreement."


class OfEvent(CaseAct):
    """Mending one entry of the case."""

    void = False

    @cached_property
    def event(self) -> CaseEvent:
        rows = CaseEvent.objects.filter(grievance=self.record).select_related("corrected_by")
        return get_object_or_404(rows, pk=self.kwargs["part"])

    def may(self) -> Answer:
        return rules.may_correct(self.request.user, self.event, void=self.void)

    def facts(self):
        event = self.event
        day = format_moment(event.happened_at) if event.happened_at else format_day(event.happened_on)
        return [("Entry", event.get_kind_display()), ("Day", day), ("Written down by", event.by_name)]


class EventCorrect(OfEvent):
    label = "Correct the day"
    question = "A new entry takes its place; the old one stays, struck through. Every limit is computed anew."
    form_class = forms.CorrectForm

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "on": self.event.happened_on, "at": self.event.happened_at}

    def act(self, values):
        services.correct(self.event, by=self.request.user, **values)
        return f"“{self.event.get_kind_display()}” was on {format_day(values['on'])}. The limits are computed anew."


class EventTakeBack(OfEvent):
    void = True
    label = "Take this entry back"
    question = "Only for what did not happen. The entry stays, struck through, and counts no more."
    form_class = forms.TakeBackForm

    def act(self, values):
        services.take_back(self.event, by=self.request.user, **values)
        return f"“{self.event.get_kind_display()}” is taken back. The limits are computed anew."
