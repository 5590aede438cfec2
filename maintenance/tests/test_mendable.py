"""What a look says can be mended, a dry run, the repair itself and the Repairs page say alike."""

import io
import json
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from maintenance import doctor, healing, mending, tasks
from maintenance.healing_undo import undo
from maintenance.mending import AT_MOST, Mend
from maintenance.mending_rows import candidates
from maintenance.models import Finding, Notice, Threshold
from maintenance.registry import check_named, choose
from members.factories import MemberEmploymentFactory, MemberFactory

pytestmark = pytest.mark.django_db
FUTURE = "members.job-ends-in-future"
JOINED = "members.joined-in-future"
BOTH = ["--only", FUTURE, JOINED]
HOME = "/maintenance/repairs/"


@pytest.fixture(autouse=True)
def own_logs(settings, tmp_path):
    settings.LOGS = tmp_path


def job(days):
    return MemberEmploymentFactory(start_date=date(2020, 1, 1), end_date=timezone.localdate() + timedelta(days=days))


def look(*words):
    """What ``integrity`` prints; its exit status says that something is left."""
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("integrity", *words, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def told(*words):
    """{check: (found, can be mended)} of a command's JSON."""
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command(*words, *BOTH, "--format", "json", stdout=out, stderr=io.StringIO())
    return {one["name"]: (one["count"], one["fixable"]) for one in json.loads(out.getvalue())["findings"]}


def kept():
    return {f.check_name: (f.count, f.fixable) for f in Finding.objects.open().filter(check_name__in=BOTH)}


@pytest.fixture
def faults():
    """Three jobs that a repair ends, two whose end was perhaps agreed, one member who joins next month."""
    for days in (400, 401, 402, 9, 20):
        job(days)
    MemberFactory(hire_date=timezone.localdate() + timedelta(days=30))


def test_a_look_a_dry_run_and_the_page_count_alike_and_the_repair_does_it(faults):
    said = told("integrity")
    assert said == {FUTURE: (5, 3), JOINED: (1, 1)}
    assert told("auto_heal", "--dry-run") == said
    assert kept() == said
    assert {step.check.name: step.repaired for step in healing.heal([FUTURE, JOINED]).steps} == {FUTURE: 3, JOINED: 1}
    assert kept() == {FUTURE: (2, 0)}


def test_what_is_held_back_counts_for_nobody(faults):
    undo(healing.heal([JOINED]).run, by=None)
    Threshold.objects.filter(name=AT_MOST).update(value=2)
    said = told("integrity")
    assert said == {FUTURE: (5, 0), JOINED: (1, 0)}
    assert told("auto_heal", "--dry-run") == said == kept()
    assert dict(Finding.objects.filter(withheld__gt=0).values_list("check_name", "withheld")) == {FUTURE: 3, JOINED: 1}


def test_the_words_of_a_look_say_how_much_and_what_the_rest_needs(faults):
    text = look(*BOTH)
    assert f"{FUTURE}. 3 can be mended: {check_named(FUTURE).fix} The rest is for a person: " in text
    assert f"{JOINED}. Can be mended: {check_named(JOINED).fix}" in text
    assert "\n4 can be mended: integrity --repair." in text
    Threshold.objects.filter(name=AT_MOST).update(value=2)
    text = look(*BOTH)
    assert "3 at once, more than 2: look at some first" in text
    assert "\n3 more only when you say so, with auto_heal --many or --again" in text


def test_a_dry_run_leaves_to_people_only_what_it_would_not_mend(faults):
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("auto_heal", "--dry-run", *BOTH, stdout=out, stderr=io.StringIO())
    lines = out.getvalue().splitlines()
    assert [line.split()[-3:] for line in lines[1::2][:2]] == [["5", "3", "2"], ["1", "1", "0"]]
    assert lines[lines.index("For a person:") + 1 : -1] == ["  5 jobs end in the future."]


def test_the_page_offers_no_mend_where_nothing_is_safe(signed_in):
    job(9)
    browser = signed_in("administrator")
    doctor.examine(choose([FUTURE]))
    assert f"{HOME}{FUTURE}/mend/" not in browser.get(HOME).content.decode()
    assert f"{HOME}{FUTURE}/mend/" not in browser.get(f"{HOME}{FUTURE}/").content.decode()
    job(400)
    doctor.examine(choose([FUTURE]))
    for page in (HOME, f"{HOME}{FUTURE}/", f"{HOME}{FUTURE}/mend/"):
        text = browser.get(page).content.decode()
        assert f"{HOME}{FUTURE}/mend/" in text or page.endswith("mend/")
        assert "1 of 2 can be mended." in text


def test_what_the_night_cannot_mend_is_told_by_day(faults):
    tasks.examine()
    assert set(Notice.objects.open().values_list("name", flat=True)) >= {f"finding:{FUTURE}"}
    assert not Notice.objects.filter(name=f"finding:{JOINED}").exists()


def test_a_mend_that_breaks_while_it_is_counted_is_said_and_the_look_goes_on(faults, monkeypatch):
    def breaks(rows):
        raise ZeroDivisionError("of the mend")

    monkeypatch.setitem(mending._named, FUTURE, Mend("It breaks.", {"end_date": None}, breaks))
    text = look(*BOTH)
    assert "How many can be mended could not be found out: ZeroDivisionError: of the mend" in text
    assert "\n1 can be mended: integrity --repair." in text


def test_what_was_taken_back_is_asked_of_each_wrong_row_and_not_compared_with_all_there(db):
    """As a join, a thousand mends taken back took minutes to count, while the server had no statistics of them."""
    check = check_named(FUTURE)
    plan = candidates(check, mending.mend_of(check), again=False).explain()
    assert ("SubPlan" in plan, "Anti Join" in plan) == (True, False)
