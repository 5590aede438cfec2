"""Pages read from a streaming replica: what goes there, what does not, and what happens when it is gone."""

import logging
import threading

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from ip2a.factories import UserFactory
from ip2a.models import AuditEntry, CompartmentOpening
from ip2a.replicas import servers
from ip2a.tests.worker import until
from members.factories import MemberFactory
from members.models import Member
from organizing.factories import CampaignFactory

COPY = {"sql": True, "orm": True, "walled": 0}
PRIMARY = {"sql": False, "orm": False, "walled": 0}
NEW = {"member_number": "7460001", "first_name": "Ann", "last_name": "Newcomer"}
NEW |= {"status": "active", "classification": "journeyman"}


@pytest.fixture(autouse=True)
def short_rest(monkeypatch):
    monkeypatch.setattr(servers, "REST_SECONDS", 0.2)


def visitor(role: str = "staff") -> Client:
    browser = Client()
    browser.force_login(UserFactory(role=role))
    return browser


def where(browser: Client) -> dict:
    return browser.get("/where/").json()


def comes_to(browser: Client, place: dict) -> bool:
    """Whether the browser's pages are read from there before long."""
    return until(lambda: where(browser) == place)


def has_come(standby) -> bool:
    """Whether the copy has all that was written so far."""
    position = servers.written()
    return until(lambda: standby.ask(f"SELECT pg_last_wal_replay_lsn() - '0/0'::pg_lsn >= {position}"))


def test_pages_are_read_whole_from_the_copy_and_who_asks_from_the_primary(replica):
    member, browser = MemberFactory(last_name="Lima"), visitor()
    assert comes_to(browser, COPY)
    assert has_come(replica)
    replica.sent()
    page = browser.get(f"/members/{member.pk}/")
    asked = replica.sent()
    assert (page.status_code, "Lima" in page.content.decode()) == (200, True)
    assert 'FROM "members_member"' in asked
    assert "django_session" not in asked
    assert "FROM ip2a_user u WHERE u.id" not in asked
    assert Client().get("/account/login/").status_code == 200
    assert replica.sent() == ""


def test_your_own_write_is_read_back_at_once_while_others_read_on(replica):
    anna, bert = visitor(), visitor()
    assert comes_to(anna, COPY)
    assert comes_to(bert, COPY)
    replica.pause()
    try:
        written = anna.post("/members/add/", NEW)
        member = Member.objects.get(member_number="7460001")
        assert (written.status_code, written["Location"]) == (302, f"/members/{member.pk}/")
        assert "Newcomer" in anna.get("/members/").content.decode()
        assert (where(anna), where(bert)) == (PRIMARY, COPY)
        assert "Newcomer" not in bert.get("/members/").content.decode()
        # A link that Anna sends to Bert leads to what the copy does not have yet.
        assert "Newcomer" in bert.get(f"/members/{member.pk}/").content.decode()
        entry = AuditEntry.objects.get(table_name="members_member", record_id=str(member.pk))
        assert entry.actor_id == int(anna.session["_auth_user_id"])
    finally:
        replica.resume()
    assert comes_to(anna, COPY)
    assert "Newcomer" in anna.get("/members/").content.decode()


def test_a_forged_word_of_what_was_written_is_not_believed(replica):
    browser = visitor()
    browser.cookies["ip2a_written"] = "999999999999999"
    assert comes_to(browser, COPY)


def test_nothing_is_read_from_a_copy_that_is_too_far_behind(replica, settings, caplog):
    settings.REPLICA_MAX_LAG = 0.4
    browser = visitor()
    assert comes_to(browser, COPY)
    replica.pause()
    try:
        MemberFactory()
        assert comes_to(browser, PRIMARY)
        assert until(lambda: where(browser) and "seconds behind the primary." in caplog.text)
    finally:
        replica.resume()
    assert comes_to(browser, COPY)


def test_a_view_that_writes_while_it_reads_is_done_on_the_primary_and_writes_once(replica):
    address, browser = reverse("organizing:campaign_detail", args=[CampaignFactory().pk]), visitor("organizer")
    openings = CompartmentOpening.objects.filter(path=address)
    assert comes_to(browser, COPY | {"walled": 1})
    assert has_come(replica)
    replica.sent()
    assert (browser.get(address).status_code, openings.count()) == (200, 1)
    assert 'FROM "organizing_campaign"' in replica.sent()
    assert (browser.get(address).status_code, openings.count()) == (200, 2)
    assert 'FROM "organizing_campaign"' not in replica.sent()


def test_the_walls_stand_on_the_copy(replica):
    CampaignFactory()
    organizer, staff = visitor("organizer"), visitor()
    assert comes_to(staff, COPY)
    assert comes_to(organizer, COPY | {"walled": 1})
    assert where(staff) == COPY  # by the same connection
    page = reverse("organizing:campaign_list")
    assert (organizer.get(page).status_code, staff.get(page).status_code) == (200, 404)
    assert getattr(connections["replica_1"], "recognized", False) is False


def test_a_streamed_list_comes_from_one_server(replica):
    for number in range(3):
        MemberFactory(last_name=f"Streamed{number}")
    browser = visitor()
    assert comes_to(browser, COPY)
    assert has_come(replica)
    replica.sent()
    answer = browser.get("/members/?format=csv")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert (answer.status_code, len(lines), "DECLARE" in replica.sent()) == (200, 4, True)
    assert connection.alias == "default"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery()")
        assert cursor.fetchone() == (False,)


def test_a_page_that_stands_in_the_way_of_the_replay_goes_on_from_the_primary(replica, owner_db, caplog):
    browser, answers = visitor(), []
    assert comes_to(browser, COPY)

    def ended() -> bool:
        return "due to conflict with recovery" in caplog.text

    def read() -> None:
        # Again, should the copy be too far behind at first: other tests write to the same servers.
        until(lambda: answers.append(browser.get("/slow/")) or ended(), 60)
        connections.close_all()

    def stand_in_the_way() -> bool:
        if replica.ask("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"):
            owner_db.execute("BEGIN; LOCK TABLE members_member IN ACCESS EXCLUSIVE MODE; COMMIT")
        return ended()

    reading = threading.Thread(target=read)
    reading.start()
    assert until(stand_in_the_way, 60)
    reading.join(30)
    assert (answers[-1].status_code, answers[-1].json()) == (200, {"copy": False})


def test_pages_go_on_without_the_copy_and_use_it_again_when_it_is_back(replica, caplog):
    member, browser = MemberFactory(), visitor()
    assert comes_to(browser, COPY)
    assert browser.get("/readyz").json()["replica 1"] == "ok"
    replica.kill()
    pages = [f"/members/{member.pk}/", "/members/", "/", "/where/", "/readyz"]
    assert [browser.get(page).status_code for page in pages] == [200] * 5
    assert where(browser) == PRIMARY
    ready = browser.get("/readyz")
    assert (ready.status_code, ready.json()["database"], ready.json()["replica 1"]) == (200, "ok", "fail")
    said = [r.getMessage() for r in caplog.records if r.name == "ip2a.replicas.servers" and r.levelno == logging.ERROR]
    assert len(said) == 1
    assert said[0].startswith("Pages are not read from replica 1 (")
    replica.cluster.start()
    assert comes_to(browser, COPY)
    assert "Pages are read from replica 1" in caplog.text
    assert browser.get("/readyz").json()["replica 1"] == "ok"


def test_a_copy_that_takes_writes_itself_is_not_read_from(replica, settings):
    urls = connections.settings["default"]
    connections.settings["replica_1"] |= {name: urls[name] for name in ("HOST", "OPTIONS", "PORT", "USER", "NAME")}
    assert where(visitor()) == PRIMARY
    assert [each.trouble for each in servers.replicas()] == [servers.NOT_A_COPY]
