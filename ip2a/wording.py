"""Django's words for a wrong field, said the way this house speaks: what to type, not what is invalid."""

from django import forms
from django.core import validators
from django.db import models
from django.utils.functional import lazystr

_FIELDS: dict[type[forms.Field], dict[str, str]] = {
    forms.Field: {"required": "Fill this in."},
    forms.ChoiceField: {"invalid_choice": "Choose one of the list; “%(value)s” is not in it."},
    forms.ModelChoiceField: {"invalid_choice": "That one is not there (any more). Choose again."},
    forms.BooleanField: {"required": "Tick this to go on."},
    forms.IntegerField: {"invalid": "Type a whole number, such as 12."},
    forms.FloatField: {"invalid": "Type a number, such as 41.25."},
    forms.DecimalField: {"invalid": "Type a number, such as 41.25."},
    forms.DateField: {"invalid": "Type a day that exists, such as 3/18/2026, or pick one."},
    forms.DateTimeField: {"invalid": "Type a day and a time, such as 3/18/2026 14:05."},
    forms.TimeField: {"invalid": "Type a time, such as 14:05."},
    forms.URLField: {"invalid": "Type a web address, such as https://example.org."},
    forms.FileField: {
        "required": "Choose a file.",
        "missing": "Choose a file.",
        "empty": "That file is empty. Choose another one.",
        "invalid": "The file did not arrive. Choose it again.",
    },
}

_VALIDATORS: dict[type, str] = {
    validators.EmailValidator: "Type an e-mail address, such as name@example.org.",
    validators.URLValidator: "Type a web address, such as https://example.org.",
    validators.MinValueValidator: "Type %(limit_value)s or more.",
    validators.MaxValueValidator: "Type %(limit_value)s or less.",
    validators.MinLengthValidator: "Use at least %(limit_value)d characters; this has %(show_value)d.",
    validators.MaxLengthValidator: "Use at most %(limit_value)d characters; this has %(show_value)d.",
    validators.ProhibitNullCharactersValidator: "This holds a character that cannot be kept. Type it again.",
}

_DECIMALS = {
    "invalid": "Type a number, such as 41.25.",
    "max_digits": "This number is too long. Use at most %(max)s digits.",
    "max_decimal_places": "Use at most %(max)s places after the point.",
    "max_whole_digits": "This number is too large. Use at most %(max)s digits before the point.",
}


def install() -> None:
    """Put our words where Django looks them up; called once at start."""
    for field, said in _FIELDS.items():
        field.default_error_messages = {**field.__dict__.get("default_error_messages", {}), **said}
    for validator, said in _VALIDATORS.items():
        validator.message = lazystr(said)
    validators.DecimalValidator.messages = _DECIMALS
    models.Field.default_error_messages = {
        **models.Field.default_error_messages,
        "blank": "Fill this in.",
        "null": "Fill this in.",
        "unique": "Another record already has this. Check it, or open that record.",
    }
