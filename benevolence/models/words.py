"""The fixed words of the benevolence room, and columns that several of its tables share."""

from django.db import models


class Level(models.TextChoices):
    """Review levels, in the order in which they decide."""

    VP = "vp", "Vice president"
    ADMIN = "admin", "Administrator of the fund"
    MANAGER = "manager", "Business manager"
    PRESIDENT = "president", "President"


class Reason(models.TextChoices):
    MEDICAL = "medical", "Medical"
    DEATH_IN_FAMILY = "death_in_family", "Death in the family"
    DISASTER = "disaster", "Disaster"
    HARDSHIP = "hardship", "Hardship"
    OTHER = "other", "Other"


class Status(models.TextChoices):
    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    UNDER_REVIEW = "under_review", "Under review"
    APPROVED = "approved", "Approved"
    DENIED = "denied", "Denied"
    PAID = "paid", "Paid"


class Decision(models.TextChoices):
    APPROVED = "approved", "Approved"
    DENIED = "denied", "Denied"
    NEEDS_INFO = "needs_info", "More information needed"
    DEFERRED = "deferred", "Deferred"


class PaymentMethod(models.TextChoices):
    CHECK = "check", "Check"
    ACH = "ach", "ACH transfer"
    CREDITOR = "creditor", "To the creditor"


class Payee(models.TextChoices):
    MEMBER = "member", "The member"
    CREDITOR = "creditor", "A creditor"


LEVELS: tuple[str, ...] = tuple(Level.values)


def in_order(levels) -> list[str]:
    """Levels in the order in which they decide."""
    return sorted(set(levels), key=LEVELS.index)


def money(verbose_name: str = "", **options) -> models.DecimalField:
    """A sum in dollars and cents."""
    return models.DecimalField(verbose_name or None, max_digits=10, decimal_places=2, **options)
