from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from maintenance.management.commands.load import seconds

# In turn: what it is called, what is said, and which of the options it takes.
STEPS = (
    ("seed", "Making up a local", ("quick", "stress", "force")),
    ("integrity", "Looking through everything", ()),
    ("auto_heal", "Mending what is safe", ()),
    ("load", "Putting it under load", ("quick", "stress", "force", "duration")),
)


class Command(BaseCommand):
    help = "Everything in turn: seed, integrity, auto_heal, load. Exit status: 0 clean, 1 something left, 2 not run."
    requires_system_checks = ()

    def add_arguments(self, parser):
        size = parser.add_mutually_exclusive_group()
        size.add_argument("--quick", action="store_true", help="a small local, a short load")
        size.add_argument("--stress", action="store_true", help="at full size")
        parser.add_argument("--force", action="store_true", help="also in production, or beside real people")
        parser.add_argument("--duration", type=seconds, metavar="S", help="seconds of the load")

    def handle(self, **options):
        verdict = 0
        for name, words, takes in STEPS:
            self.stdout.write(f"\n== {words} ({name})")
            status = self.run_step(name, [option for key in takes for option in as_option(key, options[key])])
            verdict = max(verdict, status) if name == "load" else status  # what was mended is not left
        if verdict:
            raise SystemExit(verdict)

    def run_step(self, name: str, options: list[str]) -> int:
        """Findings do not stop the turn; a step that could not run does."""
        try:
            call_command(name, *options, stdout=self.stdout, stderr=self.stderr)
        except SystemExit as end:
            return int(end.code or 0)
        except CommandError as error:
            raise CommandError(f"{name}: {error}", returncode=2) from error
        return 0


def as_option(name: str, value: bool | float | None) -> list[str]:
    if value is None or value is False:
        return []
    return [f"--{name}"] if value is True else [f"--{name}", str(value)]
