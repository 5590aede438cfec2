import os
import signal
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ip2a.embedded import CannotStart, process
from ip2a.serving.house import House


class Command(BaseCommand):
    help = "Run everything: database, broker, web, worker and clock, until Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--host",
            default="127.0.0.1",
            help="address to answer at (default 127.0.0.1)",
        )
        parser.add_argument("--port", type=int, default=8000, help="port to answer at (default 8000)")
        parser.add_argument(
            "--no-seed",
            action="store_true",
            help="do not fill an empty database with example data",
        )

        parser.add_argument("--tied", action="store_true", help="stop when the program that started this one is gone")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["tied"]:
            process.dies_with_parent(signal.SIGTERM, parent=os.getppid())()
        try:
            House(host=options["host"], port=options["port"], seed=not options["no_seed"]).run()
        except CannotStart as error:
            self.stderr.write(str(error))
            sys.exit(2)
