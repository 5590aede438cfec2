"""auto_heal speaks to people in tables and to machines in JSON, and its exit status says whether anything is left."""

import io
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from ip2a.factories import UserFactory
from maintenance import badge, healing_words, tasks
from maintenance.doctor import Seen
from maintenance.healing import Healed, Step
from maintenance.models import Finding, HealRun, QuarantineRow
from maintenance.models_watching import Notice, NoticeTelling
from maintenance.registry import check_named
from members.factories import MemberEmploymentFactory, MemberFactory
from members.models import Member

pytestmark = pytest.mark.django_db
JOINED = "members.joined-in-future"
FUTURE = "members.job-ends-in-future"


def auto_heal(*words):
    return run("auto_heal", *words)


def run(command, *words):
    """(exit status, what it wrote)."""
    out = io.StringIO()
    try:
        call_command(command, *words, stdout=out, stderr=io.StringIO())
    except SystemExit as ended:
        return ended.code, out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def early():
    return MemberFactory(hire_date=timezone.localdate() + timedelta(days=30))


def test_what_was_mended_is_a_line_and_nothing_left_is_status_0(early):
    status, text = auto_heal("--only", JOINED)
    run = HealRun.objects.get()
    assert status == 0
    assert text.splitlines()[1].split() == [JOINED, "1", "1", "0"]
    assert text.splitlines()[-1] == (
        f"Run {run.pk}, 1 check: 1 mended, 0 kinds of findings left. Take it back: auto_heal --undo {run.pk}"
    )
    assert Member.objects.get(pk=early.pk).hire_date is None


def test_what_is_left_for_a_person_is_status_1():
    MemberEmploymentFactory(start_date=date(2020, 1, 1), end_date=timezone.localdate() + timedelta(days=9))
    status, text = auto_heal("--only", FUTURE)
    assert status == 1
    assert "For a person:\n  1 job ends in the future." in text


@pytest.mark.parametrize("command", ["auto_heal", "integrity"])
def test_who_is_to_know_is_told_once_and_the_log_book_says_so(settings, tmp_path, command):
    settings.LOGS = tmp_path
    MemberEmploymentFactory(start_date=date(2020, 1, 1), end_date=timezone.localdate() + timedelta(days=9))
    words = ["--only", FUTURE, "--format", "json", *(["--repair"] if command == "integrity" else [])]
    told = [json.loads(run(command, *words)[1])["notified"] for _ in range(2)]
    kept = [json.loads(line) for path in (tmp_path / "auto_heal").iterdir() for line in path.read_text().splitlines()]
    about = Notice.objects.get(name=f"finding:{FUTURE}")
    assert told == [NoticeTelling.objects.filter(notice=about).count(), 0]
    assert told[0] > 0
    assert [line["notified"] for line in kept] == told


def test_the_night_writes_one_line_and_tells_once(settings, tmp_path):
    settings.LOGS = tmp_path
    tasks.auto_heal()
    kept = [json.loads(line) for path in (tmp_path / "auto_heal").iterdir() for line in path.read_text().splitlines()]
    assert [(line["run"], line["left"]) for line in kept] == [(HealRun.objects.get().pk, 0)]


def test_a_dry_run_tells_nobody(settings, tmp_path, early):
    settings.LOGS = tmp_path
    auto_heal("--only", JOINED, "--dry-run")
    assert (Notice.objects.count(), list(tmp_path.iterdir())) == (0, [])


def test_json_has_the_documented_shape(early):
    status, text = auto_heal("--only", JOINED, "--format", "json")
    assert status == 0
    assert json.loads(text) == {
        "run": HealRun.objects.get().pk,
        "dry_run": False,
        "checks": 1,
        "findings": [
            {
                "name": JOINED,
                "severity": "warning",
                "count": 1,
                "fixable": 1,
                "repaired": 1,
                "examples": [early.pk],
                "sentence": "1 member joined in the future.",
            }
        ],
        "repaired": 1,
        "left": 0,
        "could_not_run": [],
        "notified": 0,
        "closed": [],
    }


def test_a_dry_run_says_what_would_be_done_and_does_nothing(early):
    status, text = auto_heal("--only", JOINED, "--dry-run")
    assert status == 1
    assert text.splitlines()[-1] == "Dry run of 1 check: 1 would be mended. Nothing was written."
    assert (HealRun.objects.count(), QuarantineRow.objects.count()) == (0, 0)


def test_undo_puts_back_and_a_second_undo_says_so(early):
    auto_heal("--only", JOINED)
    run = HealRun.objects.get()
    assert auto_heal("--undo", str(run.pk)) == (0, f"Run {run.pk}: 1 row is as it was.\n")
    status, text = auto_heal("--undo", str(run.pk))
    assert (status, text.startswith(f"Run {run.pk} was taken back already, on ")) == (0, True)
    assert Member.objects.get(pk=early.pk).hire_date == early.hire_date


def test_what_came_back_is_a_finding_again_in_the_list_the_menu_and_the_notices(early):
    auto_heal("--only", JOINED)
    assert (Finding.objects.get(check_name=JOINED).count, JOINED in badge.refresh()) == (0, False)
    auto_heal("--undo", str(HealRun.objects.get().pk))
    back = Finding.objects.get(check_name=JOINED)
    assert (back.count, back.fixable, back.withheld, back.examples) == (1, 0, 1, [early.pk])
    assert JOINED in cache.get(badge.KEY)
    assert Notice.objects.open().filter(name=f"finding:{JOINED}", count=1).exists()


def test_an_undo_is_a_line_in_the_log_book(settings, tmp_path, early):
    auto_heal("--only", JOINED)
    settings.LOGS = tmp_path
    run = HealRun.objects.get()
    auto_heal("--undo", str(run.pk))
    (line,) = [json.loads(line) for path in (tmp_path / "auto_heal").iterdir() for line in path.open()]
    assert (line["undo_of"], line["restored"], line["left_alone"]) == (run.pk, 1, 0)


def test_an_undo_that_brought_nothing_back_looks_at_nothing(early):
    auto_heal("--only", JOINED)
    Member.objects.filter(pk=early.pk).update(city="Akron")
    before = Finding.objects.get(check_name=JOINED).checked_at
    auto_heal("--undo", str(HealRun.objects.get().pk))
    assert Finding.objects.get(check_name=JOINED).checked_at == before


def test_columns_stay_apart_and_a_list_of_names_is_taken(early):
    _, text = auto_heal("--only", JOINED, FUTURE)
    assert text.splitlines()[1].split() == [JOINED, "1", "1", "0"]
    long = replace(check_named(JOINED), name="benevolence." + "a-very-long-name" * 4 + ".constraint")
    healed = Healed(None, [], [Seen(long, count=12_345_678)], [Step(long, 12_345_678, fixable=3)])
    assert list(healing_words.lines(healed))[1].split() == [long.name, "12,345,678", "3", "12,345,675"]


def test_a_run_that_was_killed_is_told_by_the_summary_and_closed_by_the_next_with_a_word(early):
    dead = HealRun.objects.create(road="command", batch=1)
    assert json.loads(auto_heal("--summary", "--format", "json")[1])["runs"][0]["status"] == "cut off"
    _, text = auto_heal("--only", JOINED)
    assert text.splitlines()[0] == f"Run {dead.pk} was cut off and is closed now: 0 mended by then."
    made = HealRun.objects.latest("pk")
    undoing = HealRun.objects.create(kind="undo", undoes=made, road="command", batch=2)
    _, text = auto_heal("--undo", str(made.pk))
    assert text.splitlines() == [
        f"Run {undoing.pk}, the undo of {made.pk}, was cut off and is closed now: 0 put back by then.",
        f"Run {made.pk}: 1 row is as it was.",
    ]
    assert json.loads(auto_heal("--only", JOINED, "--format", "json")[1])["closed"] == []


def test_the_summary_keeps_its_columns_apart(early):
    auto_heal("--only", JOINED)
    line = auto_heal("--summary")[1].splitlines()[1]
    assert line.split()[6:8] == ["command", "done"]


def test_undo_names_what_it_left_alone(early):
    auto_heal("--only", JOINED)
    Member.objects.filter(pk=early.pk).update(city="Akron")
    status, text = auto_heal("--undo", str(HealRun.objects.get().pk), "--format", "json")
    left = [{"table": "members_member", "key": str(early.pk), "reason": "was changed since"}]
    assert (status, json.loads(text)["left_alone"]) == (1, left)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--undo", "999999"], "There is no run 999999"),
        (["--only", "members.joined-in-futur"], "Did you mean members.joined-in-future"),
        (["--app", "member"], "No app is called member"),
        (["--only", "members.j"], r"Did you mean members\.\S+ or .*, or one of \d+ more that begin so\?"),
        (["--only", "."], r"No check is called \."),
    ],
)
def test_what_could_not_run_says_why_with_status_2(words, said):
    with pytest.raises(CommandError, match=said) as refused:
        auto_heal(*words)
    assert refused.value.returncode == 2


def test_the_summary_tells_seven_days(early):
    old = HealRun.objects.create(road="night", batch=1, started_at=timezone.now() - timedelta(days=8))
    HealRun.objects.filter(pk=old.pk).update(status="done", ended_at=timezone.now())
    auto_heal("--only", JOINED)
    run = HealRun.objects.latest("pk")
    auto_heal("--undo", str(run.pk))
    told = json.loads(auto_heal("--summary", "--format", "json")[1])
    assert [(r["kind"], r["of"], r["repaired"], r["undone"]) for r in told["runs"]] == [
        ("mend", None, 1, True),
        ("undo", run.pk, 1, False),
    ]
    assert (told["days"], told["repaired"], told["taken_back"]) == (7, 1, 1)
    assert "In 7 days: 1 mended, 1 taken back." in auto_heal("--summary")[1]


def test_rows_of_a_compartment_are_invisible_outside():
    boss, staff = UserFactory(role="administrator"), UserFactory(role="staff")
    run = HealRun.objects.create(road="command", batch=1)
    about = {"run": run, "check_name": "x", "row_key": "1", "action": "changed", "before": {}}
    open_row = QuarantineRow.objects.create(**about, table_name="members_member")
    QuarantineRow.objects.create(**about, table_name="members_member", compartment="organizing")
    QuarantineRow.objects.create(**about, table_name="organizing_campaign", compartment="")
    assert list(QuarantineRow.objects.visible_to(boss)) == [open_row]
    assert list(QuarantineRow.objects.visible_to(staff)) == []
