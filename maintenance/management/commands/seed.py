from django.core.management.base import BaseCommand, CommandError

from maintenance import doctor, seeding


class Command(BaseCommand):
    help = "Make up a believable local: people, organizations, jobs, and one sign-in for each role."

    def add_arguments(self, parser):
        parser.add_argument("--quick", action="store_true", help="a small local: 50 members, 20 organizations")
        parser.add_argument("--seed", type=int, default=1, metavar="N", help="the same number gives the same data")
        parser.add_argument("--force", action="store_true", help="also in production")

    def handle(self, *, quick, seed, force, **options):
        try:
            made = seeding.sow(size="quick" if quick else "normal", number=seed, force=force, say=self.progress)
        except seeding.CannotSeed as error:
            raise CommandError(str(error)) from error
        self.progress("looking through the data")
        found = sum(1 for s in doctor.examine() or [] if s.count or s.trouble)
        self.progress("")
        self.stdout.write(f"{'':28}{'added':>10}{'in all':>10}")
        for line in made:
            self.stdout.write(f"{line.what:28}{line.added:>10,}{line.total:>10,}")
        if not any(line.added for line in made):
            self.stdout.write("Nothing was added: these records already stand.")
        self.stdout.write(f"Data findings: {found}." if found else "Data findings: none.")

    def progress(self, text: str) -> None:
        """One line that replaces itself, on a terminal only."""
        if self.stderr.isatty():
            self.stderr.write(f"\r\x1b[K{text}", ending="")
            self.stderr.flush()
