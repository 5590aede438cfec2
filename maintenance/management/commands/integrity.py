import json
import time

from django.core.management.base import BaseCommand, CommandError

from ip2a import audit
from ip2a.answers import Refused
from ip2a.terminal import replace_line
from maintenance import doctor, healing_words, integrity_words, repairing
from maintenance.healing import heal
from maintenance.models_healing import Road
from maintenance.registry import UnknownCheck, choose


class Command(BaseCommand):
    help = "Look through all data and the schema. Exit status: 0 clean, 1 something is left, 2 could not run."
    requires_system_checks = ()  # they read every page's code, which has nothing to do with the data

    def add_arguments(self, parser):
        parser.add_argument("--repair", action="store_true", help="mend what is safe; auto_heal --undo takes it back")
        parser.add_argument("--no-files", action="store_true", help="leave out what reads files, or the whole history")
        parser.add_argument(
            "--only", action="extend", nargs="+", metavar="NAME", help="these checks, or those whose names begin so"
        )
        parser.add_argument("--app", action="extend", nargs="+", metavar="APP", help="the checks of these apps")
        parser.add_argument("--list", action="store_true", help="the checks there are; nothing is looked at")
        parser.add_argument(
            "--statements",
            action="store_true",
            help="the SQL that puts the database itself right, for its owner to run",
        )
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, **options):
        self.as_json = options["format"] == "json"
        try:
            checks = choose(options["only"], options["app"], files=not options["no_files"])
            is_something_left = self.chosen(options)(checks, options)
        except (Refused, UnknownCheck) as error:
            raise CommandError(str(error), returncode=2) from error
        if is_something_left:
            raise SystemExit(1)

    def chosen(self, options):
        acts = {"list": self.list, "statements": self.statements, "repair": self.repair}
        return next((act for name, act in acts.items() if options[name]), self.look)

    def look(self, checks, options) -> bool:
        started = time.perf_counter()
        is_whole = not (options["only"] or options["app"] or options["no_files"])
        seen = doctor.examine(None if is_whole else checks, progress=self.progress)
        if seen is None:
            raise CommandError("Another look at all data is under way. Try again when it has ended.", returncode=2)
        seconds = time.perf_counter() - started
        self.say(integrity_words.as_json(seen, seconds), integrity_words.lines(seen, seconds))
        return bool(integrity_words.left(seen))

    def repair(self, checks, options) -> bool:
        with audit.acting(command="integrity"):
            healed = heal(
                options["only"],
                options["app"],
                no_files=options["no_files"],
                road=Road.COMMAND,
                progress=lambda stage, done, total: self.progress(done, total, stage),
            )
            told = repairing.after_a_round(healed)
        self.say(told, healing_words.lines(healed))
        return bool(healed.left)

    def list(self, checks, options) -> bool:
        listed = integrity_words.listing(checks)
        files = {True: ", files", False: ""}
        self.say(listed, (f"{c['name']:<70} {c['severity']}{files[c['files']]}: {c['sentence']}" for c in listed))
        return False

    def statements(self, checks, options) -> bool:
        lines = list(integrity_words.statements(checks))
        self.say({"statements": lines}, lines)
        return bool(lines)

    def say(self, told, lines):
        self.progress(0, 0)
        for line in [json.dumps(told, indent=2, ensure_ascii=False)] if self.as_json else lines:
            self.stdout.write(line)

    def progress(self, done: int, total: int, stage: str = "Looking") -> None:
        replace_line(self.stderr, f"{stage} {done:,} of {total:,}" if total else "")
