from typing import Any

from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError

# In turn: what it is called, what is said, and whether it takes the size and --force.
STEPS = (
    ("seed", "Making up a local", True),
    ("integrity", "Looking through everything", False),
    ("auto_heal", "Mending what is safe", False),
    ("load", "Putting it under load", True),
)


class Command(BaseCommand):
    help = "Everything in turn: seed, integrity, auto_heal, load. Exit status: 0 clean, 1 something left, 2 not run."
    requires_system_checks = ()

    def add_arguments(self, parser):
        size = parser.add_mutually_exclusive_group()
        size.add_argument("--quick", action="store_true", help="a small local, a short load")
        size.add_argument("--stress", action="store_true", help="at full size")
        parser.add_argument("--force", action="store_true", help="also in production")

    def handle(self, *, quick, stress, force, **options):
        verdict = 0
        for name, words, is_sized in STEPS:
            self.stdout.write(f"\n== {words} ({name})")
            if name not in get_commands():
                self.stdout.write(f"There is no command {name} here, so this step is left out.")
                continue
            wanted = {"quick": quick, "stress": stress, "force": force} if is_sized else {}
            status = self.run_step(name, {key: True for key, is_on in wanted.items() if is_on})
            verdict = max(verdict, status) if name == "load" else status  # what was mended is not left
        if verdict:
            raise SystemExit(verdict)

    def run_step(self, name: str, options: dict[str, Any]) -> int:
        """Findings do not stop the turn; a step that could not run does."""
        try:
            call_command(name, stdout=self.stdout, stderr=self.stderr, **options)
        except SystemExit as end:
            return int(end.code or 0)
        except CommandError as error:
            raise CommandError(f"{name}: {error}", returncode=2) from error
        return 0
