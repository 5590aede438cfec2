from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from ip2a.factories import UserFactory
from ip2a.models import AuditEntry, User
from maintenance import doctor, registry, tasks, thresholds
from maintenance.models import Finding, Severity, Threshold
from maintenance.registry import check

pytestmark = pytest.mark.django_db


@pytest.fixture
def checks(monkeypatch):
    """An empty list of checks, for the test to fill."""
    monkeypatch.setattr(registry, "_checks", {})


def make_check(name="ip2a.named-odd", **changes):
    about = {
        "on": User,
        "severity": Severity.WARNING,
        "sentence": ("1 person is odd.", "{count} people are odd."),
        "advice": "Ask them.",
    }
    return check(name, **{**about, **changes})(lambda: User.objects.filter(last_name="Odd"))


def broken():
    return User.objects.extra(where=["no_such_column > 0"])


def test_a_round_remembers_how_many_were_found_and_the_newest_few(checks):
    make_check()
    odd = [UserFactory(last_name="Odd") for _ in range(7)]
    UserFactory(last_name="Even")
    doctor.examine()
    finding = Finding.objects.get()
    newest = [user.pk for user in reversed(odd)][: doctor.EXAMPLES]
    assert (finding.check_name, finding.count, finding.examples) == ("ip2a.named-odd", 7, newest)
    assert finding.severity == "warning"
    assert finding.since == finding.checked_at


def test_a_second_round_keeps_since_when_and_forgets_it_when_all_is_well(checks):
    make_check()
    odd = UserFactory(last_name="Odd")
    doctor.examine()
    first = Finding.objects.get()
    long_ago = first.since - timedelta(days=3)
    Finding.objects.update(since=long_ago)
    doctor.examine()
    assert Finding.objects.get().since == long_ago
    User.objects.filter(pk=odd.pk).update(last_name="Even")
    doctor.examine()
    healthy = Finding.objects.get()
    assert (healthy.count, healthy.examples, healthy.since) == (0, [], None)


def test_a_check_that_breaks_is_a_finding_and_the_others_still_run(checks):
    make_check("members.a-broken").find = broken
    make_check("members.b-whole")
    UserFactory(last_name="Odd")
    seen = {one.check.name: one for one in doctor.examine()}
    assert "no_such_column" in seen["members.a-broken"].trouble
    assert seen["members.b-whole"].count == 1
    assert list(Finding.objects.open().values_list("check_name", flat=True)) == ["members.a-broken", "members.b-whole"]


def test_a_whole_round_forgets_checks_that_no_longer_exist(checks):
    make_check()
    Finding.objects.create(check_name="members.old", severity="warning", checked_at=timezone.now())
    doctor.examine()
    assert [f.check_name for f in Finding.objects.all()] == ["ip2a.named-odd"]


def test_a_part_of_a_round_leaves_the_other_findings(checks):
    first, second = make_check("members.a"), make_check("members.b")
    doctor.examine()
    UserFactory(last_name="Odd")
    doctor.examine([first])
    assert dict(Finding.objects.values_list("check_name", "count")) == {"members.a": 1, "members.b": 0}
    assert second.name == "members.b"


def test_two_rounds_never_run_at_once(checks, app_db):
    make_check()
    with app_db.transaction():
        app_db.execute("SELECT pg_advisory_xact_lock(%s)", [doctor.LOCK])
        assert doctor.examine() is None
    assert doctor.examine() is not None


def test_a_round_writes_nothing_into_the_audit_trail(checks):
    make_check()
    UserFactory(last_name="Odd")
    before = AuditEntry.objects.count()
    doctor.examine()
    assert AuditEntry.objects.count() == before


def test_the_task_says_how_many_checks_found_something(checks):
    make_check("members.a")
    make_check("members.b").find = lambda: User.objects.none()
    UserFactory(last_name="Odd")
    assert tasks.examine.delay().get() == "1 of 2 checks found something."


def test_two_checks_cannot_share_a_name(checks):
    make_check()
    with pytest.raises(ValueError, match=r"Two checks are named ip2a\.named-odd\."):
        make_check()


def test_the_sentence_counts_and_names_the_local_s_own_numbers(checks):
    odd = make_check(
        uses=("members.youngest-worker",),
        sentence=("1 is under {youngest_worker}.", "{count} under {youngest_worker}."),
    )
    assert [odd.say(1), odd.say(1234)] == ["1 is under 16.", "1,234 under 16."]
    Threshold.objects.filter(name="members.youngest-worker").update(value=18)
    assert odd.say(1) == "1 is under 18."


def test_a_number_nobody_set_has_its_default_with_or_without_a_row():
    assert thresholds.value("members.highest-usual-rate") == Decimal(150)
    Threshold.objects.all().delete()
    assert thresholds.value("members.highest-usual-rate") == Decimal(150)


def test_every_declared_number_has_a_row_after_migrating_and_keeps_what_the_local_set():
    Threshold.objects.filter(name="members.highest-usual-rate").update(value=175, about="old words")
    Threshold.objects.filter(name="members.youngest-worker").delete()
    thresholds.sync()
    row = Threshold.objects.get(name="members.highest-usual-rate")
    assert (row.value, row.about) == (Decimal(175), "A higher hourly rate is reported as unusual.")
    assert Threshold.objects.get(name="members.youngest-worker").value == Decimal(16)


def test_every_check_of_the_house_runs_and_speaks():
    every = registry.all_checks()
    assert [(seen.check.name, seen.trouble) for seen in doctor.survey(every) if seen.trouble] == []
    for one in every:
        assert one.say(1) != one.say(2)
        assert one.advice.endswith(".")


def test_a_check_does_not_end_the_transaction_around_it(checks):
    make_check().find = broken
    UserFactory(last_name="Kept")
    doctor.examine()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ip2a_user WHERE last_name = 'Kept'")
        assert cursor.fetchone() == (1,)
