"""A pooler is noticed, and used only when it is said to keep a connection for its client."""

import socket
import struct
import threading
from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from ip2a.db import pooling


class Pooler:
    """Passes everything on, but names a server process that is none, as a pooler does (BackendKeyData, 'K')."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self.door.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.server)
            threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()
            threading.Thread(target=self._answer, args=(server, client), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            return
        finally:
            other.close()

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        reading = server.makefile("rb")
        while header := reading.read(5):
            kind, length = struct.unpack("!cI", header)
            body = reading.read(length - 4)
            if kind == b"K":
                body = struct.pack("!I", 1) + body[4:]
            client.sendall(header + body)
            if kind == b"K":
                break
        self._pass_on(_Rest(reading), client)


class _Rest:
    """What was read ahead, then what comes."""

    def __init__(self, reading) -> None:
        self.recv = reading.read1


@pytest.fixture
def pooled(db) -> Iterator:
    facts = connection.settings_dict
    pooler = Pooler(f"{facts['OPTIONS'].get('host') or facts['HOST']}/.s.PGSQL.5432")
    line = connection.copy()
    line.settings_dict["OPTIONS"] = {k: v for k, v in facts["OPTIONS"].items() if k != "host"} | {"sslmode": "disable"}
    line.settings_dict |= {"HOST": "127.0.0.1", "PORT": pooler.port}
    yield line
    line.close()
    pooler.door.close()


def test_a_pooler_of_which_nobody_said_its_mode_is_refused(pooled):
    with pytest.raises(ImproperlyConfigured) as refusal:
        pooled.ensure_connection()
    assert str(refusal.value) == pooling.REFUSED


def test_a_pooler_in_session_mode_is_used(pooled, settings):
    settings.DATABASE_POOLER = "session"
    with pooled.cursor() as cursor:
        cursor.execute("SELECT 7")
        assert cursor.fetchone() == (7,)


def test_postgresql_itself_is_no_pooler(db):
    line = connection.copy()
    line.ensure_connection()
    line.close()
