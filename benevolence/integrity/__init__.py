"""What can become false about the fund by time, by a restore or by another's hand.

What the database refuses at every commit (approvals, order, the books of a case) is asked here all the same: the rows
can come from a backup or from the owner's hand, and they are money. Facts name no reason and nothing of a story.
"""

from benevolence.integrity import cases, clock, money

__all__ = ["cases", "clock", "money"]
