"""A mail server for tests: real SMTP on loopback."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from django.test import override_settings


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Mailbox:
    """Keeps what arrives. ``refuses`` answers every recipient, ``rejects`` every text; ``stalls`` hangs up instead;
    ``hangs`` never answers."""

    def __init__(self) -> None:
        self.messages: list[Any] = []
        self.refuses = self.rejects = ""
        self.stalls = self.hangs = False
        self.got_one = threading.Event()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.rejects:
            return self.rejects
        message = message_from_bytes(envelope.content, policy=default)
        message.rcpt_tos = envelope.rcpt_tos
        self.messages.append(message)
        self.got_one.set()
        if self.hangs:
            await asyncio.sleep(60)
        if self.stalls:
            server.transport.abort()
            return "250 never heard"
        return "250 Accepted"

    @property
    def told(self) -> list[tuple[list[str], str]]:
        """To whom, and the subject."""
        return [(message.rcpt_tos, message["Subject"]) for message in self.messages]


@contextmanager
def serving(box: Mailbox, port: int) -> Iterator[Mailbox]:
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield box
    finally:
        server.stop()


@contextmanager
def mail_goes_to(port: int, timeout: int = 5) -> Iterator[None]:
    smtp = {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": "127.0.0.1"}
    with override_settings(**smtp, EMAIL_PORT=port, EMAIL_USE_TLS=False, EMAIL_USE_SSL=False, EMAIL_TIMEOUT=timeout):
        yield
