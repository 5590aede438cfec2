"""What a rule answers: yes, or no with words fit for the screen."""

from dataclasses import dataclass


class Refused(Exception):
    """A rule said no. The message may be shown to the person who asked."""


@dataclass(frozen=True)
class Answer:
    """Yes, or no with the reason a person can read and act on."""

    ok: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.ok

    def enforce(self) -> None:
        """Raise Refused with the reason unless the answer is yes."""
        if not self.ok:
            raise Refused(self.reason)


YES = Answer(True)


def no(reason: str) -> Answer:
    return Answer(False, reason)
