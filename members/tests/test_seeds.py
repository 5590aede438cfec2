from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.core.validators import URLValidator, validate_email
from django.db.models import Count, F, Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ip2a.models import AuditEntry, User
from ip2a.roles import ROLE_NAMES
from ip2a.seeds import DEMO_LOGINS, make_logins
from maintenance import seeding
from maintenance.models import Finding
from members import seeds
from members.factories import MemberFactory
from members.models import Member, MemberEmployment, Organization, OrganizationContact

pytestmark = pytest.mark.django_db

ALLOWED_FINDINGS = {
    "members.active-without-any-job",  # somebody who joined last week
    "benevolence.review-overdue",  # the example ends on its last day, and days go by
    "benevolence.answer-overdue",
    "benevolence.stale-draft",
    "grievances.answer-owed",
    "grievances.limit-without-reminder",
    "grievances.agreed-without-paper",
    "training.tool-not-returned",  # time ends on the last day of the seed
    "training.cohort-larger-than-location",  # the quick local has few places
}


def seed(*arguments):
    out, err = StringIO(), StringIO()
    call_command("seed", "--quick", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def everything():
    people = Member.objects.order_by("member_number").values_list(
        "member_number", "first_name", "middle_name", "last_name", "phone", "email", "date_of_birth", "hire_date",
        "status", "classification", "address", "city", "notes",
    )  # fmt: skip
    jobs = MemberEmployment.objects.order_by("member__member_number", "start_date").values_list(
        "member__member_number", "organization__name", "start_date", "end_date", "job_title", "hourly_rate"
    )
    contacts = OrganizationContact.objects.order_by("id").values_list(
        "organization__name", "last_name", "phone", "is_primary"
    )
    return list(people), list(jobs), list(contacts)


def it_says_what_it_made(out, err):
    counts = [model.objects.count() for model in (Member, Organization, OrganizationContact, MemberEmployment)]
    assert counts[:2] == [50, 20]
    lines = {line.rsplit(None, 2)[0].strip(): line.split()[-2:] for line in out.splitlines()[1:]}
    assert lines["members"] == ["50", "50"]
    assert err == ""


def a_second_run_adds_nothing_and_says_so():
    before = everything()
    out, _ = seed("--seed", "9")
    assert "Nothing was added: these records already stand." in out
    assert everything() == before


def test_the_made_up_local_is_believable_and_was_looked_through():
    """One local for all these questions: making one up takes seconds."""
    it_says_what_it_made(*seed())
    the_trail_says_that_it_is_made_up()
    assert Finding.objects.count() > 10
    a_second_run_adds_nothing_and_says_so()
    assert set(Finding.objects.open().values_list("check_name", flat=True)) <= ALLOWED_FINDINGS
    nothing_happens_after_the_last_day_and_nobody_works_too_young()
    only_active_members_work_and_some_return_to_a_former_employer()
    each_organization_has_one_primary_contact()
    every_address_is_one_that_a_form_takes()
    assert {login.role for login in DEMO_LOGINS} == set(ROLE_NAMES)
    assert User.objects.filter(groups__name="officer").count() == 4
    assert {login.email for login in DEMO_LOGINS} == set(User.objects.values_list("email", flat=True))


def nothing_happens_after_the_last_day_and_nobody_works_too_young():
    jobs = MemberEmployment.objects
    today = timezone.localdate()
    late = Q(start_date__gt=today) | Q(end_date__gt=today)
    assert jobs.filter(late).count() == 0
    assert jobs.filter(start_date__lt=F("member__hire_date")).count() == 0
    assert all((m.hire_date - m.date_of_birth).days > 16 * 365.25 for m in Member.objects.all())


def only_active_members_work_and_some_return_to_a_former_employer():
    current = MemberEmployment.objects.current()
    assert set(current.values_list("member__status", flat=True)) == {"active"}
    stays = MemberEmployment.objects.order_by().values("member", "organization").annotate(n=Count("*")).filter(n__gt=1)
    assert stays.exists()


def each_organization_has_one_primary_contact():
    primaries = Organization.objects.annotate(n=Count("contacts", filter=Q(contacts__is_primary=True)))
    assert set(primaries.values_list("n", flat=True)) == {1}


def every_address_is_one_that_a_form_takes():
    """Otherwise nobody could correct the telephone number beside it."""
    for model in (Member, Organization, OrganizationContact):
        for address in model.objects.exclude(email="").values_list("email", flat=True):
            validate_email(address)
    for address in Organization.objects.exclude(website="").values_list("website", flat=True):
        URLValidator()(address)


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("Green River College, Auburn", "green-river-college.example"),
        ("ANEW Trades, Seattle", "anew-trades-seattle.example"),
        ("Łukasz & Sons", "lukasz-and-sons.example"),
        ("O’Neill Electric (West) Inc.", "oneill-electric-west.example"),
    ],
)
def test_the_mail_server_of_a_firm_has_a_possible_name(name, host):
    assert seeds._host(name) == host


@pytest.mark.parametrize("login", DEMO_LOGINS, ids=lambda login: login.email)
def test_each_login_signs_in_by_the_real_form(login):
    make_logins()
    browser = Client()
    browser.post(reverse("account_login"), {"login": login.email, "password": login.password})
    assert browser.session["_auth_user_id"] == str(User.objects.get(email=login.email).pk)


def test_a_login_that_stands_is_left_as_it_is():
    User.objects.create_user("staff@ip2a.test", "a-password-of-my-own", first_name="Mine")
    make_logins()
    mine = User.objects.get(email="staff@ip2a.test")
    assert (mine.first_name, mine.check_password("a-password-of-my-own")) == ("Mine", True)


def test_existing_members_are_not_mixed_with_made_up_ones():
    MemberFactory()
    seed()
    assert (Member.objects.count(), MemberEmployment.objects.count(), Organization.objects.count()) == (1, 0, 20)


def test_production_is_refused_unless_forced(settings):
    settings.IS_PRODUCTION, settings.IP2A_ENV = True, "production"
    with pytest.raises(CommandError, match=r"This is production: .* --force"):
        seed()
    assert (User.objects.count(), Member.objects.count()) == (0, 0)
    seed("--force")
    assert Member.objects.count() == 50


def the_trail_says_that_it_is_made_up():
    entry = AuditEntry.objects.filter(table_name="members_member").first()
    assert (entry.command, entry.reason) == ("seed", "Made up as an example")


def test_seeders_that_need_each_other_in_a_circle_are_refused(monkeypatch):
    monkeypatch.setattr(seeding, "_seeders", {})
    monkeypatch.setattr(seeding, "autodiscover_modules", lambda *names: None)
    seeding.seeder("a", makes=[], needs=["b"])(lambda s: None)
    seeding.seeder("b", makes=[], needs=["a"])(lambda s: None)
    with pytest.raises(seeding.CannotSeed, match="in a circle: "):
        seeding.in_order()


def test_a_seeder_that_needs_an_unknown_one_is_refused(monkeypatch):
    monkeypatch.setattr(seeding, "_seeders", {})
    monkeypatch.setattr(seeding, "autodiscover_modules", lambda *names: None)
    seeding.seeder("a", makes=[], needs=["cellar"])(lambda s: None)
    with pytest.raises(seeding.CannotSeed, match="A seeder needs cellar, which no app has."):
        seeding.in_order()
