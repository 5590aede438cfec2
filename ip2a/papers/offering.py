"""What a record's page says of papers: which may be drafted, and which drafts are open."""

from typing import Any

from django.urls import reverse

from ip2a.models import PaperDraft
from ip2a.panels import Panel
from ip2a.papers import registry, rules
from ip2a.papers.registry import Paper


def draft_url(kind: Paper, record: Any) -> str:
    return reverse("paper_draft", args=[kind.model, record.pk, kind.key])


def _kinds(record: Any, user: Any) -> list[Paper]:
    return [kind for kind in registry.of_model(record._meta.label_lower) if rules.may_draft(user, record, kind)]


def offered(record: Any, user: Any) -> list[tuple[str, str]]:
    """(title, url) of each paper that this person, who may see the record, may draft for it."""
    return [(kind.title, draft_url(kind, record)) for kind in _kinds(record, user)]


def papers_panel(request: Any, record: Any) -> Panel | None:
    """The panel "Papers". A room registers it: ``panel("grievances.grievance", order=65)(papers_panel)``."""
    kinds = _kinds(record, request.user)
    if not kinds:
        return None
    drafts = {row.key: row for row in PaperDraft.objects.of(record).open().select_related("by")}
    entries = [(kind.title, draft_url(kind, record), drafts.get(kind.key)) for kind in kinds]
    return Panel("Papers", "ip2a/papers/_panel.html", {"entries": entries}, id="papers")
