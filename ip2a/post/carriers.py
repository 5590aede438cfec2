"""Who carries which channel's messages: ``@carries(Channel.SLACK)`` on ``hand_over(row, *, subject, body)``."""

from collections.abc import Callable
from typing import Protocol

from ip2a.models import Message
from ip2a.models.channel import Channel
from ip2a.post import transport
from ip2a.post.transport import Outcome

NOBODY_CARRIES = "Nothing in this installation sends by {}. Tell an administrator."


class Carrier(Protocol):
    def __call__(self, row: Message, *, subject: str, body: str) -> Outcome: ...


_carriers: dict[str, Carrier] = {Channel.EMAIL: transport.hand_over}
_repeatable: set[str] = set()


def carries(channel: str, *, may_repeat: bool = False) -> Callable[[Carrier], Carrier]:
    """``may_repeat``: to arrive twice does no harm there, so what a killed process left behind is sent again."""

    def register(carrier: Carrier) -> Carrier:
        _carriers[channel] = carrier
        if may_repeat:
            _repeatable.add(channel)
        return carrier

    return register


def repeatable() -> list[str]:
    return sorted(_repeatable)


def hand_over(row: Message, *, subject: str, body: str) -> Outcome:
    carrier = _carriers.get(row.channel)
    if carrier is None:
        return Outcome(Message.State.DEAD, NOBODY_CARRIES.format(row.get_channel_display()))
    return carrier(row, subject=subject, body=body)
