"""What is critically wrong with the database itself: known when a backup is made, asked again of what comes back."""

from maintenance import doctor
from maintenance.looking import Seen
from maintenance.models import Severity
from maintenance.registry import Check, Kind, all_checks


def counts() -> dict[str, int]:
    """By check: how many there are now, where there are any."""
    seen = doctor.survey([check for check in all_checks() if is_of_the_database(check)])
    return {one.check.name: one.count for one in seen if one.count}


def is_of_the_database(check: Check) -> bool:
    """Neither a matter of time nor of files: the same data always has the same ones."""
    return check.kind is not Kind.WRITTEN and check.severity == Severity.CRITICAL and not check.files


def told(seen: list[Seen], known: dict[str, int] | None) -> list[str]:
    """In sentences: checks that cannot run on the copy, and what it has that was not there when it was made. Backups of
    before this was asked know nothing (None)."""
    problems = [f"The check {s.check.name} cannot run on the restored copy: {s.trouble}" for s in seen if s.trouble]
    if known is None:
        return problems
    return problems + [
        f"The check {one.check.name} finds more in the restored copy: {one.check.say(one.count)}"
        for one in seen
        if is_of_the_database(one.check) and one.count > known.get(one.check.name, 0)
    ]
