import threading

from django.db import connections

from ip2a.accounts import services
from ip2a.answers import Refused
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry, User

PASSWORD = "a long enough password"


def test_the_last_two_cannot_let_go_of_each_other_at_once(committed_db):
    first, second = (
        UserFactory(role="administrator", password=PASSWORD),
        UserFactory(role="administrator", password=PASSWORD),
    )
    start, outcomes = threading.Barrier(2), []

    def let_go(user, by):
        start.wait(10)
        try:
            services.deactivate(user, by=User.objects.get(pk=by.pk), reason="Left")
            outcomes.append("done")
        except Refused as refusal:
            outcomes.append(str(refusal))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=let_go, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcome == "done" for outcome in outcomes) == [False, True]
    assert User.objects.filter(is_active=True).count() == 1


def test_signing_in_leaves_a_trace(committed_db, client):
    rosa = UserFactory(email="rosa@example.org", password=PASSWORD)
    client.post("/account/login/", {"login": rosa.email, "password": PASSWORD}, headers={"User-Agent": "Test browser"})
    entry = AuditEntry.objects.about(rosa).first()
    assert (entry.changed, entry.path, entry.user_agent) == (["last_login"], "/account/login/", "Test browser")
    assert entry.ip == "127.0.0.1"
