"""Controls drawn in Python are those that Django's templates draw, to the letter."""

from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from ip2a.widgets_quick import DRAWN, Renderer

ODD = "\"><b>& 'x"
ATTRS = {
    "id": "id_x",
    "required": True,
    "disabled": False,
    "data-odd": ODD,
    "maxlength": 20,
    "class": mark_safe("a&amp;b"),
}
VALUES = [None, "", ODD, 0, 5, Decimal("1234.50"), date(2026, 11, 29), mark_safe("<i>"), gettext_lazy("Yes")]
CONTROLS = [
    *(
        forms.TextInput(),
        forms.NumberInput(),
        forms.EmailInput(),
        forms.URLInput(),
        forms.PasswordInput(render_value=True),
    ),
    *(forms.HiddenInput(), forms.DateInput(), forms.CheckboxInput(), forms.FileInput(), forms.Textarea()),
    forms.Select(choices=[("", "Any"), (5, ODD), (mark_safe("<i>"), mark_safe("<em>safe</em>"))]),
    forms.Select(choices=[("Group", [("a", "A"), ("b", "B")]), ("c", "C")]),
    forms.Select(choices=[(1, 1234), (2, gettext_lazy("Yes"))]),
    forms.NullBooleanSelect(),
    forms.SelectMultiple(choices=[("a", "A"), ("b", "B")]),
    forms.RadioSelect(choices=[("a", "A"), ("b", "B")]),
    forms.SplitDateTimeWidget(),
    forms.ClearableFileInput(),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: type(control).__name__)
def test_every_control_is_what_the_template_draws(control, value):
    if isinstance(control, forms.SelectMultiple):
        value = ["a"] if value else []
    elif isinstance(control, forms.SplitDateTimeWidget | forms.ClearableFileInput):
        value = None
    given = {"name": f"x{ODD}", "value": value, "attrs": ATTRS}
    assert control.render(**given, renderer=Renderer()) == control.render(**given, renderer=TemplatesSetting())


def test_common_controls_need_no_template(settings):
    settings.TEMPLATES = []  # nothing is found there
    drawn = [control for control in CONTROLS if control.template_name in DRAWN]
    assert len(drawn) >= 13
    for control in drawn[:10]:
        assert control.render("x", "1", renderer=Renderer()).startswith(("<input", "<textarea"))
