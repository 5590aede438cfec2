"""Records that nobody has touched for long, and those with far too many of something."""

from datetime import timedelta

from django.apps import apps
from django.db import models
from django.utils import timezone

from ip2a.compartments import of_model
from ip2a.models import Record
from maintenance import thresholds
from maintenance.resilience import limits, watching
from maintenance.resilience.models import Level
from maintenance.resilience.parts import Asked, Part

SHOWN = 15
LEAST = 10  # rows: shares of a handful say nothing


def stale(asked: Asked) -> Part:
    days = int(thresholds.value(limits.STALE_DAYS))
    part = Part("stale", "Records nobody has changed lately", columns=["Records", "In all", f"Not for {days} days"])
    before, found = timezone.now() - timedelta(days=days), []
    for model in open_models():
        counts = _rows(model).aggregate(
            total=models.Count("pk"), old=models.Count("pk", filter=models.Q(updated_at__lt=before))
        )
        part.measure("stale.rows", counts["old"], model._meta.label_lower)
        if counts["old"] and counts["total"] >= LEAST:
            found.append((str(model._meta.verbose_name_plural).capitalize(), counts["total"], counts["old"]))
    found.sort(key=lambda row: -row[2])
    part.rows = [[name, total, f"{old:,} ({100 * old / total:.0f} %)"] for name, total, old in found[:SHOWN]]
    return part


def open_models() -> list[type[models.Model]]:
    """Records that are in no compartment and can change at all."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, Record) and not of_model(model) and not model.append_only and model._meta.managed
    ]


def _rows(model: type[models.Model]) -> models.QuerySet:
    rows = model._base_manager.all()
    names = {field.name for field in model._meta.local_fields}
    if "deleted_at" in names:
        rows = rows.filter(deleted_at=None)
    return rows.filter(compartment="") if "compartment" in names else rows


def outlying(asked: Asked) -> Part:
    part = Part("outliers", "Records with very many", columns=["What", "Found", "The most"])
    numbers = {name: int(value) for name, value in thresholds.values(*(one.limit for one in watching.watched)).items()}
    for one in watching.watched:
        limit = numbers[one.limit]
        counts = _rows(one.model).order_by().values(one.by).annotate(many=models.Count("pk")).filter(many__gt=limit)
        found = counts.aggregate(count=models.Count(one.by), most=models.Max("many"))
        sentence = one.sentence.format(count=f"{found['count']:,}", limit=f"{limit:,}")
        if found["count"]:
            part.say(Level.WARN, f"{sentence} Look whether records were doubled or given to the wrong one.")
        part.rows.append([sentence, found["count"], found["most"] or 0])
        part.measure("outliers", found["count"], f"{one.model._meta.label_lower}.{one.by}")
    return part
