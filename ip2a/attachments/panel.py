"""What documents add to the pages of every record: the panel "Documents", and events on its timeline."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from ip2a import panels, timeline
from ip2a.attachments.forms import UploadForm
from ip2a.attachments.rules import may_attach
from ip2a.models import Attachment
from ip2a.models.attachment import document_models
from ip2a.models.base import record_url
from ip2a.models.user import all_but_name
from ip2a.questions import once, question
from ip2a.rules import has_right
from ip2a.words import format_day, format_size

SHOWN = 100
FETCHED = 500


def install() -> None:
    """For every model whose records can have documents; a new model needs to do nothing."""
    for model in document_models():
        panels.panel(model._meta.label_lower, order=70)(documents)
        timeline.tells(model._meta.label_lower)(document_events)


@question
def _beside(reader: Any, model: type[Model], kind: int, number: int) -> QuerySet:
    rows = Attachment.objects.beside(reader, model, kind, number)
    return rows.for_table().defer(*all_but_name("uploader"))[:FETCHED]


@once
def documents_of(user: Any, record: Any) -> list[Attachment]:
    """The record's newest documents, removed ones too; panel and timeline of one page share the answer."""
    kind = ContentType.objects.get_for_model(record).pk
    return _beside.anyway(user, type(record), kind, record.pk)


def documents(request: Any, record: Any) -> panels.Panel | None:
    """Newest first. Removed documents stand below for those who may bring them back."""
    user = request.user
    if not has_right(user, "view", Attachment):
        return None
    rows = documents_of(user, record)[: SHOWN + 1]
    may_restore = has_right(user, "delete", Attachment)
    live = [row for row in rows if not row.is_removed]
    answer = may_attach(user, record, is_seen=True)
    return panels.Panel(
        title="Documents",
        template="ip2a/attachment_panel.html",
        context={
            "noun": record._meta.verbose_name,
            "upload_url": upload_url(record),
            "rows": live[:SHOWN],
            "lines": lines(live[:SHOWN]),
            "removed": [row for row in rows if row.is_removed] if may_restore else [],
            "is_cut": len(rows) > SHOWN,
            "fields": empty_form() if answer else "",
            "why_not": answer.reason,
        },
        count=f"{SHOWN}+" if len(live) > SHOWN else len(live),
    )


def lines(rows: list[Attachment]) -> SafeString:
    """The rows of the panel's table. Put together here and not in a template, as the rows of lists are."""
    return mark_safe("".join(map(_line, rows)))


def _line(row: Attachment) -> str:
    name, uploader = escape(row.original_name), escape(row.uploader or "")
    note = f'<p class="file-note">{escape(row.description)}</p>' if row.description else ""
    by = f'<br><span class="small muted">{uploader}</span>' if uploader else ""
    file = '<span class="muted">Not stored here</span>'
    if row.is_kept:
        address = row.get_download_url()
        file = f'<a href="{address}" download>Download<span class="sr-only"> {name}</span></a>'
    return (
        f'<tr><th scope="row"><a class="file-name" href="{row.get_absolute_url()}">{name}</a>{note}</th>'
        f'<td data-label="Category">{escape(row.get_category_display())}</td>'
        f'<td class="num" data-label="Size">{format_size(row.size)}</td>'
        f'<td data-label="Added"><span>{format_day(row.created_at)}{by}</span></td>'
        f'<td data-label="File">{file}</td></tr>\n'
    )


@lru_cache(maxsize=1)
def empty_form() -> SafeString:
    """The fields of an upload form that nobody has touched are the same on every page."""
    return render_to_string("ip2a/_attachment_fields.html", {"form": UploadForm()})


def upload_url(record: Any) -> str:
    return record_url("attachment_create", record.pk, before=(record._meta.label_lower,))


def document_events(user: Any, record: Any) -> Iterator[timeline.Event]:
    for row in documents_of(user, record):
        if row.is_removed:
            continue
        yield timeline.Event(
            on=row.created_at,
            kind="document",
            text=f"Document added: {row.original_name} ({row.get_category_display().lower()})",
            who=str(row.uploader or ""),
            details=row.description,
            url=row.get_absolute_url(),
            icon="photo" if row.category == Attachment.Category.PHOTO else "document",
        )
