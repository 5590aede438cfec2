"""Deleting everything: the tables, the files, the sessions. What is left is a house as it is on its first day."""

from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management import call_command
from django.db import OperationalError, connection, transaction

PATIENCE = "5s"


class CannotReset(Exception):
    """Why nothing was deleted, in words for whoever asked."""


def refuse_in_production(force: bool) -> None:
    if settings.IS_PRODUCTION and not force:
        raise CannotReset(
            f"This is {settings.IP2A_ENV}: real data of the local would be gone. If that is really wanted, "
            "make a backup and say so with --force."
        )


def refuse_unless_named(typed: str) -> None:
    name = connection.settings_dict["NAME"]
    if typed.strip() != name:
        raise CannotReset(f"Nothing was deleted: the name of the database is {name}, typed was “{typed.strip()}”.")


def refuse_unless_owner() -> None:
    """Asked before anything is gone. The application's own role may not delete the history."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(nspowner, 'USAGE') AND has_database_privilege(current_database(), 'CREATE')"
            " FROM pg_namespace WHERE nspname = 'public'"
        )
        (is_owner,) = cursor.fetchone()
    if not is_owner:
        raise CannotReset("Nothing was deleted: only the owner of the database may. Set DATABASE_OWNER_URL.")


def empty_database() -> None:
    """Drop everything and migrate anew: so rows that migrations make are there again."""
    drop_everything()
    connection.close()
    call_command("migrate", verbosity=0)


def drop_everything() -> None:
    """All or nothing."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
    except OperationalError as error:
        raise CannotReset("Nothing was deleted: the database is in use. Stop the program, then try again.") from error


def delete_files() -> int:
    """Every file in the store; how many. Backups lie elsewhere and stay."""
    if not isinstance(default_storage, FileSystemStorage):
        files = [entry.key for entry in default_storage.bucket.objects.all()]
        default_storage.bucket.objects.all().delete()
        return len(files)
    root = Path(default_storage.location)
    paths = sorted(root.rglob("*"), reverse=True) if root.is_dir() else []
    files = [path for path in paths if path.is_symlink() or not path.is_dir()]
    for path in files:
        path.unlink()
    for path in paths:
        if path not in files:
            path.rmdir()
    return len(files)


def forget_sessions() -> None:
    cache.clear()
