from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory, override_settings

from ip2a import icons, words
from ip2a.templatetags import ip2a as tags
from ip2a.views import patterns


def drawn(source: str, **context) -> str:
    return Template("{% load ip2a %}" + source).render(Context(context))


class CaseForm(forms.Form):
    name = forms.CharField(help_text="As on the card.")
    rate = forms.DecimalField(decimal_places=2, required=False)
    hours = forms.DecimalField(decimal_places=2, widget=forms.NumberInput({"data-unit": "hours"}))
    share = forms.DecimalField(decimal_places=1)
    sure = forms.BooleanField(required=False)
    way = forms.ChoiceField(choices=[("a", "First")], widget=forms.RadioSelect)
    paper = forms.FileField(required=False)
    secret = forms.CharField(widget=forms.HiddenInput)


@pytest.mark.parametrize(
    ("value", "spoken"),
    [
        (date(2026, 3, 18), "Wed 18 Mar 2026"),
        (date(1984, 12, 1), "Sat 1 Dec 1984"),
        (datetime(2026, 3, 18, 23, 59), "Wed 18 Mar 2026"),
        (None, ""),
    ],
)
def test_day_is_spoken_with_weekday_and_month(value, spoken):
    assert drawn("{{ value|day }}", value=value) == spoken


def test_moments_are_taken_to_the_local_time_zone():
    late = datetime(2026, 3, 19, 6, 30, tzinfo=UTC)
    with override_settings(TIME_ZONE="America/Los_Angeles"):
        assert [words.format_day(late), words.format_moment(late), words.format_time(late)] == [
            "Wed 18 Mar 2026",
            "Wed 18 Mar 2026, 23:30",
            "23:30",
        ]
    assert [words.format_moment(None), words.format_time(None)] == ["", ""]


@pytest.mark.parametrize(
    ("amount", "spoken"),
    [
        (Decimal("1250"), "$1,250.00"),
        (Decimal("0"), "$0.00"),
        (Decimal("-5.5"), "−$5.50"),
        (Decimal("1234567.891"), "$1,234,567.89"),
        (None, ""),
        ("", ""),
    ],
)
def test_money_has_its_sign_and_two_places(amount, spoken):
    assert drawn("{{ amount|money }}", amount=amount) == spoken


def test_counts_have_thousands_separators():
    assert [words.format_count(10000), words.format_count(0), words.format_count(None)] == ["10,000", "0", ""]


def test_state_chip_is_word_and_shape_and_tone():
    assert words.state_chip("Retired", "quiet") == (
        '<span class="chip chip--quiet"><svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true" '
        'focusable="false"><circle cx="5" cy="5" r="3.25" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>'
        "Retired</span>"
    )


def test_every_tone_has_a_shape_of_its_own():
    shapes = {words.state_chip("x", tone).replace(tone, "") for tone in ("good", "warn", "bad", "info", "quiet")}
    assert len(shapes) == 5


def test_words_of_a_state_are_escaped():
    assert "<b>" not in words.state_chip("<b>", "good")


def test_state_filter_speaks_the_choice_in_its_registered_tone():
    record = SimpleNamespace(status="suspended", get_status_display=lambda: "Suspended")
    assert drawn("{{ record|state }}", record=record) == words.state_chip("Suspended", "warn")


def test_state_filter_leaves_a_chip_as_it_is():
    chip = words.state_chip("Current", "good")
    assert drawn("{{ chip|state }}", chip=chip) == chip


def test_state_filter_takes_another_field():
    record = SimpleNamespace(current_step="step_1", get_current_step_display=lambda: "Step 1")
    assert drawn('{{ record|state:"current_step" }}', record=record) == words.state_chip("Step 1", "quiet")


def test_one_state_cannot_look_two_ways():
    words.register_tones({"active": "good"})
    with pytest.raises(ValueError, match="already looks 'good'; it cannot also look 'bad'"):
        words.register_tones({"active": "bad"})


def test_unknown_tone_is_refused_at_registration():
    with pytest.raises(ValueError, match="'loud' is not a tone"):
        words.register_tones({"shouting": "loud"})


def test_icon_is_inline_and_hidden_from_screen_readers():
    drawing = drawn('{% icon "plus" 16 %}')
    assert drawing == icons.icon("plus", 16)
    assert drawing.startswith('<svg class="icon" viewBox="0 0 20 20" width="16" height="16"')
    assert 'aria-hidden="true"' in drawing


def test_query_with_changes_and_takes_away():
    request = RequestFactory().get("/members/?q=lima&page=3&city=A&city=B")
    assert drawn("{% query_with page=4 %}", request=request) == "?q=lima&amp;page=4&amp;city=A&amp;city=B"
    assert drawn("{% query_with page=None q=None %}", request=request) == "?city=A&amp;city=B"


def test_undo_address_is_read_from_the_message():
    with_undo = Message(constants.SUCCESS, "Saved.", extra_tags="quiet undo:/undo/12/")
    assert [tags.undo_url(with_undo), tags.undo_url(Message(constants.SUCCESS, "Saved."))] == ["/undo/12/", ""]


def test_message_tone_follows_its_level():
    levels = (constants.SUCCESS, constants.INFO, constants.WARNING, constants.ERROR)
    assert [tags.tone(Message(level, "x")) for level in levels] == ["good", "info", "warn", "bad"]


def test_fields_are_drawn_by_their_kind():
    form = CaseForm()
    assert {field.name: tags.field_kind(field) for field in form} == {
        "name": "plain",
        "rate": "money",
        "hours": "unit",
        "share": "plain",
        "sure": "check",
        "way": "choices",
        "paper": "file",
        "secret": "hidden",
    }
    assert tags.field_unit(form["hours"]) == "hours"


def test_wrong_field_names_its_help_and_error():
    html = render_to_string("ip2a/_field.html", {"field": CaseForm({})["name"]})
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html


def test_optional_is_said_only_where_a_field_may_stay_empty():
    form = CaseForm()
    said = {
        name: "(optional)" in render_to_string("ip2a/_field.html", {"field": form[name]}) for name in ("name", "rate")
    }
    assert said == {"name": False, "rate": True}


def test_error_summary_links_to_every_wrong_field():
    html = render_to_string("ip2a/_errors.html", {"form": CaseForm({})})
    assert [f'href="#{id_}"' in html for id_ in ("id_name", "id_hours", "id_share", "id_way", "id_rate")] == [
        True,
        True,
        True,
        True,
        False,
    ]


@override_settings(STORAGES={"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}})
@pytest.mark.parametrize("page", ["400.html", "403_csrf.html", "500.html", "503.html"])
def test_pages_for_bad_days_need_neither_request_nor_database(page):
    html = render_to_string(page)
    assert html.startswith("<!doctype html>")
    assert "Go to your home page" in html


def test_sample_picker_answers_any_word_order():
    answer = patterns.picked("rosa LIMA")
    expected = b'{"results": [{"id": "7464416", "label": "Lima, Rosa (7464416)", "fact": "Journeyman"}]}'
    assert answer.content == expected


def test_patterns_index_names_sections_that_are_there():
    html = render_to_string("ip2a/patterns.html", patterns.context(), request=RequestFactory().get("/patterns/"))
    missing = [name for name, _ in patterns.SECTIONS if f'id="{name}"' not in html]
    assert missing == []
