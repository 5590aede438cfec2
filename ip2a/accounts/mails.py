"""Mails go out after the commit and by the queue, so that no page waits for a mail server or breaks with it."""

import logging
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from ip2a import queue
from ip2a.models import Invitation

logger = logging.getLogger(__name__)


def post(*, subject: str, body: str, to: str) -> None:
    """Send a text to one address once the transaction is committed."""
    from ip2a.accounts import tasks  # tasks import this module

    transaction.on_commit(lambda: _queue(tasks.deliver, subject=subject, body=body, to=to))


def post_invitation(invitation: Invitation, *, site: str) -> None:
    """``site`` is the address links begin with. How it went is written down on the invitation."""
    from ip2a.accounts import tasks  # tasks import this module

    transaction.on_commit(lambda: _queue(tasks.send_invitation, invitation.pk, site))


def _queue(task: Any, *args: Any, **kwargs: Any) -> None:
    """To the worker; while the queue is out of reach, from here."""
    if not queue.hand_over(task, *args, **kwargs):
        logger.warning("%s runs in this process, because the queue does not answer.", task.name)
        task.apply(args=args, kwargs=kwargs)


def link_of(invitation: Invitation, *, site: str) -> str:
    return site.rstrip("/") + reverse("account_accept_invitation", args=[invitation.token])


def text_of(invitation: Invitation, *, site: str) -> tuple[str, str]:
    """Subject and body of an invitation."""
    context = {"invitation": invitation, "link": link_of(invitation, site=site), "site": site}
    body = render_to_string("ip2a/accounts/mail/invitation.txt", context)
    subject = render_to_string("ip2a/accounts/mail/invitation_subject.txt", context)
    return " ".join(subject.split()), body
