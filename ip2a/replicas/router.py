"""For Django's own tools: replicas take nothing, and everything there has come from the primary."""

from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS


class ReplicaRouter:
    """What is written goes to the primary; which server is read from is decided beneath (``routing.py``)."""

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if db in settings.REPLICAS else None
