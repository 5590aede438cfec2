"""What the grievances room shows on its own pages, on those of members and employers, and on the home page."""

from grievances.panels import case, home, people

__all__ = ["case", "home", "people"]
