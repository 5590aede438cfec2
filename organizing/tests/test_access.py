"""Letting people in: an officer who breaks the glass, and people who are named for one campaign."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from ip2a.answers import Refused
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry, CompartmentOpening, Message
from maintenance.models import Threshold
from organizing import factories as make
from organizing.models import BreakGlass, CampaignAccess
from organizing.rules import access as rules
from organizing.services import access

REASON = "A salt was discharged tonight"


def url(name, record=None):
    return reverse(f"organizing:{name}", args=[record.pk] if record else [])


def page(client, path) -> str:
    return client.get(path, follow=True).content.decode()


@pytest.fixture
def officer(signed_in):
    return signed_in("officer", first_name="Olga", last_name="Officer")


@pytest.fixture
def organizer(signed_in):
    return signed_in("organizer", first_name="Omar", last_name="Organizer")


@pytest.fixture
def campaign(db):
    return make.CampaignFactory(name="Volt drive")


# Breaking the glass


def test_an_officer_opens_the_compartment_for_some_hours_and_all_concerned_are_told(officer, organizer, campaign):
    other, boss = UserFactory(role="officer"), UserFactory(role="administrator")
    assert officer.get(campaign.get_absolute_url()).status_code == 404
    answer = officer.post(url("breakglass_open"), {"reason": REASON})
    assert answer.status_code == 302
    glass = BreakGlass.objects.get()
    assert (glass.officer, glass.reason) == (officer.user, REASON)
    assert glass.expires_at - glass.opened_at == timedelta(hours=4)
    told = Message.objects.filter(kind=access.ALERT)
    assert {row.recipient for row in told} == {other, organizer.user}
    assert {row.compartment for row in told} == {"organizing"} and boss not in {row.recipient for row in told}
    assert all(REASON in row.body and "Olga Officer" in row.subject for row in told)
    assert officer.get(campaign.get_absolute_url()).status_code == 200


def test_the_mail_goes_out(officer, organizer, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        officer.post(url("breakglass_open"), {"reason": REASON})
    assert [(sent.to, sent.subject) for sent in mail.outbox] == [
        ([organizer.user.email], "Olga Officer opened the organizing compartment")
    ]


def test_every_page_says_that_it_is_open_and_what_is_opened_is_written_down(officer, campaign):
    says = "The organizing compartment is open to you"
    assert says not in page(officer, "/")
    make.BreakGlassFactory(officer=officer.user)
    for path in ("/", "/members/", "/search/?q=x", campaign.get_absolute_url(), "/nowhere/", "/admin/"):
        assert (path, says in page(officer, path)) == (path, True)
    seen = CompartmentOpening.objects.filter(user_id=officer.user.pk).values_list("model", "record_id")
    assert list(seen) == [("organizing.campaign", campaign.pk)]


def test_an_officer_inside_reads_and_changes_nothing(officer, campaign):
    make.BreakGlassFactory(officer=officer.user)
    worker = make.WorkerFactory(campaign=campaign)
    edited = officer.post(reverse("organizing:worker_update", args=[worker.pk]), {"last_name": "X", "version": 1})
    assert edited.status_code == 403
    worker.refresh_from_db()
    assert worker.last_name != "X"


def test_it_closes_by_the_button_and_by_itself(officer, campaign):
    glass = make.BreakGlassFactory(officer=officer.user)
    assert officer.post(url("breakglass_end", glass)).status_code == 302
    assert officer.get(campaign.get_absolute_url()).status_code == 404
    glass.refresh_from_db()
    assert glass.ended_by == officer.user
    make.BreakGlassFactory(officer=officer.user, opened_at=timezone.now() - timedelta(hours=4, seconds=1))
    assert officer.get(campaign.get_absolute_url()).status_code == 404


def test_another_officer_may_close_it_and_an_organizer_may_not(officer, organizer, campaign):
    glass = make.BreakGlassFactory(officer=officer.user)
    assert organizer.post(url("breakglass_end", glass)).status_code == 403
    with pytest.raises(Refused, match="Only an officer"):
        access.end_glass(glass, by=organizer.user)
    access.end_glass(glass, by=UserFactory(role="officer"))
    with pytest.raises(Refused, match="closed already"):
        access.end_glass(glass, by=officer.user)


@pytest.mark.parametrize("reason", ["", "   "])
def test_without_a_reason_it_stays_closed(officer, reason):
    assert officer.post(url("breakglass_open"), {"reason": reason}).status_code == 422
    with pytest.raises(Refused, match="Say why"):
        access.break_glass(by=officer.user, reason=reason)
    assert BreakGlass.objects.count() == 0


def test_it_is_opened_once_and_not_by_others(officer, organizer):
    access.break_glass(by=officer.user, reason=REASON)
    with pytest.raises(Refused, match="open to you already"):
        access.break_glass(by=officer.user, reason=REASON)
    for role in ("organizer", "administrator", "staff"):
        with pytest.raises(Refused, match="Only an officer"):
            access.break_glass(by=UserFactory(role=role), reason=REASON)


@pytest.mark.parametrize(("hours", "lasts"), [(2, 2), (0, 1), (99, 24)])
def test_the_local_sets_the_hours_within_a_day(officer, hours, lasts):
    Threshold.objects.filter(name=rules.GLASS_HOURS).update(value=hours)
    glass = access.break_glass(by=officer.user, reason=REASON)
    assert glass.expires_at - glass.opened_at == timedelta(hours=lasts)


def test_officers_see_each_opening_on_a_list_and_others_no_list(officer, organizer, signed_in):
    make.BreakGlassFactory(officer=UserFactory(first_name="Nils", last_name="Night"), reason="Looked at night")
    for client in (officer, organizer):
        seen = page(client, url("access"))
        assert "Nils Night" in seen and "Looked at night" in seen
    for role in ("administrator", "staff", "representative", "instructor"):
        assert signed_in(role).get(url("access")).status_code == 404


# Naming people


def asked(campaign, organizer, person, **more):
    values = {"why": "Knows the crew", "until": None, "may_write": False, "label": "The big one"} | more
    return access.ask(campaign, person=person, by=organizer, **values)


def test_an_organizer_asks_an_officer_grants_and_the_campaign_exists_for_that_person(
    officer, organizer, signed_in, campaign
):
    staff, other = signed_in("staff"), make.CampaignFactory(name="Other drive")
    worker = make.WorkerFactory(campaign=campaign)
    form = {"campaign": campaign.pk, "person": staff.user.pk, "why": "Knows the crew", "label": "The big one"}
    assert organizer.post(url("campaignaccess_ask"), form).status_code == 302
    row = CampaignAccess.objects.get()
    assert staff.get(campaign.get_absolute_url()).status_code == 404
    listed = page(officer, url("access"))
    assert "The big one" in listed and "Volt drive" not in listed
    assert officer.post(url("campaignaccess_grant", row)).status_code == 302
    row.refresh_from_db()
    assert (row.granted_by, row.label) == (officer.user, "The big one")
    found = {path: staff.get(path).status_code for path in (campaign.get_absolute_url(), worker.get_absolute_url())}
    assert found == dict.fromkeys(found, 200)
    assert staff.get(other.get_absolute_url()).status_code == 404
    assert staff.get(url("access")).status_code == 404
    reason = AuditEntry.objects.about(row).filter(action="update").get().reason
    assert reason == "Knows the crew"


def test_an_end_closes_it_at_once_and_says_why(officer, organizer, signed_in, campaign):
    staff = signed_in("staff")
    row = make.CampaignAccessFactory(campaign=campaign, person=staff.user)
    assert staff.get(campaign.get_absolute_url()).status_code == 200
    assert officer.post(url("campaignaccess_end", row), {"reason": "Moved away"}).status_code == 302
    assert staff.get(campaign.get_absolute_url()).status_code == 404
    assert "Moved away" in page(organizer, url("access"))


def test_who_grants_is_neither_the_person_nor_who_asked(officer, organizer, campaign):
    own = asked(campaign, organizer.user, officer.user)
    with pytest.raises(Refused, match="Nobody names themselves"):
        access.grant(own, by=officer.user)
    both = UserFactory(role="organizer")
    both.groups.add(officer.user.groups.get())
    row = asked(campaign, both, UserFactory())
    with pytest.raises(Refused, match="asked for this yourself"):
        access.grant(row, by=both)
    with pytest.raises(Refused, match="Only an officer"):
        access.grant(row, by=organizer.user)
    access.grant(row, by=officer.user)
    with pytest.raises(Refused, match="granted already"):
        access.grant(row, by=officer.user)


def test_officers_and_the_person_are_told(officer, organizer, campaign):
    person = UserFactory()
    row = asked(campaign, organizer.user, person)
    access.grant(row, by=officer.user)
    told = Message.objects.filter(kind=access.NAMING).order_by("id")
    assert [(m.recipient, m.key.split(":")[2]) for m in told] == [
        (officer.user, "asked"), (person, "granted"), (organizer.user, "granted"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "words"),
    [({"why": " "}, "Say why"), ({"until": timezone.now() - timedelta(hours=1)}, "That day is over")],
)
def test_what_is_asked_must_make_sense(organizer, campaign, values, words):
    with pytest.raises(Refused, match=words):
        asked(campaign, organizer.user, UserFactory(), **values)


def test_nobody_is_asked_for_twice_nor_for_a_campaign_that_is_over(organizer, campaign):
    person = UserFactory()
    asked(campaign, organizer.user, person)
    with pytest.raises(Refused, match="already has, or waits"):
        asked(campaign, organizer.user, person)
    over = make.CampaignFactory(status="ended", closed_on=timezone.localdate())
    with pytest.raises(Refused, match="is over"):
        asked(over, organizer.user, person)
    with pytest.raises(Refused, match="Only an organizer"):
        asked(campaign, UserFactory(role="staff"), person)


def test_access_until_a_day_lasts_through_that_day(organizer, campaign):
    until = timezone.localdate() + timedelta(days=3)
    form = {"campaign": campaign.pk, "person": UserFactory().pk, "why": "x", "until": until.isoformat()}
    organizer.post(url("campaignaccess_ask"), form)
    ends = timezone.localtime(CampaignAccess.objects.get().until_at)
    assert (ends.date(), ends.hour) == (until + timedelta(days=1), 0)


def test_a_date_of_its_end_before_its_start_is_refused_by_the_database(campaign):
    with pytest.raises(IntegrityError, match="campaign_access_ends_after_start"), transaction.atomic():
        make.CampaignAccessFactory(campaign=campaign, until_at=timezone.now() - timedelta(days=1))
