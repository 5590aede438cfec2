"""The foundation: knows no domain."""

from ip2a.celery import app as celery_app

__all__ = ["celery_app"]
