"""The worker's side of an import, with progress where a page can see it."""

import time
from typing import Any

from celery import current_app, shared_task
from django.core.cache import cache

from ip2a import queue
from ip2a.imports import batches
from ip2a.models import ImportBatch

EVERY = 0.3
REMEMBERED = 60 * 60


def progress_key(batch_id: int) -> str:
    return f"import-progress-{batch_id}"


@shared_task
def work(batch_id: int) -> None:
    """Do what the batch waits for. Delivered twice, or again after a kill, it does it once."""
    last = 0.0

    def note(stage: str, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= EVERY:
            last = now
            cache.set(progress_key(batch_id), {"stage": stage, "done": done, "total": total}, REMEMBERED)

    cache.delete(progress_key(batch_id))
    batch = batches.perform(batch_id, note)
    cache.delete(progress_key(batch_id))
    if batch.state in (ImportBatch.State.IMPORTED, ImportBatch.State.UNDONE):  # a trial changes nothing
        look_through()


def look_through() -> None:
    """Have all data looked through again: much has changed at once."""
    queue.hand_over(current_app.signature("maintenance.tasks.examine"))  # by name: the foundation knows no check


def enqueue(batch_id: int) -> None:
    work.delay(batch_id)


def progress_of(batch_id: int) -> dict[str, Any] | None:
    """Stage, done and total, while a worker says so."""
    return cache.get(progress_key(batch_id))
