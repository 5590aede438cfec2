"""Who may draft which paper, and what may be kept."""

from typing import Any

from django.db import models

from ip2a.answers import YES, Answer, no
from ip2a.models import PaperDraft
from ip2a.papers import wording
from ip2a.papers.registry import Paper
from ip2a.rules import has_right, may_add


def may_draft(user: Any, record: models.Model, kind: Paper) -> Answer:
    """Whoever may see the record asks this: the right to draft at all, then the paper's own rule."""
    if not has_right(user, "add", PaperDraft):
        return may_add(user, PaperDraft)
    return kind.may(user, record)


def may_keep(kind: Paper, text: str) -> Answer:
    """A paper that is kept says everything; what is filled in by pen has a line instead of a gap."""
    gaps = wording.gaps_in(text, kind.known_fields)
    if not gaps:
        return YES
    named = ", ".join(gaps)
    return no(f"Fill in what is missing first, or put a line (____) there to fill in by pen: {named}.")
