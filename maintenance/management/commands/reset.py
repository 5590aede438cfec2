import sys

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from maintenance import resetting


class Command(BaseCommand):
    help = "Delete all data and files for good. The name of the database must be typed. Backups and logs stay."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("name", nargs="?", help="the database's name, typed here instead of when asked")
        parser.add_argument("--force", action="store_true", help="also in production")

    def handle(self, *, name, force, **options):
        try:
            resetting.refuse_in_production(force)
            resetting.refuse_unless_owner()
            resetting.refuse_unless_named(self.ask() if name is None else name)
            resetting.empty_database()
        except resetting.CannotReset as error:
            raise CommandError(str(error), returncode=2) from error
        count = resetting.delete_files()
        resetting.forget_sessions()
        self.stdout.write(f"The database {connection.settings_dict['NAME']} is empty, {count:,} files are deleted.")
        self.stdout.write("“seed” makes an example local; “invite” makes the first account of a real one.")

    def ask(self) -> str:
        self.stderr.write(
            f"All data and all files of {connection.settings_dict['NAME']} will be deleted for good. "
            "Type the name of the database to go on: ",
            ending="",
        )
        self.stderr.flush()
        return sys.stdin.readline()
