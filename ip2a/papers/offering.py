"""What a record's page says of papers: which may be drafted, and which drafts are open."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet

from ip2a.models import PaperDraft
from ip2a.models.base import record_url
from ip2a.models.user import all_but_name
from ip2a.panels import Panel
from ip2a.papers import registry, rules
from ip2a.papers.registry import Paper
from ip2a.questions import question


def draft_url(kind: Paper, record: Any) -> str:
    return record_url("paper_draft", record.pk, before=(kind.model,), after=(kind.key,))


def _kinds(record: Any, user: Any) -> list[Paper]:
    return [kind for kind in registry.of_model(record._meta.label_lower) if rules.may_draft(user, record, kind)]


def offered(record: Any, user: Any) -> list[tuple[str, str]]:
    """(title, url) of each paper that this person, who may see the record, may draft for it."""
    return [(kind.title, draft_url(kind, record)) for kind in _kinds(record, user)]


@question
def _open(reader: Any, kind: int, record: int) -> QuerySet:
    rows = PaperDraft.objects.filter(content_type=kind, object_id=record).open()
    return rows.select_related("by").defer(*all_but_name("by"))


def papers_panel(request: Any, record: Any) -> Panel | None:
    """The panel "Papers". A room registers it: ``panel("grievances.grievance", order=65)(papers_panel)``."""
    kinds = _kinds(record, request.user)
    if not kinds:
        return None
    kind_of_record = ContentType.objects.get_for_model(record).pk
    drafts = {row.key: row for row in _open(request.user, kind_of_record, record.pk)}
    entries = [(kind.title, draft_url(kind, record), drafts.get(kind.key)) for kind in kinds]
    return Panel("Papers", "ip2a/papers/_panel.html", {"entries": entries}, id="papers")
