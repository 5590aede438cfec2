from decimal import Decimal

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.validators import MinLengthValidator


class Everything(forms.Form):
    text = forms.CharField(max_length=3, validators=[MinLengthValidator(2)])
    email = forms.EmailField(required=False)
    number = forms.IntegerField(required=False, min_value=1, max_value=9)
    money = forms.DecimalField(required=False, max_digits=5, decimal_places=2)
    day = forms.DateField(required=False)
    one = forms.ChoiceField(required=False, choices=[("a", "A")])
    sure = forms.BooleanField()
    paper = forms.FileField()


def said(field: str, value, files=None) -> list[str]:
    return Everything({field: value}, files or {}).errors.get(field, [])


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("text", "", "Fill this in."),
        ("text", "abcd", "Use at most 3 characters; this has 4."),
        ("text", "a", "Use at least 2 characters; this has 1."),
        ("text", "a\0b", "This holds a character that cannot be kept. Type it again."),
        ("email", "rosa", "Type an e-mail address, such as name@example.org."),
        ("number", "x", "Type a whole number, such as 12."),
        ("number", "0", "Type 1 or more."),
        ("number", "10", "Type 9 or less."),
        ("money", "x", "Type a number, such as 41.25."),
        ("money", Decimal("1.234"), "Use at most 2 places after the point."),
        ("money", Decimal("1234.5"), "This number is too large. Use at most 3 digits before the point."),
        ("day", "31.13.2026", "Type a day that exists, such as 3/18/2026, or pick one."),
        ("one", "b", "Choose one of the list; “b” is not in it."),
        ("sure", "", "Tick this to go on."),
        ("paper", "", "Choose a file."),
    ],
)
def test_wrong_field_says_what_to_type(field, value, words):
    assert said(field, value) == [words]


def test_empty_file_says_what_to_do():
    assert said("paper", "", {"paper": SimpleUploadedFile("a.txt", b"")}) == ["That file is empty. Choose another one."]
