"""Who is told what: priorities, one message for many things, nothing unchanged twice, nothing of a compartment."""

import json
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from ip2a.factories import UserFactory
from ip2a.models import Message, NotificationChannel
from ip2a.post import delivery, kinds
from ip2a.tests.vault.models import Secret
from maintenance import logbook, notices, notifying, registry
from maintenance.models import Finding, Notice, Postponement, Severity
from maintenance.registry import check

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def alone(settings, tmp_path, monkeypatch):
    settings.LOGS = tmp_path
    monkeypatch.setattr(registry, "_checks", {})
    NotificationChannel.objects.update(is_on=False)


def found(
    name: str, count: int, severity: str = Severity.WARNING, on=None, trouble: str = "", fixable: int = 0
) -> Finding:
    if registry.check_named(name) is None:
        model = on or NotificationChannel
        check(
            name,
            on=model,
            severity=severity,
            sentence=("1 thing is odd.", "{count} things are odd."),
            advice="Look.",
        )(model._default_manager.none)
    now = timezone.now()
    values = {"severity": severity, "count": count, "fixable": fixable, "trouble": trouble}
    values |= {"since": now, "checked_at": now}
    return Finding.objects.update_or_create(check_name=name, defaults=values)[0]


def channel(name="Desk", kind="email", address="desk@example.org", lowest="low", **fields) -> NotificationChannel:
    return NotificationChannel.objects.create(name=name, kind=kind, address=address, lowest_priority=lowest, **fields)


def priorities() -> dict[str, str]:
    notifying.note_findings()
    return {name.removeprefix("finding:"): p for name, p in Notice.objects.open().values_list("name", "priority")}


# Priorities


def test_what_no_repair_put_right_is_critical_and_what_could_not_run_high():
    found("a.critical", 1, Severity.CRITICAL)
    found("a.broken", 0, trouble="no such column")
    found("a.few", 10)
    assert priorities() == {"a.critical": "critical", "a.broken": "high", "a.few": "low"}
    assert Notice.objects.get(name="finding:a.broken").sentence.startswith("The check “a.broken” could not run")


def test_more_than_ten_warnings_are_high_and_more_than_a_hundred_findings_medium():
    found("a.one", 6)
    found("a.two", 5)
    found("a.info", 89, Severity.INFORMATION)
    assert priorities() == {"a.one": "high", "a.two": "high", "a.info": "low"}
    found("a.info", 90, Severity.INFORMATION)
    assert priorities() == {"a.one": "high", "a.two": "high", "a.info": "medium"}


def test_what_is_over_or_put_off_is_no_notice_any_more():
    found("a.one", 6)
    found("a.two", 5)
    notifying.note_findings()
    Finding.objects.filter(check_name="a.one").update(count=0)
    day = timezone.localdate() + timedelta(days=2)
    Postponement.objects.create(check_name="a.two", until=day, reason="Later", by=UserFactory())
    assert priorities() == {}
    Postponement.objects.update(until=timezone.localdate())
    assert priorities() == {"a.two": "low"}


def test_what_the_night_mends_by_itself_is_not_told_by_day():
    found("a.fixable", 3, fixable=3)
    found("a.partly", 3, fixable=2)
    found("a.person", 3)
    notifying.note_findings(fixable=False)
    assert {n.name for n in Notice.objects.open()} == {"finding:a.partly", "finding:a.person"}


# One message


def test_many_findings_are_one_message_and_come_once():
    found("a.critical", 1, Severity.CRITICAL)
    for n in range(60):
        found(f"a.n{n:02}", 20)
    desk = channel()
    notifying.note_findings()
    assert [notifying.tell(), notifying.tell()] == [1, 0]
    mail = Message.objects.get()
    assert (mail.address, mail.through, mail.kind, mail.channel) == (
        "desk@example.org",
        desk,
        kinds.URGENT_NOTICE,
        "email",
    )
    assert mail.subject.endswith(": 1 critical, 60 high")
    assert mail.body.startswith("Critical\n--------\n* 1 thing is odd.\n  Look.\n  http")
    assert mail.body.count("\n* ") == 40 and "\nAnd 21 more.\n" in mail.body


def test_a_finding_is_told_again_when_it_grows_gets_graver_or_comes_back():
    channel()
    told = []
    for count in (200, 219, 150, 219, 220, 221):
        found("a.one", count, Severity.INFORMATION)
        notifying.note_findings()
        told.append(notifying.tell())
    assert told == [1, 0, 0, 0, 1, 0]
    found("a.warnings", 11)
    notifying.note_findings()
    assert notifying.tell() == 1
    notices.end("finding:a.one")
    notifying.note_findings()
    assert notifying.tell() == 1


def test_each_channel_hears_from_its_own_priority_on():
    channel("All", address="all@example.org", lowest="low")
    channel("Grave", address="grave@example.org", lowest="critical")
    found("a.few", 2)
    notifying.note_findings()
    notifying.tell()
    assert [m.address for m in Message.objects.all()] == ["all@example.org"]


def test_without_an_address_all_administrators_who_can_be_written_to_get_it():
    channel(address="")
    first = UserFactory(role="administrator", email="one@example.org")
    UserFactory(role="administrator", email="gone@example.org", is_active=False)
    UserFactory(role="staff", email="staff@example.org")
    found("a.few", 2)
    notifying.note_findings()
    notifying.tell()
    assert [(m.recipient, m.through.name) for m in Message.objects.all()] == [(first, "Desk")]


def test_with_nobody_to_tell_it_stays_to_be_told(caplog):
    channel(address="")
    found("a.few", 2)
    notifying.note_findings()
    assert notifying.tell() == 0
    assert "has nobody to tell" in caplog.text
    UserFactory(role="administrator")
    assert notifying.tell() == 1


# Quiet hours


def test_in_quiet_hours_only_what_is_critical_goes_out_and_the_rest_waits():
    channel(quiet_from=datetime(2026, 3, 3, 22).time(), quiet_to=datetime(2026, 3, 3, 7).time())
    found("a.few", 2)
    notifying.note_findings()
    night, morning = (timezone.make_aware(datetime(2026, 3, 4, hour)) for hour in (3, 7))
    assert notifying.tell(night) == 0
    found("a.critical", 1, Severity.CRITICAL)
    notifying.note_findings()
    assert [notifying.tell(night), notifying.tell(night), notifying.tell(morning)] == [1, 0, 1]
    assert [m.kind for m in Message.objects.order_by("pk")] == [kinds.URGENT_NOTICE, kinds.NOTICE]


# Other channels


def test_the_log_gets_a_line_of_json():
    channel("Lines", kind="log", address="logs")
    found("a.few", 2)
    notifying.note_findings()
    notifying.tell()
    row = Message.objects.get()
    assert delivery.deliver(row.pk).state == Message.State.SENT
    [line] = logbook.read("admin_notifications", since=timezone.localdate())
    assert (line["message"], line["event"]) == (row.pk, "post.notice")
    assert [(n["name"], n["priority"], n["count"]) for n in line["notices"]] == [("finding:a.few", "low", 2)]


def test_a_log_that_cannot_be_written_is_tried_again(settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.LOGS = tmp_path / "file"
    channel("Lines", kind="log", address="logs")
    found("a.few", 2)
    notifying.note_findings()
    notifying.tell()
    row = Message.objects.get()
    assert delivery.deliver(row.pk).state == Message.State.FAILED


def test_programs_get_a_documented_shape():
    found("a.few", 2)
    notifying.note_findings()
    notice = Notice.objects.get()
    assert json.loads(json.dumps(notifying.data_of([notice]))) == {
        "text": notifying.subject_of([notice]),
        "notices": [
            {
                "name": "finding:a.few",
                "priority": "low",
                "sentence": "2 things are odd.",
                "count": 2,
                "since": notice.since.isoformat(),
                "url": "http://127.0.0.1:8000/maintenance/repairs/a.few/",
            }
        ],
    }


# Compartments


def test_a_finding_inside_a_compartment_goes_to_those_inside_and_nowhere_else(monkeypatch):
    channel()
    inside = UserFactory(role="organizer")
    UserFactory(role="administrator")
    monkeypatch.setattr(registry.Check, "is_visible_to", lambda self, user: user == inside)
    found("vault.secret", 3, on=Secret)
    notifying.note_findings()
    notifying.note_findings()
    assert (notifying.tell(), Notice.objects.count()) == (0, 0)
    mail = Message.objects.get()
    assert (mail.recipient, mail.compartment, mail.is_line, mail.subject) == (
        inside,
        Secret.compartment,
        True,
        "3 things are odd.",
    )


# Set up


def test_a_house_without_channels_gets_a_log_and_its_administrators():
    made = dict(NotificationChannel.objects.values_list("name", "kind"))
    assert {"Log": "log", "Administrators": "email"}.items() <= made.items()
    notifying.set_up()
    assert dict(NotificationChannel.objects.values_list("name", "kind")) == made
