"""``integrity --repair`` mends what is safe, looks again, and says what is left; ``all`` does everything in turn."""

import io
import json
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from ip2a.models import NotificationChannel
from maintenance import healing_lock
from maintenance.models import Finding, HealRun, QuarantineRow
from maintenance.models_healing import Road
from members.factories import MemberEmploymentFactory, MemberFactory
from members.models import Member, MemberEmployment

pytestmark = pytest.mark.django_db
JOINED = "members.joined-in-future"
FUTURE = "members.job-ends-in-future"
BOTH = ["--only", JOINED, FUTURE]


@pytest.fixture(autouse=True)
def own_logs(settings, tmp_path):
    settings.LOGS = tmp_path


def run(*words):
    """(exit status, what it wrote)."""
    out = io.StringIO()
    try:
        call_command(*words, stdout=out, stderr=io.StringIO())
    except SystemExit as ended:
        return ended.code, out.getvalue()
    return 0, out.getvalue()


def early():
    return MemberFactory(hire_date=timezone.localdate() + timedelta(days=30))


def planned():
    """A job that ends soon: a person knows whether that was agreed."""
    return MemberEmploymentFactory(start_date=date(2020, 1, 1), end_date=timezone.localdate() + timedelta(days=9))


def test_what_is_safe_is_mended_and_what_is_left_is_said():
    wrong, kept = early(), planned()
    code, said = run("integrity", "--repair", *BOTH)
    made = HealRun.objects.get()
    assert code == 1
    assert [line.split() for line in said.splitlines()[1:3]] == [[FUTURE, "1", "0", "1"], [JOINED, "1", "1", "0"]]
    assert said.splitlines()[-3:] == [
        "For a person:",
        "  1 job ends in the future.",
        f"Run {made.pk}, 2 checks: 1 mended, 1 kind of finding left. Take it back: auto_heal --undo {made.pk}",
    ]
    assert Member.objects.get(pk=wrong.pk).hire_date is None
    assert MemberEmployment.objects.get(pk=kept.pk).end_date == kept.end_date


def test_it_looks_again_and_the_run_is_kept_as_one_of_the_command():
    early()
    assert run("integrity", "--repair", *BOTH)[0] == 0
    made = HealRun.objects.get()
    assert (made.road, made.by, made.status, made.found, made.repaired, made.left) == (
        *(Road.COMMAND, None, "done"),
        *(1, 1, 0),
    )
    assert list(made.steps.values_list("check_name", "found", "repaired", "still")) == [(JOINED, 1, 1, 0)]
    assert dict(Finding.objects.values_list("check_name", "count")) == {JOINED: 0, FUTURE: 0}


def test_a_repair_tells_machines_its_run_and_who_was_told(tmp_path):
    wrong, kept = early(), planned()
    code, said = run("integrity", "--repair", *BOTH, "--format", "json")
    about = {"severity": "warning", "count": 1}
    told = json.loads(said)
    assert (code, told) == (
        1,
        {
            "run": HealRun.objects.get().pk,
            "dry_run": False,
            "checks": 2,
            "findings": [
                {
                    **about,
                    "name": FUTURE,
                    "fixable": 0,
                    "repaired": 0,
                    "examples": [kept.pk],
                    "sentence": "1 job ends in the future.",
                },
                {
                    **about,
                    "name": JOINED,
                    "fixable": 1,
                    "repaired": 1,
                    "examples": [wrong.pk],
                    "sentence": "1 member joined in the future.",
                },
            ],
            "repaired": 1,
            "left": 1,
            "could_not_run": [],
            "notified": 1,  # the log; one warning is not enough for a mail
            "closed": [],
        },
    )
    (line,) = [json.loads(line) for path in (tmp_path / "auto_heal").iterdir() for line in path.open()]
    assert (line["run"], line["repaired"], line["left"], line["notified"]) == (told["run"], 1, 1, 1)
    assert run("integrity", "--repair", *BOTH, "--format", "json")[1].count('"notified": 0') == 1


def test_nothing_wrong_is_status_0_and_says_so():
    code, said = run("integrity", "--repair", *BOTH)
    assert (code, said) == (0, f"Run {HealRun.objects.get().pk}, 2 checks: 0 mended, 0 kinds of findings left.\n")


@pytest.mark.parametrize("words", [["--repair"], []])
def test_names_nobody_knows_are_status_2_and_nothing_is_done(words):
    with pytest.raises(CommandError, match="Did you mean members.joined-in-future") as refused:
        run("integrity", *words, "--only", "members.joined-in-futur")
    assert (refused.value.returncode, HealRun.objects.count()) == (2, 0)


def test_beside_another_repair_it_is_status_2(app_db):
    early()
    app_db.execute("SELECT pg_advisory_lock(%s)", [healing_lock.LOCK])
    with pytest.raises(CommandError, match="Another repair is just beginning") as refused:
        run("integrity", "--repair", *BOTH)
    assert (refused.value.returncode, QuarantineRow.objects.count()) == (2, 0)


def test_without_a_channel_nobody_is_told():
    planned()
    NotificationChannel.objects.update(is_on=False)
    assert json.loads(run("integrity", "--repair", *BOTH, "--format", "json")[1])["notified"] == 0


# -- all


def test_everything_in_turn_stops_where_a_step_cannot_run(settings):
    settings.IS_PRODUCTION = True
    settings.IP2A_ENV = "production"
    out = io.StringIO()
    with pytest.raises(CommandError, match="^seed: .*--force") as refused:
        call_command("all", stdout=out, stderr=io.StringIO())
    assert (refused.value.returncode, out.getvalue()) == (2, "\n== Making up a local (seed)\n")
    assert Member.objects.count() == 0
