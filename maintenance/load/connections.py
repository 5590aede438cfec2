"""How many connections one process may have open here."""

import resource

EXTRA_FILES = 200  # what a process has open beside the connections of its people


class TooMany(Exception):
    """In words for the person at the terminal."""


def allow(users: int) -> None:
    """Each person has a connection of their own, as a browser has."""
    wanted = users + EXTRA_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise TooMany(
            f"{users:,} people need {wanted:,} open connections, and this system allows a process {hard:,}. Raise the "
            "limit (`ulimit -Hn`, or LimitNOFILE of the service), or ask for fewer people."
        )
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
