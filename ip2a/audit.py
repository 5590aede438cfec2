"""Who is acting, why, and by which road: carried to the database with every change.

The entries themselves are written by a database trigger (migration ``audit_trail``), so that no road past Django
escapes it. This module only says who is acting: the middleware does so for a request, ``acting`` for a command or
a task, and ``because`` adds the reason inside either.
"""

import ipaddress
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import FileResponse
from psycopg.pq import TransactionStatus

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")


@dataclass(frozen=True)
class Context:
    """What the trail knows of the actor. Empty means unknown; ``batch`` groups what can be undone together."""

    actor_id: int | None = None
    actor_name: str = ""
    ip: str | None = None
    user_agent: str = ""
    path: str = ""
    command: str = ""
    reason: str = ""
    batch: int | None = None
    read_only: bool = False
    system: str = ""  # what compartments.system was given by the database: it opens the walls

    @cached_property
    def json(self) -> str:
        """What the database is told."""
        known = {field.name: getattr(self, field.name) for field in fields(self)}
        return json.dumps({name: value for name, value in known.items() if value not in ("", None, False)})


_nobody = Context(command=os.environ.get("IP2A_COMMAND", ""))
_context: ContextVar[Context] = ContextVar("audit_context", default=_nobody)


def current() -> Context:
    return _context.get()


def _tell_database() -> None:
    """Correct the context of a connection that is already open; a closed one learns it when it opens."""
    if connection.connection is None or connection.connection.closed or connection.needs_rollback:
        return
    if connection.connection.info.transaction_status == TransactionStatus.INERROR:
        return  # nothing more is written before the rollback, which brings back what was known before
    connection.send_audit_context(for_transaction=connection.in_atomic_block)


@contextmanager
def _changed(**fields: Any) -> Iterator[Context]:
    token = _context.set(replace(_context.get(), **fields))
    _tell_database()
    try:
        yield _context.get()
    finally:
        _context.reset(token)
        _tell_database()


@contextmanager
def nobody() -> Iterator[None]:
    """For a connection that is opened or given back inside: it hears of nobody. Open ones are told nothing."""
    token = _context.set(_nobody)
    try:
        yield
    finally:
        _context.reset(token)


def because(reason: str):
    """``with because("moved to Ohio"):`` every change inside carries this reason."""
    return _changed(reason=reason)


def reading():
    """Nothing is written inside: a transaction begins without telling who acts, and may still choose its kind."""
    return _changed(read_only=True)


@contextmanager
def _replaced(context: Context) -> Iterator[Context]:
    """Somebody else altogether, with nothing of who was acting before."""
    token = _context.set(context)
    _tell_database()
    try:
        yield context
    finally:
        _context.reset(token)
        _tell_database()


def reading_as(user: Any):
    """Outside of a request: what is read inside is read with the rights of this person, and with no others."""
    return _replaced(Context(actor_id=user.pk, actor_name=user.get_full_name(), command=_context.get().command))


def as_system(token: str):
    """For compartments.system alone, which has the database write down why."""
    return _changed(system=token)


def recognize(user_id: int) -> None:
    """The person of this request was read, and has rights behind a wall: the database is told for its reading, too.

    Writing says everything at the start of its transaction; reading needs no transaction, so this stays on the
    connection until the request ends (``AuditMiddleware``). For everybody else reading says nothing, and costs nothing.
    """
    context = _context.get()
    if context.actor_id != user_id:
        _context.set(replace(context, actor_id=user_id))
    _tell_database()
    connection.recognized = True


def acting(*, user=None, command: str = "", reason: str = ""):
    """Name the actor of a command or a task."""
    fields: dict[str, Any] = {"read_only": False}
    if user is not None:
        fields |= {"actor_id": user.pk, "actor_name": user.get_full_name()}
    if command:
        fields["command"] = command
    if reason:
        fields["reason"] = reason
    return _changed(**fields)


@contextmanager
def unnamed(command: str) -> Iterator[Context]:
    """Changes inside name this work and nobody: neither who asks for them, nor from where.

    For rows that must look the same whoever wrote them (``members.exemptions``).
    """
    token = _context.set(Context(command=command))
    _tell_database()
    try:
        yield _context.get()
    finally:
        _context.reset(token)
        _tell_database()


def batch(number: int | None):
    """Mark every change inside as part of one batch (ip2a.undo takes a batch back); None: of no batch."""
    return _changed(batch=number)


def next_batch() -> int:
    """A number no other batch has or had."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ip2a_batch_seq')")
        return cursor.fetchone()[0]


def client_ip(request) -> str | None:
    """The browser's address: the one that the outermost of our own proxies saw (settings.TRUSTED_PROXY_COUNT).

    What stands further left in X-Forwarded-For was written by the client and may be anything.
    """
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    count = settings.TRUSTED_PROXY_COUNT
    address = hops[-count] if count and len(hops) >= count else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None  # a unix socket has none, and a header can hold nonsense


class AuditMiddleware:
    """Names the actor of a request. Reading changes nothing, so only writing requests tell the database, and those of
    people with rights behind a wall (``recognize``)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        token = _context.set(Context(read_only=True))
        self._turn()
        try:
            _context.set(self.context_of(request))
            if connection.in_atomic_block:
                _tell_database()
            response = self.get_response(request)
            return self._streamed(response) if response.streaming and self._is_inside() else response
        finally:
            _context.reset(token)
            self._turn()

    def _turn(self) -> None:
        """What an earlier request, or in a test the code around this one, told the database is over."""
        if connection.in_atomic_block or self._is_inside():
            connection.recognized = False
            _tell_database()

    def _is_inside(self) -> bool:
        return getattr(connection, "recognized", False)

    def _streamed(self, response):
        """What is still read while an answer is handed out is read by the same person."""
        if not isinstance(response, FileResponse):
            response.streaming_content = _parts(response.streaming_content, _context.get())
        return response

    def context_of(self, request) -> Context:
        if request.method in SAFE_METHODS:
            known = request.__dict__.get("_cached_user")  # read before this middleware: known to the wall already
            return Context(read_only=True, path=request.path, actor_id=getattr(known, "pk", None))
        user = request.user
        return Context(
            actor_id=user.pk if user.is_authenticated else None,
            actor_name=user.get_full_name() if user.is_authenticated else "",
            ip=client_ip(request),
            user_agent=request.headers.get("User-Agent", "")[:300],
            path=request.path[:500],
        )


def _parts(content: Iterator[bytes], context: Context) -> Iterator[bytes]:
    content = iter(content)
    while True:
        with _replaced(context):
            try:
                part = next(content)
            except StopIteration:
                return
        yield part
