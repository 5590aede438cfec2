"""The copies that pages are read from: how far behind each is, since when one is out of use, and why.

Looked at every minute by the worker; a copy that is out of use is a notice, whose beginning is the "since". Web
processes find out for themselves, within moments, and read from the primary meanwhile.
"""

from datetime import datetime
from time import sleep

from django.conf import settings
from django.utils import timezone

from ip2a.models.channel import Priority
from ip2a.replicas import servers
from ip2a.replicas.standing import Standing, standing
from ip2a.words import format_moment
from maintenance import notices
from maintenance.backups.telling import size
from maintenance.models_watching import Notice
from maintenance.resilience.models import Level
from maintenance.resilience.parts import Asked, Part

KEY, TITLE, PREFIX = "replicas", "Read replicas", "replica:"
COLUMNS = ("Replica", "State", "Behind", "Missing", "Newest change", "Out of use since", "Why")
GLANCE = 0.5  # seconds that somebody who opens the page waits for each
OUT = "Pages are not read from {name}, but from the primary. {why}"
ADVICE = (
    "Nothing is lost, and pages go on. See whether that server runs and can reach the primary; "
    "when it has caught up it is used again by itself."
)


def watch() -> int:
    """Raise a notice of each copy that is out of use, end those that are over. Returns how many are out of use."""
    known = _since()
    out = {look.alias: look for look in (_surely(alias, alias in known) for alias in settings.REPLICAS) if is_out(look)}
    for alias, look in out.items():
        notices.raise_notice(
            PREFIX + alias,
            priority=Priority.HIGH,
            sentence=OUT.format(name=look.name, why=_why(look)),
            advice=ADVICE,
            path=f"/maintenance/resilience/#{KEY}",
            count=1,
        )
    notices.end(*(PREFIX + alias for alias in known if alias not in out))
    return len(out)


def replicas(asked: Asked) -> Part:
    """For the report: with as much time as a copy may be behind."""
    looks = [standing(alias, settings.REPLICA_MAX_LAG) for alias in settings.REPLICAS]
    return _part(looks, {look.alias for look in looks if is_out(look)})


def at_a_glance() -> Part:
    """For the page. Of a copy that has not come after so short a time, the last minute's look says what it means."""
    looks = [standing(alias, GLANCE) for alias in settings.REPLICAS]
    known = _since()
    return _part(looks, {look.alias for look in looks if look.trouble or (is_out(look) and look.alias in known)})


def is_out(look: Standing) -> bool:
    return bool(look.trouble) or look.behind is None


def _surely(alias: str, is_known: bool) -> Standing:
    """A server that is started again in this moment is none that is out of use."""
    look = standing(alias, settings.REPLICA_MAX_LAG)
    if is_out(look) and not is_known:
        sleep(servers.REST_SECONDS)
        look = standing(alias, settings.REPLICA_MAX_LAG)
    return look


def _since() -> dict[str, datetime]:
    """Of each copy that is out of use, by the notice of it."""
    rows = Notice.objects.open().filter(name__startswith=PREFIX).values_list("name", "since")
    return {name.removeprefix(PREFIX): since for name, since in rows}


def _why(look: Standing) -> str:
    if look.trouble:
        return look.trouble if look.trouble.endswith((".", "?", "!")) else f"{look.trouble}."
    newest = f", its newest change is of {format_moment(look.latest)}" if look.latest else ""
    return f"It is more than {settings.REPLICA_MAX_LAG:g} seconds behind: {size(look.missing)} are missing{newest}."


def _part(looks: list[Standing], out: set[str]) -> Part:
    part, known = Part(KEY, TITLE, columns=list(COLUMNS)), _since()
    for look in looks:
        behind = f"{look.behind:.2f} s" if look.behind is not None else f"More than {GLANCE:g} s"
        missing, latest = ("", "") if look.trouble else (size(look.missing), format_moment(look.latest))
        if look.alias in out:
            since = format_moment(known.get(look.alias, timezone.now()))
            part.say(Level.WARN, f"{OUT.format(name=look.name, why=_why(look))} So since {since}.")
            part.rows.append([look.name, "Out of use", "", missing, latest, since, _why(look)])
            continue
        part.rows.append([look.name, "In use", behind, missing, latest, "", ""])
        if look.behind is not None:
            part.measure("replica.behind", look.behind, look.alias)
    return part
