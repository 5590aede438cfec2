"""The verbs of the benevolence room: the only code that changes a case, the books, the policy or an office.

Every one of them locks, asks its rule (``Refused`` carries the words for the screen), changes, and says in the audit
trail what was done, never why: reasons can be part of somebody's story, and the trail is read outside the compartment.
Reasons stand in rows of the compartment. ``on`` is the day it happens (today when not given), ``by`` who does it.
"""

from benevolence.services.deciding import (
    approve,
    ask,
    bar_member,
    confirm,
    declare_relative,
    defer,
    deny,
    lift_bar,
    recuse,
    resume,
    resume_due,
)
from benevolence.services.escalating import escalate
from benevolence.services.filing import answer, entrust, note, preview, save_draft, submit, withdraw
from benevolence.services.governing import adopt, appoint_stand_in, hand_over, new_version, take_back
from benevolence.services.paying import adjust, deposit, pay, reissue, void

__all__ = [
    "adjust",
    "adopt",
    "answer",
    "appoint_stand_in",
    "approve",
    "ask",
    "bar_member",
    "confirm",
    "declare_relative",
    "defer",
    "deny",
    "deposit",
    "entrust",
    "escalate",
    "hand_over",
    "lift_bar",
    "new_version",
    "note",
    "pay",
    "preview",
    "recuse",
    "reissue",
    "resume",
    "resume_due",
    "save_draft",
    "submit",
    "take_back",
    "void",
    "withdraw",
]
