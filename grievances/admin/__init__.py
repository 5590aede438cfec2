"""The grievances room in the administration pages."""

from grievances.admin import agreements

__all__ = ["agreements"]
