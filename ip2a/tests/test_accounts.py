"""Services and rules of accounts."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.cache.backends.redis import RedisCache
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone
from redis.exceptions import ConnectionError as NoCache

from ip2a import audit
from ip2a.accounts import mails, rules, services
from ip2a.accounts.backends import RoleBackend, roles_of
from ip2a.answers import YES, Refused, no
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry, Invitation, User
from members.factories import MemberFactory

pytestmark = pytest.mark.django_db
SITE = "https://ip2a.example.org/"
PASSWORD = "a long enough password"


def administrator(**fields):
    return UserFactory(role="administrator", password=PASSWORD, **fields)


def invited(by=None, email="rosa@example.org", roles=("staff",), **names):
    return services.invite(email=email, roles=roles, by=by, site=SITE, **names)


def role_names(user) -> set[str]:
    return set(user.groups.values_list("name", flat=True))


# Inviting


def test_an_invitation_makes_an_account_without_a_password_and_sends_a_link(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        user = invited(by=administrator(), email=" Rosa@Example.org ", first_name="Rosa", last_name="Lima")
    assert (user.email, user.get_full_name(), role_names(user)) == ("rosa@example.org", "Rosa Lima", {"staff"})
    assert not user.has_usable_password()
    invitation = user.invitations.get()
    assert invitation.sent_at is not None and invitation.failure == ""
    [message] = mail.outbox
    assert message.to == ["rosa@example.org"]
    assert mails.link_of(invitation, site=SITE) in message.body


def test_the_invitation_names_who_invited_and_what_came_of_it():
    boss = administrator(first_name="Avery", last_name="Kline")
    with audit.acting(user=boss):
        user = invited(by=boss)
    entries = AuditEntry.objects.about(user).values_list("action", "actor_name", "reason")
    assert list(entries)[-1] == ("insert", "Avery Kline", "Invited")
    assert AuditEntry.objects.filter(table_name="ip2a_user_groups", new__user_id=user.pk).count() == 1


def test_only_who_manages_accounts_may_invite():
    with pytest.raises(Refused, match="Only those who manage accounts"):
        invited(by=UserFactory(role="officer"))


def test_an_address_that_signs_in_already_is_not_invited_twice():
    UserFactory(email="rosa@example.org", first_name="Rosa", last_name="Lima")
    with pytest.raises(Refused, match="Rosa Lima already has an account with this address"):
        invited(by=administrator(), email="ROSA@example.org")


def test_a_deactivated_address_is_to_be_reactivated():
    UserFactory(email="rosa@example.org", is_active=False)
    with pytest.raises(Refused, match="Reactivate it instead"):
        invited(by=administrator())


def test_an_unknown_role_is_refused():
    with pytest.raises(Refused, match="There is no role king. Choose among administrator, officer"):
        invited(by=administrator(), roles=["king"])


def test_the_database_keeps_addresses_in_lower_case_and_once():
    with pytest.raises(IntegrityError, match="user_email_lower"), transaction.atomic():
        UserFactory(email="Rosa@example.org")
    assert User.objects.create_user("Rosa@Example.ORG").email == "rosa@example.org"


# Accepting


def test_accepting_sets_the_password_once(django_capture_on_commit_callbacks):
    user = invited()
    services.accept(user.invitations.get(), password=PASSWORD)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    with pytest.raises(Refused, match="already used to set a password"):
        services.accept(user.invitations.get(), password="another long password")
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_accepting_is_an_act_of_the_invited_person():
    user = invited(first_name="Rosa", last_name="Lima")
    services.accept(user.invitations.get(), password=PASSWORD)
    [entry] = [e for e in AuditEntry.objects.about(user) if e.changed == ["password"]]
    assert (entry.actor_name, entry.reason, entry.old, entry.new) == ("Rosa Lima", "Accepted the invitation", {}, {})


def test_a_link_runs_out():
    user = invited()
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert rules.may_accept(user.invitations.get()) == no("This invitation does not work any more. It ran out.")


def test_a_new_invitation_replaces_the_former():
    user = invited()
    former = user.invitations.get()
    newer = services.resend(user, by=administrator(), site=SITE)
    former.refresh_from_db()
    assert former.why_closed == "A newer invitation was sent; use the link in the latest mail."
    assert newer.why_closed == ""
    assert list(user.invitations.open()) == [newer]


def test_two_open_invitations_cannot_be():
    user = invited()
    with pytest.raises(IntegrityError, match="invitation_one_open"), transaction.atomic():
        Invitation.objects.create(user=user, expires_at=timezone.now())


def test_a_forged_or_cut_link_leads_nowhere():
    token = invited().invitations.get().token
    assert Invitation.objects.by_token(token) == Invitation.objects.get()
    assert [Invitation.objects.by_token(text) for text in (token[:-1], "1", "1:abc", "", "\x00")] == [None] * 5


def test_who_has_a_password_is_not_invited_again():
    boss = administrator()
    user = UserFactory(password=PASSWORD)
    assert rules.may_resend(boss, user).reason == f"{user} has a password already and can reset it on the sign-in page."
    assert "deactivated" in rules.may_resend(boss, UserFactory(is_active=False)).reason


# Roles


def test_roles_count_at_once_and_are_written_down_with_the_reason():
    boss, user = administrator(), UserFactory(role="staff")
    services.change_roles(user, roles=["organizer", "staff"], by=boss, reason="Elected")
    assert role_names(user) == {"organizer", "staff"}
    assert User.objects.get(pk=user.pk).has_perm("ip2a.enter_organizing")
    entry = AuditEntry.objects.filter(table_name="ip2a_user_groups", new__user_id=user.pk).first()
    assert (entry.action, entry.reason) == ("insert", "Elected")


def test_nobody_takes_the_management_of_accounts_from_themselves():
    boss = administrator()
    administrator()
    with pytest.raises(Refused, match="cannot take the management of accounts from yourself"):
        services.change_roles(boss, roles=["staff"], by=boss)
    assert role_names(boss) == {"administrator"}


@pytest.mark.parametrize(("role", "word"), [("organizer", "organizer"), ("officer", "officer")])
def test_nobody_lets_themselves_into_a_compartment(role, word):
    boss = administrator()
    with pytest.raises(Refused, match=f"Ask another administrator to make you {word}"):
        services.change_roles(boss, roles=["administrator", role], by=boss)
    services.change_roles(boss, roles=["administrator", role], by=administrator())
    assert role_names(boss) == {"administrator", role}
    services.change_roles(boss, roles=["administrator", role, "representative"], by=boss)


def test_the_last_who_manages_accounts_keeps_that_role():
    boss = administrator(first_name="Avery", last_name="Kline")
    invited(email="waiting@example.org", roles=["administrator"])
    administrator(is_active=False)
    with pytest.raises(Refused, match="Avery Kline is the last one who can manage accounts"):
        services.change_roles(boss, roles=["staff"], by=None)
    with pytest.raises(Refused, match="Avery Kline is the last one"):
        services.deactivate(boss, by=None, reason="Left")


def test_roles_are_changed_by_who_manages_accounts_only():
    with pytest.raises(Refused, match="Only those who manage accounts"):
        services.change_roles(UserFactory(), roles=["staff"], by=UserFactory(role="representative"))


# Deactivating


def test_a_deactivated_person_has_no_rights_and_no_open_invitation():
    boss = administrator()
    user = invited(by=boss, roles=["staff"])
    services.deactivate(user, by=boss, reason="Left the local")
    user = User.objects.get(pk=user.pk)
    assert (user.is_active, user.has_perm("members.view_member")) == (False, False)
    assert not user.invitations.open().exists()
    entry = AuditEntry.objects.about(user).first()
    assert (entry.changed, entry.new, entry.reason) == (["is_active"], {"is_active": False}, "Left the local")


def test_deactivating_needs_a_reason_and_another_person():
    boss = administrator()
    administrator()
    with pytest.raises(Refused, match="Say why"):
        services.deactivate(UserFactory(), by=boss, reason="  ")
    with pytest.raises(Refused, match="You cannot deactivate yourself"):
        services.deactivate(boss, by=boss, reason="Tired")
    with pytest.raises(Refused, match="is already deactivated"):
        services.deactivate(UserFactory(is_active=False), by=boss, reason="Left")


def test_reactivating_lets_in_again():
    boss, user = administrator(), UserFactory(is_active=False)
    assert services.reactivate(user, by=boss).is_active
    with pytest.raises(Refused, match="is active"):
        services.reactivate(user, by=boss)


def test_while_the_cache_is_silent_sessions_are_not_said_to_be_ended(client, monkeypatch, fresh_cache):
    user = administrator()
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})

    def silent(*args, **kwargs):
        raise NoCache("gone")

    monkeypatch.setattr(RedisCache, "delete_many", silent)
    with pytest.raises(Refused, match="The cache does not answer"):
        services.sign_out_everywhere(user, by=user)
    administrator()
    assert not services.deactivate(user, by=None, reason="Left").is_active


# Addresses and members


def test_a_new_address_is_the_only_one_that_signs_in(client):
    boss, user = administrator(), UserFactory(email="old@example.org", password=PASSWORD)
    user.emailaddress_set.create(email="old@example.org", verified=True, primary=True)
    user.email = "New@example.org"
    services.change_person(user, by=boss)
    client.post("/account/login/", {"login": "old@example.org", "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    client.post("/account/login/", {"login": "new@example.org", "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_login_is_linked_to_one_member():
    boss, user, first, second = administrator(), UserFactory(), MemberFactory(), MemberFactory()
    services.link_member(user, first, by=boss)
    services.link_member(user, second, by=boss)
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.user, second.user) == (None, user)
    services.link_member(user, None, by=boss)
    second.refresh_from_db()
    assert second.user is None


# Rights


def test_rights_come_from_roles_alone():
    user = UserFactory(role="representative")
    permission = Group.objects.get(name="administrator").permissions.get(codename="use_admin")
    user.user_permissions.add(permission)
    user = User.objects.get(pk=user.pk)
    assert (user.is_staff, user.has_perm("members.view_member"), roles_of(user)) == (False, True, {"representative"})


def test_roles_and_rights_cost_one_query(django_assert_num_queries):
    user = User.objects.get(pk=UserFactory(role="administrator").pk)
    with django_assert_num_queries(1):
        assert user.has_perm("ip2a.use_admin") and user.has_module_perms("members")
        assert user.has_perms(["ip2a.view_user", "members.view_member"]) and roles_of(user) == {"administrator"}
        assert not user.has_perm("members.delete_member")
        assert RoleBackend().get_user_permissions(user) == set()


# The command


def run(*arguments):
    out, err = StringIO(), StringIO()
    call_command("invite", *arguments, stdout=out, stderr=err)
    return out.getvalue()


def test_the_command_makes_the_first_account_and_prints_the_link(client):
    said = run("Boss@Example.org", "--role", "administrator", "--site", "https://ip2a.local123.org")
    link = re.search(r"https://ip2a\.local123\.org(/account/invitation/\S+/)", said)
    user = User.objects.get(email="boss@example.org")
    assert role_names(user) == {"administrator"}
    assert client.get(link[1]).status_code == 200


def test_the_command_run_twice_prints_a_new_link_for_the_same_account():
    first = run("boss@example.org", "--role", "administrator")
    second = run("boss@example.org", "--role", "officer")
    assert first != second
    assert role_names(User.objects.get()) == {"officer"}
    assert Invitation.objects.open().count() == 1


def test_the_command_refuses_who_has_a_password_and_what_is_no_address(capsys):
    UserFactory(email="rosa@example.org", password=PASSWORD)
    for address in ("rosa@example.org", "nobody"):
        with pytest.raises(SystemExit) as stopped:
            run(address, "--role", "staff")
        assert stopped.value.code == 1


def test_every_rule_says_yes_to_an_administrator_about_another():
    boss, user = administrator(), UserFactory(role="staff")
    assert rules.may_manage(boss) == rules.may_invite(boss) == rules.may_deactivate(boss, user) == YES
    assert rules.may_change_roles(boss, user, held={"staff"}, wanted=set()) == YES
    assert rules.may_remove_second_factor(boss, user, has_one=True) == YES
    assert "has no second factor" in rules.may_remove_second_factor(boss, user, has_one=False).reason
