"""Where and what is taught, and by whom."""

from django.conf import settings
from django.db import models

from ip2a.models import Record, RecordQuerySet
from ip2a.models.base import record_url
from ip2a.models.fields import Digits, among, filled, search_index, search_text, sort_key
from members.models import Member
from training.models.scope import sees_all
from training.models.words import CourseType, LocationType, RateType, money


class Location(Record):
    """A place where classes are held."""

    Type = LocationType
    never_deleted = True

    name = models.CharField(max_length=200)
    location_type = models.CharField("type", max_length=20, choices=LocationType, default=LocationType.TRAINING_SITE)
    capacity = models.PositiveSmallIntegerField(null=True, blank=True, help_text="How many people fit in.")
    address = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=2, blank=True)
    zip_code = models.CharField("ZIP code", max_length=10, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField("in use", default=True)
    notes = models.TextField(blank=True)

    sort_key = sort_key("name")
    search_text = search_text("name", "city")

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [
            models.CheckConstraint(
                name="location_named", condition=filled("name"), violation_error_message="A location needs a name."
            ),
            models.CheckConstraint(name="location_type_known", condition=among("location_type", LocationType)),
            models.CheckConstraint(
                name="location_holds_somebody",
                condition=models.Q(capacity=None) | models.Q(capacity__gt=0),
                violation_error_message="A location holds at least one person. Leave the number empty if not known.",
            ),
        ]
        indexes = [search_index("location_search"), models.Index(fields=["sort_key", "id"], name="location_by_name")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return record_url("training:location_detail", self.pk)


class Course(Record):
    """A subject that is taught."""

    Type = CourseType
    never_deleted = True

    code = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    course_type = models.CharField("type", max_length=20, choices=CourseType, default=CourseType.CORE)
    hours = models.PositiveSmallIntegerField(null=True, blank=True, help_text="How many hours of class it takes.")
    description = models.TextField(blank=True)
    is_active = models.BooleanField("taught now", default=True)

    sort_key = sort_key("code")
    search_text = search_text("code", "title")

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [
            models.CheckConstraint(
                name="course_named",
                condition=filled("code", "title"),
                violation_error_message="A course needs a code and a title.",
            ),
            models.CheckConstraint(name="course_type_known", condition=among("course_type", CourseType)),
            models.UniqueConstraint(
                name="course_code_unique",
                fields=["code"],
                violation_error_message="Another course already has this code.",
            ),
        ]
        indexes = [search_index("course_search")]

    def __str__(self):
        return f"{self.code} {self.title}"

    def get_absolute_url(self):
        return record_url("training:course_detail", self.pk)


class InstructorQuerySet(RecordQuerySet):
    def visible_to(self, user):
        """Pay stands here: whoever does not run the programme sees their own record only."""
        rows = super().visible_to(user)
        return rows if rows.query.is_empty() or sees_all(user) else rows.filter(user=user)

    def active(self):
        return self.filter(is_active=True)


class Instructor(Record):
    """Somebody who teaches, paid by the rate. The login lets them see their own cohorts."""

    RateType = RateType
    never_deleted = True

    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField("e-mail", blank=True)
    specialties = models.CharField(max_length=200, blank=True, help_text="What they teach best.")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="instructor",
        verbose_name="login",
        help_text="The login of this person; it opens their cohorts to them.",
    )
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", help_text="If they are a member of the local."
    )
    rate_type = models.CharField(max_length=10, choices=RateType, default=RateType.HOURLY)
    rate = money(null=True, blank=True, help_text="Dollars for an hour, a day or a course, as the type says.")
    is_active = models.BooleanField("teaches now", default=True)
    notes = models.TextField(blank=True)

    sort_key = sort_key("last_name", "first_name")
    search_text = search_text("first_name", "last_name", "email", Digits("phone"))

    objects = InstructorQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [
            models.CheckConstraint(
                name="instructor_named",
                condition=filled("first_name", "last_name"),
                violation_error_message="An instructor needs a first and a last name.",
            ),
            models.CheckConstraint(name="instructor_rate_type_known", condition=among("rate_type", RateType)),
            models.CheckConstraint(
                name="instructor_rate_not_negative",
                condition=models.Q(rate=None) | models.Q(rate__gte=0),
                violation_error_message="A rate cannot be negative.",
            ),
        ]
        indexes = [
            search_index("instructor_search"),
            models.Index(fields=["sort_key", "id"], name="instructor_by_name"),
        ]

    def __str__(self):
        return f"{self.last_name}, {self.first_name}"

    def get_absolute_url(self):
        return record_url("training:instructor_detail", self.pk)
