"""Asking at every door of the house for what stands behind the walls.

A probe is one request by one person from outside. What it brings back must not hold the mark that every record of the
room carries; an address of a record must answer as one of a record that never was; and a page must be the same whether
the compartment is empty or full.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from urllib.parse import quote

from django.apps import apps
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from openpyxl import load_workbook

from ip2a.calendars import services as calendars
from organizing.tests.room import MARK

OUTSIDERS = ("administrator", "officer", "representative", "staff", "instructor", "", "stranger")
NEVER_WAS = 999_999_991
# Pages that change with each look, whoever asks; and what an officer is told on purpose.
LEAVES = ("account_logout", "account_signup", "calendars:my_calendar")
KNOWN_TO_OFFICERS = ("organizing:access", "organizing:campaignaccess_end", "organizing:campaignaccess_grant")
# The mark with something behind it: a record's name. The question that was asked is said back without.
MARK_WITHIN = re.compile(
    MARK + r"(?= campaign| source|worker|crew|witness|note|talk|place|what|activity|why|agreement|"
    "glass|access|scan)",
    re.I,
)


@dataclass(frozen=True)
class Probe:
    way: str
    address: str
    status: int
    body: str

    @property
    def has_trace(self) -> bool:
        return MARK_WITHIN.search(self.body) is not None


def patterns(resolver=None, space: str = "") -> Iterator[tuple[str, dict]]:
    """(name, parameters with their converters) of every address of the house."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from patterns(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        elif pattern.name:
            yield f"{space}{pattern.name}", pattern.pattern.converters


def plain_addresses() -> list[tuple[str, str]]:
    """Addresses that name no record."""
    found = []
    for name, converters in patterns():
        if not converters and name not in LEAVES:
            try:
                found.append((name, reverse(name)))
            except NoReverseMatch:  # an address that is written as a regular expression
                continue
    return found


def record_addresses(made: SimpleNamespace) -> list[tuple[str, str, str]]:
    """(name, address of a record of the room, the same address of a record that never was)."""
    found = []
    for name, converters in patterns():
        keys = [key for key in converters if key in ("pk", "object_id")]
        app, _, rest = name.rpartition(":")
        if not keys or not (app in ("organizing", "") or rest.startswith("organizing_")):
            continue
        for number in _numbers(rest, made):
            given = {key: 1 if key == "part" else "filed" for key in converters if key not in keys}
            try:
                real, other = (reverse(name, kwargs=given | {keys[0]: pk}) for pk in (number, NEVER_WAS))
            except NoReverseMatch:
                continue
            found.append((name, real, other))
    return found


def _numbers(name: str, made: SimpleNamespace) -> list[int]:
    """The record whose kind an address names; a document's addresses name a document."""
    if name.startswith("attachment"):
        return [made.document.pk]
    of_kind = [r.pk for r in records(made) if r._meta.model_name in name]
    return of_kind[:1]


def records(made: SimpleNamespace) -> list:
    return [value for value in vars(made).values() if getattr(value, "compartment", "") == "organizing"]


def walled_labels() -> list[str]:
    return [m._meta.label_lower for m in apps.get_app_config("organizing").get_models()]


def asked_addresses(made: SimpleNamespace) -> list[tuple[str, str]]:
    """Searches, type-aheads, exports, histories, documents, the trail and the feed."""
    mark = quote(MARK)
    lists = [address for name, address in plain_addresses() if name.endswith(("_list", "_changelist"))]
    every = [m._meta.label_lower for m in apps.get_models()]
    found = [("search", f"/search/?q={mark}"), ("search", "/search/?q=ordinary")]
    found += [("type-ahead", f"/pick/{label}/?q={mark}") for label in every]
    found += [("list filtered", f"{address}?q={mark}") for address in lists]
    found += [("export", f"{address}?format={kind}") for address in lists for kind in ("csv", "xlsx")]
    for record in (made.employer, made.salt):
        page = record.get_absolute_url()
        found += [("page beside it", page), ("history beside it", f"{page}history/"), ("edit", f"{page}edit/")]
    found += [
        ("trail", f"/audit/?{query}")
        for query in (f"q={mark}", "table=organizing_worker", "table=ip2a_attachment", "compartment=organizing")
    ]
    found += [("document added", f"/documents/add/{record._meta.label_lower}/{record.pk}/") for record in records(made)]
    return found


def text_of(answer) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if "spreadsheetml" in answer.headers.get("Content-Type", ""):
        sheets = load_workbook(io.BytesIO(content))
        return "\n".join(str(cell.value) for sheet in sheets for row in sheet.rows for cell in row)
    return content.decode(errors="replace") + answer.headers.get("Location", "")


def probe(client: Client, way: str, address: str, method: str = "get") -> Probe:
    answer = getattr(client, method)(address)
    return Probe(way, address, answer.status_code, text_of(answer))


def feed_of(client: Client, user) -> Probe:
    token = calendars.make_address(user, former="")
    return probe(client, "feed", reverse("calendars:read", args=[token]))


def same_for_all(text: str, *numbers: int) -> str:
    """Without what differs between two answers to the same question: tokens, times, the number that was asked for."""
    text = re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]+', r"\1", text)
    text = re.sub(r"\b[0-9a-f]{32}\b|\b[0-9a-zA-Z]{64}\b|nonce-[^'\"]+", "", text)
    text = re.sub(r"\d{1,2}:\d{2}(:\d{2})?( [ap]\.?m\.?)?", "", text, flags=re.I)
    for number in numbers:
        text = re.sub(rf"(?<=[/=]){number}(?=[/&\"'?]|$)", "N", text)
    return text
