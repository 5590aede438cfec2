"""The rows of wordings: made from what is shipped, changed by administrators, and taken back."""

from typing import Any

from django.db import connection, transaction

from ip2a import audit
from ip2a.answers import Refused
from ip2a.models import PaperTemplate
from ip2a.papers import registry, wording
from ip2a.papers.registry import Paper
from ip2a.rules import may_change


def sync(**kwargs: Any) -> None:
    """After each migrate: a row for every declared paper. What the local has written stays."""
    if PaperTemplate._meta.db_table not in connection.introspection.table_names():
        return  # migrated back to before the papers
    rows = {row.key: row for row in PaperTemplate.objects.all()}
    for kind in registry.papers():
        row = rows.get(kind.key)
        if row is None:
            PaperTemplate.objects.create(key=kind.key, title=kind.title, body=kind.body, shipped=kind.body)
        elif (row.title, row.shipped) != (kind.title, kind.body):
            body = kind.body if row.is_shipped else row.body
            PaperTemplate.objects.filter(pk=row.pk).update(title=kind.title, shipped=kind.body, body=body)


def body_of(kind: Paper) -> str:
    """The local's wording; what is shipped where no row stands."""
    stored = PaperTemplate.objects.filter(key=kind.key).values_list("body", flat=True).first()
    return kind.body if stored is None else stored


@transaction.atomic
def reword(row: PaperTemplate, *, body: str, by: Any, reason: str = "") -> PaperTemplate:
    """Change a wording; raises Refused for a placeholder that nothing can fill."""
    row = PaperTemplate.objects.select_for_update().get(pk=row.pk)
    may_change(by, row).enforce()
    kind = registry.named(row.key)
    if kind is None:
        raise Refused("This paper is no longer drafted by any part of IP2A, so its wording cannot be changed.")
    body = tidied(body)
    wording.may_say(body, kind.known_fields).enforce()
    row.body = body
    with audit.because(reason or audit.current().reason):
        row.save(update_fields=["body"])
    row.refresh_from_db()
    return row


def back_to_shipped(row: PaperTemplate, *, by: Any) -> PaperTemplate:
    """Take the wording that came with the software; the local's own stays in the audit trail."""
    return reword(row, body=row.shipped, by=by, reason="Back to the shipped wording")


def tidied(text: str) -> str:
    """Line ends as they are kept, and one at the end."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip() + "\n"
