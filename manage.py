#!/usr/bin/env python
"""Every command of IP2A starts here."""

import contextlib
import os
import signal
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent
OWNER_COMMANDS = {"migrate", "sqlmigrate", "showmigrations", "reset"}
SERVERLESS_COMMANDS = {
    "up",
    "makemigrations",
    "collectstatic",
    "check",
    "help",
    "version",
    "diffsettings",
}
READER_WENT = 128 + signal.SIGPIPE


def main() -> None:
    """Ends quietly when whoever reads the output has had enough (``| head``), with the status of such an end."""
    try:
        try:
            run()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(READER_WENT)


def run() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ip2a.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    os.environ["IP2A_COMMAND"] = command
    if command in OWNER_COMMANDS:
        os.environ["IP2A_DATABASE_ROLE"] = "owner"
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line

        from ip2a.embedded import ensure_running
    except ImportError as error:
        sys.exit(f"{error}. Install the packages: make packages; then use .venv/bin/python manage.py.")
    try:
        if command == "dbshell":
            lend_psql()
        if command in SERVERLESS_COMMANDS or {"-h", "--help"} & set(sys.argv):
            execute_from_command_line(sys.argv)
            return
        with ensure_running(BASE_DIR):
            execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)


def lend_psql() -> None:
    """Where the machine has no psql, the one of the embedded PostgreSQL is taken; and where its socket is, is told."""
    from django.conf import settings

    from ip2a.embedded import CannotStart
    from ip2a.embedded.postgres import installation

    if folder := settings.DATABASES["default"].get("OPTIONS", {}).get("host"):
        os.environ.setdefault("PGHOST", folder)
    with contextlib.suppress(CannotStart):  # psql of the machine, or Django's own words that there is none
        os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), str(installation() / "bin")])


if __name__ == "__main__":
    main()
