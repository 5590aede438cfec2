import json
import sys
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError

from ip2a import audit
from ip2a.terminal import how_far, replace_line
from maintenance.backups import making, restoring, returning, telling, verifying
from maintenance.backups.errors import CannotBackUp


class Command(BaseCommand):
    help = "Back up the database and every file; or prove a backup, list them, or bring one back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--verify", nargs="?", const="", metavar="FILE", help="restore it aside, compare, look through"
        )
        what.add_argument("--list", action="store_true", help="which backups there are")
        what.add_argument("--restore", metavar="FILE", help="bring it back, with --into NAME")
        what.add_argument("--bring-back", action="store_true", help="documents that are gone or changed")
        parser.add_argument("--into", metavar="NAME", default="", help="the database to make of it")
        parser.add_argument("--files-into", metavar="FOLDER", type=Path, help="write its files into this folder")
        parser.add_argument("--force", action="store_true", help="also where a database of that name stands")
        parser.add_argument("--typed", metavar="NAME", default="", help="its name once more, where nobody can type it")
        parser.add_argument("--no-files", action="store_true", help="verify the database only")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, **options) -> None:
        try:
            with audit.acting(command="backup", reason="Backup"):
                facts, lines, clean = self._do(options)
        except CannotBackUp as error:
            raise CommandError(str(error), returncode=2) from error
        except DatabaseError as error:
            why = str(error).strip().splitlines()[0]
            raise CommandError(f"The database cannot be used: {why}. Is it migrated?", returncode=2) from error
        self.progress(0, 0, "")
        self.stdout.write(json.dumps(facts, indent=2, default=str) if options["format"] == "json" else "\n".join(lines))
        if not clean:
            sys.exit(1)

    def _do(self, options: dict) -> telling.Told:
        if options["list"]:
            return telling.listed()
        if options["verify"] is not None:
            with_files = not options["no_files"]
            return telling.verified(verifying.verify(options["verify"], with_files=with_files, say=self.progress))
        if options["restore"]:
            return telling.restored(self._restore(options))
        if options["bring_back"]:
            return telling.brought_back(returning.bring_back(self.progress))
        return telling.made(making.make(say=self.progress))

    def _restore(self, options: dict) -> restoring.Restored:
        into = options["into"]
        if not into:
            raise CannotBackUp("Say which database to make of it: --into NAME.")
        return restoring.restore(
            options["restore"],
            into=into,
            replace=options["force"] and self._typed(into, options["typed"]),
            files_into=options["files_into"],
            say=self.progress,
        )

    def _typed(self, into: str, typed: str) -> bool:
        if not typed and sys.stdin.isatty():
            typed = input(f"What stands in {into} will no longer be served. Type its name to go on: ")
        return typed == into

    def progress(self, done: int, total: int, text: str) -> None:
        replace_line(self.stderr, how_far(text, done, total))
