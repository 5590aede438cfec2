"""Invitation and reset by mail, through a real SMTP server on loopback."""

import re
import socket
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from django.test import override_settings

from ip2a.accounts import services, tasks
from ip2a.celery import app
from ip2a.factories import UserFactory
from ip2a.models import Invitation, User

PASSWORD = "a long enough password"


class Mailbox:
    """Keeps what arrives; ``refuses`` is the answer to every recipient instead."""

    def __init__(self):
        self.messages = []
        self.refuses = ""

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.content, policy=default)
        self.messages.append((envelope.rcpt_tos, message["Subject"], message.get_content()))
        return "250 Accepted"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def mailbox(db, fresh_cache):
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    smtp = {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": "127.0.0.1"}
    with override_settings(**smtp, EMAIL_PORT=server.port, EMAIL_USE_TLS=False, EMAIL_USE_SSL=False):
        yield box
    server.stop()


def link_in(mailbox, pattern: str) -> str:
    return re.search(rf"http://testserver({pattern}\S+)", mailbox.messages[-1][2])[1]


def test_from_invitation_to_the_first_page(mailbox, client, signed_in, django_capture_on_commit_callbacks):
    boss = signed_in("administrator")
    form = {"email": "Rosa@example.org", "first_name": "Rosa", "last_name": "Lima", "roles": ["staff"]}
    with django_capture_on_commit_callbacks(execute=True):
        answer = boss.post("/people/invite/", form)
    assert "The link works until" not in boss.get(answer.url).content.decode()
    [(to, subject, body)] = mailbox.messages
    assert (to, subject) == (["rosa@example.org"], "Your account at IP2A")
    assert "Hello Rosa," in body and "rosa@example.org" in body
    link = link_in(mailbox, "/account/invitation/")
    assert "Welcome, Rosa." in client.get(link).content.decode()
    assert client.post(link, {"password1": PASSWORD, "password2": PASSWORD}).url == "/"
    assert client.get("/members/").status_code == 200
    gone = client.get(link)
    assert (gone.status_code, "already used to set a password" in gone.content.decode()) == (410, True)


def test_from_forgotten_to_changed(mailbox, client, django_capture_on_commit_callbacks):
    UserFactory(email="rosa@example.org", role="staff", password=PASSWORD, first_name="Rosa")
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/account/password/reset/", {"email": "rosa@example.org"})
    [(to, subject, body)] = mailbox.messages
    assert (to, subject, "Hello Rosa," in body) == (["rosa@example.org"], "Choose a new password", True)
    form = client.get(link_in(mailbox, "/account/password/reset/key/")).url
    with django_capture_on_commit_callbacks(execute=True):
        client.post(form, {"password1": "quite another one", "password2": "quite another one"})
    assert User.objects.get().check_password("quite another one")
    assert [subject for _, subject, _ in mailbox.messages] == ["Choose a new password", "Your password was changed"]


def test_a_refused_recipient_is_shown_with_what_to_do(mailbox, signed_in, django_capture_on_commit_callbacks):
    boss = signed_in("administrator")
    mailbox.refuses = "550 No such user"
    with django_capture_on_commit_callbacks(execute=True):
        user = services.invite(email="nobody@example.org", roles=["staff"], by=boss.user, site="http://testserver/")
    page = boss.get(f"/people/{user.pk}/").content.decode()
    assert "The mail was not sent. The mail server refuses this address. Check it" in page
    mailbox.refuses = ""
    with django_capture_on_commit_callbacks(execute=True):
        boss.post(f"/people/{user.pk}/resend/")
    assert "The mail was not sent" not in boss.get(f"/people/{user.pk}/").content.decode()
    assert [to for to, _, _ in mailbox.messages] == [["nobody@example.org"]]


def test_a_silent_mail_server_is_shown_and_breaks_no_page(
    mailbox, client, signed_in, django_capture_on_commit_callbacks
):
    boss = signed_in("administrator")
    UserFactory(email="rosa@example.org", password=PASSWORD)
    with override_settings(EMAIL_PORT=free_port()), django_capture_on_commit_callbacks(execute=True):
        user = services.invite(email="new@example.org", roles=["staff"], by=boss.user, site="http://testserver/")
        answer = client.post("/account/password/reset/", {"email": "rosa@example.org"})
    assert answer.url == "/account/password/reset/done/"
    assert (
        "The mail server does not answer. Try again in a few minutes"
        in boss.get(f"/people/{user.pk}/").content.decode()
    )


def test_an_invitation_is_sent_once_however_often_the_task_runs(mailbox):
    user = services.invite(email="new@example.org", roles=["staff"], by=None, site="http://testserver/")
    for _ in range(2):
        tasks.send_invitation(user.invitations.get().pk, "http://testserver/")
    tasks.send_invitation(0, "http://testserver/")
    assert len(mailbox.messages) == 1


def point_queue_at(url, *, eager):
    app.conf.task_always_eager, app.conf.broker_url, app.conf.broker_write_url = eager, url, url
    app._pool = app.amqp._producer_pool = None  # connections that are open already


def test_while_the_queue_is_out_of_reach_mail_goes_out_all_the_same(mailbox, django_capture_on_commit_callbacks):
    former = app.conf.broker_url
    point_queue_at(f"redis://127.0.0.1:{free_port()}/0", eager=False)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            services.invite(email="new@example.org", roles=["staff"], by=None, site="http://testserver/")
    finally:
        point_queue_at(former, eager=True)
    assert len(mailbox.messages) == 1
    assert Invitation.objects.get().sent_at is not None
