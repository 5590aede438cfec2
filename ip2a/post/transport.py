"""Handing one mail to the mail server, and what its answer means."""

import logging
import smtplib
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMessage, get_connection

from ip2a.models import Message

logger = logging.getLogger(__name__)
State = Message.State
MOST_LETTERS = 200
PERMANENT = 500

NOT_REACHED = "The mail server does not answer ({}). The mail is kept and tried again by itself."
NOT_SIGNED_IN = "The mail server does not let us in ({}). Check EMAIL_URL. The mail is kept and tried again by itself."
NOT_NOW = "The mail server did not take it ({}). It is tried again by itself."
NO_SUCH_ADDRESS = "The mail server refuses the address {} ({}). Correct the address, then send it again."
REFUSED = "The mail server refuses this mail ({}). Ask whoever runs the mail server, then send it again."
BROKE_OFF = (
    "The connection broke while the mail was handed over ({}), so nobody knows whether it arrived. "
    "Ask the recipient, then send it again or give it up."
)
IMPOSSIBLE = "The mail could not be put together ({}). Sending it again will not help; tell an administrator."


@dataclass(frozen=True)
class Outcome:
    """``is_outage``: it is the server and not this mail, so the others need not be tried now.

    ``is_settled``: nobody need look after it.
    """

    state: str
    error: str = ""
    is_outage: bool = False
    is_settled: bool = False


def hand_over(row: Message, *, subject: str, body: str) -> Outcome:
    """Talk to the mail server once. Only what it has surely not taken is said to have failed."""
    headers = {"Message-ID": row.message_id, "Auto-Submitted": "auto-generated"}
    try:
        mail = EmailMessage(subject, body, to=[row.address], headers=headers)
        mail.message()
    except (ValueError, UnicodeError) as error:
        return Outcome(State.DEAD, IMPOSSIBLE.format(_words(error)))
    connection = get_connection()
    try:
        connection.open()
    except smtplib.SMTPAuthenticationError as error:
        return Outcome(State.FAILED, NOT_SIGNED_IN.format(_words(error)), is_outage=True)
    except (smtplib.SMTPException, OSError) as error:
        return Outcome(State.FAILED, NOT_REACHED.format(_words(error)), is_outage=True)
    try:
        return _speak(connection, mail, row.address)
    finally:
        _hang_up(connection)


def _speak(connection: Any, mail: EmailMessage, address: str) -> Outcome:
    handed_over = _watch(connection)
    try:
        connection.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as error:
        code, text = error.recipients.get(address) or next(iter(error.recipients.values()))
        return _answered(code, text, NO_SUCH_ADDRESS.format(address, "{}"))
    except smtplib.SMTPDataError as error:
        return _answered(error.smtp_code, error.smtp_error, REFUSED)
    except smtplib.SMTPSenderRefused as error:  # our own address: not this mail's fault, and somebody may mend it
        return Outcome(State.FAILED, NOT_NOW.format(_reply(error.smtp_code, error.smtp_error)))
    except (smtplib.SMTPException, OSError) as error:
        if handed_over:
            return Outcome(State.UNSURE, BROKE_OFF.format(_words(error)))
        return Outcome(State.FAILED, NOT_REACHED.format(_words(error)), is_outage=True)
    return Outcome(State.SENT)


def _watch(connection: Any) -> list[bool]:
    """Filled as soon as the text of a mail goes out: a line that breaks before that has surely delivered nothing."""
    begun: list[bool] = []
    speaker = getattr(connection, "connection", None)
    if isinstance(speaker, smtplib.SMTP):
        data = speaker.data

        def data_noted(message: Any) -> Any:
            begun.append(True)
            return data(message)

        speaker.data = data_noted
    return begun


def _hang_up(connection: Any) -> None:
    """What the server answered stands, however the parting goes."""
    try:
        connection.close()
    except (smtplib.SMTPException, OSError) as error:
        logger.warning("The mail server hung up: %s", error)


def _answered(code: int, text: Any, permanent: str) -> Outcome:
    reply = _reply(code, text)
    if code >= PERMANENT:
        return Outcome(State.DEAD, permanent.format(reply))
    return Outcome(State.FAILED, NOT_NOW.format(reply))


def _reply(code: int, text: Any) -> str:
    words = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
    return " ".join(f"{code} {words}".split())[:MOST_LETTERS]


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _reply(error.smtp_code, error.smtp_error)
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(words).split())[:MOST_LETTERS]
