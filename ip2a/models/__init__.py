from ip2a.models.absence import Absence
from ip2a.models.attachment import Attachment
from ip2a.models.audit import AuditEntry, CompartmentOpening
from ip2a.models.base import (
    Importable,
    Record,
    RecordQuerySet,
    Removable,
    RemovableQuerySet,
)
from ip2a.models.calendar import CalendarFeed
from ip2a.models.channel import NotificationChannel
from ip2a.models.imports import ImportBatch, KeptValues
from ip2a.models.invitation import Invitation
from ip2a.models.job import Job
from ip2a.models.message import Message
from ip2a.models.paper import PaperDraft, PaperTemplate
from ip2a.models.user import User

__all__ = [
    "Absence",
    "Attachment",
    "AuditEntry",
    "CalendarFeed",
    "CompartmentOpening",
    "ImportBatch",
    "Importable",
    "Invitation",
    "Job",
    "KeptValues",
    "Message",
    "NotificationChannel",
    "PaperDraft",
    "PaperTemplate",
    "Record",
    "RecordQuerySet",
    "Removable",
    "RemovableQuerySet",
    "User",
]
