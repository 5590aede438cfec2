"""Handing one message to a webhook over HTTP, and what its answer means.

A generic webhook is signed. The receiver is told, besides the body (UTF-8 JSON):

- ``IP2A-Timestamp``: seconds since 1970, when this try was signed;
- ``IP2A-Signature``: ``v1=`` and the hexadecimal HMAC-SHA256, keyed with the shared secret, of the time stamp, a full
  stop and the body's bytes;
- ``IP2A-Delivery``: the message's number, the same at every try; ``IP2A-Event``: its kind.

The receiver refuses what is older than 300 seconds or signed wrongly, and drops a delivery it has had: a message is
sent at least once. Redirects are never followed. Of an answer the number and a few letters are kept, as text.
"""

import hashlib
import hmac
import http.client
import json
import socket
import ssl
import threading
import time
from typing import Any

from django.conf import settings

from ip2a.answers import Refused
from ip2a.models import Message
from ip2a.models.channel import Channel
from ip2a.post import addresses, sealing
from ip2a.post.addresses import Target
from ip2a.post.carriers import carries
from ip2a.post.transport import Outcome

State = Message.State
REPLAY_SECONDS = 300
MOST_READ = 200  # bytes of an answer
PASSING = frozenset({408, 409, 423, 425, 429})
UNREADABLE = (
    "The address of this channel was sealed with another SECRET_KEY. Enter it again in the channel, then send it again."
)
NOT_REACHED = "{} does not answer ({}). The message is kept and tried again by itself."
NOT_NOW = "{} answered {}. It is tried again by itself."
MOVED = "{} answered {}: it sends us elsewhere, and redirects are not followed. Enter the final address in the channel."
REFUSED = "{} answered {}. Correct the channel, then send it again."
TOO_SLOW = "no answer within {} seconds"


class Deadline:
    """Ends a conversation that takes too long as a whole: a limit on each byte lets a server drip forever."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._line: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> "Deadline":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def watch(self, line: socket.socket) -> None:
        self._line = line

    def _end(self) -> None:
        self.passed = True
        if self._line is not None:
            try:
                self._line.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it ended by itself in this moment


class Pinned(http.client.HTTPConnection):
    """Connects to the judged address and to no other, whatever the name means by now. No proxy is asked."""

    def __init__(self, target: Target, timeout: float, deadline: Deadline) -> None:
        super().__init__(target.host, target.port, timeout=timeout)
        self._target, self._deadline = target, deadline

    def connect(self) -> None:
        line = socket.create_connection((self._target.ip, self._target.port), self.timeout)
        self._deadline.watch(line)
        if self._target.scheme == "https":
            line = ssl.create_default_context().wrap_socket(line, server_hostname=self._target.host)
            self._deadline.watch(line)
        self.sock = line


@carries(Channel.WEBHOOK, may_repeat=True)
def to_webhook(row: Message, *, subject: str, body: str) -> Outcome:
    return _to(row, payload(row, subject, body), is_signed=True)


@carries(Channel.SLACK, may_repeat=True)
def to_slack(row: Message, *, subject: str, body: str) -> Outcome:
    return _to(row, {"text": slack_text(f"*{subject}*\n{body}".strip())}, is_signed=False)


def payload(row: Message, subject: str, body: str) -> dict[str, Any]:
    """A body that is a JSON object is told as ``data``; any other as ``text``."""
    told: dict[str, Any] = {"id": row.pk, "event": row.kind, "subject": subject, "text": body}
    try:
        data = json.loads(body)
    except ValueError:
        return told
    return told | {"text": data.pop("text", subject), "data": data} if isinstance(data, dict) else told


def slack_text(text: str) -> str:
    """Slack reads three characters as its own; nothing in a message may become a mention of everybody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def signature(secret: str, stamp: str, body: bytes) -> str:
    return "v1=" + hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _to(row: Message, told: dict[str, Any], *, is_signed: bool) -> Outcome:
    channel = row.through
    try:
        url, secret = sealing.unseal(channel.sealed_url), sealing.unseal(channel.sealed_secret)
        target = addresses.judge(url)
    except sealing.Unreadable:
        return Outcome(State.DEAD, UNREADABLE)
    except Refused as refusal:
        return Outcome(State.DEAD, str(refusal))
    except addresses.NotFound as error:
        return Outcome(State.FAILED, f"{error} The message is kept and tried again by itself.", is_outage=True)
    body = json.dumps(told, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "IP2A"}
    headers |= {"IP2A-Delivery": str(row.pk), "IP2A-Event": row.kind}
    if is_signed:
        stamp = str(int(time.time()))
        headers |= {"IP2A-Timestamp": stamp, "IP2A-Signature": signature(secret, stamp, body)}
    return _speak(target, body, headers)


def _speak(target: Target, body: bytes, headers: dict[str, str]) -> Outcome:
    seconds = settings.WEBHOOK_TIMEOUT
    with Deadline(seconds) as deadline:
        line = Pinned(target, seconds, deadline)
        try:
            line.request("POST", target.path, body, headers | {"Host": target.host_header, "Connection": "close"})
            answer = line.getresponse()
            status, words = answer.status, answer.read(MOST_READ)
        except (OSError, http.client.HTTPException) as error:
            why = TOO_SLOW.format(seconds) if deadline.passed or isinstance(error, TimeoutError) else _words(error)
            return Outcome(State.FAILED, NOT_REACHED.format(target.host, why), is_outage=True)
        finally:
            line.close()
    return _answered(target.host, status, words)


def _answered(host: str, status: int, words: bytes) -> Outcome:
    if 200 <= status < 300:
        return Outcome(State.SENT)
    said = f"{status} {_plain(words)}".strip()
    if status >= 500 or status in PASSING:
        return Outcome(State.FAILED, NOT_NOW.format(host, said), is_outage=True)
    return Outcome(State.DEAD, (MOVED if 300 <= status < 400 else REFUSED).format(host, said))


def _plain(words: bytes) -> str:
    """What a stranger answered, as a few harmless letters."""
    text = "".join(letter if letter.isprintable() else " " for letter in words.decode(errors="replace"))
    return " ".join(text.split())[:MOST_READ]


def _words(error: Exception) -> str:
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(words).split())[:MOST_READ]
