"""A report for programs, and as a file."""

import json
import os
from pathlib import Path
from typing import Any

from django.utils import timezone

from maintenance.resilience.models import ResilienceReport


class CannotExport(Exception):
    """The place cannot be written; said before any work."""


def ready(name: str) -> Path:
    """The file's place, proved to be writable without touching what stands there."""
    path = Path(name)
    try:
        if path.is_dir():
            raise CannotExport(f"{path} is a folder. Name the file to write, such as {path / 'resilience.json'}.")
        with path.open("a"):
            pass
        if path.stat().st_size == 0:
            path.unlink()
    except OSError as error:
        raise CannotExport(
            f"{path} cannot be written ({error.strerror or error}), so no report was made. Name another file."
        ) from error
    return path


def facts(report: ResilienceReport) -> dict[str, Any]:
    """The documented shape: docs/operations.md, "Resilience". Documents are numbers only."""
    return {
        "report": report.pk,
        "started_at": timezone.localtime(report.started_at).isoformat(timespec="seconds"),
        "ended_at": timezone.localtime(report.ended_at).isoformat(timespec="seconds") if report.ended_at else None,
        "state": report.state,
        "level": report.level,
        "over": report.over,
        "parts": report.parts,
        "metrics": [
            {"name": metric.name, "subject": metric.subject, "value": metric.value}
            for metric in report.metrics.order_by("name", "subject")
        ],
    }


def text(report: ResilienceReport) -> str:
    return json.dumps(facts(report), indent=2, ensure_ascii=False) + "\n"


def write(report: ResilienceReport, path: Path) -> None:
    """Whole or not at all."""
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        half.write_text(text(report), encoding="utf-8")
        half.replace(path)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise CannotExport(
            f"{path} could not be written ({error.strerror or error}). The report itself is kept as number {report.pk}."
        ) from error
