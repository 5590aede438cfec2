"""The officers' room: cases to decide, the rules and offices of the fund, and its records to look at."""

from benevolence.admin import cases, governing, records

__all__ = ["cases", "governing", "records"]
