"""The case file: everything of a case in one archive, for an arbitrator or for the defence of how it was handled.

``start(grievance, purpose=..., internal=..., by=user)`` asks the rule and starts the job; ``grievances/jobs.py`` does
the work with ``building.build``. ``contents`` reads the case, ``archive`` writes the ZIP with its manifest, and
``bin/verify_packet.py`` verifies it anywhere.
"""

from grievances.packet.building import JOB, build, may_build, packets_of, start
from grievances.packet.contents import Purpose

__all__ = ["JOB", "Purpose", "build", "may_build", "packets_of", "start"]
