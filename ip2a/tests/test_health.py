import pytest
from django.conf import settings
from django.db import connection

ALL_WELL = {"database": "ok", "broker": "ok", "migrations": "ok", "disk": "ok"}


def test_process_answers_without_the_database(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"process": "ok"})


def test_ready_when_all_is_there(client, db):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, ALL_WELL)
    assert "no-store" in answer["Cache-Control"]


def test_not_ready_on_a_full_disk(client, db, monkeypatch):
    monkeypatch.setattr(settings, "READY_LEAST_FREE_MB", 10**12)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, ALL_WELL | {"disk": "fail"})


def test_not_ready_without_the_broker(client, db, tmp_path, monkeypatch):
    monkeypatch.setenv("CELERY_BROKER_READ_URL", f"redis+socket://{tmp_path}/nobody.sock")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, ALL_WELL | {"broker": "fail"})


def test_not_ready_while_a_migration_is_missing(client, owner_db, django_db_blocker, django_db_setup):
    taken = owner_db.execute("DELETE FROM django_migrations WHERE app = 'ip2a' RETURNING app, name, applied").fetchall()
    try:
        with django_db_blocker.unblock():
            answer = client.get("/readyz")
            connection.close()
    finally:
        with owner_db.cursor() as cursor:
            cursor.executemany("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", taken)
    assert (answer.status_code, answer.json()) == (503, ALL_WELL | {"migrations": "fail"})


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_only_reading_is_answered(client, db, path):
    assert client.post(path).status_code == 405
