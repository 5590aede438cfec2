"""Made-up people, forms and words for the patterns page."""

from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from ip2a.words import format_day, format_money, state_chip

LONG = "Consolidated Interior Electrical and Communication Contractors of the Greater Pacific Northwest, Incorporated"
DAY = date(2026, 3, 18)
MOMENT = datetime(2026, 3, 18, 14, 5)

COLOURS = [
    "paper",
    "surface",
    "sunken",
    "line",
    "line-strong",
    "ink",
    "ink-2",
    "ink-3",
    "accent",
    "accent-soft",
    "good",
    "warn",
    "bad",
    "info",
]

MEMBERS = [
    ("Lima, Rosa", "7464416", ("Active", "good"), "Journeyman", "Harbor Electric", "41.25", DAY),
    ("Ångström, Per-Olof", "a22555555", ("Suspended", "warn"), "Apprentice 3", "", "28.5", date(2019, 7, 1)),
    (
        "O’Shaughnessy-Featherstonehaugh, Maximiliana",
        "7000001",
        ("Retired", "info"),
        "Retiree",
        LONG,
        "1041.25",
        date(1984, 12, 31),
    ),
    ("Ng, Li", "12", ("Inactive", "quiet"), "Foreman", "North Star Power", "52", date(2026, 1, 2)),
    ("Doe, John", "7464417", ("Dropped", "bad"), "Journeyman", "", None, None),
]


class PickerSample(forms.TextInput):
    """The type-ahead as a form draws it; its answers come from this page."""

    template_name = "ip2a/widgets/typeahead.html"
    query = ""
    matches: ClassVar[list[dict[str, Any]]] = []

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        label = "Lima, Rosa (7464416)" if value else ""
        context["widget"] |= {"label": label, "query": self.query, "matches": self.matches, "url": "?pick=1"}
        return context


class SampleForm(forms.Form):
    last_name = forms.CharField(max_length=60, help_text="As it stands on the union card.")
    member = forms.CharField(widget=PickerSample(), help_text="Type a name or a number, in any order.")
    employer = forms.CharField(widget=PickerSample(), required=False)
    hire_date = forms.DateField(label="Joined the union", widget=forms.DateInput({"type": "date"}))
    hourly_rate = forms.DecimalField(max_digits=7, decimal_places=2, required=False)
    hours = forms.DecimalField(
        max_digits=5, decimal_places=1, required=False, widget=forms.NumberInput({"data-unit": "hours"})
    )
    status = forms.ChoiceField(choices=[("active", "Active"), ("retired", "Retired"), ("long", LONG)])
    decision = forms.ChoiceField(
        choices=[("yes", "Approve"), ("no", "Deny"), ("more", "Ask for more")], widget=forms.RadioSelect
    )
    is_primary = forms.BooleanField(label="First person to call", required=False, help_text="One for each employer.")
    paper = forms.FileField(required=False, help_text="PDF, photo or text, up to 25 MB.")
    locked = forms.CharField(
        label="Member number", disabled=True, initial="7464416", required=False, help_text="A number never changes."
    )
    notes = forms.CharField(widget=forms.Textarea({"rows": 3}), required=False)


class SampleFilters(forms.Form):
    q = forms.CharField(
        label="Search", required=False, widget=forms.TextInput({"type": "search", "placeholder": "Name or number"})
    )
    status = forms.ChoiceField(choices=[("", "Any"), ("active", "Active"), ("retired", "Retired")], required=False)
    classification = forms.ChoiceField(choices=[("", "Any"), ("journeyman", "Journeyman")], required=False)
    city = forms.CharField(required=False)
    hired_from = forms.DateField(label="Joined from", required=False, widget=forms.DateInput({"type": "date"}))
    has_job = forms.BooleanField(label="Has a current job", required=False)


class SampleReason(forms.Form):
    reason = forms.CharField(
        widget=forms.Textarea({"rows": 3}), help_text="Kept in the record’s history, beside your name."
    )


def rows(members: list[tuple[Any, ...]]) -> SafeString:
    line = (
        '<tr><th scope="row"><a href="#table">{}</a></th><td data-label="Number">{}</td><td data-label="Status">{}</td>'
        '<td data-label="Classification">{}</td><td data-label="Employer">{}</td>'
        '<td class="num" data-label="Rate">{}</td><td data-label="Joined"><time>{}</time></td></tr>'
    )
    return format_html_join(
        "",
        line,
        [
            (
                name,
                number,
                state_chip(*state),
                kind,
                employer,
                format_money(float(rate)) if rate else "",
                format_day(joined),
            )
            for name, number, state, kind, employer, rate, joined in members
        ],
    )
