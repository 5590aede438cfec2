"""From a record to a draft, and from a text to a paper."""

from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models
from django.utils import timezone
from django.utils.safestring import SafeString

from ip2a import pdf
from ip2a.papers import markup, registry, wording, wordings
from ip2a.papers.registry import Paper

LETTER = "ip2a/papers/letter.html"


def letterhead() -> SafeString:
    """The head of every paper, as the local words it."""
    words = wording.fill(wordings.body_of(registry.LETTERHEAD), {"local_name": settings.LOCAL_NAME})
    return markup.to_lines(words)


def drafted(kind: Paper, record: models.Model, user: Any) -> str:
    """The local's wording with what the record says; what it does not say is a gap."""
    house = {
        "today": wording.written_day(timezone.localdate()),
        "local_name": settings.LOCAL_NAME,
        "your_name": user.get_full_name(),
    }
    return wording.fill(wordings.body_of(kind), {**house, **kind.fill(record, user)})


def body_html(kind: Paper, text: str) -> SafeString:
    return markup.to_html(text, wording.gaps_in(text, kind.known_fields))


def paper_context(kind: Paper, text: str, by: Any) -> dict[str, Any]:
    """What the template of a letter is given."""
    return {"title": kind.title, "by": by, "body": body_html(kind, text)}


def as_file(kind: Paper, text: str, by: Any) -> ContentFile:
    """The paper as a PDF; where none can be made, its words as a text file (web pages are not kept as documents)."""
    name = f"{kind.title} {timezone.localdate():%Y-%m-%d}"
    made = pdf.render_pdf(LETTER, paper_context(kind, text, by))
    if made is None:
        return ContentFile(text.encode(), f"{name}.txt")
    return ContentFile(made, f"{name}.pdf")
