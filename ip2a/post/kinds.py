"""What mail is about, in words: each room declares its kinds."""

from django.utils.module_loading import autodiscover_modules

from ip2a import numbers

DIGEST = "post.digest"
_labels: dict[str, str] = {}


def declare_kind(name: str, label: str) -> str:
    """``declare_kind("grievances.reminder", "Reminders of deadlines")``: shown in lists and as heading in digests."""
    if _labels.setdefault(name, label) != label:
        raise ValueError(f"Mail of the kind {name} is already called {_labels[name]!r}.")
    return name


def label_of(name: str) -> str:
    """A kind that nobody declared is spelled out of its name."""
    return _labels.get(name) or name.rpartition(".")[2].replace("_", " ").replace("-", " ").capitalize()


def choices() -> list[tuple[str, str]]:
    """All kinds by their label, also of mail that only tasks write: a web process reads those when somebody asks."""
    autodiscover_modules("tasks")
    return sorted(_labels.items(), key=lambda pair: pair[1])


declare_kind(DIGEST, "Daily digest")
NOTICE = declare_kind("post.notice", "Notices")
URGENT_NOTICE = declare_kind("post.urgent-notice", "Urgent notices")
TEST = declare_kind("post.test", "Tests of channels")
URGENT = (URGENT_NOTICE, TEST)  # also in quiet hours
DIGEST_HOUR = numbers.declare(
    "ip2a.mail-digest-hour",
    7,
    unit="o'clock",
    about="The hour of the day from which reminders are put together and mailed, one mail for each person.",
)
MOST_TRIES = numbers.declare(
    "ip2a.mail-most-tries",
    20,
    unit="tries",
    about="How often a mail that the server does not take is tried before it is given up and shown to a person.",
)
FIRST_WAIT = numbers.declare(
    "ip2a.mail-first-wait",
    1,
    unit="minutes",
    about="How long after a failed try the next one comes; it doubles with each try.",
)
LONGEST_WAIT = numbers.declare(
    "ip2a.mail-longest-wait", 240, unit="minutes", about="The longest pause between two tries to send a mail."
)
STALE_AFTER = numbers.declare(
    "ip2a.mail-stale-after",
    15,
    unit="minutes",
    about="When sending a mail takes longer than this, the program that sent it has ended, and a person must decide.",
)
