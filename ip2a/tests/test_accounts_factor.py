"""The second factor: setting it up, being asked for it, and roles that must have one."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from ip2a.accounts import services
from ip2a.accounts.adapter import SecondFactorAdapter
from ip2a.answers import Refused
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry

PASSWORD = "a long enough password"
REQUIRED = override_settings(MFA_REQUIRED_ROLES=["administrator", "officer"])


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_cache")]


@pytest.fixture
def boss():
    return UserFactory(email="boss@example.org", role="administrator", password=PASSWORD)


def sign_in(client, email="boss@example.org"):
    return client.post("/account/login/", {"login": email, "password": PASSWORD})


def code_for(secret: str) -> str:
    return f"{hotp_value(secret, next(iter(yield_hotp_counters_from_time()))):06d}"


def with_app(user) -> str:
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def set_up_app(client):
    """Through the pages; gives the secret."""
    page = client.get("/account/2fa/totp/activate/").content.decode()
    secret = re.search(r'id="authenticator_secret"[^>]* value="(\w+)"', page)[1]
    return secret, client.post("/account/2fa/totp/activate/", {"code": code_for(secret)})


def test_an_app_is_set_up_and_gives_recovery_codes(client, boss, django_capture_on_commit_callbacks):
    sign_in(client)
    with django_capture_on_commit_callbacks(execute=True):
        _, answer = set_up_app(client)
    assert answer.url == "/account/2fa/recovery-codes/"
    page = client.get(answer.url).content.decode()
    assert len(re.findall(r"<li>\d{8}</li>", page)) == 10
    assert mail.outbox[-1].subject == "An app was set up for your account"


def test_a_wrong_code_sets_nothing_up(client, boss):
    sign_in(client)
    client.get("/account/2fa/totp/activate/")
    page = client.post("/account/2fa/totp/activate/", {"code": "000000"}).content.decode()
    assert "That code is not right" in page
    assert not Authenticator.objects.exists()


def test_signing_in_asks_for_the_code(client, boss):
    secret = with_app(boss)
    assert sign_in(client).url == "/account/2fa/authenticate/"
    assert client.get("/").status_code == 302
    assert "That code is not right" in client.post("/account/2fa/authenticate/", {"code": "000000"}).content.decode()
    assert client.post("/account/2fa/authenticate/", {"code": code_for(secret)}).url == "/"
    assert client.get("/").status_code == 200


def test_codes_cannot_be_tried_without_end(client, boss):
    secret = with_app(boss)
    sign_in(client)
    for _ in range(5):
        client.post("/account/2fa/authenticate/", {"code": "000000"})
    page = client.post("/account/2fa/authenticate/", {"code": code_for(secret)}).content.decode()
    assert "Too many wrong tries" in page


def test_a_recovery_code_signs_in_once(client, boss):
    with_app(boss)
    code = RecoveryCodes.activate(boss).get_unused_codes()[0]
    sign_in(client)
    assert client.post("/account/2fa/authenticate/", {"code": code}).status_code == 302
    again = Client()
    sign_in(again)
    assert "That code is not right" in again.post("/account/2fa/authenticate/", {"code": code}).content.decode()


def test_secrets_are_encrypted_in_the_database(boss):
    secret = with_app(boss)
    stored = Authenticator.objects.get().data["secret"]
    assert secret not in stored
    assert SecondFactorAdapter().decrypt(stored) == secret


def test_a_new_site_key_still_reads_secrets_of_the_former(boss, settings):
    stored = SecondFactorAdapter().encrypt("secret")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key that is long enough to be one"
    assert SecondFactorAdapter().decrypt(stored) == "secret"


def test_changing_the_second_factor_asks_who_is_there_after_a_while(client, boss):
    sign_in(client)
    session = client.session
    session["account_authentication_methods"][0]["at"] -= 3600
    session.save()
    assert client.get("/account/2fa/totp/activate/").url.startswith("/account/reauthenticate/?next=")
    answer = client.post("/account/reauthenticate/", {"password": PASSWORD, "next": "/account/2fa/totp/activate/"})
    assert answer.url == "/account/2fa/totp/activate/"
    assert client.get(answer.url).status_code == 200


def test_what_happens_to_a_second_factor_is_in_the_trail_but_not_what_it_is(boss):
    with_app(boss)
    entry = AuditEntry.objects.filter(table_name="mfa_authenticator").get()
    assert (entry.action, entry.new["user_id"], entry.new["type"]) == ("insert", boss.pk, "totp")
    assert "data" not in entry.new


# Roles that must have one


@REQUIRED
def test_without_a_second_factor_such_a_role_sees_only_where_to_set_one_up(client, boss):
    sign_in(client)
    for path in (
        "/",
        "/members/",
        "/people/",
        "/admin/",
        "/account/sessions/",
        "/search/?q=x",
        "/pick/members.member/",
    ):
        assert (path, client.get(path).headers.get("Location")) == (path, "/account/2fa/")
    assert client.post("/members/add/", {}).url == "/account/2fa/"
    page = client.get("/account/2fa/").content.decode()
    assert "Set up a second factor first" in page
    assert client.get("/account/2fa/totp/activate/").status_code == 200


@REQUIRED
def test_once_it_is_set_up_everything_opens(client, boss):
    sign_in(client)
    set_up_app(client)
    assert client.get("/members/").status_code == 200
    assert "must sign in with a second factor" in client.get("/account/2fa/").content.decode()


@REQUIRED
def test_a_fragment_is_told_to_load_the_page(client, boss):
    sign_in(client)
    answer = client.get("/members/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/account/2fa/")


@REQUIRED
def test_a_satisfied_person_costs_no_query_more(client, boss):
    with_app(boss)
    client.force_login(boss)
    client.get("/account/password/change/")
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/account/password/change/").status_code == 200
    assert len([q for q in queries.captured_queries if "SAVEPOINT" not in q["sql"]]) == 1


@REQUIRED
def test_other_roles_are_not_asked_and_new_ones_are_at_once(client, boss):
    rosa = UserFactory(role="staff")
    client.force_login(rosa)
    assert client.get("/members/").status_code == 200
    services.change_roles(rosa, roles=["officer"], by=boss)
    assert client.get("/members/").url == "/account/2fa/"


@REQUIRED
def test_the_last_second_factor_of_such_a_role_stays(client, boss):
    secret = with_app(boss)
    sign_in(client)
    client.post("/account/2fa/authenticate/", {"code": code_for(secret)})
    page = client.post("/account/2fa/totp/deactivate/").content.decode()
    assert "this is your last one" in page
    assert Authenticator.objects.filter(type="totp").exists()


def test_removing_a_second_factor_ends_the_other_sessions(boss, fresh_cache):
    secret = with_app(boss)
    here, there = Client(), Client()
    for client in (here, there):
        sign_in(client)
        code = code_for(secret)
        fresh_cache()  # the code was used by the other one already
        client.post("/account/2fa/authenticate/", {"code": code})
    assert [client.get("/").status_code for client in (here, there)] == [200, 200]
    here.post("/account/2fa/totp/deactivate/")
    assert [client.get("/").status_code for client in (here, there)] == [200, 302]
    assert not Authenticator.objects.exists()


def test_an_administrator_takes_away_the_second_factor_of_a_lost_phone(client, boss):
    rosa = UserFactory(role="staff", email="rosa@example.org", password=PASSWORD)
    with_app(rosa)
    with pytest.raises(Refused, match="Say why"):
        services.remove_second_factor(rosa, by=boss, reason="")
    services.remove_second_factor(rosa, by=boss, reason="Phone in the river")
    assert sign_in(client, "rosa@example.org").url == "/"
    entry = AuditEntry.objects.filter(table_name="mfa_authenticator").first()
    assert (entry.action, entry.reason) == ("delete", "Phone in the river")


def test_nobody_takes_away_their_own_by_that_road(boss):
    with_app(boss)
    with pytest.raises(Refused, match="changed on your page"):
        services.remove_second_factor(boss, by=boss, reason="Lost")


def test_production_asks_three_roles_for_it():
    import os
    import subprocess
    import sys

    environment = os.environ | {
        "IP2A_ENV": "production",
        "SECRET_KEY": "x" * 60,
        "ALLOWED_HOSTS": "ip2a.example.org",
        "DJANGO_SETTINGS_MODULE": "ip2a.settings",
        "EMAIL_URL": "smtp://localhost:25",
    }
    code = "from django.conf import settings as s; print(s.MFA_REQUIRED_ROLES, s.SITE_URL, s.TRUSTED_PROXY_COUNT)"
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert said.stdout == "['administrator', 'officer', 'organizer'] https://ip2a.example.org 1\n", said.stderr
