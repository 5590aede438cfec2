"""Long work of the grievances room, and where a case's page shows it."""

from typing import Any

from django.urls import reverse

from grievances import packet
from grievances.models import Grievance
from grievances.packet.forms import PacketForm
from ip2a import jobs
from ip2a.models import Job
from ip2a.panels import Panel, panel


@jobs.job(packet.JOB, label="Building the case file", most_attempts=3)
def build_packet(job: Job, progress: Any) -> jobs.Result:
    return packet.build(job, progress)


@panel("grievances.grievance", order=80)
def case_file(request: Any, case: Grievance) -> Panel:
    """Builds the case file, tells how far it is, and lists those that were built."""
    job = jobs.latest(packet.JOB, case, request.user)
    built = packet.packets_of(case, request.user)
    answer = packet.may_build(request.user, case, is_seen=True)
    purpose = packet.Purpose.ARBITRATION if case.is_running else packet.Purpose.FAIRNESS
    context = {
        "job": job if job is not None and job.state != Job.State.DONE else None,
        "built": built,
        "form": PacketForm(initial={"purpose": purpose.value}, auto_id="packet-%s") if answer else None,
        "why_not": answer.reason,
        "url": reverse("grievances:grievance_packet", args=[case.pk]),
    }
    return Panel("Case file", "grievances/packet/_panel.html", context, count=len(built), id="case-file")
