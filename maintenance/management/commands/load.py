import json
from argparse import ArgumentParser, ArgumentTypeError

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError

from ip2a.terminal import replace_line
from maintenance.load import running, telling
from maintenance.load.target import CannotLoad

QUICK, NORMAL, STRESS, MOST = 10, 50, 200, 20_000
SHORT, LONG = 10.0, 30.0


def people(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= MOST:
        raise ArgumentTypeError(f"“{text}” is no number of people: type one from 1 to {MOST:,}.")
    return int(text)


def seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 86_400:
        raise ArgumentTypeError(f"“{text}” is no number of seconds: type one from 0 to 86400.")
    return number


class Command(BaseCommand):
    help = "Many people at once, over HTTP. Exit status: 0 every goal is met, 1 something failed, 2 could not run."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        size = parser.add_mutually_exclusive_group()
        size.add_argument("--quick", action="store_const", dest="users", const=QUICK, help=f"{QUICK} people")
        size.add_argument("--stress", action="store_const", dest="users", const=STRESS, help=f"{STRESS} people")
        size.add_argument("--users", type=people, metavar="N", help=f"so many people (without: {NORMAL})")
        parser.add_argument("--duration", type=seconds, metavar="S", help="seconds to measure (30; --quick 10)")
        parser.add_argument("--think", type=seconds, default=1.0, metavar="S", help="seconds between two clicks (1)")
        parser.add_argument("--url", help="a server that runs; without, the one of this folder, or one started for it")
        parser.add_argument("--allow-host", default="", metavar="HOST", help="put this other machine under load")
        parser.add_argument("--force", action="store_true", help="also in production, or beside real people")
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *, users, duration, think, url, allow_host, force, **options) -> None:
        users = users or NORMAL
        measured = duration if duration is not None else SHORT if users == QUICK else LONG
        asked = running.Asked(users, measured, think, url, allow_host, force, self.progress)
        try:
            report = running.run(asked)
        except KeyboardInterrupt:
            raise CommandError("Stopped before there was anything to tell.", returncode=2) from None
        except CannotLoad as error:
            raise CommandError(str(error), returncode=2) from error
        except DatabaseError as error:
            why = str(error).strip().splitlines()[0]
            raise CommandError(f"The database cannot be used: {why}. Is it migrated?", returncode=2) from error
        finally:
            self.progress({"stage": ""})
        as_json = options["format"] == "json"
        for line in [json.dumps(report, indent=2)] if as_json else telling.lines(report):
            self.stdout.write(line)
        if not report["met"]:
            raise SystemExit(1)

    def progress(self, told) -> None:
        replace_line(self.stderr, telling.progress(told))
