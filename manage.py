#!/usr/bin/env python
"""Every command of IP2A starts here."""

import os
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


def main() -> None:
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
        if command in SERVERLESS_COMMANDS or {"-h", "--help"} & set(sys.argv):
            execute_from_command_line(sys.argv)
            return
        with ensure_running(BASE_DIR):
            execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
