"""What this house sends: mail written in the transaction of what it tells, delivered after it, never twice.

``post.send(to=user, subject=…, body=…, kind="grievances.reminder", about=record, key="…", digest=False)``
``post.declare_kind("grievances.reminder", "Reminders of deadlines")`` names a kind on screens and in digests.
``post.of(record, user)`` and ``post.show_on("grievances.grievance")`` show what became of a record's mail.
"""

from ip2a.post.kinds import declare_kind
from ip2a.post.panels import show_on
from ip2a.post.services import of, send

__all__ = ["declare_kind", "of", "send", "show_on"]
