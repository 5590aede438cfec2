"""The trail where it matters that changes are really committed: connections that live on, threads, other roads."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction
from django.test import Client

from ip2a import audit
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry
from members.factories import OrganizationFactory
from members.models import Organization

BROWSER = "Mozilla/5.0 (test)"
ORGANIZATION = {"name": "Acme Electric", "org_type": "employer"}


def entries(record=None):
    rows = AuditEntry.objects.filter(table_name="members_organization").order_by("id")
    return list(rows.about(record) if record is not None else rows)


def last():
    return entries()[-1]


def browser_of(name):
    browser = Client()
    browser.user = UserFactory(role="staff", first_name=name)
    browser.force_login(browser.user)
    return browser


def test_sql_past_django_is_written_with_the_database_user(app_db, owner_db, committed_db):
    insert = (
        "INSERT INTO members_organization (name, org_type, address, city, state, zip_code, phone, email, website, "
        "is_signatory, notes) VALUES (%s, 'employer', '', '', '', '', '', '', '', false, '')"
    )
    app_db.execute(insert, ["By the application"])
    owner_db.execute(insert, ["By the owner"])
    assert [(e.new["name"], e.actor_name, e.actor_id) for e in entries()] == [
        ("By the application", "ip2a_app", None),
        ("By the owner", "ip2a_owner", None),
    ]


def test_nothing_of_one_request_reaches_the_next_on_the_same_connection(committed_db):
    first, second = browser_of("First"), browser_of("Second")
    first.post("/organizations/add/", {**ORGANIZATION, "name": "One"}, headers={"User-Agent": BROWSER})
    second.post("/organizations/add/", {**ORGANIZATION, "name": "Two"}, headers={"User-Agent": "Other"})
    OrganizationFactory(name="Three")
    found = entries()
    assert [(e.new["name"], e.actor_id, e.user_agent, e.path) for e in found] == [
        ("One", first.user.pk, BROWSER, "/organizations/add/"),
        ("Two", second.user.pk, "Other", "/organizations/add/"),
        ("Three", None, "", ""),
    ]


def test_a_refused_request_leaves_no_context_behind(committed_db):
    browser_of("Rosa").post("/organizations/add/", {"name": ""})
    OrganizationFactory()
    assert (last().actor_id, last().path) == (None, "")


def test_threads_know_only_their_own_actor(committed_db):
    users = UserFactory.create_batch(4)
    organizations = OrganizationFactory.create_batch(4)
    barrier = threading.Barrier(4)

    def work(number):
        try:
            with audit.acting(user=users[number], reason=f"Thread {number}"):
                barrier.wait(10)
                for turn in range(10):
                    Organization.objects.filter(pk=organizations[number].pk).update(city=f"City {turn}")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    for number in range(4):
        changes = entries(organizations[number])[1:]
        assert {(e.actor_id, e.reason) for e in changes} == {(users[number].pk, f"Thread {number}")}
        assert len(changes) == 10


def test_the_context_reaches_the_database_with_the_transaction_and_not_apart_from_it(committed_db):
    """One message for BEGIN and context, and the transaction is a real one."""
    with audit.acting(reason='It\'s \\ "odd" – ünïcode; DROP TABLE x; --'):
        with transaction.atomic():
            organization = OrganizationFactory()
            transaction.set_rollback(True)
        assert not Organization.objects.filter(pk=organization.pk).exists()
        with transaction.atomic():
            OrganizationFactory()
    assert last().reason == 'It\'s \\ "odd" – ünïcode; DROP TABLE x; --'
