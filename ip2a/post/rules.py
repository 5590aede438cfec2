"""Who may decide about a mail that did not go out: who looks after the mail, or after the record it is about."""

from typing import Any

from ip2a.answers import YES, Answer, no
from ip2a.compartments import open_to
from ip2a.models import Message
from ip2a.rules import has_right

State = Message.State
NO_RIGHT = "Only those who may change the record it is about, or an administrator, decide about this mail."


def may_decide(user: Any, message: Message) -> Answer:
    if message.compartment and message.compartment not in open_to(user):
        return no(NO_RIGHT)
    if has_right(user, "change", Message):
        return YES
    record = message.record()
    if record is None or not has_right(user, "change", type(record)):
        return no(NO_RIGHT)
    seen = type(record)._default_manager.visible_to(user).filter(pk=record.pk).exists()
    return YES if seen else no(NO_RIGHT)


def may_send_again(user: Any, message: Message) -> Answer:
    if not (answer := may_decide(user, message)):
        return answer
    if message.state == State.SENT:
        return no("This mail was sent. If it is needed once more, do again what caused it.")
    if message.state == State.SENDING:
        return no("This mail is being sent right now. Look again in a minute.")
    if message.is_line and message.carrier_id is None and message.state == State.WAITING:
        return no("This waits for the next digest and goes out with it.")
    return YES


def may_give_up(user: Any, message: Message) -> Answer:
    if not (answer := may_decide(user, message)):
        return answer
    if message.state == State.SENT:
        return no("This mail was sent: it cannot be called back.")
    if message.state == State.SENDING:
        return no("This mail is being sent right now. Look again in a minute.")
    if message.settled_at is not None:
        return no("This mail was given up already.")
    return YES
