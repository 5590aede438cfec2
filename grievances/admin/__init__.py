"""The grievances room in the administration pages."""

from grievances.admin import agreements, cases

__all__ = ["agreements", "cases"]
