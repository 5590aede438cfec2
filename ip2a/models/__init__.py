from ip2a.models.audit import AuditEntry, CompartmentOpening
from ip2a.models.base import (
    Importable,
    Record,
    RecordQuerySet,
    Removable,
    RemovableQuerySet,
)
from ip2a.models.imports import ImportBatch, KeptValues
from ip2a.models.user import User

__all__ = [
    "AuditEntry",
    "CompartmentOpening",
    "ImportBatch",
    "Importable",
    "KeptValues",
    "Record",
    "RecordQuerySet",
    "Removable",
    "RemovableQuerySet",
    "User",
]
