"""Handing tasks to the workers, from pages that must not wait for a queue that is gone.

What is handed over is written down elsewhere first (a job, a mail), so that what the queue does not take is found there
and handed over later: nothing depends on the queue but the moment.
"""

import logging
import time
from typing import Any, Protocol

from kombu.exceptions import OperationalError as BrokerGone

REST_SECONDS = 5.0  # how long a queue that did not answer is left alone
logger = logging.getLogger(__name__)
_rest_until = float("-inf")


class Task(Protocol):
    """Celery's tasks and signatures."""

    def delay(self, *args: Any, **kwargs: Any) -> Any: ...


def hand_over(task: Task, *args: Any, **kwargs: Any) -> bool:
    """Whether the queue has taken it. One that did not answer a moment ago is not asked."""
    global _rest_until  # noqa: PLW0603 - of this process
    if time.monotonic() < _rest_until:
        return False
    try:
        task.delay(*args, **kwargs)
    except BrokerGone as error:
        _rest_until = time.monotonic() + REST_SECONDS
        logger.error("The queue does not answer (%s); what is meant for it waits.", error)
        return False
    return True
