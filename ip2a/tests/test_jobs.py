"""Long work: started once, done once, told to those who may see its subject."""

import threading

import pytest
from django.db import connection
from django.test import Client

from ip2a import jobs
from ip2a.factories import UserFactory
from ip2a.jobs import tasks, work
from ip2a.jobs.channel import LOCK, Channel
from ip2a.models import AuditEntry, CompartmentOpening, Job
from ip2a.tests.vault.models import Secret
from ip2a.tests.worker import until
from members.factories import MemberFactory

State = Job.State


@pytest.fixture
def member(db):
    return MemberFactory(first_name="Rosa", last_name="Lima")


@pytest.fixture
def staff(db):
    return UserFactory(role="staff", first_name="Renée", last_name="Dubois")


def finished(kind, member, by, **data) -> Job:
    job = jobs.start(kind, member, by=by, data=data)
    work.perform(job.pk)
    job.refresh_from_db()
    return job


def secrets() -> list[str]:
    return list(Secret.objects.order_by("name").values_list("name", flat=True))


def test_a_job_is_done_and_keeps_its_result(member, staff):
    job = finished("vault.pack", member, staff, steps=5)
    kept = (job.state, job.attempts, job.done, job.total, job.percent, job.text)
    assert kept == (State.DONE, 1, 5, 5, 100, "5 packed.")
    assert (job.result, job.result_url, job.result_label) == ({"steps": 5}, "/members/", "Look")
    assert (job.is_unfinished, job.finished_at is not None, job.error) == (False, True, "")
    assert secrets() == ["Packed at attempt 1"]


def test_what_a_job_changes_is_written_down_under_the_name_of_who_started_it(member, staff):
    finished("vault.pack", member, staff)
    made = AuditEntry.objects.get(table_name="vault_secret")
    assert (made.actor_id, made.actor_name) == (staff.pk, "Renée Dubois")


def test_progress_is_no_event_but_the_states_are(member, staff):
    job = finished("vault.pack", member, staff, steps=2)
    Job.objects.filter(pk=job.pk).update(done=1, stage="Further")
    entries = AuditEntry.objects.filter(table_name="ip2a_job", record_id=job.pk).order_by("id")
    told = [(entry.action, (entry.new or {}).get("state")) for entry in entries]
    assert told == [("insert", "waiting"), ("update", "running"), ("update", "done")]


def test_a_second_start_answers_with_the_job_that_runs(member, staff):
    first = jobs.start("vault.pack", member, by=staff)
    second = jobs.start("vault.pack", member, by=staff)
    assert (first.is_new, second.is_new, second.pk) == (True, False, first.pk)
    other = jobs.start("vault.pack", MemberFactory(), by=staff)
    house = jobs.start("vault.pack", by=staff)
    again = jobs.start("vault.pack", by=staff)
    assert (other.is_new, house.is_new, again.pk) == (True, True, house.pk)


def test_after_its_end_it_can_be_started_again(member, staff):
    first = finished("vault.pack", member, staff)
    assert jobs.start("vault.pack", member, by=staff).pk != first.pk


def test_a_kind_that_nobody_registers_cannot_be_started(member, staff):
    with pytest.raises(LookupError, match=r"No installed app registers the job 'vault\.none'\."):
        jobs.start("vault.none", member, by=staff)


def test_a_refusal_is_the_sentence_and_leaves_nothing_behind(member, staff):
    job = finished("vault.refuse", member, staff)
    assert (job.state, job.text, secrets()) == (State.FAILED, "There is no paper to pack. Add one first.", [])


def test_a_fault_is_logged_and_told_without_its_words(member, staff, caplog):
    job = finished("vault.break", member, staff)
    assert (job.state, job.text, secrets()) == (State.FAILED, work.WENT_WRONG, [])
    assert "ZeroDivisionError: on purpose" in caplog.text


def test_a_fault_in_work_that_commits_as_it_goes_does_not_say_that_nothing_was_changed(member, staff):
    job = finished("vault.break-halfway", member, staff)
    assert (job.state, job.text, len(secrets())) == (State.FAILED, work.WENT_WRONG_AFTER_SOME, 1)


def test_work_that_commits_as_it_goes_keeps_what_it_did(member, staff):
    job = finished("vault.steps", None, staff, whose=member.pk, refuse="No more.")
    assert (job.state, job.error, secrets()) == (State.FAILED, "No more.", ["Kept"])


def test_a_finished_job_is_not_done_again(member, staff):
    job = finished("vault.pack", member, staff)
    work.perform(job.pk)
    work.perform(job.pk + 1_000_000)
    job.refresh_from_db()
    assert (job.attempts, secrets()) == (1, ["Packed at attempt 1"])


def test_what_began_often_enough_fails_with_a_sentence(member, staff):
    job = jobs.start("vault.pack", member, by=staff)
    Job.objects.filter(pk=job.pk).update(state=State.RUNNING, attempts=3)
    work.perform(job.pk)
    job.refresh_from_db()
    words = "It stopped in the middle three times. Tell an administrator, who finds the reason in the log."
    assert (job.state, job.error, secrets()) == (State.FAILED, words, [])


def test_a_job_of_a_room_that_is_gone_fails_with_a_sentence(member, staff):
    job = jobs.start("vault.pack", member, by=staff)
    Job.objects.filter(pk=job.pk).update(kind="gone.pack")
    work.perform(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == (State.FAILED, work.NOT_KNOWN)


def test_running_without_a_worker_waits_again_and_is_handed_over(member, staff):
    dead = jobs.start("vault.pack", member, by=staff)
    Job.objects.filter(pk=dead.pk).update(state=State.RUNNING, attempts=1)
    spent = jobs.start("vault.pack", MemberFactory(), by=staff)
    Job.objects.filter(pk=spent.pk).update(state=State.RUNNING, attempts=3)
    assert work.abandoned() == [dead.pk]
    dead.refresh_from_db()
    spent.refresh_from_db()
    assert (dead.state, dead.text) == (State.WAITING, "It stopped in the middle and begins again by itself.")
    assert spent.state == State.FAILED


def test_running_with_a_worker_is_left_alone(member, staff):
    job = jobs.start("vault.pack", member, by=staff)
    Job.objects.filter(pk=job.pk).update(state=State.RUNNING, attempts=1)
    with Channel(job.pk) as alive:
        assert alive.hold()
        assert work.abandoned() == []
    assert work.abandoned() == [job.pk]


def test_a_lost_message_is_sent_again_and_a_fresh_one_is_not(member, staff):
    job = jobs.start("vault.pack", member, by=staff)
    assert work.abandoned() == [job.pk]
    Job.objects.filter(pk=job.pk).update(queued_at=work.timezone.now())
    assert work.abandoned() == []
    Job.objects.filter(pk=job.pk).update(queued_at=work.timezone.now() - work.LOST_AFTER)
    assert tasks.tend() == 1
    job.refresh_from_db()
    assert job.state == State.DONE


# Who may see it


def test_who_may_see_the_subject_sees_the_job(signed_in, member, staff):
    job = finished("vault.pack", member, staff)
    inside, outside = signed_in("representative"), Client()
    outside.force_login(UserFactory(role=None))
    assert (inside.get(job.url).status_code, outside.get(job.url).status_code) == (200, 404)
    assert jobs.latest("vault.pack", member, staff) == job
    assert jobs.latest("vault.pack", member, UserFactory(role=None)) is None


def test_a_job_in_a_compartment_does_not_exist_outside(signed_in, member):
    by = signed_in("organizer")
    allow(by.user, "vault.view_secret")
    staff = signed_in("staff")
    allow(staff.user, "vault.view_secret")
    secret = Secret.objects.create(name="Zebra", member=member)
    job = jobs.start("vault.pack", secret, by=by.user)
    assert job.compartment == "organizing"
    assert (by.get(job.url).status_code, staff.get(job.url).status_code) == (200, 404)
    assert staff.get(job.url, headers={"HX-Request": "true"}).status_code == 404
    assert list(Job.objects.visible_to(staff.user)) == []
    assert jobs.latest("vault.pack", secret, staff.user) is None
    traces = AuditEntry.objects.filter(table_name="ip2a_job")
    assert [entry.compartment for entry in traces] == ["organizing"]
    assert CompartmentOpening.objects.filter(record_id=job.pk, model="ip2a.job").count() == 1


def allow(user, name):
    from django.contrib.auth.models import Permission

    app, codename = name.split(".")
    user.groups.get().permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))


def test_a_job_without_a_subject_is_for_who_started_it_and_administrators(signed_in):
    starter, other, administrator = signed_in("staff"), signed_in("staff"), signed_in("administrator")
    job = jobs.start("vault.steps", by=starter.user)
    answers = [client.get(job.url).status_code for client in (starter, other, administrator)]
    assert answers == [200, 404, 200]


# The page


def test_the_part_renews_itself_until_the_job_has_ended(signed_in, member):
    client = signed_in("staff")
    job = jobs.start("vault.pack", member, by=client.user)
    part = client.get(job.url, headers={"HX-Request": "true"}).content.decode()
    assert (f'hx-get="{job.url}"' in part, "<html" in part, "Look again" in part) == (True, False, True)
    assert "The queue does not answer at the moment." in part
    work.perform(job.pk)
    part = client.get(job.url, headers={"HX-Request": "true"}).content.decode()
    assert ("hx-get" in part, '<a href="/members/">Look</a>' in part, "3 packed." in part) == (False, True, True)


def test_the_page_leads_back_to_its_subject(signed_in, member):
    client = signed_in("staff")
    job = jobs.start("vault.pack", member, by=client.user)
    page = client.get(job.url).content.decode()
    assert f'<a href="{member.get_absolute_url()}">Back to {member}</a>' in page


def test_the_part_is_empty_before_the_first_job(db):
    from django.template.loader import render_to_string

    assert render_to_string("ip2a/jobs/_job.html", {"job": None}).strip() == ""


# At once, and with real processes


def test_two_deliveries_at_once_do_it_once(committed_db):
    member = MemberFactory()
    job = Job.objects.create(kind="vault.pack", label="Packing", subject=member, data={"pause": 0.1})
    gate = threading.Barrier(4)

    def deliver():
        gate.wait()
        work.perform(job.pk)
        connection.close()

    threads = [threading.Thread(target=deliver) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]
    job.refresh_from_db()
    assert (job.state, job.attempts, len(secrets())) == (State.DONE, 1, 1)


def packing(job) -> threading.Thread:
    """Somebody works on the job; it has begun when this returns."""

    def deliver():
        work.perform(job.pk)
        connection.close()

    thread = threading.Thread(target=deliver)
    thread.start()
    assert until(lambda: Job.objects.get(pk=job.pk).done > 0)
    return thread


def test_who_was_overtaken_leaves_nothing_behind(committed_db):
    job = Job.objects.create(
        kind="vault.pack", label="Packing", subject=MemberFactory(), data={"pause": 0.6, "steps": 3}
    )
    thread = packing(job)
    Job.objects.filter(pk=job.pk).update(attempts=2)  # as another worker would, which the lock prevents
    thread.join(30)
    job.refresh_from_db()
    assert (job.state, job.result_text, secrets()) == (State.RUNNING, "", [])


def test_a_job_whose_lock_is_lost_stops_and_begins_again(committed_db):
    job = Job.objects.create(
        kind="vault.pack", label="Packing", subject=MemberFactory(), data={"pause": 0.6, "steps": 3}
    )
    thread = packing(job)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_locks "
            "WHERE locktype = 'advisory' AND classid = %s AND objid = %s",
            [LOCK, job.pk],
        )
        assert cursor.fetchone() == (1,)
    thread.join(30)
    job.refresh_from_db()
    assert (job.state, job.attempts, secrets()) == (State.RUNNING, 1, [])
    assert tasks.tend() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts, secrets()) == (State.DONE, 2, ["Packed at attempt 2"])


def test_administrators_look_at_jobs_of_what_they_may_see(signed_in, member):
    administrator = signed_in("administrator")
    seen = jobs.start("vault.pack", member, by=administrator.user)
    hidden = jobs.start("vault.pack", Secret.objects.create(name="Zebra", member=member), by=administrator.user)
    page = administrator.get("/admin/ip2a/job/").content.decode()
    links = [f"/admin/ip2a/job/{job.pk}/change/" for job in (seen, hidden)]
    assert [link in page for link in links] == [True, False]
