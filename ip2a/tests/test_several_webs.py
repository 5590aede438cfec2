"""Two web servers on one database and one Redis: people may be led to either, page by page."""

import pytest
from django.contrib.sessions.models import Session

from ip2a.factories import UserFactory
from ip2a.tests.web import Visit, Web, free_port
from members.models import Member

PASSWORD = "a long enough password"
LOGIN = "/account/login/"
NEW = {"member_number": "7460002", "first_name": "Ann", "last_name": "Newcomer"}
NEW |= {"status": "active", "classification": "journeyman"}
ADDED = " was added."
TOO_OFTEN = "Too many wrong tries"


@pytest.fixture
def pair(webs) -> tuple[Web, Web]:
    return webs(WEB_WORKERS="1"), webs(WEB_WORKERS="1")


def sign_in(web: Web, email: str, password: str = PASSWORD) -> Visit:
    visit = Visit(web)
    visit.get(LOGIN)
    visit.answer = visit.post(LOGIN, login=email, password=password)
    return visit


def test_who_signs_in_at_one_goes_on_at_the_other(pair):
    first, second = pair
    rosa = UserFactory(role="staff", password=PASSWORD)
    at_first = sign_in(first, rosa.email)
    at_second = at_first.at(second)
    assert (at_first.answer.status, at_second.get("/members/").status) == (302, 200)
    saved = at_second.post("/members/add/", **NEW)
    member = Member.objects.get(member_number="7460002")
    assert (saved.status, saved.headers["Location"]) == (302, f"/members/{member.pk}/")
    page = at_first.get(saved.headers["Location"])
    assert (page.status, "Newcomer" in page.words, ADDED in page.words) == (200, True, True)
    assert ADDED not in at_second.get(saved.headers["Location"]).words  # told once, wherever
    assert at_second.post("/account/logout/").status == 302
    assert at_first.get("/members/").headers["Location"].startswith(LOGIN)


def test_wrong_passwords_are_counted_over_both(pair):
    rosa = UserFactory(role="staff", password=PASSWORD)
    for number in range(5):
        assert sign_in(pair[number % 2], rosa.email, "wrong").answer.status == 200
    answers = [sign_in(web, rosa.email).answer for web in pair]
    assert [(answer.status, TOO_OFTEN in answer.words) for answer in answers] == [(200, True)] * 2


def test_without_redis_the_sessions_are_in_the_database(webs):
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    first, second = webs(WEB_WORKERS="1", CACHE_URL=nowhere), webs(WEB_WORKERS="1", CACHE_URL=nowhere)
    visit = sign_in(first, UserFactory(role="staff", password=PASSWORD).email)
    assert Session.objects.count() == 1
    assert [visit.at(web).get("/members/").status for web in (first, second)] == [200, 200]
