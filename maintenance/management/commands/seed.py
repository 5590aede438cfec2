from django.core.management.base import BaseCommand, CommandError

from ip2a.terminal import replace_line
from maintenance import doctor, seeding


def positive(text: str) -> float:
    number = float(text)
    if not 0 < number <= 1000:
        raise ValueError
    return number


class Command(BaseCommand):
    help = "Make up a believable local: people, organizations, jobs, and one sign-in for each role."

    def add_arguments(self, parser):
        size = parser.add_mutually_exclusive_group()
        size.add_argument("--quick", action="store_true", help="a small local: 50 members, 20 organizations")
        size.add_argument("--stress", action="store_true", help="a large local: 10,000 members, 250,000 jobs")
        parser.add_argument("--scale", type=positive, default=1.0, metavar="X", help="multiplies a stress seed")
        parser.add_argument("--with-files", action="store_true", help="a stress seed writes files, too: 30 GB")
        parser.add_argument("--seed", type=int, default=1, metavar="N", help="the same number gives the same data")
        parser.add_argument("--until", default="", metavar="DATE", help="its last day (2026-10-30) instead of today")
        parser.add_argument("--force", action="store_true", help="also in production")

    def handle(self, *, quick, stress, seed, scale, with_files, until, force, **options):
        if (scale != 1.0 or with_files) and not stress:
            raise CommandError("--scale and --with-files belong to a stress seed: add --stress.")
        size = "stress" if stress else "quick" if quick else "normal"
        try:
            how = {"number": seed, "scale": scale, "with_files": with_files, "until": seeding.last_day(until)}
            made = seeding.sow(size=size, **how, force=force, say=self.progress)
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
        replace_line(self.stderr, text)
