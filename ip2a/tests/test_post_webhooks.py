"""Webhooks through real HTTP on loopback: what is sent, what is refused, what becomes of trouble."""

import datetime
import hashlib
import hmac
import ipaddress
import json
import ssl
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from ip2a import post
from ip2a.answers import Refused
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry, Message, NotificationChannel
from ip2a.post import addresses, channels, delivery, kinds, sealing, webhooks
from ip2a.tests.mailbox import Mailbox, free_port, mail_goes_to, serving

State = Message.State
SECRET = "a shared secret of some length"


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        self.server.answers(self)

    def log_message(self, *args):
        return


def say(status: int, text: bytes = b"", **headers: str):
    def answer(hook: Hook) -> None:
        hook.send_response(status)
        for name, value in headers.items():
            hook.send_header(name, value)
        hook.end_headers()
        hook.wfile.write(text)

    return answer


@contextmanager
def listening(answers, context=None):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.got, server.answers, server.port = [], answers, server.server_port
    server.daemon_threads = True
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def trusted(settings):
    settings.WEBHOOK_TRUSTED_HOSTS = ["127.0.0.1"]


def channel_to(port: int, kind: str = "webhook", path: str = "/hook?key=geheim", **fields) -> NotificationChannel:
    return NotificationChannel.objects.create(
        name=f"To {port} {kind}",
        kind=kind,
        address="127.0.0.1",
        sealed_url=sealing.seal(f"http://127.0.0.1:{port}{path}"),
        sealed_secret=sealing.seal(SECRET),
        **fields,
    )


def sent(channel, *, body="Two things.", kind="test.notice", key="one") -> Message:
    row = post.send(to=channel, subject="Look <here> & there", body=body, kind=kind, key=key)
    delivery.deliver(row.pk)
    row.refresh_from_db()
    return row


# What is sent


@pytest.mark.django_db
def test_a_webhook_gets_signed_json(trusted):
    with listening(say(204)) as server:
        row = sent(channel_to(server.port), body='{"text": "Two things.", "notices": [1, 2]}')
    [(path, headers, body)] = server.got
    assert (row.state, row.last_error, row.address) == (State.SENT, "", "127.0.0.1")
    assert json.loads(body) == {
        "id": row.pk,
        "event": "test.notice",
        "subject": "Look <here> & there",
        "text": "Two things.",
        "data": {"notices": [1, 2]},
    }
    stamp = headers["IP2A-Timestamp"]
    signed = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["IP2A-Signature"] == f"v1={signed}"
    assert abs(int(stamp) - time.time()) < 30
    assert (path, headers["IP2A-Delivery"], headers["IP2A-Event"]) == ("/hook?key=geheim", str(row.pk), "test.notice")
    assert headers["Host"] == f"127.0.0.1:{server.port}"


@pytest.mark.django_db
def test_slack_gets_text_in_which_nothing_is_a_command(trusted):
    with listening(say(200, b"ok")) as server:
        row = sent(channel_to(server.port, kind="slack"), body="<!channel> 1 < 2")
    [(_, headers, body)] = server.got
    assert json.loads(body) == {"text": "*Look &lt;here&gt; &amp; there*\n&lt;!channel&gt; 1 &lt; 2"}
    assert (row.state, "IP2A-Signature" in headers) == (State.SENT, False)


# What can go wrong, and what is said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "state", "said"),
    [
        (say(500, b"a\x00b\x1b[31m" + b"x" * 5000), State.FAILED, "127.0.0.1 answered 500 a b [31mxxx"),
        (say(429), State.FAILED, "127.0.0.1 answered 429. It is tried again by itself."),
        (say(404, b"no_service"), State.DEAD, "127.0.0.1 answered 404 no_service. Correct the channel, then"),
        (say(302, Location="http://10.0.0.1/"), State.DEAD, "127.0.0.1 answered 302: it sends us elsewhere, and"),
        (lambda hook: hook.wfile.write(b"\xff\xfe no http\r\n"), State.FAILED, "127.0.0.1 does not answer"),
        (lambda hook: hook.connection.close(), State.FAILED, "127.0.0.1 does not answer"),
    ],
)
def test_what_a_server_answers_is_said_in_a_sentence(trusted, answer, state, said):
    with listening(answer) as server:
        row = sent(channel_to(server.port))
    assert (row.state, row.tries, len(server.got)) == (state, 1, 1)
    assert row.last_error.startswith(said)
    assert len(row.last_error) < 400 and "\x00" not in row.last_error and "geheim" not in row.last_error
    assert (row.next_try_at is None) == (state == State.DEAD)


@pytest.mark.django_db
def test_a_redirect_is_not_followed_to_anywhere(trusted):
    with listening(say(200)) as inner, listening(say(307, Location=f"http://127.0.0.1:{inner.port}/")) as outer:
        row = sent(channel_to(outer.port))
    assert (row.state, len(outer.got), inner.got) == (State.DEAD, 1, [])


@pytest.mark.django_db
def test_a_server_that_is_down_is_tried_again_and_takes_it_then(trusted):
    port = free_port()
    row = sent(channel_to(port))
    assert row.last_error == (
        "127.0.0.1 does not answer (Connection refused). The message is kept and tried again by itself."
    )
    assert row.state == State.FAILED
    NotificationChannel.objects.update(sealed_url="")
    with listening(say(200)) as server:
        NotificationChannel.objects.update(sealed_url=sealing.seal(f"http://127.0.0.1:{server.port}/"))
        Message.objects.update(next_try_at=timezone.now())
        assert delivery.sweep()["sent"] == 1
    assert server.got[0][1]["IP2A-Delivery"] == str(row.pk)


@pytest.mark.django_db
def test_a_server_that_drips_is_left_when_the_time_is_over(trusted, settings):
    settings.WEBHOOK_TIMEOUT = 1

    def drip(hook: Hook) -> None:
        for _ in range(40):
            hook.wfile.write(b"H")
            time.sleep(0.1)

    with listening(drip) as server:
        begun = time.monotonic()
        row = sent(channel_to(server.port))
    assert time.monotonic() - begun < 3
    assert row.last_error.startswith("127.0.0.1 does not answer (no answer within 1 seconds).")
    assert row.state == State.FAILED


@pytest.mark.django_db
def test_a_certificate_of_nobody_is_refused(trusted, tmp_path):
    with listening(say(200), context=_own_certificate(tmp_path)) as server:
        channel = channel_to(server.port)
        NotificationChannel.objects.update(sealed_url=sealing.seal(f"https://127.0.0.1:{server.port}/"))
        row = sent(NotificationChannel.objects.get(pk=channel.pk))
    assert (row.state, server.got) == (State.FAILED, [])
    assert "certificate verify failed" in row.last_error


def _own_certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "both.pem").write_bytes(certificate.public_bytes(pem) + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context


@pytest.mark.django_db
def test_one_silent_server_does_not_keep_the_others_waiting(trusted):
    silent = channel_to(free_port())
    rows = [post.send(to=silent, subject=f"{n}", body="", kind="test.notice", key=f"{n}") for n in range(3)]
    port = free_port()
    with listening(say(200)) as server, serving(Mailbox(), port) as box, mail_goes_to(port):
        post.send(to=channel_to(server.port), subject="Well", body="", kind="test.notice", key="well")
        post.send(to=UserFactory(email="a@example.org"), subject="Mail", body="", kind="test.notice", key="mail")
        assert delivery.sweep()["sent"] == 2
    assert (len(server.got), box.told) == (1, [(["a@example.org"], "Mail")])
    assert list(Message.objects.filter(pk__in=[r.pk for r in rows]).order_by("pk").values_list("tries", flat=True)) == [
        1,
        0,
        0,
    ]


@pytest.mark.django_db
def test_what_a_killed_process_left_behind_is_sent_again_where_that_does_no_harm(trusted):
    with listening(say(200)) as server:
        row = post.send(to=channel_to(server.port), subject="x", body="", kind="test.notice", key="x")
        delivery.claim(row.pk)
        Message.objects.update(claimed_at=timezone.now() - datetime.timedelta(hours=1))
        assert delivery.sweep() == {"lost": 1, "digests": 0, "sent": 1}
    row.refresh_from_db()
    assert (row.state, row.tries) == (State.SENT, 2)


@pytest.mark.django_db
def test_a_key_of_another_site_is_said_and_does_not_raise(trusted, settings):
    channel = channel_to(free_port())
    settings.SECRET_KEY = "another secret key of this site, long enough"
    assert sent(channel).last_error == webhooks.UNREADABLE


@pytest.mark.django_db
def test_nothing_goes_out_through_a_channel_that_is_off_but_a_test(trusted):
    with listening(say(200)) as server:
        channel = channel_to(server.port, is_on=False)
        assert sent(channel).last_error.startswith("The channel To ")
        assert sent(channel, kind=kinds.TEST, key="test").state == State.SENT
    assert len(server.got) == 1


@pytest.mark.django_db
def test_a_second_try_does_not_ring_in_quiet_hours(trusted):
    now = timezone.localtime()
    hours = {
        "quiet_from": (now - datetime.timedelta(minutes=5)).time().replace(microsecond=0),
        "quiet_to": (now + datetime.timedelta(hours=2)).time().replace(microsecond=0),
    }
    channel = channel_to(free_port(), **hours)
    assert sent(channel).next_try_at - now > datetime.timedelta(minutes=119)
    assert sent(channel, kind=kinds.URGENT_NOTICE, key="urgent").next_try_at - now < datetime.timedelta(minutes=3)


# Where a webhook may lead


@pytest.mark.parametrize(
    "address",
    [
        *("10.1.2.3", "172.16.0.1", "192.168.1.1", "127.0.0.1", "127.1.2.3", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "::127.0.0.1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::"),
        "2001:0:4136:e378:8000:63bf:80ff:fffe",  # Teredo, to 127.0.0.1
    ],
)
def test_an_address_inside_is_known_however_it_is_wrapped(address):
    assert not addresses.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_an_address_outside_is_allowed(address):
    assert addresses.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://127.0.0.1/x", "127.0.0.1 leads to 127.0.0.1, which is inside this network."),
        ("https://localhost/x", "localhost leads to "),
        ("https://2130706433/", "2130706433 leads to 127.0.0.1"),
        ("https://0x7f.1/", "0x7f.1 leads to 127.0.0.1"),
        ("https://[::1]/", "::1 leads to ::1"),
        ("https://[::ffff:127.0.0.1]/", "::ffff:7f00:1 leads to"),
        ("http://1.1.1.1/", "Only https is sent to."),
        ("https://me:word@1.1.1.1/", "Leave the name and password out"),
        ("ftp://1.1.1.1/", "Enter a whole web address"),
        ("https:///x", "Enter a whole web address"),
        ("https://1.1.1.1:99999/", "Enter a whole web address"),
        ("https://1.1.1.1/\r\nHost: evil", "Enter a whole web address"),
    ],
)
def test_an_address_that_may_not_be_sent_to_is_refused_with_words(url, said):
    with pytest.raises(Refused) as refusal:
        addresses.judge(url)
    if "::ffff" not in url:
        assert str(refusal.value).startswith(said)


def test_the_connection_is_made_to_the_address_that_was_judged():
    target = addresses.Target("http", "hooks.example.org", 80, "/", "127.0.0.1")
    with listening(say(200)) as server, webhooks.Deadline(5) as deadline:
        pinned = addresses.Target("http", "hooks.example.org", server.port, "/", target.ip)
        line = webhooks.Pinned(pinned, 5, deadline)
        line.connect()
        assert line.sock.getpeername() == ("127.0.0.1", server.port)
        line.close()
    assert target.host_header == "hooks.example.org"


def test_the_settings_may_vouch_for_a_name_or_a_network(settings):
    settings.WEBHOOK_TRUSTED_HOSTS = ["chat.lan", "10.0.5.0/24"]
    asked = ["chat.lan", "CHAT.lan", "10.0.5.9", "10.0.6.9", "evil.lan", "::1"]
    assert [addresses.is_trusted(host) for host in asked] == [True, True, True, False, False, False]


# Setting one up


@pytest.mark.django_db
def test_address_and_key_are_kept_sealed_and_out_of_the_trail():
    admin = UserFactory(role="administrator")
    url, secret = "https://1.1.1.1/T0/geheim", "geheim" * 5
    channel = channels.set_up(NotificationChannel(name="Desk", kind="webhook"), by=admin, url=url, secret=secret)
    assert (channel.address, sealing.unseal(channel.sealed_url), sealing.unseal(channel.sealed_secret)) == (
        "1.1.1.1",
        url,
        secret,
    )
    assert "geheim" not in channel.sealed_url
    entry = AuditEntry.objects.filter(table_name="ip2a_notificationchannel").latest("at")
    assert not {"sealed_url", "sealed_secret"} & set(entry.new)
    channel.name = "Front desk"
    channels.set_up(channel, by=admin)
    assert sealing.unseal(NotificationChannel.objects.get(pk=channel.pk).sealed_url) == url


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "given", "wrong"),
    [
        ({"kind": "slack"}, {}, {"url": channels.NEEDS_URL}),
        ({"kind": "webhook"}, {"url": "https://1.1.1.1/"}, {"secret": channels.NEEDS_SECRET}),
        ({"kind": "webhook"}, {"url": "https://1.1.1.1/", "secret": "short"}, {"secret": channels.NEEDS_SECRET}),
        ({"kind": "email", "address": "not one"}, {}, {"address": channels.NEEDS_MAILBOX}),
        ({"kind": "email", "quiet_from": datetime.time(22)}, {}, {"quiet_to": channels.BOTH_ENDS}),
        ({"kind": "email"}, {}, {}),
        ({"kind": "log"}, {}, {}),
    ],
)
def test_what_is_missing_is_said_beside_its_field(fields, given, wrong):
    given = {"url": "", "secret": ""} | given
    assert channels.check(NotificationChannel(name="x", **fields), **given) == wrong


@pytest.mark.django_db
def test_the_page_shows_no_secret_and_sends_a_test(signed_in, trusted, django_capture_on_commit_callbacks):
    client = signed_in("administrator")
    with listening(say(200)) as server:
        values = {"name": "Desk", "kind": "webhook", "lowest_priority": "low", "is_on": "on", "address": ""}
        values |= {"url": f"http://127.0.0.1:{server.port}/geheim", "secret": "geheim" * 5}
        answer = client.post("/admin/ip2a/notificationchannel/add/", values | {"quiet_from": "", "quiet_to": ""})
        assert answer.status_code == 302
        channel = NotificationChannel.objects.get(name="Desk")
        page = client.get(f"/admin/ip2a/notificationchannel/{channel.pk}/change/").content.decode()
        assert "geheim" not in page and "Send a test" in page
        with django_capture_on_commit_callbacks(execute=True):
            client.post(f"/admin/ip2a/notificationchannel/{channel.pk}/test/")
    row = Message.objects.get()
    assert (row.state, row.kind, len(server.got)) == (State.SENT, kinds.TEST, 1)
    mail_page = client.get(row.get_absolute_url()).content.decode()
    assert "Desk" in mail_page and "geheim" not in mail_page


@pytest.mark.django_db
def test_a_private_address_is_refused_beside_its_field(signed_in):
    values = {"name": "Desk", "kind": "slack", "lowest_priority": "low", "url": "https://169.254.169.254/latest"}
    answer = signed_in("administrator").post("/admin/ip2a/notificationchannel/add/", values)
    assert answer.status_code == 200
    assert "169.254.169.254 leads to 169.254.169.254, which is inside this network." in answer.content.decode()
    assert not NotificationChannel.objects.filter(name="Desk").exists()


@pytest.mark.parametrize(
    ("quiet", "hour", "until"),
    [
        ((22, 7), 23, 31),
        ((22, 7), 3, 7),
        ((22, 7), 7, None),
        ((22, 7), 12, None),
        ((12, 14), 13, 14),
        ((12, 14), 11, None),
        ((12, 12), 12, None),
        (None, 3, None),
    ],
)
def test_quiet_hours_may_pass_midnight(quiet, hour, until):
    channel = NotificationChannel(name="x", kind="log")
    if quiet:
        channel.quiet_from, channel.quiet_to = (datetime.time(h) for h in quiet)
    midnight = timezone.make_aware(datetime.datetime(2026, 3, 3))
    expected = None if until is None else midnight + datetime.timedelta(hours=until)
    assert channel.quiet_until(midnight + datetime.timedelta(hours=hour)) == expected
