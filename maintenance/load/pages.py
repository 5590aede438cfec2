"""What came back: whether it is the right page, and what a browser would find in it."""

import re
from functools import cache, cached_property
from html import unescape

from django.urls import reverse

NUMBER = 9_020_713  # stands for any key while an address is made into a pattern
SIGN_IN = "/account/login/"
FORM = re.compile(r'<form\b([^>]*\bmethod="post"[^>]*)>(.*?)</form>', re.S)
FIELD = re.compile(
    r"<input\b(?P<input>[^>]*)>"
    r"|<select\b(?P<select>[^>]*)>(?P<options>.*?)</select>"
    r"|<textarea\b(?P<area>[^>]*)>(?P<text>.*?)</textarea>",
    re.S,
)
OPTION = re.compile(r"<option\b([^>]*)>")
ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')
ERROR = re.compile(r'id="errors".*?<ul>(.*?)</ul>', re.S)
TAG = re.compile(r"<[^>]+>")
ROW = re.compile(r"<tr\b.*?</tr>", re.S)
UNSENT = {"file", "submit", "button", "reset", "image"}


class NoForm(Exception):
    """The page has nothing to fill in."""


class Form:
    """A form as it stands on the page: where it goes, and what a browser would send untouched."""

    def __init__(self, attributes: str, inside: str, path: str) -> None:
        self.action = _attributes(attributes).get("action") or path
        self.values: dict[str, list[str]] = {}
        self.choices: dict[str, list[str]] = {}
        for field in FIELD.finditer(inside):
            self._read(field)

    def _read(self, field: re.Match[str]) -> None:
        if field["select"] is not None:
            options = [_attributes(found) for found in OPTION.findall(field["options"])]
            name = _attributes(field["select"]).get("name", "")
            self.choices[name] = [option.get("value", "") for option in options]
            chosen = [option.get("value", "") for option in options if "selected" in option]
            self.values[name] = chosen or self.choices[name][:1]
        elif field["area"] is not None:
            name = _attributes(field["area"]).get("name", "")
            self.values[name] = [unescape(field["text"]).removeprefix("\n")]
        else:
            self._read_input(_attributes(field["input"]))

    def _read_input(self, about: dict[str, str]) -> None:
        name, kind = about.get("name"), about.get("type", "text")
        if not name or kind in UNSENT:
            return
        if kind in ("checkbox", "radio"):
            self.choices.setdefault(name, []).append(about.get("value", "on"))
            if "checked" in about:
                self.values.setdefault(name, []).append(about.get("value", "on"))
            return
        self.values.setdefault(name, []).append(about.get("value", ""))

    def asks(self, name: str) -> bool:
        return name in self.values or name in self.choices

    def value(self, name: str) -> str:
        return next(iter(self.values.get(name, [])), "")

    def filled(self, typed: dict[str, str]) -> list[tuple[str, str]]:
        """The pairs that are sent: what was typed, and everything else as it stood."""
        pairs = [
            (name, value)
            for name, values in self.values.items()
            for value in ([typed[name]] if name in typed else values)
        ]
        return pairs + [(name, value) for name, value in typed.items() if name not in self.values]


class Page:
    """One answer. ``path`` is its address without the host."""

    def __init__(self, path: str, status: int, body: bytes) -> None:
        self.path, self.status, self.body = path, status, body

    @cached_property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @cached_property
    def main(self) -> str:
        """Without the menu, which is the same everywhere."""
        return self.text[max(self.text.find("<main"), 0) :]

    def links(self, name: str) -> list[int]:
        """Keys of the records whose pages of that name are linked, in order, each once."""
        return list(dict.fromkeys(keys_in(self.main, name)))

    def rows(self) -> list[str]:
        return ROW.findall(self.main[max(self.main.find("<tbody"), 0) :])

    def form(self) -> Form:
        """The page's own form; the menu's stand outside of its main part."""
        found = FORM.search(self.main)
        if found is None:
            raise NoForm(f"{self.path} has no form.")
        return Form(found[1], found[2], self.path)

    def refusal(self) -> str:
        """The first thing the page says is wrong."""
        found = ERROR.search(self.main)
        return " ".join(unescape(TAG.sub(" ", found[1])).split())[:200] if found else "without a reason"


def _attributes(text: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in ATTRIBUTE.findall(text)}


@cache
def address(name: str) -> re.Pattern[str]:
    """The addresses of a page with one key in it."""
    return re.compile(re.escape(reverse(name, args=[NUMBER])).replace(str(NUMBER), r"(\d+)") + r"(?=[\"?#]|$)")


def keys_in(html: str, name: str) -> list[int]:
    return [int(key) for key in address(name).findall(html)]
