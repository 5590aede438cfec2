"""What the tests of imports share."""

import io

import pytest

from ip2a.imports import batches, tasks

MEMBERS = "id,member_number,first_name,last_name,status,classification,date_of_birth,hire_date\n"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "media"},
        },
    }


@pytest.fixture(autouse=True)
def rounds(monkeypatch):
    """How often all data was to be looked through; a round takes seconds, and has tests of its own."""
    asked = []
    monkeypatch.setattr(tasks, "look_through", lambda: asked.append("a round"))
    return asked


def bring(kind, text, name="table.csv", **options):
    content = text if isinstance(text, bytes) else text.encode()
    return batches.import_file(io.BytesIO(content), name, kind=kind, **options)


def rehearse(kind, text, **options):
    return batches.rehearse(io.BytesIO(text.encode()), "table.csv", kind=kind, **options)


def figures(outcome):
    return (outcome.read, outcome.added, outcome.updated, outcome.unchanged, outcome.refused)


def said(outcome):
    return [sample["words"] for group in outcome.problems for sample in group["samples"]]
