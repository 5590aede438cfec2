"""Signing in and the account's pages in a real browser: with a security key, at 360 px, without a complaint."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from ip2a.accounts import services
from ip2a.factories import UserFactory
from ip2a.models import User

PASSWORD = "a long enough password"
OWN = ["/account/sessions/", "/account/password/change/", "/account/2fa/", "/account/2fa/totp/activate/"]
OWN += ["/account/2fa/webauthn/", "/account/2fa/webauthn/add/", "/account/logout/", "/account/reauthenticate/"]
FACTOR = ["/account/2fa/", "/account/2fa/recovery-codes/", "/account/2fa/recovery-codes/generate/"]
FACTOR += ["/account/2fa/totp/deactivate/"]
PEOPLE = ["/people/", "/people/?access=invited", "/people/invite/", "/people/{pk}/", "/people/{pk}/roles/"]
PEOPLE += ["/people/{pk}/edit/", "/people/{pk}/deactivate/", "/people/{pk}/remove-factor/", "/people/{pk}/history/"]
ADMIN = ["/admin/", "/admin/ip2a/user/", "/admin/ip2a/user/{pk}/change/", "/admin/ip2a/user/{pk}/history/"]
ADMIN += ["/admin/auth/group/", "/admin/auth/group/{role}/change/", "/admin/ip2a/compartmentopening/"]
OPEN = ["/account/login/", "/account/password/reset/", "/account/password/reset/done/", "/account/inactive/"]
OPEN += ["/account/password/reset/key/1-x-y/", "/account/password/reset/key/done/", "{invitation}"]


@pytest.fixture
def boss(committed_db):
    return UserFactory(
        role="administrator", email="avery@example.org", password=PASSWORD, first_name="Avery", last_name="Kline"
    )


def sign_in(visitor, email="avery@example.org"):
    visitor.goto("/account/login/")
    visitor.page.fill("[name=login]", email)
    visitor.page.fill("[name=password]", PASSWORD)
    visitor.page.click("main button[type=submit]")
    visitor.page.wait_for_load_state()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_every_page_of_accounts_is_quiet_readable_and_fits(visit, boss, width, scheme):
    visitor = visit(None, width, scheme)
    user = services.invite(email="rosa@example.org", roles=["staff"], by=boss, site=visitor.url)
    names = {"pk": user.pk, "role": user.groups.get().pk}
    invitation = f"/account/invitation/{user.invitations.get().token}/"

    def walk(*paths):
        return visitor.walk({path: path.format(invitation=invitation, **names) for path in paths})

    assert walk(*OPEN) == {}
    sign_in(visitor)
    assert walk(*OWN) == {}
    TOTP.activate(boss, generate_totp_secret())
    RecoveryCodes.activate(boss)
    assert walk(*FACTOR, *PEOPLE, *ADMIN) == {}


def test_a_security_key_is_added_and_then_signs_in(visit, boss, web_server):
    visitor = visit(None)
    visitor.url = web_server.replace("127.0.0.1", "localhost")  # keys know names, not numbers
    devtools = visitor.page.context.new_cdp_session(visitor.page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "automaticPresenceSimulation": True}})
    sign_in(visitor)
    visitor.goto("/account/2fa/webauthn/add/")
    visitor.page.fill("[name=name]", "Blue key")
    visitor.page.click("main button[type=submit]")
    visitor.page.wait_for_url("**/recovery-codes/")
    assert sorted(Authenticator.objects.values_list("type", flat=True)) == ["recovery_codes", "webauthn"]
    visitor.page.context.clear_cookies()
    sign_in(visitor)
    assert visitor.page.url.endswith("/account/2fa/authenticate/")
    visitor.page.click("text=Use a security key instead")
    visitor.page.wait_for_url(f"{visitor.url}/")
    visitor.goto("/account/2fa/webauthn/")
    assert "Blue key" in visitor.page.content()
    assert visitor.complaints == []


def test_an_invitation_is_accepted_without_javascript(browser, boss, web_server):
    user = services.invite(email="rosa@example.org", roles=["staff"], by=boss, site=web_server, first_name="Rosa")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{web_server}/account/invitation/{user.invitations.get().token}/")
    page.fill("[name=password1]", PASSWORD)
    page.fill("[name=password2]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{web_server}/")
    assert "Your password is set, and you are signed in." in page.content()
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    page.goto(f"{web_server}/account/2fa/webauthn/add/")
    assert page.locator("p.nojs").is_visible()
    context.close()
