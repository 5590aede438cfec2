"""What this room shows on its records' pages, on the pages of members, and on the home page. Every panel is bounded."""

from benevolence.panels import case, home, people

__all__ = ["case", "home", "people"]
