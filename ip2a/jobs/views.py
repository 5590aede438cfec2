from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from ip2a import compartments
from ip2a.models import Job
from ip2a.words import format_moment


@transaction.non_atomic_requests
@login_required
@require_GET
@never_cache
@vary_on_headers("HX-Request")
def job_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a job is: the page, or for htmx the part of it that moves."""
    job = Job.objects.filter(pk=pk).visible_to(request.user).select_related("started_by").first()
    if job is None:
        raise Http404("There is no such job, or it is about something you may not see.")
    if request.htmx:
        return render(request, "ip2a/jobs/_job.html", {"job": job})
    compartments.note_opening(request, job)
    return render(request, "ip2a/jobs/job_detail.html", context_of(job))


def context_of(job: Job) -> dict[str, Any]:
    subject: models.Model | None = job.subject
    about = subject.get_absolute_url() if hasattr(subject, "get_absolute_url") else None
    crumbs = [(str(subject), about), (job.label, None)] if subject else [("Home", "/"), (job.label, None)]
    return {
        "job": job,
        "title": job.label,
        "crumbs": crumbs,
        "back_url": about,
        "back_label": str(subject) if subject else "",
        "facts": facts_of(job),
    }


def facts_of(job: Job) -> list[tuple[str, str]]:
    facts = [
        ("Started by", job.started_by.get_full_name() if job.started_by else "The system"),
        ("Asked for", format_moment(job.created_at)),
    ]
    if job.attempts > 1:
        facts.append(("Begun", f"{job.attempts} times"))
    if job.finished_at:
        facts.append(("Ended", format_moment(job.finished_at)))
    return facts
