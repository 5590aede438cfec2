"""Statements that PostgreSQL plans once for a connection, with as little as there can be between the page and it.

A page asks a dozen of them, and a cursor for each costs more than PostgreSQL's answer: it takes the statement's text
apart again, makes anew what turns columns into values, and looks whether anything is to be forgotten. Here that is
done when a statement is asked for the first time on its connection.
"""

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import psycopg
from psycopg import errors, pq
from psycopg.adapt import PyFormat, Transformer

MOST = 500  # statements of a connection: each keeps a plan in the server's memory
FORGOTTEN = "26000"  # SQLSTATE: DISCARD or DEALLOCATE took it away
CHANGED = "0A000"  # SQLSTATE: a migration changed its columns
_PLACES = re.compile("%([s%])")


@dataclass(frozen=True, slots=True)
class Statement:
    name: bytes
    reader: Transformer  # knows its columns

    def rows(self, result: Any) -> list[tuple[Any, ...]]:
        """The values of an answer; nothing of it is kept."""
        try:
            self.reader.set_pgresult(result, set_loaders=False)
            return self.reader.load_rows(0, result.ntuples, tuple)
        finally:
            self.reader.set_pgresult(None, set_loaders=False)


class Statements:
    """Those of one connection, the ones asked last at the end."""

    def __init__(self, connection: psycopg.Connection[Any], most: int = MOST) -> None:
        self._connection, self._most = connection, most
        self._writer: Any = Transformer(connection)
        self._known: OrderedDict[tuple[Any, ...], Statement] = OrderedDict()
        self._numbers = count(1)

    def rows(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """What the statement gives; ``%s`` stands for a value in it, ``%%`` for the sign. Raises psycopg's errors."""
        line, writer = self._connection.pgconn, self._writer
        with self._connection.lock:
            sent = writer.dump_sequence(values, [PyFormat.AUTO] * len(values))
            key = (sql, writer.types)
            for is_last in (False, True):
                statement = self._known.get(key) or self._prepare(line, key)
                self._known.move_to_end(key)
                result = line.exec_prepared(statement.name, sent, writer.formats)
                if result.status == pq.ExecStatus.TUPLES_OK:
                    return statement.rows(result)
                error = _error(line, result)
                if error.sqlstate not in (FORGOTTEN, CHANGED):
                    raise error
                self._drop(line, key)
                if is_last or line.transaction_status == pq.TransactionStatus.INERROR:
                    raise error
        raise AssertionError("asked twice at the most")

    def _prepare(self, line: Any, key: tuple[Any, ...]) -> Statement:
        if len(self._known) >= self._most:
            self._drop(line, next(iter(self._known)))
        sql, types = key
        name = f"ip2a_{next(self._numbers)}".encode()
        prepared = line.prepare(name, _numbered(sql).encode(), types)
        if prepared.status != pq.ExecStatus.COMMAND_OK:
            raise _error(line, prepared)
        reader = Transformer(self._connection)
        reader.set_pgresult(line.describe_prepared(name))
        statement = self._known[key] = Statement(name, reader)
        return statement

    def _drop(self, line: Any, key: tuple[Any, ...]) -> None:
        statement = self._known.pop(key)
        if line.transaction_status != pq.TransactionStatus.INERROR:  # there it stays, and is asked no more
            line.exec_(b"DEALLOCATE " + statement.name)


def _numbered(sql: str) -> str:
    """The statement as PostgreSQL wants it: ``$1``, ``$2`` for the values."""
    numbers = count(1)
    return _PLACES.sub(lambda found: "%" if found[1] == "%" else f"${next(numbers)}", sql)


def _error(line: Any, result: Any) -> psycopg.Error:
    """Why there is no answer; a connection that broke says nothing but that."""
    if line.status == pq.ConnStatus.BAD and not result.error_field(pq.DiagnosticField.SQLSTATE):
        return psycopg.OperationalError(result.get_error_message() or "the connection is lost")
    return errors.error_from_result(result, encoding="utf-8")
