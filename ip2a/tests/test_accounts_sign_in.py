"""Signing in and out, limits, reset, sessions: with the real broker behind the cache."""

import re
import time
from types import SimpleNamespace

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import identify_hasher
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext

from ip2a import audit
from ip2a.accounts import services
from ip2a.factories import UserFactory
from ip2a.models import User

PASSWORD = "a long enough password"
NEW = "quite another password"


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_cache")]


@pytest.fixture
def rosa():
    return UserFactory(email="rosa@example.org", role="staff", password=PASSWORD)


def sign_in(client, password=PASSWORD, email="rosa@example.org", **extra):
    return client.post("/account/login/", {"login": email, "password": password}, **extra)


def signed_in_client(**extra) -> Client:
    client = Client(**extra)
    sign_in(client)
    return client


def is_in(client) -> bool:
    return client.get("/").status_code == 200


# In and out


def test_the_right_password_leads_where_one_wanted_to_go(client, rosa):
    answer = client.get("/members/")
    assert answer.url == "/account/login/?next=/members/"
    answer = client.post(answer.url, {"login": "Rosa@Example.org", "password": PASSWORD, "next": "/members/"})
    assert (answer.status_code, answer.url) == (302, "/members/")
    assert is_in(client)


def test_an_address_elsewhere_is_not_followed(client, rosa):
    answer = client.post(
        "/account/login/", {"login": rosa.email, "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert answer.url == "/"


@pytest.mark.parametrize("email", ["rosa@example.org", "nobody@example.org"])
def test_a_wrong_password_says_the_same_of_known_and_unknown(client, rosa, email):
    page = sign_in(client, "wrong", email).content.decode()
    assert "This e-mail and password do not go together. Check both, or reset your password." in page


def test_a_deactivated_person_is_told_so_only_with_the_right_password(client, rosa):
    User.objects.update(is_active=False)
    assert sign_in(client).url == "/account/inactive/"
    assert "do not go together" in sign_in(client, "wrong").content.decode()
    assert not is_in(client)


def test_signing_out_ends_the_session(rosa):
    client = signed_in_client()
    assert client.post("/account/logout/").url == "/account/login/"
    assert not is_in(client)


def test_there_is_no_signing_up(client):
    assert client.get("/account/signup/").status_code == 404
    assert not User.objects.exists()


def test_production_hashes_passwords_with_argon2():
    from ip2a import settings

    with override_settings(PASSWORD_HASHERS=settings.PASSWORD_HASHERS):
        user = User.objects.create_user("rosa@example.org", PASSWORD)
        assert identify_hasher(user.password).algorithm == "argon2"
        assert user.check_password(PASSWORD)


def test_a_session_costs_one_query_a_page(rosa):
    """Who it is, with roles and rights."""
    client = signed_in_client()
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/account/password/change/").status_code == 200
    asked = [q["sql"] for q in queries.captured_queries if "SAVEPOINT" not in q["sql"]]
    assert [re.search(r"FROM (\w+) u\b", text)[1] for text in asked] == ["ip2a_user"]


# Limits


def test_five_wrong_passwords_close_the_account_for_a_while_even_to_the_right_one(client, rosa):
    for _ in range(5):
        sign_in(client, "wrong", REMOTE_ADDR="10.0.0.1")
    page = sign_in(client, REMOTE_ADDR="10.0.0.2").content.decode()
    assert "Too many wrong tries. Wait five minutes" in page
    assert not is_in(client)


def test_wrong_passwords_are_counted_for_the_account_whatever_the_site_is_called(client, rosa):
    for port in range(5):
        sign_in(client, "wrong", HTTP_HOST=f"testserver:{8000 + port}")
    assert "Too many wrong tries" in sign_in(client, HTTP_HOST="testserver:9000").content.decode()


def test_one_address_cannot_try_many_accounts(client, rosa):
    for number in range(10):
        sign_in(client, "wrong", f"p{number}@example.org", REMOTE_ADDR="10.0.0.1")
    assert "Too many wrong tries" in sign_in(client, REMOTE_ADDR="10.0.0.1").content.decode()
    assert sign_in(client, REMOTE_ADDR="10.0.0.2").status_code == 302


def test_too_many_sign_ins_of_one_address_are_429_with_a_page(client, monkeypatch):
    """All within one moment, however long a busy machine takes for them."""
    moment = SimpleNamespace(time=lambda: 1_796_000_000.0, monotonic=time.monotonic, sleep=time.sleep)
    monkeypatch.setattr("allauth.core.internal.ratelimit.time", moment)
    answers = [sign_in(client, "wrong", f"p{n}@example.org").status_code for n in range(31)]
    assert answers == [200] * 30 + [429]
    assert "Too many requests" in sign_in(client, "wrong").content.decode()


def test_resets_are_limited_for_each_address(client, rosa):
    answers = [client.post("/account/password/reset/", {"email": rosa.email}).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]


@pytest.mark.parametrize(
    ("count", "header", "address"),
    [
        (0, "1.1.1.1", "10.0.0.9"),
        (1, "1.1.1.1, 2.2.2.2", "2.2.2.2"),
        (2, "1.1.1.1, 2.2.2.2, 3.3.3.3", "2.2.2.2"),
        (1, "", "10.0.0.9"),
        (1, "nonsense' --", None),
    ],
)
def test_the_address_is_what_our_own_proxy_saw(count, header, address):
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", headers={"X-Forwarded-For": header})
    with override_settings(TRUSTED_PROXY_COUNT=count):
        assert audit.client_ip(request) == address


# Reset


def reset_link(client, callbacks) -> str:
    with callbacks(execute=True):
        client.post("/account/password/reset/", {"email": "Rosa@example.org"})
    return re.search(r"http://testserver(/account/password/reset/key/\S+)", mail.outbox[-1].body)[1]


def test_a_reset_by_mail_sets_a_password_once_and_ends_other_sessions(client, rosa, django_capture_on_commit_callbacks):
    elsewhere = signed_in_client()
    link = reset_link(client, django_capture_on_commit_callbacks)
    form = client.get(link).url
    assert "set-password" in form
    answer = client.post(form, {"password1": NEW, "password2": NEW})
    assert answer.url == "/account/password/reset/key/done/"
    assert not is_in(elsewhere)
    assert sign_in(client, NEW).status_code == 302
    assert "already used, or it has run out" in Client().get(link).content.decode()


def test_a_reset_for_an_unknown_address_looks_the_same_and_sends_nothing(client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/account/password/reset/", {"email": "nobody@example.org"})
    assert (answer.url, mail.outbox) == ("/account/password/reset/done/", [])


def test_a_deactivated_person_gets_no_reset(client, rosa, django_capture_on_commit_callbacks):
    User.objects.update(is_active=False)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/account/password/reset/", {"email": rosa.email})
    assert mail.outbox == []


def test_a_weak_password_is_refused_in_words(client, rosa, django_capture_on_commit_callbacks):
    form = client.get(reset_link(client, django_capture_on_commit_callbacks)).url
    page = client.post(form, {"password1": "rosa", "password2": "rosa"}).content.decode()
    assert "This password is too short. It must contain at least 12 characters." in page


def test_changing_the_password_keeps_this_session_and_ends_the_others(rosa, django_capture_on_commit_callbacks):
    here, there = signed_in_client(), signed_in_client()
    passwords = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    with django_capture_on_commit_callbacks(execute=True):
        assert here.post("/account/password/change/", passwords).url == "/"
    assert (is_in(here), is_in(there)) == (True, False)
    assert mail.outbox[-1].subject == "Your password was changed"


# Sessions


def test_the_list_of_sessions_shows_each_and_marks_this_one(rosa):
    here = signed_in_client(headers={"User-Agent": "Firefox"})
    signed_in_client(headers={"User-Agent": "Phone"}, REMOTE_ADDR="10.1.2.3")
    page = here.get("/account/sessions/").content.decode()
    assert page.count("This one") == 1
    assert all(word in page for word in ("Firefox", "Phone", "10.1.2.3", "Sign out everywhere else"))


def test_ending_one_session_really_ends_it(rosa):
    here, there, third = signed_in_client(), signed_in_client(), signed_in_client()
    session = UserSession.objects.get(session_key=there.session.session_key)
    here.post("/account/sessions/", {"session": session.pk})
    assert [is_in(client) for client in (here, there, third)] == [True, False, True]
    assert Session.objects.count() == UserSession.objects.count() == 2


def test_signing_out_everywhere_else_leaves_this_session(rosa):
    here, there, third = signed_in_client(), signed_in_client(), signed_in_client()
    answer = here.post("/account/sessions/", follow=True)
    assert "Signed out 2 other sessions." in answer.content.decode()
    assert [is_in(client) for client in (here, there, third)] == [True, False, False]


def test_nobody_ends_a_session_of_somebody_else(rosa):
    UserFactory(email="other@example.org", role="staff", password=PASSWORD)
    other = Client()
    sign_in(other, email="other@example.org")
    theirs = UserSession.objects.get(session_key=other.session.session_key)
    here = signed_in_client()
    for asked in (theirs.pk, "x", "9" * 30, "-1"):
        here.post("/account/sessions/", {"session": asked})
    assert is_in(other)


def test_an_administrator_signs_a_person_out_everywhere(rosa):
    one, two = signed_in_client(), signed_in_client()
    assert services.sign_out_everywhere(rosa, by=UserFactory(role="administrator")) == 2
    assert [is_in(one), is_in(two)] == [False, False]


def test_deactivating_signs_out_at_once_and_reactivating_does_not_sign_in(rosa):
    boss = UserFactory(role="administrator", password=PASSWORD)
    client = signed_in_client()
    services.deactivate(rosa, by=boss, reason="Left")
    assert not is_in(client)
    services.reactivate(rosa, by=boss)
    assert not is_in(client)
