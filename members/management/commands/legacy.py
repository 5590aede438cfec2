import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ip2a.answers import Refused
from ip2a.imports import batches, terminal
from maintenance import doctor

FILES = (
    ("organizations.csv.gz", "organizations"),
    ("organization_contacts.csv.gz", "contacts"),
    ("members.csv.gz", "members"),
    ("member_employments.csv.gz", "employments"),
)


class Command(BaseCommand):
    help = "Import the old system's four files in order, and prove that every row arrived or was named."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", default="../shared/legacy", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        missing = [name for name, _ in FILES if not (folder / name).is_file()]
        if missing:
            self.stderr.write(
                f"{folder} lacks {', '.join(missing)}. Name the folder that holds the old system's files."
            )
            sys.exit(2)
        outcomes = []
        for name, kind in FILES:
            try:
                with (folder / name).open("rb") as file:
                    outcome = batches.import_file(file, name, kind=kind, progress=terminal.progress(self.stderr, name))
            except Refused as refusal:
                self.stderr.write(str(refusal))
                sys.exit(2)
            outcomes.append((name, outcome))
        terminal.summarize(self.stdout, outcomes)
        found = sum(1 for seen in doctor.examine() or [] if seen.count or seen.trouble)
        self.stdout.write(f"Data findings: {found}, under Repairs.")
        sys.exit(0 if all(outcome.is_proven for _, outcome in outcomes) else 1)
