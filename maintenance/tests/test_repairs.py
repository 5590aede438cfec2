"""The Repairs page: what needs a person, put off, mended and taken back; within everybody's rights."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ip2a.answers import Refused
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry, Job
from maintenance import badge, doctor, healing, logbook, repairing, schedule, tasks
from maintenance.models import Finding, HealRun, Notice, Postponement, QuarantineRow, ScheduledRun
from maintenance.models_healing import Road
from maintenance.registry import check_named
from members.factories import MemberEmploymentFactory, MemberFactory
from members.models import Member

pytestmark = pytest.mark.django_db
HOME = "/maintenance/repairs/"
DECEASED = "members.current-job-of-deceased"
FIXABLE = "members.joined-in-future"


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.LOGS = tmp_path


def deceased_at_work():
    return MemberEmploymentFactory(member=MemberFactory(last_name="Lima", status=Member.Status.DECEASED))


def future_hire() -> Member:
    return MemberFactory(hire_date=timezone.localdate() + timedelta(days=40))


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


# Not now


def test_what_is_put_off_leaves_the_list_with_name_day_and_reason_and_comes_back(signed_in):
    deceased_at_work()
    doctor.examine()
    browser = signed_in("staff")
    answer = browser.post(f"{HOME}{DECEASED}/not-now/", {"until": in_days(5), "reason": "Waiting for the papers."})
    assert (answer.status_code, answer.url) == (302, HOME)
    page = browser.get(HOME).content.decode()
    assert f"{browser.user}: Waiting for the papers." in page and "Take it up now" in page
    assert page.index("Put off") < page.index("a member who has died")
    Postponement.objects.update(until=timezone.localdate())
    assert "Take it up now" not in browser.get(HOME).content.decode()


def test_putting_off_is_written_down_and_taking_up_again_too(signed_in, django_capture_on_commit_callbacks):
    deceased_at_work()
    doctor.examine()
    staff, check = UserFactory(role="staff"), check_named(DECEASED)
    with django_capture_on_commit_callbacks(execute=True):
        repairing.put_off(check, until=in_days(3), reason=" Later ", by=staff)
    assert DECEASED not in badge.refresh()
    repairing.take_up(check, by=staff)
    assert DECEASED in badge.refresh()
    reasons = AuditEntry.objects.filter(table_name="maintenance_postponement").order_by("at", "id")
    assert list(reasons.values_list("action", "reason")) == [("insert", "Later"), ("update", "Taken up again")]


@pytest.mark.parametrize(
    ("days", "reason", "said"),
    [
        (0, "x", repairing.TOO_SOON),
        (-1, "x", repairing.TOO_SOON),
        (91, "x", repairing.TOO_LATE.format(90)),
        (5, "  ", repairing.NEEDS_REASON),
    ],
)
def test_what_cannot_be_put_off_so_is_refused(days, reason, said):
    with pytest.raises(Refused) as refusal:
        repairing.put_off(check_named(DECEASED), until=in_days(days), reason=reason, by=UserFactory(role="staff"))
    assert str(refusal.value) == said


def test_a_refusal_stands_on_the_form(signed_in):
    answer = signed_in("staff").post(f"{HOME}{DECEASED}/not-now/", {"until": in_days(500), "reason": "x"})
    assert (answer.status_code, "within 90 days" in answer.content.decode()) == (422, True)


def test_who_is_not_told_of_a_finding_cannot_put_it_off():
    with pytest.raises(Refused, match="Only those who are told"):
        repairing.put_off(check_named(DECEASED), until=in_days(3), reason="x", by=UserFactory(role="instructor"))


# The badge


def test_the_menu_tells_how_many_wait_without_asking_the_database(signed_in):
    deceased_at_work()
    doctor.examine()
    browser = signed_in("staff")
    browser.get(HOME)
    names = badge.refresh()
    browser.user.has_perm("members.view_member")  # read once a request, whatever the page
    with CaptureQueriesContext(connection) as queries:
        number = badge.for_a_person(browser.user)
    told = [name for name in names if check_named(name).is_visible_to(browser.user)]
    assert (number, len(queries), DECEASED in told) == (len(told), 0, True)
    assert f'<span class="n" title="Waiting for a person">{number}<' in browser.get("/").content.decode()


def test_what_is_only_worth_knowing_needs_nobody():
    now = timezone.now()
    Finding.objects.create(check_name="a.info", severity="information", count=9, checked_at=now, since=now)
    Finding.objects.create(check_name="a.broken", severity="information", trouble="x", checked_at=now, since=now)
    assert badge.refresh() == ["a.broken"]


# Mend and undo


@pytest.mark.parametrize("role", ["staff", "representative"])
def test_only_administrators_mend(signed_in, role):
    future_hire()
    doctor.examine()
    name = FIXABLE
    browser = signed_in(role)
    assert "/mend/" not in browser.get(HOME).content.decode()
    assert browser.get(f"{HOME}{name}/mend/").url == f"{HOME}{name}/"
    assert browser.post(f"{HOME}{name}/mend/").status_code == 422
    assert [browser.post(f"{HOME}mend/").status_code, browser.get(f"{HOME}runs/").status_code] == [403, 403]
    assert not Job.objects.exists()


def test_an_administrator_mends_sees_the_run_and_takes_it_back(signed_in, django_capture_on_commit_callbacks):
    browser = signed_in("administrator")
    member = future_hire()
    hired = member.hire_date
    name = FIXABLE
    assert "Every row is kept as it was" in browser.get(f"{HOME}{name}/mend/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        address = browser.post(f"{HOME}{name}/mend/").url
    job = Job.objects.get()
    assert address == job.url
    member.refresh_from_db()
    assert (job.state, job.error) == ("done", "")
    run = HealRun.objects.get()
    assert (job.result_text, job.result_url) == ("1 mended.", run.get_absolute_url())
    assert (run.road, run.by, run.repaired, member.hire_date == hired) == ("page", browser.user, 1, False)
    page = browser.get(run.get_absolute_url()).content.decode()
    assert name in page and f"{run.get_absolute_url()}undo/" in page
    [line] = logbook.read("auto_heal", since=timezone.localdate())
    assert (line["run"], line["repaired"]) == (run.pk, 1)
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(f"{run.get_absolute_url()}undo/")
    member.refresh_from_db()
    run.refresh_from_db()
    assert (member.hire_date, run.undone_by) == (hired, browser.user)
    assert "Undo</a>" not in browser.get(run.get_absolute_url()).content.decode()


def test_one_row_is_put_back_from_its_page(signed_in):
    browser = signed_in("administrator")
    members = [future_hire(), future_hire()]
    hired = members[0].hire_date
    healing.heal([FIXABLE], road=Road.COMMAND)
    row = QuarantineRow.objects.get(row_key=str(members[0].pk))
    page = browser.get(row.get_absolute_url()).content.decode()
    assert "Put it back" in page and "hire_date" in page
    browser.post(f"{row.get_absolute_url()}back/")
    for member in members:
        member.refresh_from_db()
    assert [m.hire_date == hired for m in members] == [True, False]
    assert "Put it back" not in browser.get(row.get_absolute_url()).content.decode()
    page = browser.get(f"{HOME}quarantine/?back=no").content.decode()
    assert f"member {members[1].pk}" in page and f"member {members[0].pk}<" not in page
    export = b"".join(browser.get(f"{HOME}quarantine/?format=csv").streaming_content).decode()
    assert "hire_date" in export


def test_what_is_for_a_person_cannot_be_mended():
    with pytest.raises(Refused) as refusal:
        repairing.start_mending(check_named("members.active-without-any-job"), by=UserFactory(role="administrator"))
    assert str(refusal.value) == repairing.NOT_FIXABLE


# The night


def test_the_night_mends_tells_and_writes_it_down():
    future_hire()
    deceased_at_work()
    said = tasks.auto_heal()
    run = HealRun.objects.get()
    assert (run.road, run.by, said.startswith("Mended 1; ")) == ("night", None, True)
    assert Notice.objects.open().filter(name=f"finding:{DECEASED}").exists()
    [line] = logbook.read("auto_heal", since=timezone.localdate())
    assert (line["run"], line["repaired"]) == (run.pk, 1)


# The schedule's page


def test_the_schedule_shows_last_and_next_and_runs_now(signed_in, django_capture_on_commit_callbacks):
    now = timezone.now()
    ScheduledRun.objects.create(
        name="tidy", due=now, slot=now, started_at=now, ended_at=now, state="failed", message="No room."
    )
    browser = signed_in("administrator")
    page = browser.get("/maintenance/schedule/").content.decode()
    assert "Every day at 02:00" in page and "No room." in page and "Run now" in page
    with django_capture_on_commit_callbacks(execute=True):
        answer = browser.post("/maintenance/schedule/tidy/run/")
    run = ScheduledRun.objects.exclude(by=None).get()
    assert (answer.url, run.by, run.state) == (run.job.url, browser.user, "done")
    assert browser.post("/maintenance/schedule/nothing/run/").status_code == 404


def test_the_schedule_costs_as_many_queries_with_many_turns(signed_in):
    browser = signed_in("administrator")
    browser.get("/maintenance/schedule/")
    counts = []
    for turns in (1, 20):
        for n in range(turns):
            due = timezone.now() - timedelta(days=n + turns)
            ScheduledRun.objects.create(name="tidy", due=due, slot=due, ended_at=due, state="done", by=browser.user)
        with CaptureQueriesContext(connection) as queries:
            browser.get("/maintenance/schedule/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert len(schedule.works()) > 5


def test_the_list_of_runs_costs_as_many_queries_with_many_runs(signed_in):
    browser = signed_in("administrator")
    counts = []
    for rounds in (1, 3):
        for _ in range(rounds):
            future_hire()
            healing.heal([FIXABLE], road=Road.COMMAND)
        browser.get(f"{HOME}runs/")
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(f"{HOME}runs/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
