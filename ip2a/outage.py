"""When the database goes away: a page that says so, until it is back. Nothing has to be restarted."""

import logging
import sys
from collections.abc import Callable
from typing import Any

from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from ip2a.db.waiting import is_full

RETRY_AFTER_SECONDS = 10
# SQLSTATE classes that are about the server and not about the statement (PostgreSQL, appendix A): connection
# exceptions, insufficient resources, and an operator's shutdown (57014, a cancelled statement, is left out).
SERVER_STATES = ("08", "53", "57P")
logger = logging.getLogger(__name__)


def is_outage(error: BaseException | None) -> bool:
    """Whether the database is gone, rather than unhappy with what it was asked."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(SERVER_STATES)


class OutageMiddleware:
    """Outermost: answers 503 when a view or a middleware beneath could not reach the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        error = getattr(request, "met_outage", None)
        return response if error is None else unavailable(error)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """For views."""
        if not is_outage(error):
            return None
        logger.error(
            "Database unreachable at %s: %s",
            request.path,
            str(error).strip().replace("\n", " "),
        )
        return unavailable(error)


def note_outage(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """For middleware, whose errors Django turns into a 500 before another middleware can see them."""
    error = sys.exc_info()[1]
    if is_outage(error):
        request.met_outage = error  # type: ignore[attr-defined]


got_request_exception.connect(note_outage, dispatch_uid="outage")


def unavailable(error: BaseException | None = None) -> HttpResponse:
    """Made without the database: a template and the static files."""
    response = HttpResponse(render_to_string("503.html", {"is_full": is_full(error)}), status=503)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response["Cache-Control"] = "no-store"
    return response
