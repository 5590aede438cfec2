"""Calendar feeds: a secret address, read as its owner, that says nothing it should not."""

import io
import logging
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from ip2a.answers import Refused
from ip2a.calendars import Entry, registry, services, writing
from ip2a.calendars.masking import MaskSecrets
from ip2a.calendars.views import MOST_READINGS
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry, CalendarFeed
from ip2a.tests.vault.models import Secret
from members.factories import MemberFactory

CHANGED = datetime(2026, 3, 2, 15, 4, 5, 678, tzinfo=UTC)
PAGE = "/account/calendar/"


@pytest.fixture
def organizer(signed_in):
    """Somebody inside the compartment whose records the tests' own feed tells."""
    client = signed_in("organizer")
    client.user.groups.get().permissions.add(Permission.objects.get(codename="view_secret"))
    return client


@pytest.fixture
def secret(db):
    return Secret.objects.create(name="Zebra", member=MemberFactory(last_name="Lima"))


def make(client) -> str:
    """Press the button; gives the path of the address."""
    former = services.state_of(services.feed_of(client.user))
    page = client.post(PAGE, {"former": former}).content.decode()
    return re.search(r'value="http://testserver(/calendar/[\w-]{43}\.ics)"', page)[1]


def read(path, **headers):
    return Client().get(path, headers=headers)


def events(body: bytes) -> list:
    return Calendar.from_ical(body).walk("VEVENT")


def event(**fields):
    entry = Entry(**{"uid": "7", "summary": "Step 2 due", "changed_at": CHANGED, "day": date(2026, 3, 18), **fields})
    return writing._event("cases-7", entry)


# What stands in the file


def test_a_day_is_a_day_and_ends_before_the_next():
    lines = event(url="/grievances/7/", description="Employer: Volt").to_ical().decode().splitlines()
    assert lines == [
        "BEGIN:VEVENT",
        "SUMMARY:Step 2 due",
        "DTSTART;VALUE=DATE:20260318",
        "DTEND;VALUE=DATE:20260319",
        "DTSTAMP:20260302T150405Z",
        "UID:cases-7@127.0.0.1",
        "SEQUENCE:3243784",
        "CLASS:PRIVATE",
        "DESCRIPTION:Employer: Volt",
        "LAST-MODIFIED:20260302T150405Z",
        "STATUS:CONFIRMED",
        "TRANSP:TRANSPARENT",
        "URL:http://127.0.0.1:8000/grievances/7/",
        "END:VEVENT",
    ]


def test_several_days_end_after_the_last():
    told = event(last_day=date(2026, 3, 20))
    assert (told["DTSTART"].dt, told["DTEND"].dt) == (date(2026, 3, 18), date(2026, 3, 21))


def test_times_are_told_in_utc_across_the_clock_change():
    zone = timezone.get_default_timezone()
    start = datetime(2026, 3, 8, 1, 30, tzinfo=zone)
    told = event(day=None, start=start, end=datetime(2026, 3, 8, 3, 30, tzinfo=zone)).to_ical().decode()
    assert "DTSTART:20260308T073000Z" in told
    assert "DTEND:20260308T083000Z" in told
    assert "TRANSP" not in told


def test_what_was_struck_is_cancelled_and_a_later_change_has_a_higher_number():
    told = event(cancelled=True, changed_at=CHANGED + timedelta(minutes=3))
    assert (told["STATUS"], told["SEQUENCE"] - event()["SEQUENCE"]) == ("CANCELLED", 3)


def test_a_summary_is_one_line_and_text_cannot_break_out():
    told = event(summary="Due\r\nEND:VEVENT", description="a\nb;c,d").to_ical().decode()
    assert "SUMMARY:Due END:VEVENT\r\n" in told
    assert "DESCRIPTION:a\\nb\\;c\\,d\r\n" in told
    assert told.count("\r\nEND:VEVENT") == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"day": None}, "either a day or a start"),
        ({"start": CHANGED}, "either a day or a start"),
        ({"last_day": date(2026, 3, 17)}, "the last day comes before the first"),
        ({"day": None, "start": CHANGED, "end": CHANGED - timedelta(hours=1)}, "it ends before it starts"),
        ({"changed_at": datetime(2026, 3, 2)}, "a time without its zone"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(fields, words):
    with pytest.raises(ValueError, match=words):
        event(**fields)


def test_what_lies_far_away_is_left_out_and_the_nearest_days_come_first(db, monkeypatch):
    today = timezone.localdate()
    days = [-91, -90, -1, 0, 1, 400, 401]
    entries = [Entry(str(n), f"Day {n}", CHANGED, day=today + timedelta(days=n)) for n in days]
    monkeypatch.setattr(registry, "_feeds", {"days": lambda user: entries})
    assert [entry.summary for _, entry in registry.entries_for(None)] == [f"Day {n}" for n in (-90, -1, 0, 1, 400)]
    monkeypatch.setattr(registry, "MOST", 3)
    assert [entry.summary for _, entry in registry.entries_for(None)] == ["Day -1", "Day 0", "Day 1"]


# The address


def test_the_address_is_read_without_signing_in(organizer, secret, settings):
    settings.LOCAL_NAME = "Local 123"
    response = read(make(organizer))
    assert (response.status_code, response["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert (response["Cache-Control"], "Set-Cookie" in response) == ("private, max-age=300", False)
    calendar = Calendar.from_ical(response.content)
    assert (calendar["X-WR-CALNAME"], calendar["VERSION"]) == ("Local 123", "2.0")
    (told,) = events(response.content)
    assert (told["SUMMARY"], told["UID"]) == (f"Secret {secret.pk} was told", f"secrets-{secret.pk}@127.0.0.1")
    assert b"Zebra" not in response.content
    assert b"Lima" not in response.content


def test_rights_are_those_of_now(organizer, secret, signed_in):
    path, outside = make(organizer), make(signed_in("staff"))
    assert [len(events(read(p).content)) for p in (path, outside)] == [1, 0]
    organizer.user.groups.clear()
    assert events(read(path).content) == []


def test_a_new_address_ends_the_old_one_at_once(organizer):
    first = make(organizer)
    second = make(organizer)
    assert [read(path).status_code for path in (first, second)] == [404, 200]


def test_turned_off_means_off_until_a_new_one_is_made(organizer):
    path = make(organizer)
    assert organizer.post(f"{PAGE}off/").status_code == 302
    assert read(path).status_code == 404
    assert "You turned your address off" in organizer.get(PAGE).content.decode()
    assert read(make(organizer)).status_code == 200


def test_a_deactivated_person_has_no_calendar(organizer):
    path = make(organizer)
    type(organizer.user).objects.filter(pk=organizer.user.pk).update(is_active=False)
    assert read(path).status_code == 404


def test_wrong_addresses_answer_404(db):
    assert [read(f"/calendar/{token}.ics").status_code for token in ("x" * 43, "x", "é" * 43, "%00" * 30)] == [404] * 4


def test_the_address_is_shown_once_and_kept_nowhere(organizer):
    path = make(organizer)
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    assert token not in organizer.get(PAGE).content.decode()
    assert CalendarFeed.objects.get().digest == services.digest(token)
    told = " ".join(f"{entry.old} {entry.new} {entry.path}" for entry in AuditEntry.objects.all())
    assert token not in told
    assert services.digest(token) not in told


def test_a_page_sent_twice_keeps_the_address_that_was_shown(organizer):
    former = services.state_of(None)
    token = services.make_address(organizer.user, former=former)
    with pytest.raises(Refused, match="Your address was made anew meanwhile, so nothing was changed"):
        services.make_address(organizer.user, former=former)
    assert organizer.post(PAGE, {"former": former}).status_code == 302
    assert read(f"/calendar/{token}.ics").status_code == 200


def test_reading_is_noted_once_an_hour_and_is_no_event(organizer, django_assert_num_queries):
    path = make(organizer)
    entries = AuditEntry.objects.count()
    assert read(path).status_code == 200
    first = CalendarFeed.objects.get().last_read_at
    read(path)
    assert CalendarFeed.objects.get().last_read_at == first
    CalendarFeed.objects.update(last_read_at=timezone.now() - timedelta(hours=2))
    read(path)
    assert CalendarFeed.objects.get().last_read_at > first - timedelta(hours=1)
    assert AuditEntry.objects.count() == entries


def test_an_unchanged_calendar_is_not_sent_again(organizer, secret):
    path = make(organizer)
    tag = read(path)["ETag"]
    again = read(path, if_none_match=tag)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    Secret.objects.create(name="Yak", member=secret.member)
    assert read(path, if_none_match=tag).status_code == 200


def test_reading_too_often_is_refused_gently(organizer, fresh_cache):
    path = make(organizer)
    answers = [read(path).status_code for _ in range(MOST_READINGS + 1)]
    assert answers == [200] * MOST_READINGS + [429]
    assert read(path)["Retry-After"] == "600"
    assert read(make(organizer)).status_code == 200


def test_the_secret_never_reaches_the_log(organizer, fresh_cache):
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(MaskSecrets())
    logging.getLogger("django.request").addHandler(handler)
    try:
        path = make(organizer)
        organizer.post(f"{PAGE}off/")
        read(path)
        Client().post(path)
        Client().get("/nothing-here/")
    finally:
        logging.getLogger("django.request").removeHandler(handler)
    assert out.getvalue() == (
        "Not Found: /calendar/[secret]\nMethod Not Allowed (POST): /calendar/[secret]\nNot Found: /nothing-here/\n"
    )


def test_every_handler_of_the_log_masks_the_secret():
    from ip2a import settings as house

    handlers = house.LOGGING["handlers"].items()
    assert [name for name, handler in handlers if "mask-secrets" not in handler.get("filters", ())] == []


def test_a_phone_is_not_asked_to_send_the_secret_unencrypted(organizer):
    page = organizer.post(PAGE, {"former": ""}, secure=True).content.decode()
    assert re.search(r'href="(webcals?)://testserver/calendar/', page)[1] == "webcals"


def test_two_people_have_two_addresses(organizer, signed_in):
    other = signed_in("staff")
    assert make(organizer) != make(other)
    assert CalendarFeed.objects.filter(user__in=[organizer.user, other.user]).count() == 2


def test_nobody_makes_an_address_for_a_stranger(db):
    assert Client().post(PAGE).status_code == 302
    assert (CalendarFeed.objects.count(), UserFactory(role="staff").is_active) == (0, True)
