"""Students, and apart from them what they told of themselves."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from ip2a.models import Importable, Record, RecordQuerySet, Removable, RemovableQuerySet
from ip2a.models.base import record_url
from ip2a.models.fields import among, filled, search_index, search_text, sort_key
from members.models import Member
from training.models.scope import Scoped
from training.models.words import StudentStatus


class StudentQuerySet(Scoped, RemovableQuerySet):
    of_student = "pk"

    def for_table(self):
        return self.select_related("member")

    def running(self):
        return self.live().filter(status__in=[StudentStatus.ENROLLED, StudentStatus.ON_LEAVE])


class Student(Importable, Removable):
    """A member on the way into the trade. ``name`` is the member's, kept by the database for search and order.

    Where two records of one member become one, so do their students; otherwise none is ever taken out of sight.
    """

    Status = StudentStatus
    audit_silent = ("name",)

    member = models.OneToOneField(Member, models.PROTECT, related_name="student")
    student_number = models.CharField(max_length=20)
    status = models.CharField(max_length=12, choices=StudentStatus, default=StudentStatus.APPLICANT)
    applied_on = models.DateField("applied", default=timezone.localdate)
    status_on = models.DateField("status since", default=timezone.localdate)
    notes = models.TextField(blank=True)
    name = models.CharField(max_length=310, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", editable=False
    )

    sort_key = sort_key("name")
    search_text = search_text("student_number", "name")

    objects = StudentQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key", "id"]
        permissions = [("every_cohort", "Can see and run every cohort, not only the own ones")]
        constraints = [
            models.CheckConstraint(
                name="student_numbered",
                condition=filled("student_number"),
                violation_error_message="A student needs a number.",
            ),
            models.CheckConstraint(name="student_status_known", condition=among("status", StudentStatus)),
            models.CheckConstraint(
                name="student_status_after_application",
                condition=models.Q(status_on__gte=models.F("applied_on")),
                violation_error_message="That day lies before the day of the application. Check both.",
            ),
            models.CheckConstraint(
                name="student_removed_only_by_merge",
                condition=models.Q(merged_into=None, deleted_at=None)
                | models.Q(merged_into__isnull=False, deleted_at__isnull=False),
            ),
            models.UniqueConstraint(
                name="student_number_unique",
                fields=["student_number"],
                violation_error_message="Another student already has this number.",
            ),
        ]
        indexes = [
            search_index("student_search"),
            models.Index(fields=["sort_key", "id"], name="student_in_order", include=["deleted_at"]),
            models.Index(fields=["status", "sort_key"], name="student_by_status"),
        ]

    def __str__(self):
        return f"{self.name} ({self.student_number})"

    def get_absolute_url(self):
        return record_url("training:student_detail", self.pk)


class NumberSeries(models.Model):
    """The last student's number given in a year. Its row is locked while one is given."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "series of student numbers"
        verbose_name_plural = "series of student numbers"

    def __str__(self):
        return f"ST-{self.year}-{self.last:04d}"


class Gender(models.TextChoices):
    WOMAN = "woman", "Woman"
    MAN = "man", "Man"
    NON_BINARY = "non_binary", "Non-binary"
    OTHER = "other", "Describes it differently"
    DECLINED = "declined", "Prefers not to say"


class Ancestry(models.TextChoices):
    AMERICAN_INDIAN = "american_indian", "American Indian or Alaska Native"
    ASIAN = "asian", "Asian"
    BLACK = "black", "Black or African American"
    HISPANIC = "hispanic", "Hispanic or Latino"
    PACIFIC = "pacific", "Native Hawaiian or Pacific Islander"
    WHITE = "white", "White"
    OTHER = "other", "Other"
    DECLINED = "declined", "Prefers not to say"


class YesNo(models.TextChoices):
    YES = "yes", "Yes"
    NO = "no", "No"
    DECLINED = "declined", "Prefers not to say"


class DemographicsQuerySet(RecordQuerySet):
    def visible_to(self, user):
        """Nobody who interviews or teaches, whatever other role they hold."""
        rows = super().visible_to(user)
        if rows.query.is_empty() or user.has_perm("training.add_interview") or hasattr(user, "instructor"):
            return self.none()
        return rows


class Demographics(Record):
    """What a student said of themselves on a form of its own. Every answer is voluntary, and "" is no answer."""

    named_by = ("student",)
    compartment = "demographics"
    takes_documents = False

    student = models.OneToOneField(Student, models.PROTECT, related_name="demographics")
    gender = models.CharField(max_length=12, choices=Gender, blank=True)
    ancestry = ArrayField(
        models.CharField(max_length=20, choices=Ancestry),
        default=list,
        blank=True,
        verbose_name="race and ethnicity",
    )
    veteran = models.CharField(max_length=10, choices=YesNo, blank=True)
    disability = models.CharField(max_length=10, choices=YesNo, blank=True)
    told_on = models.DateField("told us on", default=timezone.localdate)

    objects = DemographicsQuerySet.as_manager()

    class Meta:
        verbose_name = "demographics"
        verbose_name_plural = "demographics"
        constraints = [
            models.CheckConstraint(
                name="demographics_gender_known", condition=models.Q(gender__in=["", *Gender.values])
            ),
            models.CheckConstraint(
                name="demographics_veteran_known", condition=models.Q(veteran__in=["", *YesNo.values])
            ),
            models.CheckConstraint(
                name="demographics_disability_known", condition=models.Q(disability__in=["", *YesNo.values])
            ),
            models.CheckConstraint(
                name="demographics_ancestry_known", condition=models.Q(ancestry__contained_by=list(Ancestry.values))
            ),
        ]

    def __str__(self):
        return f"What {self.student} told"

    def get_absolute_url(self):
        return record_url("training:demographics_update", self.student_id)
