"""Every table's checks come from its model, and a round looks at them in one picture beside those who write."""

import json
import threading
import time
from contextlib import nullcontext
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models

from ip2a.compartments import system
from ip2a.tests.damage import drop, past_constraints, put, run
from maintenance import derived, doctor, registry, snapshot
from maintenance.models import Finding
from maintenance.registry import Fault, UnknownCheck, check_named, choose
from members.factories import MemberEmploymentFactory, MemberFactory, OrganizationContactFactory, OrganizationFactory
from members.models import Member

__all__ = ["past_constraints"]


def integrity(*arguments):
    out = StringIO()
    try:
        call_command("integrity", *arguments, stdout=out, stderr=StringIO())
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def test_every_table_has_checks_and_every_foreign_key_one():
    names = {check.name for check in registry.all_checks()}
    for model in derived.covered_models():
        about = f"{model._meta.app_label}.{model._meta.model_name}"
        assert f"{about}.{model._meta.pk.name}.unique" in names
        for field in model._meta.local_fields:
            if isinstance(field, models.ForeignKey):
                assert f"{about}.{field.name}.orphan" in names


def test_a_model_made_today_is_covered():
    class Newborn(models.Model):
        name = models.CharField(max_length=10)

        class Meta:
            app_label = "maintenance"
            managed = False

    assert [check.fault for check in derived.checks_of(Newborn)] == [Fault.UNIQUE, Fault.REQUIRED]


@pytest.mark.parametrize(
    ("noun", "said"),
    [
        ("organization", "an organization"),
        ("user", "a user"),
        ("unit list", "a unit list"),
        ("unfair labor practice", "an unfair labor practice"),
        ("member", "a member"),
    ],
)
def test_nouns_have_their_article(noun, said):
    assert derived._a(noun) == said


def test_uniqueness_ignores_rows_that_were_removed(past_constraints):
    drop(Member)
    first, second = MemberFactory(), MemberFactory()
    put(second, member_number=first.member_number)
    check = check_named("members.member.member_number_unique.unique")
    assert set(check.find()) == {first, second}
    put(second, deleted_at="2026-01-01")
    assert set(check.find()) == set()


def test_one_broken_table_does_not_silence_the_others(past_constraints):
    drop(Member)
    put(MemberFactory(), status="lost")
    run("ALTER TABLE members_member DROP COLUMN city")
    seen = {one.check.name: one for one in doctor.survey(choose(["members.member"]))}
    assert "city" in seen["members.member.city.required"].trouble
    assert seen["members.member.status.choices"].count == 1


def test_values_with_percent_signs_and_quotes_are_only_values(past_constraints):
    drop(Member)
    one = MemberFactory()
    put(one, status="'; %s --")
    (seen,) = doctor.survey([check_named("members.member.status.choices")])
    assert (seen.count, seen.examples) == (1, [one.pk])


def test_a_check_that_takes_too_long_is_given_up(db, monkeypatch):
    monkeypatch.setattr("maintenance.looking.value", lambda name: 0.05)
    slow = Member.objects.extra(where=["pg_sleep(5) IS NULL"])
    MemberFactory()
    monkeypatch.setattr(registry, "_checks", {})
    registry.check("members.slow", on=Member, severity="warning", sentence=("1.", "{count}."), advice="Wait.")(
        lambda: slow
    )
    started = time.perf_counter()
    (seen,) = doctor.survey(registry.all_checks())
    assert "statement timeout" in seen.trouble
    assert time.perf_counter() - started < 4


def test_a_round_sees_one_moment_and_keeps_nobody_waiting(committed_db, app_db, monkeypatch):
    """A job is added while the round runs, from outside: at once, and not seen by either connection of the round."""
    job, looked, waited = MemberEmploymentFactory(), [], []
    monkeypatch.setattr(registry, "_checks", {})

    def count_late():
        if not waited:
            started = time.perf_counter()
            app_db.execute("UPDATE members_member SET notes = 'meanwhile' WHERE id = %s", [job.member_id])
            waited.append(time.perf_counter() - started)
        looked.append((threading.current_thread().name, Member.objects.get(pk=job.member_id).notes))
        return Member.objects.filter(notes="meanwhile").distinct()

    for name in ("members.a", "members.b", "members.c"):
        registry.check(name, on=Member, severity="warning", sentence=("1.", "{count}."), advice="Look.")(count_late)
    seen = doctor.survey(registry.all_checks())
    assert [(one.count, one.trouble) for one in seen] == [(0, "")] * 3
    assert waited[0] < 1
    assert {notes for _, notes in looked} == {""}
    assert Member.objects.get(pk=job.member_id).notes == "meanwhile"


def test_the_second_connection_sees_behind_the_walls(committed_db):

    found = []

    def who():
        time.sleep(0.1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT ip2a_is_system('organizing'), current_setting('transaction_read_only')")
            return threading.current_thread().name, cursor.fetchone()

    with system("organizing", "a test"):
        snapshot.run(lambda: [who, who, who], found.append, around=nullcontext)
    assert {name for name, _ in found} == {threading.current_thread().name, "round"}
    assert {told for _, told in found} == {(True, "on")}


def test_what_is_found_is_told_in_the_thread_that_asked(committed_db):
    """Whoever asked writes down how far it is, on a connection that no other thread may use."""
    both, told = threading.Barrier(2, timeout=30), []

    def work():
        both.wait()  # one on each connection
        return threading.current_thread().name

    def note(name):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        told.append((name, threading.current_thread().name))

    snapshot.run(lambda: [work, work], note, around=nullcontext)
    here = threading.current_thread().name
    assert sorted(told) == sorted([(here, here), ("round", here)])


def test_the_command_ends_with_nothing_found_or_something_left(db):
    code, said = integrity("--only", "members.several-current-jobs")
    assert (code, said.startswith("1 check in "), said.endswith(" s: all is well.\n")) == (0, True, True)
    one = MemberEmploymentFactory()
    MemberEmploymentFactory(member=one.member)
    code, said = integrity("--only", "members.several-current-jobs")
    assert (code, "1 member has several current jobs." in said) == (1, True)
    assert Finding.objects.get(check_name="members.several-current-jobs").count == 1


def test_of_rows_that_share_one_mark_one_keeps_it_and_no_rest_is_for_a_person(past_constraints):
    name = "members.organizationcontact.contact_one_primary.unique"
    run("DROP INDEX contact_one_primary")
    here = OrganizationFactory()
    for _ in range(3):
        OrganizationContactFactory(organization=here, is_primary=True)
    _, said = integrity("--only", name)
    assert (f"{name}. 2 can be mended: " in said, "The rest is for a person" in said) == (True, False)


def test_mere_information_is_nothing_left_to_do(db):
    OrganizationFactory()
    code, said = integrity("--only", "members.organization-without-contacts")
    assert (code, "1 organization has no contact." in said) == (0, True)


def test_the_command_tells_machines_in_a_stable_shape(db):
    one = MemberEmploymentFactory()
    MemberEmploymentFactory(member=one.member)
    code, said = integrity("--only", "members.several-current-jobs", "--format", "json")
    told = json.loads(said)
    assert (code, told.pop("seconds") >= 0) == (1, True)
    assert told == {
        "run": None,
        "checks": 1,
        "findings": [
            {
                "name": "members.several-current-jobs",
                "severity": "warning",
                "count": 1,
                "fixable": 0,
                "repaired": 0,
                "examples": [one.member.pk],
                "sentence": "1 member has several current jobs.",
            }
        ],
        "repaired": 0,
        "left": 1,
        "could_not_run": [],
        "notified": 0,
    }


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UnknownCheck, match="Did you mean members.several-current-jobs"):
        choose(["members.several-curent-jobs"])
    with pytest.raises(UnknownCheck, match="No app is called member. Did you mean members"):
        choose(apps=["member"])
    with pytest.raises(CommandError) as refused:
        call_command("integrity", "--only", "nonsense")
    assert refused.value.returncode == 2


def test_a_part_is_chosen_by_the_beginning_of_a_name_or_by_app_or_without_files():
    assert {check.app for check in choose(apps=["training"])} == {"training"}
    assert {check.column for check in choose(["members.member.status"])} == {"status"}
    assert not any(check.files for check in choose(files=False))
    assert any(check.files for check in choose())


def test_the_list_names_every_check_and_looks_at_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(2):  # numbers that sentences name
        code, said = integrity("--list", "--app", "members")
    assert (code, "members.member.status.choices" in said) == (0, True)
