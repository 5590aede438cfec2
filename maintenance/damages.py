"""Damage to the database itself, and to what every app shares, for the drill (``maintenance.damaging``)."""
# ruff: noqa: S608 - the statements are of names and numbers made here

import hashlib
import os
from datetime import timedelta
from uuid import uuid4

import psycopg
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from ip2a.factories import UserFactory
from ip2a.models import Attachment, Invitation, Message, User
from maintenance.damaging import damage, execute, undrillable
from maintenance.mending_schema import owner_parameters

undrillable("schema.index-corrupt", "only a failing disk, or a superuser, can damage an index so")
undrillable("schema.collation-changed", "only an upgrade of the system changes how words are ordered")


def _ask(question: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


def _did(*statements: str) -> str:
    for statement in statements:
        execute(statement)
    return "; ".join(statements)


def _app() -> str:
    return connection.ops.quote_name(settings.APP_ROLE_NAME)


@damage("schema.table-missing")
def table_missing():
    return _did("DROP TABLE ip2a_absence CASCADE")


@damage("schema.migration-missing")
def migration_missing():
    return _did("DELETE FROM django_migrations WHERE app = 'maintenance' AND name LIKE '0001%%'")


@damage("schema.column-differs")
def column_differs():
    return _did("ALTER TABLE ip2a_attachment ALTER COLUMN description TYPE text")


@damage("schema.constraint-missing")
def constraint_missing():
    return _did("ALTER TABLE ip2a_attachment DROP CONSTRAINT attachment_not_empty")


@damage("schema.constraint-not-valid")
def constraint_not_valid():
    definition = _ask("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'attachment_not_empty'")
    return _did(
        "ALTER TABLE ip2a_attachment DROP CONSTRAINT attachment_not_empty",
        f"ALTER TABLE ip2a_attachment ADD CONSTRAINT attachment_not_empty {definition} NOT VALID",
    )


@damage("schema.index-missing")
def index_missing():
    return _did("DROP INDEX attachment_by_uploader")


def _forget_index():
    execute("DROP INDEX IF EXISTS drill_unfinished")


@damage("schema.index-invalid", clean=_forget_index)
def index_invalid():
    """Somebody's transaction is in the way until the patience of whoever builds the index ends."""
    with (
        psycopg.connect(**owner_parameters()) as somebody,
        psycopg.connect(**owner_parameters(), autocommit=True) as us,
    ):
        somebody.execute("LOCK TABLE django_content_type IN ROW EXCLUSIVE MODE")
        us.execute("SET statement_timeout = '300ms'")
        try:
            us.execute("CREATE INDEX CONCURRENTLY drill_unfinished ON django_content_type (model)")
        except psycopg.errors.QueryCanceled:
            return "an index whose building was broken off"
    raise RuntimeError("The index was built all the same.")


@damage("schema.sequence-behind")
def sequence_behind():
    return _did("SELECT setval(pg_get_serial_sequence('auth_permission', 'id'), 1)")


@damage("schema.trigger-disabled")
def trigger_disabled():
    return _did("ALTER TABLE ip2a_attachment DISABLE TRIGGER ip2a_audit_update")


@damage("schema.trigger-missing")
def trigger_missing():
    return _did("DROP TRIGGER ip2a_audit_insert ON ip2a_attachment")


@damage("schema.promise-broken")
def promise_broken():
    return _did("DROP TRIGGER ip2a_touch ON ip2a_attachment")


@damage("schema.audit-partition-missing")
def audit_partition_missing():
    month = _ask("SELECT to_char(now() AT TIME ZONE 'UTC' + interval '1 month', 'YYYY_MM')")
    return _did(f"DROP TABLE ip2a_auditentry_{month}")


@damage("schema.role-too-mighty")
def role_too_mighty():
    return _did(f"GRANT TRUNCATE ON ip2a_attachment TO {_app()}")


@damage("schema.role-too-weak")
def role_too_weak():
    return _did(f"REVOKE SELECT ON ip2a_attachment FROM {_app()}")


def a_document(**changes) -> Attachment:
    """A row about a file that nobody stored."""
    about = UserFactory()
    text = uuid4().hex
    facts = {
        "content_type": ContentType.objects.get_for_model(User),
        "object_id": about.pk,
        "original_name": "drill.txt",
        "size": len(text),
        "media_type": "text/plain",
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "path": f"drill/{text}",
    }
    return Attachment.objects.create(**{**facts, **changes})


@damage("ip2a.document-not-on-disk")
def document_not_on_disk():
    return f"{a_document()} without a file"


@damage("ip2a.document-changed")
def document_changed():
    document = a_document()
    apps.get_model("maintenance.filefault").objects.create(attachment=document, fault="changed", seen_at=timezone.now())
    return f"{document} with another checksum"


@damage("ip2a.file-no-record-names")
def file_no_record_names():
    path = default_storage.save(f"drill/{uuid4().hex}", ContentFile(b"left behind"))
    long_ago = (timezone.now() - timedelta(days=30)).timestamp()
    os.utime(default_storage.path(path), (long_ago, long_ago))
    return f"a file {path}"


_elsewhere = override_settings(LOGS=__file__)  # a file, so nothing can be written below it


@damage("maintenance.log-book-not-written", clean=_elsewhere.disable)
def log_book_not_written():
    _elsewhere.enable()
    return "log books in a folder that is none"


@damage("ip2a.mail-about-lost-record")
def mail_about_lost_record():
    message = Message.objects.create(
        kind="drill",
        key="drill",
        address="nobody@example.org",
        subject="Drill",
        about_model="ip2a.user",
        about_id=2**40,
    )
    return f"mail {message.pk} about a person who is not there"


@damage("ip2a.person-without-role")
def person_without_role():
    return f"{UserFactory(is_active=True)} without a role"


@damage("ip2a.invitation-stale")
def invitation_stale():
    person = UserFactory(is_active=True)
    Invitation.objects.create(user=person, expires_at=timezone.now() - timedelta(days=9))
    return f"an invitation of {person} that ran out"


@damage("ip2a.history-of-lost-record")
def history_of_lost_record():
    person = UserFactory()
    return _did(
        "SET CONSTRAINTS ALL IMMEDIATE",
        "ALTER TABLE ip2a_user DISABLE TRIGGER USER",
        f"DELETE FROM ip2a_user WHERE id = {person.pk}",
        "ALTER TABLE ip2a_user ENABLE TRIGGER USER",
    )
