"""What the room's report counts: state and amounts for everybody who may see them; reasons, levels and books inside.

Each section is one statement or two, whatever the number of rows. No section names a person. Outside nothing is counted
by reason, so that no cell tells why somebody asked; that somebody asked, and for how much, the list tells them anyway.
"""

from benevolence.reports.cases import (
    by_month,
    by_quarter,
    by_reason,
    by_state,
    decisions,
    denials,
    paid_by_reason,
    payments,
    states,
)
from benevolence.reports.fund import benefits, projection
from benevolence.reports.levels import time_of_levels

__all__ = [
    "benefits",
    "by_month",
    "by_quarter",
    "by_reason",
    "by_state",
    "decisions",
    "denials",
    "paid_by_reason",
    "payments",
    "projection",
    "states",
    "time_of_levels",
]
