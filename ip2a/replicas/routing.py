"""Which server a page is read from: decided once for each request, when its view is known."""

import copy
import logging
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.http import FileResponse, HttpRequest, HttpResponse

from ip2a import audit
from ip2a.outage import is_outage
from ip2a.replicas.servers import Replica, replicas, written

READING = ("GET", "HEAD")
COOKIE = "ip2a_written"
SALT = "ip2a.replicas"
UNKNOWN = -1  # something was written, and nobody could say how far
SLACK = 5  # seconds beside the largest lag: a look is at most so old
# Always from the primary: sign-in and accounts, the administration, the trail, upkeep, and what asks the servers.
PRIMARY_APPS = frozenset({"admin", "accounts", "maintenance"})
PRIMARY_NAMES = ("account_", "mfa_", "usersessions_", "audit_", "healthz", "readyz")
PRIMARY_ENDS = ("_history",)
READ_ONLY = "25006"  # SQLSTATE of a server that refuses to write
CONFLICTS = ("40001", "40P01")  # on a replica: the statement stood in the way of what is replayed
logger = logging.getLogger(__name__)
_writers: set[str] = set()  # views of this process that have been seen to write while they read


class Scope:
    """A replica in the place of the default connection, for one request in one thread."""

    def __init__(self, replica: Replica, request: HttpRequest) -> None:
        self.replica = replica
        self.error: Error | None = None
        self.before = Before(request)
        self._primary = connections[DEFAULT_DB_ALIAS]
        # Known behind a wall: the database must be told on this connection, too.
        self._person = request.user.pk if getattr(self._primary, "recognized", False) else None

    def enter(self) -> None:
        connections[DEFAULT_DB_ALIAS] = self.replica.connection
        if self._person is not None:
            audit.recognize(self._person)

    def leave(self) -> None:
        line, connections[DEFAULT_DB_ALIAS] = connections[DEFAULT_DB_ALIAS], self._primary
        if getattr(line, "recognized", False):
            line.recognized = False
            line.close() if self.error else self._take_back(line)

    def _take_back(self, line: Any) -> None:
        try:
            with audit.nobody():
                line.send_audit_context(for_transaction=False)
        except Error:
            line.close()


class Before:
    """A request as it was before its view: what a first attempt left on it must not be there in a second."""

    def __init__(self, request: HttpRequest) -> None:
        self._facts = dict(request.__dict__)
        session = request.session
        self._session = (copy.deepcopy(session._session_cache), session.modified) if session.session_key else None
        self._messages = list(request._messages._queued_messages)  # type: ignore[attr-defined]

    def restore(self, request: HttpRequest) -> None:
        request.__dict__.clear()
        request.__dict__.update(self._facts)
        if self._session is not None:
            request.session._session_cache, request.session.modified = self._session
        request._messages._queued_messages = self._messages  # type: ignore[attr-defined]


class ReplicaMiddleware:
    """Innermost, so that sessions, sign-in and rights are asked of the primary and only the view moves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.REPLICAS:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response, scope = self._attempt(request)
        if scope is not None and (scope.error is not None or response.status_code == 404):
            self._learn(request, scope)
            scope.before.restore(request)
            request.__dict__["_from_primary"] = True
            response, _ = self._attempt(request)
        if request.method not in READING or _name(request) in _writers:
            self._remember(response)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """The last of all: who asks is known, and the view has not begun."""
        if request.method not in READING or "_from_primary" in request.__dict__ or _belongs_to_primary(request):
            return
        if (position := _position(request)) == UNKNOWN:
            return
        # One person is read from one replica, so that time never runs backwards.
        for replica in _beginning_with(request.user.pk or 0):
            if replica.serves(position) and self._enter(replica, request):
                return

    def _enter(self, replica: Replica, request: HttpRequest) -> bool:
        scope = Scope(replica, request)
        try:
            scope.enter()
        except Error as error:  # this thread's connection is opened here, long after the last look perhaps
            scope.error = error
            scope.leave()
            replica.rest(" ".join(str(error).split())[:300])
            return False
        request.__dict__["_replica"] = scope
        return True

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """An error of the replica is none of the page: this answer is never sent."""
        scope = request.__dict__.get("_replica")
        if scope is None or not isinstance(error, Error):
            return None
        scope.error = error
        return HttpResponse(status=503)

    def _attempt(self, request: HttpRequest) -> tuple[HttpResponse, Scope | None]:
        try:
            response = self.get_response(request)
            scope = request.__dict__.get("_replica")
            if scope is not None and response.streaming and not isinstance(response, FileResponse):
                self._begin(scope, response)
        finally:
            if (scope := request.__dict__.pop("_replica", None)) is not None:
                scope.leave()
        return response, scope

    def _begin(self, scope: Scope, response: Any) -> None:
        """The first part of a stream is made now, while there still is another server to ask."""
        content = iter(response.streaming_content)
        try:
            first = list(_first(content))
        except Error as error:
            scope.error = error
            return
        response.streaming_content = _parts(first, content, scope)

    def _learn(self, request: HttpRequest, scope: Scope) -> None:
        error = scope.error
        state = getattr(getattr(error, "__cause__", None), "sqlstate", None)
        if state == READ_ONLY:
            _writers.add(_name(request))
            logger.info("%s writes while it reads: from now on it is read from the primary.", _name(request))
        elif error is not None and (state in CONFLICTS or is_outage(error)):
            scope.replica.rest(" ".join(str(error).split())[:300])
        elif error is not None:
            logger.warning("%s was refused at %s (%s); asking the primary.", request.path, scope.replica.name, error)

    def _remember(self, response: HttpResponse) -> None:
        """Tell the browser how far the primary had come: its next pages show at least that."""
        try:
            position = written()
        except Error as error:
            logger.warning("The primary does not say where it is: %s", error)
            position = UNKNOWN
        response.set_signed_cookie(
            COOKIE,
            str(position),
            salt=SALT,
            max_age=sticks_for(),
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )


def sticks_for() -> int:
    """Seconds. Later every replica that is read from has what was written: none is further behind than the limit."""
    return int(settings.REPLICA_MAX_LAG) + SLACK


def _position(request: HttpRequest) -> int:
    """How far a replica must have come to show this browser what it wrote itself; 0: nothing was written lately."""
    if COOKIE not in request.COOKIES:
        return 0
    kept = request.get_signed_cookie(COOKIE, "0", salt=SALT, max_age=sticks_for())
    return int(kept)


def _beginning_with(number: int) -> Iterator[Replica]:
    known = replicas()
    for place in range(len(known)):
        yield known[(number + place) % len(known)]


def _name(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""


def _belongs_to_primary(request: HttpRequest) -> bool:
    name = _name(request)
    if not PRIMARY_APPS.isdisjoint(request.resolver_match.app_names) or name in _writers:  # type: ignore[union-attr]
        return True
    return name.startswith(PRIMARY_NAMES) or name.endswith(PRIMARY_ENDS)


def _first(content: Iterator[bytes]) -> Iterator[bytes]:
    for part in content:
        yield part
        return


def _parts(first: list[bytes], content: Iterator[bytes], scope: Scope) -> Iterator[bytes]:
    yield from first
    while True:
        scope.enter()
        try:
            part = next(content)
        except StopIteration:
            return
        finally:
            scope.leave()
        yield part
