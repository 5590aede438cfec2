"""Grants, what was spent of them, and the reports their funders got."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from ip2a.models import Record, RecordQuerySet, Removable, RemovableQuerySet
from ip2a.models.base import record_url
from ip2a.models.fields import among, filled, search_index, search_text, sort_key
from training.models.cohort import Cohort
from training.models.student import DemographicsQuerySet
from training.models.words import PaymentMethod, money


class GrantQuerySet(RecordQuerySet):
    def with_spent(self):
        spent = Expense.objects.live().filter(grant=models.OuterRef("pk")).order_by().values("grant")
        total = spent.annotate(n=models.Sum("amount")).values("n")
        nothing = models.Value(0, output_field=money())
        return self.annotate(spent=models.functions.Coalesce(models.Subquery(total, output_field=money()), nothing))


class Grant(Record):
    """Money for cohorts, with the numbers its funder expects by the end. An empty target is none."""

    never_deleted = True

    name = models.CharField(max_length=200)
    grant_number = models.CharField(max_length=60, blank=True)
    funder = models.CharField(max_length=200)
    start_date = models.DateField()
    end_date = models.DateField()
    amount = money()
    cohorts = models.ManyToManyField(Cohort, blank=True, related_name="grants")
    target_enrolled = models.PositiveIntegerField("students enrolled", null=True, blank=True)
    target_completed = models.PositiveIntegerField("students completed", null=True, blank=True)
    target_credentials = models.PositiveIntegerField("credentials earned", null=True, blank=True)
    target_placed = models.PositiveIntegerField("students placed", null=True, blank=True)
    notes = models.TextField(blank=True)

    sort_key = sort_key("name")
    search_text = search_text("name", "grant_number", "funder")

    objects = GrantQuerySet.as_manager()

    class Meta:
        ordering = ["-start_date", "-id"]
        constraints = [
            models.CheckConstraint(
                name="grant_named",
                condition=filled("name", "funder"),
                violation_error_message="A grant needs a name and a funder.",
            ),
            models.CheckConstraint(
                name="grant_ends_after_start",
                condition=models.Q(end_date__gte=models.F("start_date")),
                violation_error_message="The grant ends before it starts: check both dates.",
            ),
            models.CheckConstraint(
                name="grant_amount_positive",
                condition=models.Q(amount__gt=0),
                violation_error_message="A grant is more than nothing.",
            ),
        ]
        indexes = [search_index("grant_search")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return record_url("training:grant_detail", self.pk)


class ExpenseQuerySet(RemovableQuerySet):
    def for_table(self):
        return self.select_related("grant")


class Expense(Removable):
    """Money spent of a grant; the receipt is a document. Beyond the grant only with a reason, and marked so."""

    PaymentMethod = PaymentMethod

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="expenses", db_index=False)
    expense_date = models.DateField("day", default=timezone.localdate)
    amount = money()
    payee = models.CharField("paid to", max_length=200)
    description = models.CharField("what for", max_length=300, blank=True)
    payment_method = models.CharField("paid by", max_length=10, choices=PaymentMethod, default=PaymentMethod.CHECK)
    reference = models.CharField(max_length=60, blank=True, help_text="Check or invoice number.")
    is_over = models.BooleanField("beyond the grant", default=False, editable=False)
    over_because = models.CharField("why beyond the grant", max_length=300, blank=True)

    search_text = search_text("payee", "description", "reference")

    objects = ExpenseQuerySet.as_manager()

    class Meta:
        ordering = ["-expense_date", "-id"]
        constraints = [
            models.CheckConstraint(
                name="expense_amount_positive",
                condition=models.Q(amount__gt=0),
                violation_error_message="An expense is more than nothing.",
            ),
            models.CheckConstraint(
                name="expense_payee_named",
                condition=filled("payee"),
                violation_error_message="Say who was paid.",
            ),
            models.CheckConstraint(
                name="expense_payment_method_known", condition=among("payment_method", PaymentMethod)
            ),
            models.CheckConstraint(
                name="expense_over_for_a_reason",
                condition=models.Q(is_over=False) | filled("over_because"),
                violation_error_message="Say why more is spent than the grant holds.",
            ),
        ]
        indexes = [
            search_index("expense_search"),
            models.Index(fields=["grant", "-expense_date"], name="expense_of_grant", include=["amount"]),
            models.Index(fields=["-expense_date", "-id"], name="expense_by_day"),
        ]

    def __str__(self):
        return f"{self.payee}, {self.expense_date:%-d %b %Y}"

    def get_absolute_url(self):
        return record_url("training:expense_detail", self.pk)


class ReportQuerySet(RecordQuerySet):
    def for_table(self):
        return self.select_related("grant", "made_by")


class FunderReport(Record):
    """The numbers as the funder got them, kept for good; what changes later is told beside them."""

    append_only = True

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="reports", db_index=False)
    first_day = models.DateField()
    last_day = models.DateField()
    numbers = models.JSONField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_by_name = models.CharField(max_length=200)
    note = models.CharField(max_length=300, blank=True, help_text="Such as: second version, with late grades.")

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = "funder report"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="funderreport_ends_after_start", condition=models.Q(last_day__gte=models.F("first_day"))
            )
        ]
        indexes = [models.Index(fields=["grant", "-last_day"], name="funderreport_of_grant")]

    def __str__(self):
        return f"{self.grant}, {self.first_day:%-d %b %Y} to {self.last_day:%-d %b %Y}"

    def get_absolute_url(self):
        return record_url("training:funderreport_detail", self.pk)


class FunderReportDemographics(Record):
    """The part of a report that only those inside the compartment read; small cells were left out when it was made."""

    compartment = "demographics"
    append_only = True
    takes_documents = False

    report = models.OneToOneField(FunderReport, models.PROTECT, related_name="demographics")
    numbers = models.JSONField()

    objects = DemographicsQuerySet.as_manager()

    class Meta:
        verbose_name = "demographics of a funder report"
        verbose_name_plural = "demographics of funder reports"

    def __str__(self):
        return f"Demographics of {self.report}"

    def get_absolute_url(self):
        return self.report.get_absolute_url()
