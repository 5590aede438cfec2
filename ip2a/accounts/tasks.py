import logging
from smtplib import SMTPException, SMTPRecipientsRefused

from celery import shared_task
from django.core.mail import EmailMessage
from django.utils import timezone

from ip2a.accounts import mails
from ip2a.models import Invitation

UNREACHABLE = (SMTPException, OSError)
MOST_RETRIES = 5
logger = logging.getLogger(__name__)


@shared_task(bind=True, max_retries=MOST_RETRIES)
def deliver(self, *, subject: str, body: str, to: str) -> None:
    """Send one mail; a server that does not answer is tried again, for about an hour."""
    try:
        EmailMessage(subject, body, to=[to]).send()
    except SMTPRecipientsRefused:
        logger.error("The mail server refuses the recipient of “%s”.", subject)
    except UNREACHABLE as error:
        logger.error("“%s” could not be sent: %s", subject, error)
        if self.request.called_directly or self.request.is_eager or self.request.retries >= self.max_retries:
            return
        raise self.retry(exc=error, countdown=60 * 2**self.request.retries) from error


@shared_task
def send_invitation(pk: int, site: str) -> None:
    """Send an invitation and write down how that went. Safe to run twice: what was sent is not sent again."""
    invitation = Invitation.objects.select_related("user").filter(pk=pk, sent_at=None).open().first()
    if invitation is None:
        return
    subject, body = mails.text_of(invitation, site=site)
    try:
        EmailMessage(subject, body, to=[invitation.user.email]).send()
    except UNREACHABLE as error:
        logger.error("Invitation %s could not be sent: %s", pk, error)
        Invitation.objects.filter(pk=pk).update(failure=_said(error))
        return
    Invitation.objects.filter(pk=pk).update(sent_at=timezone.now(), failure="")


def _said(error: Exception) -> str:
    if isinstance(error, SMTPRecipientsRefused):
        return "The mail server refuses this address. Check it, then send the invitation again."
    if isinstance(error, SMTPException):
        return "The mail server refused the mail. Try again; if it happens again, check EMAIL_URL."
    return "The mail server does not answer. Try again in a few minutes; if it happens again, check EMAIL_URL."
