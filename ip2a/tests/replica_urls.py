"""The house's addresses, and some that tell which server they are read from."""

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path

from ip2a.models import User
from ip2a.tests.urls import urlpatterns as house


def ask(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def where(request: HttpRequest) -> JsonResponse:
    """By raw SQL and by the ORM; ``walled``: how many campaigns the database lets this person see."""
    there = User.objects.extra(select={"there": "pg_is_in_recovery()"}).values_list("there", flat=True)
    walled = ask("SELECT count(*) FROM organizing_campaign")
    return JsonResponse({"sql": ask("SELECT pg_is_in_recovery()"), "orm": there.first(), "walled": walled})


def slow(request: HttpRequest) -> JsonResponse:
    """Takes long on a copy and no time at all on the primary, and holds the table meanwhile, however it is planned."""
    sleep = "pg_sleep(CASE WHEN pg_is_in_recovery() THEN 20 ELSE 0 END)"
    ask(f"SELECT (SELECT count(*) FROM members_member), {sleep}")
    return JsonResponse({"copy": ask("SELECT pg_is_in_recovery()")})


urlpatterns = [*house, path("where/", where, name="where"), path("slow/", slow, name="slow")]
