from datetime import date

from django.conf import settings
from django.db import models

from ip2a.models import Importable, Removable, RemovableQuerySet
from ip2a.models.base import record_url
from ip2a.models.fields import (
    Digits,
    among,
    filled,
    search_index,
    search_text,
    sort_key,
)

EARLIEST_BIRTH = date(1900, 1, 1)


class Status(models.TextChoices):
    ACTIVE = "active", "Active"
    INACTIVE = "inactive", "Inactive"
    SUSPENDED = "suspended", "Suspended"
    RETIRED = "retired", "Retired"
    DECEASED = "deceased", "Deceased"


class Classification(models.TextChoices):
    APPRENTICE_1 = "apprentice_1", "Apprentice, 1st year"
    APPRENTICE_2 = "apprentice_2", "Apprentice, 2nd year"
    APPRENTICE_3 = "apprentice_3", "Apprentice, 3rd year"
    APPRENTICE_4 = "apprentice_4", "Apprentice, 4th year"
    APPRENTICE_5 = "apprentice_5", "Apprentice, 5th year"
    JOURNEYMAN = "journeyman", "Journeyman"
    FOREMAN = "foreman", "Foreman"
    RETIREE = "retiree", "Retiree"
    HONORARY = "honorary", "Honorary"


class MemberQuerySet(RemovableQuerySet):
    def active(self):
        return self.live().filter(status=Member.Status.ACTIVE)

    def without_current_job(self):
        from members.models.employment import MemberEmployment  # the job holds the key

        jobs = MemberEmployment.objects.current().filter(member=models.OuterRef("pk"))
        return self.filter(~models.Exists(jobs))

    def with_current_job(self):
        from members.models.employment import MemberEmployment  # the job holds the key

        jobs = MemberEmployment.objects.current().filter(member=models.OuterRef("pk"))
        return self.filter(models.Exists(jobs))


class Member(Importable, Removable):
    """A person of the local. Never deleted: the status says what became of them. Merging removes the duplicate."""

    Status = Status
    Classification = Classification

    member_number = models.CharField(max_length=20)
    first_name = models.CharField(max_length=100)
    middle_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100)
    address = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=2, blank=True)
    zip_code = models.CharField("ZIP code", max_length=10, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField("e-mail", blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    hire_date = models.DateField("joined the union", null=True, blank=True)
    status = models.CharField(max_length=20, choices=Status, default=Status.ACTIVE)
    classification = models.CharField(max_length=20, choices=Classification, default=Classification.JOURNEYMAN)
    notes = models.TextField(blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="member",
        help_text="The login of this person.",
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        editable=False,
    )

    sort_key = sort_key("last_name", "first_name", "middle_name")
    search_text = search_text(
        "member_number",
        "first_name",
        "middle_name",
        "last_name",
        "email",
        Digits("phone"),
    )

    objects = MemberQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [
            models.CheckConstraint(
                name="member_named_and_numbered",
                condition=filled("member_number", "first_name", "last_name"),
                violation_error_message="A member needs a number, a first and a last name.",
            ),
            models.CheckConstraint(name="member_status_known", condition=among("status", Status)),
            models.CheckConstraint(
                name="member_classification_known",
                condition=among("classification", Classification),
            ),
            models.CheckConstraint(
                name="member_birth_possible",
                condition=models.Q(date_of_birth=None) | models.Q(date_of_birth__gte=EARLIEST_BIRTH),
                violation_error_message="The date of birth lies before 1900.",
            ),
            models.CheckConstraint(
                name="member_removed_only_by_merge",
                condition=models.Q(merged_into=None, deleted_at=None)
                | models.Q(merged_into__isnull=False, deleted_at__isnull=False),
            ),
            models.UniqueConstraint(
                name="member_number_unique",
                fields=["member_number"],
                condition=models.Q(deleted_at=None),
                violation_error_message="Another member already has this number.",
            ),
        ]
        indexes = [
            search_index("member_search"),
            models.Index(fields=["sort_key", "id"], name="member_in_order", include=["deleted_at"]),
            models.Index(fields=["date_of_birth"], name="member_by_birth"),
            models.Index(
                fields=["status", "classification"], name="member_by_standing", condition=models.Q(deleted_at=None)
            ),
        ]

    def __str__(self):
        return f"{self.last_name}, {self.first_name} ({self.member_number})"

    def get_absolute_url(self):
        return record_url("members:member_detail", self.pk)

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.first_name, self.middle_name, self.last_name) if part)
