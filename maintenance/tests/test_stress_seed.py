"""A large local by COPY: the same number gives the same rows in every table, and nothing is wrong with them."""

import hashlib
from datetime import date
from io import StringIO

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Count, F, Max, Min, Q, Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from psycopg import sql

from ip2a import environment
from ip2a.models import Attachment, AuditEntry
from maintenance import copying, doctor, seeding
from members.models import Member, MemberEmployment, Organization, OrganizationContact

pytestmark = pytest.mark.django_db
SMALL = 0.06  # six hundred members; a few cases and applications more than are told one by one
TABLES = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND NOT relispartition AND relnamespace = 'public'::regnamespace
AND relname NOT IN ('django_migrations', 'django_session') ORDER BY relname
"""
# What a clock or chance of the house itself says: not made up, and different each time.
OF_THE_MOMENT = ["created_at", "updated_at", "superseded_at", "is_expected", "password", "path"]
BIG = ("members_memberemployment", "ip2a_attachment", "ip2a_auditentry")


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.STORAGES = {**settings.STORAGES, "default": environment.storage(f"file://{tmp_path}", tmp_path)}
    return tmp_path


ROWS = """
SELECT count(*), md5(string_agg(one, '' ORDER BY one))
FROM (SELECT (to_jsonb(t) - %s::text[])::text AS one FROM {} AS t) AS rows
"""


def fingerprints():
    """Each table with its rows, and a hash of them without what differs each time."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        for (table,) in cursor.fetchall():
            cursor.execute(sql.SQL(ROWS).format(sql.Identifier(table)), [OF_THE_MOMENT])
            found[table] = cursor.fetchone()
    return found


@pytest.fixture
def sown(owner_db):
    """Sows, takes fingerprints and leaves nothing; the next rows get the same keys again."""
    marks = owner_db.execute(
        "SELECT format('%I', sequencename), coalesce(last_value, start_value), last_value IS NOT NULL "
        "FROM pg_sequences WHERE schemaname = 'public'"
    ).fetchall()

    def sow(**how):
        for mark in marks:
            owner_db.execute("SELECT setval(%s::regclass, %s, %s)", mark)
        with transaction.atomic():
            seeding.sow(**how)
            found = fingerprints()
            transaction.set_rollback(True)
        return found

    return sow


def differing(one, other):
    return {table for table in one if one[table] != other[table]}


def test_the_same_number_gives_the_same_rows_in_every_table_on_any_day_and_another_others(sown, monkeypatch):
    first = sown(size="quick", number=7)
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *a, **k: date(2031, 2, 3))
    assert differing(first, sown(size="quick", number=7)) == set()
    assert first["training_attendance"][0] > 300
    other = differing(first, sown(size="quick", number=8))
    assert {"members_member", "members_memberemployment", "grievances_grievance"} <= other


def test_the_same_number_gives_the_same_large_local_and_another_number_another(sown):
    first = sown(size="stress", number=7, scale=SMALL)
    assert differing(first, sown(size="stress", number=7, scale=SMALL)) == set()
    other = sown(size="stress", number=8, scale=0.01)
    assert {"members_member", "members_memberemployment", "ip2a_attachment"} <= differing(first, other)


def test_a_large_local_is_whole(signed_in):
    """One seeding for all of it: making a large local takes seconds."""
    seeding.sow(size="stress", scale=SMALL, until=timezone.localdate())
    it_has_the_amounts_of_a_large_local_at_this_scale()
    its_jobs_are_those_of_lives()
    its_documents_are_recorded_and_none_is_kept()
    its_rows_are_all_in_the_trail()
    connection.check_constraints()
    it_passes_every_check()
    its_hot_pages_read_no_big_table_to_the_end(signed_in("staff"))


def it_has_the_amounts_of_a_large_local_at_this_scale():
    employers = Organization.objects.filter(org_type="employer").count()
    counts = [model.objects.count() for model in (Member, Organization, OrganizationContact)]
    assert (counts, employers) == ([600, 46, 138], 42)
    sizes = {
        "grievances.Grievance": 24,
        "benevolence.BenevolenceApplication": 30,
        "training.Student": 60,
        "training.Instructor": 30,
        "training.Location": 15,
    }
    assert {label: apps.get_model(label).objects.count() for label in sizes} == sizes
    primaries = Organization.objects.annotate(n=Count("contacts", filter=Q(contacts__is_primary=True)))
    assert set(primaries.values_list("n", flat=True)) == {1}


def its_jobs_are_those_of_lives():
    jobs = MemberEmployment.objects
    each = jobs.order_by().values("member").annotate(n=Count("*")).aggregate(least=Min("n"), most=Max("n"))
    assert jobs.count() / 600 == pytest.approx(25, rel=0.15)
    assert (each["least"] >= 1, 60 < each["most"] <= 100) == (True, True)
    late = Q(start_date__gt=timezone.localdate()) | Q(end_date__gt=timezone.localdate())
    assert jobs.filter(late | Q(start_date__lt=F("member__hire_date"))).count() == 0
    assert set(jobs.current().values_list("member__status", flat=True)) == {"active"}


def its_documents_are_recorded_and_none_is_kept():
    rows = Attachment.objects.filter(content_type__model="member")
    each = rows.order_by().values("object_id").annotate(n=Count("*")).aggregate(least=Min("n"), most=Max("n"))
    assert rows.count() / 600 == pytest.approx(15, rel=0.1)
    assert (each["least"] >= 1, each["most"]) == (True, 20)
    photos = rows.filter(category="photo").aggregate(least=Min("size"), most=Max("size"))
    assert (photos["least"] >= 2_500_000, photos["most"] <= 5_500_000) == (True, True)
    assert rows.aggregate(all=Sum("size"))["all"] / rows.count() == pytest.approx(200_000, rel=0.15)
    assert set(rows.values_list("storage", flat=True)) == {"recorded"}
    kept = [row.path for row in Attachment.objects.kept()]
    assert all(default_storage.exists(path) for path in kept)


def its_rows_are_all_in_the_trail():
    for model in (Member, MemberEmployment, Attachment):
        entries = AuditEntry.objects.filter(table_name=model._meta.db_table, action="insert", command="seed")
        assert entries.count() == model._base_manager.count()


def its_hot_pages_read_no_big_table_to_the_end(browser):
    """The plan of every statement of a page, with real statistics: nothing reads all of what is big, and
    what counts stops at a limit or keeps to one record."""
    member = Member.objects.order_by("pk").first()
    employer = Organization.objects.filter(org_type="employer").order_by("pk").first()
    pages = ["/members/", "/members/?page=5", "/jobs/", "/jobs/?page=20", "/contacts/", "/organizations/"]
    for url in [*pages, member.get_absolute_url(), employer.get_absolute_url()]:
        browser.get(url)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(url).status_code == 200
        statements = [query["sql"] for query in asked if query["sql"].startswith("SELECT")]
        counts = [one for one in statements if "count(*)" in one.lower() and any(table in one for table in BIG)]
        plans = [plan(one) for one in statements if one not in counts]
        read = {(url, table) for table in BIG for one in plans if f"Seq Scan on {table} " in one}
        endless = [one for one in counts if "LIMIT" not in one and '_id" = ' not in one]
        assert (read, endless) == (set(), [])


def plan(statement):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}")
        return "\n".join(line for (line,) in cursor.fetchall())


def it_passes_every_check():
    """Not even mere information: the example ends today, so nothing in it is late."""
    assert {seen.check.name for seen in doctor.examine() if seen.count or seen.trouble} == set()


def seed(*arguments):
    out = StringIO()
    call_command("seed", "--stress", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_a_database_with_records_is_refused_and_left_alone():
    Organization.objects.create(name="Volt Electric")
    with pytest.raises(CommandError, match=r"There are 1 organizations in this database already, and a stress seed"):
        seed("--scale", "0.001")
    assert (Organization.objects.count(), Member.objects.count()) == (1, 0)


@pytest.mark.parametrize("arguments", [("--scale", "2"), ("--with-files",)])
def test_what_belongs_to_a_stress_seed_is_refused_elsewhere(arguments):
    with pytest.raises(CommandError, match="belong to a stress seed: add --stress."):
        call_command("seed", *arguments)


@pytest.mark.parametrize("day", ["2021-12-31", "2999-01-01", "soon", "2026-02-30"])
def test_a_last_day_that_is_none_is_refused_with_those_that_are(day):
    with pytest.raises(CommandError, match=rf"from 2022-01-01 to today, and {day} is none: write --until "):
        call_command("seed", "--quick", "--until", day)
    assert not Member.objects.exists()


def test_an_example_ends_on_the_day_that_is_asked_for():
    assert seeding.last_day("") == timezone.localdate()
    assert seeding.last_day("2024-02-29") == date(2024, 2, 29)


@pytest.mark.parametrize("scale", ["0", "-1", "many", "nan"])
def test_a_scale_that_is_none_is_refused(scale):
    with pytest.raises(CommandError, match="--scale"):
        seed("--scale", scale)


def test_production_is_refused(settings):
    settings.IS_PRODUCTION, settings.IP2A_ENV = True, "production"
    with pytest.raises(CommandError, match=r"This is production: .* --force"):
        seed("--scale", "0.001")
    assert not Member.objects.exists()


def test_files_are_written_when_they_are_wanted():
    out = seed("--scale", "0.001", "--with-files")
    rows = list(Attachment.objects.filter(content_type__model="member"))
    assert {row.storage for row in rows} == {"kept"}
    row = rows[0]
    with default_storage.open(row.path) as file:
        body = file.read()
    assert (len(body), hashlib.sha256(body).hexdigest()) == (row.size, row.sha256)
    assert "members" in out


def test_a_disk_without_room_is_told_before_anything_is_written(monkeypatch, store):
    monkeypatch.setattr("members.paperwork.ON_AVERAGE", 10**15)
    with pytest.raises(CommandError, match=r"The files would take about .* GB, and .* GB are free in "):
        seed("--scale", "0.001", "--with-files")
    assert (Member.objects.count(), list(store.iterdir())) == (0, [])


def test_what_breaks_half_way_leaves_neither_rows_nor_files(monkeypatch, store):
    class Broken(Exception):
        pass

    def breaking(rows):
        raise Broken

    monkeypatch.setattr(
        copying, "refresh_statistics", lambda models: breaking(models) if Attachment in list(models) else None
    )
    monkeypatch.setattr("members.paperwork.MOST", 2)
    with pytest.raises(Broken):
        seeding.sow(size="stress", scale=0.001, with_files=True)
    assert (Member.objects.count(), Attachment.objects.count()) == (0, 0)
    assert [one for one in store.rglob("*") if one.is_file()] == []
