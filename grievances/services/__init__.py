"""The verbs of a case: the only code that changes its state. Each locks, asks the rule, changes and writes down why."""

from grievances.services.deciding import decide, tell
from grievances.services.ending import Told, close, must_tell, reopen, settle, withdraw
from grievances.services.filing import assign, correct_facts, file, take_up
from grievances.services.people import join, leave
from grievances.services.requests import ask, turn
from grievances.services.stepping import (
    advance,
    decide_award,
    hold_meeting,
    investigate,
    plan_meeting,
    receive_answer,
    refer,
    serve,
    write_record,
)
from grievances.services.timing import correct, extend, hold, resume, skip, take_back

__all__ = [
    "Told",
    "advance",
    "ask",
    "assign",
    "close",
    "correct",
    "correct_facts",
    "decide",
    "decide_award",
    "extend",
    "file",
    "hold",
    "hold_meeting",
    "investigate",
    "join",
    "leave",
    "must_tell",
    "plan_meeting",
    "receive_answer",
    "refer",
    "reopen",
    "resume",
    "serve",
    "settle",
    "skip",
    "take_back",
    "take_up",
    "tell",
    "turn",
    "withdraw",
    "write_record",
]
