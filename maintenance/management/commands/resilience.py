import sys
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError

from ip2a import audit
from ip2a.terminal import how_far, replace_line
from maintenance.resilience import exporting, reporting
from maintenance.resilience.models import Level, ResilienceReport
from maintenance.resilience.parts import CHECKSUMS, Asked

MARKS = {Level.ACT: "!!", Level.WARN: " !", Level.UNKNOWN: " ?", Level.WELL: "  "}


class Command(BaseCommand):
    help = "Measure how well the house would stand a bad day: disks, files, checksums, growth, queries, backups."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--export", metavar="FILE", help="write the whole report as JSON into this file")
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument("--no-files", action="store_true", help="do not look at the files")
        parser.add_argument("--checksums", choices=CHECKSUMS, default="", help="also read documents and compare them")

    def handle(self, **options) -> None:
        asked = Asked(files=not options["no_files"], checksums=options["checksums"], say=self.progress)
        try:
            path = exporting.ready(options["export"]) if options["export"] else None
            with audit.acting(command="resilience"):
                report = reporting.make(asked)
            if path:
                exporting.write(report, path)
        except (exporting.CannotExport, reporting.CannotReport) as error:
            raise CommandError(str(error), returncode=2) from error
        except DatabaseError as error:
            why = str(error).strip().splitlines()[0]
            raise CommandError(f"The database cannot be used: {why}. Is it migrated?", returncode=2) from error
        self.progress(0, 0, "")
        self.stdout.write(exporting.text(report) if options["format"] == "json" else "\n".join(lines(report)))
        if report.over:
            sys.exit(1)

    def progress(self, done: int, total: int, text: str) -> None:
        replace_line(self.stderr, how_far(text, done, total))


def lines(report: ResilienceReport) -> list[str]:
    found = []
    for part in report.parts:
        found.append(f"{MARKS[Level(part['level'])]} {part['title']}")
        found += [f"     {said['text']}" for said in part["says"]]
        if not part["says"]:
            found.append("     Within its thresholds.")
    count = report.over
    found.append(f"Report {report.pk}: {count or 'no'} sentence{'s' * (count != 1)} over a threshold.")
    return found
