"""What an administrator is told of the copies that pages are read from, by a real one."""

import pytest
from django.test import Client
from django.urls import reverse

from ip2a.factories import UserFactory
from ip2a.models import Message
from ip2a.replicas import servers
from ip2a.tests.worker import until
from maintenance import notices
from maintenance.models import Notice
from maintenance.resilience import replicas, reporting
from maintenance.resilience.parts import Asked
from maintenance.resilience.tasks import notify_of, watch, watch_replicas
from members.factories import MemberFactory

PAGE = reverse("maintenance:resiliencereport_list")
pytestmark = pytest.mark.xdist_group("replica")
OUT = "Pages are not read from replica 1 ("


@pytest.fixture(autouse=True)
def short_rest(monkeypatch):
    monkeypatch.setattr(servers, "REST_SECONDS", 0.2)


@pytest.fixture
def own_places(settings, tmp_path):
    settings.BACKUP_FOLDER, settings.LOGS = tmp_path / "backups", tmp_path / "logs"


def page_of_an_administrator() -> str:
    browser = Client()
    browser.force_login(UserFactory(role="administrator"))
    return browser.get(PAGE).content.decode()


def told() -> list[tuple[str, str, bool]]:
    rows = Notice.objects.open().filter(name__startswith="replica:")
    return [(row.name, row.priority, row.sentence.startswith(OUT)) for row in rows]


def test_a_copy_in_use_is_shown_with_how_far_behind_it_is(replica):
    assert until(lambda: replicas.replicas(Asked()).says == [])
    [[name, state, behind, missing, _, since, why]] = (part := replicas.replicas(Asked())).rows
    assert (name[:11], state, missing, since, why) == ("replica 1 (", "In use", "0 bytes", "", "")
    assert (behind.endswith(" s"), [measure.name for measure in part.measures]) == (True, ["replica.behind"])
    assert watch_replicas() == 0
    assert told() == []
    page = page_of_an_administrator()
    assert ('id="replicas"' in page, "In use" in page, "No report yet" in page) == (True, True, True)


def test_a_copy_that_is_gone_is_told_with_since_and_why_until_it_is_back(replica, own_places):
    assert until(lambda: watch_replicas() == 0)
    replica.kill()
    assert watch_replicas() == 1
    notice = Notice.objects.get(name="replica:replica_1")
    assert told() == [("replica:replica_1", "high", True)]
    assert "Connection refused" in notice.sentence
    page = page_of_an_administrator()
    assert (OUT in page, "Out of use" in page, "Connection refused" in page) == (True, True, True)
    assert watch_replicas() == 1
    assert Notice.objects.get(name="replica:replica_1").since == notice.since
    report = reporting.make(Asked(files=False))
    reporting.mail(report)
    notify_of(report)
    body = Message.objects.filter(kind=reporting.MAIL).first().body
    assert [line for line in body.splitlines() if line.startswith(f"- Read replicas: {OUT}")]
    assert not Notice.objects.filter(name="resilience:replicas").exists()
    replica.cluster.start()
    assert until(lambda: watch_replicas() == 0)
    assert told() == []


def test_a_copy_that_does_not_follow_is_told_with_what_is_missing(replica, settings):
    settings.REPLICA_MAX_LAG = 0.4
    assert until(lambda: watch_replicas() == 0)
    replica.pause()
    try:
        MemberFactory()
        assert until(watch_replicas)
        sentence = Notice.objects.get(name="replica:replica_1").sentence
        assert "It is more than 0.4 seconds behind: " in sentence
        assert " are missing" in sentence
        assert "Out of use" in page_of_an_administrator()
    finally:
        replica.resume()
    assert until(lambda: watch_replicas() == 0)


def test_a_copy_that_is_started_again_in_this_moment_is_not_told(replica, monkeypatch):
    assert until(lambda: watch_replicas() == 0)
    replica.kill()
    monkeypatch.setattr(replicas, "sleep", lambda seconds: replica.cluster.start())
    assert until(lambda: watch_replicas() == 0)
    assert not Notice.objects.filter(name="replica:replica_1").exists()


@pytest.mark.django_db
def test_without_replicas_nothing_is_said_and_old_words_end(own_places, signed_in):
    notices.raise_notice("replica:replica_1", priority="high", sentence="Pages are not read from replica 1.")
    watch()
    assert told() == []
    report = reporting.make(Asked(files=False))
    assert "replicas" not in [part["key"] for part in report.parts]
    assert 'id="replicas"' not in signed_in("administrator").get(PAGE).content.decode()
