"""What is told after a click lives in the cache for one page; everything else of a session is in the database."""

import time
from contextlib import contextmanager

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from redis.exceptions import ConnectionError

from ip2a import sessions
from ip2a.accounts.services import end_sessions
from ip2a.cache import KeptClient
from ip2a.sessions import STORED, STORED_AGAIN, TOLD, SessionStore
from members.factories import MemberEmploymentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(fresh_cache):
    session = SessionStore()
    session["who"] = "ann"
    session.create()
    session["who"] = "ann"
    session.save()
    return session.session_key


@pytest.fixture
def no_cache(monkeypatch):
    """Inside, the cache does not answer."""

    def refuse(self, key=None, *, write=False):
        raise ConnectionError("no cache")

    @contextmanager
    def away():
        with monkeypatch.context() as patched:
            patched.setattr(KeptClient, "get_client", refuse)
            yield
        cache._rest_until = 0.0

    return away


def stored(key) -> dict:
    return SessionStore().decode(Session.objects.get(session_key=key).session_data)


def changed(key, **values) -> SessionStore:
    session = SessionStore(key)
    session.update(values)
    session.save()
    return session


def writes(ask) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        ask()
    return [one["sql"] for one in queries if "django_session" in one["sql"]]


def test_what_is_told_is_read_by_the_next_page_and_written_nowhere_else(key):
    assert writes(lambda: changed(key, **{TOLD: "Saved."})) == []
    told = SessionStore(key)
    assert (told[TOLD], told["who"]) == ("Saved.", "ann")
    told.pop(TOLD)
    assert writes(told.save) == []
    assert TOLD not in SessionStore(key)
    assert TOLD not in stored(key)


def test_anything_else_is_in_the_database_at_once(key):
    changed(key, who="bert", **{TOLD: "Hello"})
    assert stored(key)["who"] == "bert"


def test_without_a_cache_nothing_that_is_told_is_lost(key, no_cache):
    with no_cache():
        changed(key, **{TOLD: "Saved."})
        assert SessionStore(key)[TOLD] == "Saved."


def test_what_was_told_without_a_cache_is_not_told_again_by_a_later_one(key, no_cache):
    with no_cache():
        changed(key, **{TOLD: "Saved."})
    cache.delete(SessionStore(key).cache_key)  # the cache comes back empty
    told = SessionStore(key)
    assert told.pop(TOLD) == "Saved."
    told.save()
    assert TOLD not in stored(key)


def test_a_session_that_was_ended_meanwhile_does_not_come_back(key):
    late = SessionStore(key)
    late[TOLD] = "Saved."
    SessionStore(key).delete()
    with pytest.raises(UpdateError):
        late.save()
    assert dict(SessionStore(key).items()) == {}


def test_the_end_of_a_session_moves_on_in_the_database_too(key, monkeypatch):
    later = time.time() + STORED_AGAIN + 1
    monkeypatch.setattr(sessions.time, "time", lambda: later)
    assert len(writes(lambda: changed(key, **{TOLD: "Saved."}))) == 1
    assert stored(key)[STORED] == [int(later), True]


def test_a_form_says_once_that_it_was_saved_and_writes_no_session(signed_in, fresh_cache):
    client, job = signed_in("staff"), MemberEmploymentFactory()
    changed(client.session.session_key)  # by a page before

    def end():
        url = reverse("members:memberemployment_end", args=[job.pk])
        page = client.post(url, {"end_date": "2021-03-05", "reason": "laid off"}, follow=True)
        assert page.content.decode().count("The job ended on Fri 5 Mar 2021.") == 1

    assert writes(end) == []
    assert "The job ended on" not in client.get(job.member.get_absolute_url()).content.decode()


def test_nothing_that_is_told_lengthens_a_session_in_the_cache(key):
    cache.touch(SessionStore(key).cache_key, 5)
    changed(key, **{TOLD: "Saved."})
    client, name = cache._cache.get_client(None), cache.make_key(SessionStore(key).cache_key)
    assert 0 < client.ttl(name) <= 5


def test_a_session_that_a_page_read_while_it_was_being_ended_is_ended_all_the_same(
    signed_in, fresh_cache, django_capture_on_commit_callbacks
):
    client = signed_in("staff")
    key, name = client.session.session_key, f"{SessionStore.cache_key_prefix}{client.session.session_key}"
    UserSession.objects.get_or_create(user=client.user, session_key=key, defaults={"ip": "127.0.0.1"})
    with django_capture_on_commit_callbacks(execute=True):
        assert end_sessions(client.user) == 1
        cache.set(name, {"_auth_user_id": str(client.user.pk)})  # by a page that saw the row before the commit
    assert cache.get(name) is None
