from django.db import models

from ip2a.models import Importable, Removable
from ip2a.models.base import record_url
from ip2a.models.fields import (
    Digits,
    among,
    filled,
    search_index,
    search_text,
    sort_key,
)


class Type(models.TextChoices):
    EMPLOYER = "employer", "Employer"
    UNION = "union", "Union"
    TRAINING_PARTNER = "training_partner", "Training partner"
    JATC = "jatc", "JATC"


class Organization(Importable, Removable):
    """An employer, another union, a training partner or a joint apprenticeship committee."""

    Type = Type

    name = models.CharField(max_length=200)
    org_type = models.CharField("type", max_length=20, choices=Type, default=Type.EMPLOYER)
    address = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=2, blank=True)
    zip_code = models.CharField("ZIP code", max_length=10, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField("e-mail", blank=True)
    website = models.URLField(blank=True)
    is_signatory = models.BooleanField("signatory", default=False, help_text="Has an agreement with the local.")
    notes = models.TextField(blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        editable=False,
    )

    sort_key = sort_key("name")
    search_text = search_text("name", "city", "email", Digits("phone"))

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [
            models.CheckConstraint(
                name="organization_name_filled",
                condition=filled("name"),
                violation_error_message="An organization needs a name.",
            ),
            models.CheckConstraint(name="organization_type_known", condition=among("org_type", Type)),
            models.CheckConstraint(
                name="organization_merged_is_removed",
                condition=models.Q(merged_into=None) | models.Q(deleted_at__isnull=False),
            ),
        ]
        indexes = [
            search_index("organization_search"),
            models.Index(fields=["sort_key", "id"], name="organization_in_order", include=["deleted_at"]),
            models.Index(fields=["id"], name="organization_removed", condition=models.Q(deleted_at__isnull=False)),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return record_url("members:organization_detail", self.pk)


class OrganizationContact(Importable, Removable):
    """A person at an organization."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="contacts")
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    title = models.CharField(max_length=100, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField("e-mail", blank=True)
    is_primary = models.BooleanField("primary contact", default=False)
    notes = models.TextField(blank=True)

    sort_key = sort_key("last_name", "first_name")
    search_text = search_text("first_name", "last_name", "title", "email", Digits("phone"))

    class Meta:
        verbose_name = "contact"
        ordering = ["-is_primary", "sort_key", "id"]
        constraints = [
            models.CheckConstraint(
                name="contact_name_filled",
                condition=filled("first_name", "last_name"),
                violation_error_message="A contact needs a first and a last name.",
            ),
            models.UniqueConstraint(
                name="contact_one_primary",
                fields=["organization"],
                condition=models.Q(is_primary=True, deleted_at=None),
                violation_error_message="This organization already has a primary contact.",
            ),
        ]
        indexes = [
            search_index("contact_search"),
            models.Index(fields=["sort_key", "id"], name="contact_in_order", include=["deleted_at"]),
        ]

    def __str__(self):
        return f"{self.last_name}, {self.first_name}"

    def get_absolute_url(self):
        return record_url("members:organizationcontact_detail", self.pk)
