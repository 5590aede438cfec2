"""Compartments: records that do not exist for those outside.

A model names its compartment (``compartment = "organizing"``); everything that shows records starts at
``Model.objects.visible_to(user)``, and everything that shows traces of records (audit entries, attachments, counts)
filters by the compartments ``open_to(user)``. Both therefore answer the same question in one place.
"""

from dataclasses import dataclass

from django.db import models

from ip2a.audit import client_ip


@dataclass(frozen=True)
class Compartment:
    key: str
    label: str
    permission: str


COMPARTMENTS = {
    c.key: c
    for c in (
        Compartment("organizing", "Organizing", "ip2a.enter_organizing"),
        Compartment("benevolence", "Benevolence stories and papers", "ip2a.enter_benevolence"),
        Compartment("demographics", "Student demographics", "ip2a.enter_demographics"),
    )
}


def open_to(user) -> frozenset[str]:
    """Keys of the compartments this person may enter."""
    return frozenset(key for key, c in COMPARTMENTS.items() if user.has_perm(c.permission))


def of_model(model) -> str:
    """The compartment of every row of a model; "" outside, and where each row names its own in a column."""
    key = getattr(model, "compartment", "")
    return key if isinstance(key, str) else ""


def traces_open_to(user) -> models.Q:
    """Rows with a ``compartment`` column that this person may know of; "" is outside every compartment."""
    return models.Q(compartment__in=["", *open_to(user)])


def may_enter(user, model) -> bool:
    """Whether this person may know that records of a model exist."""
    key = of_model(model)
    return not key or user.has_perm(COMPARTMENTS[key].permission)


class VisibleQuerySet(models.QuerySet):
    """The one question that every page, search, export and count asks first."""

    def visible_to(self, user):
        model = self.model
        if not user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}"):
            return self.none()
        if not may_enter(user, model):
            return self.none()
        return self


def note_opening(request, record) -> None:
    """Write down, for good, that this person opened this record of a compartment."""
    from ip2a.models import CompartmentOpening  # models import this module

    if not record.compartment:
        return
    CompartmentOpening.objects.create(
        compartment=record.compartment,
        model=record._meta.label_lower,
        record_id=record.pk,
        user_id=request.user.pk,
        user_name=request.user.get_full_name(),
        path=request.path[:500],
        ip=client_ip(request),
    )
