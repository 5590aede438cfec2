"""Forms and letters of a case: drafted with what the case says, corrected by hand, never sent by themselves."""

from grievances.papers import employer, fairness  # noqa: F401 - they register themselves
from ip2a.panels import panel
from ip2a.papers import papers_panel

panel("grievances.grievance", order=65)(papers_panel)
panel("grievances.informationrequest", order=65)(papers_panel)
