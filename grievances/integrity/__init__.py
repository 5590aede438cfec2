"""What can become false about cases by time, by a restore or by another's hand.

Much of it the verbs refuse and some of it the database: it is looked for all the same, because rows can come from a
backup, an import or the owner's hand, and a case that nobody watches is a case that is lost.
"""

from grievances.integrity import clock, duty, people, standing

__all__ = ["clock", "duty", "people", "standing"]
