from benevolence.models.application import (
    ApplicationStory,
    BenevolenceApplication,
    NumberSeries,
    StoryAddition,
    Submission,
)
from benevolence.models.ledger import Fund, LedgerEntry
from benevolence.models.office import Level, Office, Relative, StandIn
from benevolence.models.policy import Policy, PolicyLevel, PolicyReasonCap, Strike
from benevolence.models.review import Bar, BenevolenceReview, Confirmation, Recusal
from benevolence.models.words import Decision, Payee, PaymentMethod, Reason, Status

__all__ = [
    "ApplicationStory",
    "Bar",
    "BenevolenceApplication",
    "BenevolenceReview",
    "Confirmation",
    "Decision",
    "Fund",
    "LedgerEntry",
    "Level",
    "NumberSeries",
    "Office",
    "Payee",
    "PaymentMethod",
    "Policy",
    "PolicyLevel",
    "PolicyReasonCap",
    "Reason",
    "Recusal",
    "Relative",
    "StandIn",
    "Status",
    "StoryAddition",
    "Strike",
    "Submission",
]
