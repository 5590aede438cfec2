"""Saving a draft and keeping a paper. Nothing here sends anything to anybody."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.utils import timezone

from ip2a import audit
from ip2a.answers import Refused
from ip2a.attachments.services import attach
from ip2a.models import Attachment, PaperDraft
from ip2a.papers import drafting, rules
from ip2a.papers.registry import Paper
from ip2a.papers.wordings import tidied
from ip2a.services import Conflict


def latest(kind: Paper, record: models.Model) -> PaperDraft | None:
    """The draft of this paper that was begun last, open or closed."""
    return PaperDraft.objects.of(record).filter(key=kind.key).select_related("by", "kept_as").order_by("-id").first()


def token(draft: PaperDraft | None) -> str:
    """What a page remembers of the draft it was opened with."""
    return f"{draft.pk}.{draft.version}" if draft else ""


@transaction.atomic
def save(kind: Paper, record: models.Model, *, body: str, by: Any, opened: str) -> PaperDraft:
    """Keep the text of a draft to go on with later.

    ``opened`` is the token the page was opened with; raises Conflict with the draft as it stands now when somebody
    else has saved or kept it since.
    """
    _may(by, record, kind)
    _one_at_a_time(kind, record)
    now = latest(kind, record)
    if token(now) != opened:
        raise Conflict(now)
    draft = now if now is not None and now.is_open else _new(kind, record)
    draft.body, draft.by = tidied(body), by
    if draft.pk:
        draft.save(update_fields=["body", "by"])
    else:
        draft.save(force_insert=True)
    draft.refresh_from_db()
    return draft


@transaction.atomic
def keep(kind: Paper, record: models.Model, *, body: str, by: Any, opened: str) -> Attachment:
    """Make the paper and keep it among the documents of its home; the draft is closed."""
    rules.may_keep(kind, body).enforce()
    draft = save(kind, record, body=body, by=by, opened=opened)
    document = attach(kind.home(record), drafting.as_file(kind, draft.body, by), by=by, category=kind.category)
    draft.kept_as, draft.closed_at = document, timezone.now()
    with audit.because(f"Kept as {document.original_name}"):
        draft.save(update_fields=["kept_as", "closed_at"])
    return document


def _may(by: Any, record: models.Model, kind: Paper) -> None:
    if not type(record)._default_manager.visible_to(by).filter(pk=record.pk).exists():
        raise Refused("You may not see this record, so you cannot write a paper about it.")
    rules.may_draft(by, record, kind).enforce()


def _new(kind: Paper, record: models.Model) -> PaperDraft:
    return PaperDraft(
        content_type=ContentType.objects.get_for_model(record),
        object_id=record.pk,
        compartment=record.compartment,
        key=kind.key,
    )


def _one_at_a_time(kind: Paper, record: models.Model) -> None:
    """Two people may begin the same letter in the same moment, when there is no row to lock yet."""
    with connection.cursor() as cursor:
        name = f"{kind.key} {kind.model} {record.pk}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ip2a.papers'), hashtext(%s))", [name])
