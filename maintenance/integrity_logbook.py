"""Whether what the house does is written down where nobody needs the database to read it."""

from maintenance import logbook
from maintenance.models import Severity
from maintenance.registry import Thing, check_of_things


@check_of_things(
    "maintenance.log-book-not-written",
    severity=Severity.WARNING,
    sentence=("1 log book cannot be written.", "{count} log books cannot be written."),
    advice="Give the application's account the right to write in the logs folder, or name another in LOGS_FOLDER.",
)
def log_book_not_written() -> list[Thing]:
    return [Thing(why, "folder", "", why) for why in logbook.trouble()]
