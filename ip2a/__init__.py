"""The foundation: knows no domain."""

import gc

# A start or a page makes some tens of thousands of objects. Looking for rubbish after each 700, as Python does by
# itself, costs a fifth of the one and a tenth of the other. Before the rest is read, which is most of a start.
gc.set_threshold(50_000, 20, 20)

from ip2a.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
