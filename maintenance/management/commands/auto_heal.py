import json

from django.core.management.base import BaseCommand, CommandError

from ip2a import audit
from ip2a.answers import Refused
from ip2a.terminal import replace_line
from maintenance import drill, healing_words, repairing
from maintenance.healing import heal
from maintenance.healing_undo import undo
from maintenance.models import HealRun
from maintenance.registry import UnknownCheck


class Command(BaseCommand):
    help = (
        "Look through all data, mend what is safe, tell the rest. Exit status: 0 clean, 1 something is left, 2 not run."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="say what would be mended; write nothing")
        parser.add_argument("--summary", action="store_true", help="the runs of the last seven days")
        parser.add_argument("--no-files", action="store_true", help="without the checks that read files")
        parser.add_argument("--undo", type=int, metavar="RUN", help="take back what a run mended")
        parser.add_argument("--drill", action="store_true", help="break a copy in every known way, and see each mended")
        parser.add_argument(
            "--only", action="extend", nargs="+", metavar="NAME", help="these checks, or those whose names begin so"
        )
        parser.add_argument("--app", action="extend", nargs="+", metavar="APP", help="the checks of these apps")
        parser.add_argument("--many", action="store_true", help="mend also where very many are found at once")
        parser.add_argument("--again", action="store_true", help="mend also what somebody took back before")
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, **options):
        self.as_json = options["format"] == "json"
        acts = {"summary": self.summarize, "drill": self.drill}
        act = next((act for name, act in acts.items() if options[name]), None)
        try:
            left = act(options) if act else self.undo(options) if options["undo"] is not None else self.heal(options)
        except (Refused, UnknownCheck) as error:
            raise CommandError(str(error), returncode=2) from error
        if left:
            raise SystemExit(1)

    def heal(self, options) -> bool:
        with audit.acting(command="auto_heal"):
            healed = heal(
                options["only"],
                options["app"],
                dry_run=options["dry_run"],
                no_files=options["no_files"],
                many=options["many"],
                again=options["again"],
                progress=self.progress,
            )
            told = healing_words.as_json(healed) if healed.run is None else repairing.after_a_round(healed)
        self.say(told, healing_words.lines(healed))
        return bool(healed.left)

    def undo(self, options) -> bool:
        run = HealRun.objects.filter(pk=options["undo"]).first()
        if run is None:
            raise CommandError(f"There is no run {options['undo']}. auto_heal --summary shows them.", returncode=2)
        with audit.acting(command="auto_heal"):
            undone = undo(run, by=None, progress=self.progress)
            repairing.after_an_undo(undone)
        self.say(healing_words.undone_as_json(undone), healing_words.undone_lines(undone))
        return bool(undone.left_alone)

    def summarize(self, options) -> bool:
        told = healing_words.summary()
        self.say(told, healing_words.summary_lines(told))
        return False

    def drill(self, options) -> bool:
        outcomes = drill.run(options["only"], progress=self.progress)
        self.say(drill.as_json(outcomes), drill.lines(outcomes))
        return any(outcome.verdict == "missed" for outcome in outcomes)

    def say(self, told, lines):
        self.progress("", 0, 0)
        for line in [json.dumps(told, indent=2, ensure_ascii=False)] if self.as_json else lines:
            self.stdout.write(line)

    def progress(self, stage: str, done: int, total: int) -> None:
        replace_line(self.stderr, f"{stage} {done:,} of {total:,}" if stage else "")
