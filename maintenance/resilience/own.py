"""What the foundation itself must do quickly on every page."""

from ip2a.models import Attachment, AuditEntry, Message
from maintenance.resilience.watching import hot_query

PAGE = 50


@hot_query("ip2a.audit-trail", "Newest entries of the audit trail")
def audit_trail():
    return AuditEntry.objects.order_by("-at", "-id")[:PAGE]


@hot_query("ip2a.documents", "Documents of one record")
def documents():
    return Attachment.objects.filter(content_type_id=1, object_id=1).order_by("-created_at")[:PAGE]


@hot_query("ip2a.mail", "Newest mail")
def mail():
    return Message.objects.defer("body").order_by("-created_at", "-id")[:PAGE]
