import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ip2a.answers import Refused
from ip2a.imports import batches, kinds, terminal


class Command(BaseCommand):
    help = (
        "Import a table (CSV or XLSX, gzip or plain). Exit status: 0 all rows arrived, 1 some were refused, 2 no table."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=[kind.key for kind in kinds.kinds()])
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would happen; write nothing")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="OLD=NEW",
            help="read the file's column OLD as NEW; nothing after = only keeps the values",
        )
        parser.add_argument("--report", type=Path, help="write the refused rows here, to be mended and imported again")

    def handle(self, *args: Any, **options: Any) -> None:
        told = dict(pair.partition("=")[::2] for pair in options["map"])
        try:
            with options["file"].open("rb") as file:
                work = batches.rehearse if options["dry_run"] else batches.import_file
                outcome = work(
                    file,
                    str(options["file"]),
                    kind=options["kind"],
                    told=told,
                    report=options["report"],
                    progress=terminal.progress(self.stderr),
                )
        except (Refused, OSError) as error:
            self.stderr.write(str(error))
            sys.exit(2)
        terminal.tell(self.stdout, outcome, dry_run=options["dry_run"], report=options["report"])
        sys.exit(1 if outcome.refused else 0)
