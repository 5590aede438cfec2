"""What rooms ask for: start a job, look at the latest one."""

from functools import partial
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, models, transaction

from ip2a.jobs import registry, tasks
from ip2a.models import Job
from ip2a.questions import question


@transaction.atomic
def start(kind: str, subject: models.Model | None = None, *, by: Any, data: dict[str, Any] | None = None) -> Job:
    """Begin a job about a record once this is committed. The caller has asked its rule.

    While one of this kind is unfinished for the same record, that one is the answer (``job.is_new`` is False then).
    ``data`` is handed to the work as ``job.data``. Raises LookupError for a kind that nobody registered.
    """
    known = registry.find(kind)
    if known is None:
        raise LookupError(f"No installed app registers the job {kind!r}.")
    for _ in range(3):  # the one in the way may end between looking and adding
        running = Job.objects.unfinished().of(kind, subject).first()
        if running is not None:
            return running
        try:
            with transaction.atomic():
                job = _add(known, subject, by, data or {})
        except IntegrityError:
            continue
        transaction.on_commit(partial(tasks.hand_over, job.pk))
        return job
    raise RuntimeError(f"The job {kind!r} could neither be started nor found.")


def _add(kind: registry.Kind, subject: models.Model | None, by: Any, data: dict[str, Any]) -> Job:
    job = Job(kind=kind.key, label=kind.label, started_by=by, data=data)
    if subject is not None:
        job.content_type, job.object_id = ContentType.objects.get_for_model(subject), subject.pk
        job.compartment = getattr(subject, "compartment", "")
    job.save()
    job.is_new = True
    return job


def latest(kind: str, subject: models.Model | None, user: Any) -> Job | None:
    """The newest job of a kind about a record, for who may see the record."""
    if subject is None:
        return Job.objects.of(kind, None).visible_beside(user, None).order_by("-id").first()
    of_kind = ContentType.objects.get_for_model(subject).pk
    return next(iter(_latest.anyway(user, type(subject), kind, of_kind, subject.pk)), None)


@question
def _latest(reader: Any, model: type[models.Model], kind: str, of_kind: int, number: int) -> models.QuerySet:
    rows = Job.objects.filter(kind=kind, content_type=of_kind, object_id=number)
    return rows.beside(reader, model, of_kind).order_by("-id")[:1]
