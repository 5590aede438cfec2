"""The fund and its books. An entry is never changed; what was wrong is answered by another entry."""

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Sum
from django.utils import timezone

from benevolence.models.application import BenevolenceApplication
from benevolence.models.words import Level, PaymentMethod, Status, money
from ip2a.models import Record, RecordQuerySet
from ip2a.models.fields import among, filled

FIRST_DAY = date(1990, 1, 1)


class FundQuerySet(RecordQuerySet):
    def main(self) -> "Fund":
        """The fund that applications are paid from."""
        return self.get(is_default=True)


class Fund(Record):
    """The money. Its row is locked while an entry is written, so that two payments wait for each other."""

    takes_documents = False

    name = models.CharField(max_length=120, unique=True)
    is_default = models.BooleanField(default=False)
    paying_level = models.CharField(
        max_length=10, choices=Level, default=Level.ADMIN, help_text="The office that pays and keeps the books."
    )

    objects = FundQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(name="fund_named", condition=filled("name")),
            models.CheckConstraint(name="fund_paying_level_known", condition=among("paying_level", Level)),
            models.UniqueConstraint(
                name="fund_one_default",
                fields=["is_default"],
                condition=models.Q(is_default=True),
                violation_error_message="Another fund already is the one that applications are paid from.",
            ),
        ]

    def __str__(self):
        return self.name

    def balance(self, on: date | None = None) -> Decimal:
        """The balance at the end of a day; without one, of everything entered."""
        entries = self.entries.all() if on is None else self.entries.filter(entry_date__lte=on)
        return entries.aggregate(total=Sum("amount"))["total"] or Decimal(0)

    def commitments(self) -> Decimal:
        """Approved and not yet paid. Only the default fund has any."""
        if not self.is_default:
            return Decimal(0)
        waiting = BenevolenceApplication.objects.filter(status=Status.APPROVED)
        return waiting.aggregate(total=Sum("approved_amount"))["total"] or Decimal(0)


class EntryKind(models.TextChoices):
    DEPOSIT = "deposit", "Deposit"
    PAYMENT = "payment", "Payment"
    VOID = "void", "Void"
    ADJUSTMENT = "adjustment", "Adjustment"


class LedgerQuerySet(RecordQuerySet):
    def payments(self):
        return self.filter(kind=EntryKind.PAYMENT)

    def standing(self):
        """Payments that were not voided."""
        return self.payments().filter(voided_by=None)

    def for_table(self):
        return self.select_related("fund", "application", "application__member", "by")


class LedgerEntry(Record):
    """Money in (positive) or out (negative). A void gives a payment back and points at it."""

    Kind = EntryKind
    compartment = "benevolence"
    append_only = True
    takes_documents = False

    fund = models.ForeignKey(Fund, models.PROTECT, related_name="entries", db_index=False)
    kind = models.CharField(max_length=12, choices=EntryKind)
    amount = money()
    entry_date = models.DateField(default=timezone.localdate)
    application = models.ForeignKey(
        BenevolenceApplication, models.PROTECT, null=True, blank=True, related_name="entries"
    )
    payment_method = models.CharField(max_length=10, choices=PaymentMethod, blank=True)
    reference = models.CharField(max_length=60, blank=True, help_text="Check number, ACH trace, receipt.")
    payee_name = models.CharField(max_length=200, blank=True)
    counter_entry = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="voided_by", verbose_name="voided payment"
    )
    memo = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=201)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = "ledger entry"
        verbose_name_plural = "ledger entries"
        ordering = ["-entry_date", "-id"]
        constraints = [
            models.CheckConstraint(name="entry_kind_known", condition=among("kind", EntryKind)),
            models.CheckConstraint(name="entry_date_possible", condition=models.Q(entry_date__gte=FIRST_DAY)),
            models.CheckConstraint(
                name="entry_deposit_adds",
                condition=~models.Q(kind=EntryKind.DEPOSIT)
                | models.Q(amount__gt=0, application=None, counter_entry=None, payment_method=""),
                violation_error_message="A deposit is above zero and belongs to no application.",
            ),
            models.CheckConstraint(
                name="entry_payment_takes",
                condition=~models.Q(kind=EntryKind.PAYMENT)
                | (
                    models.Q(amount__lt=0, application__isnull=False, counter_entry=None)
                    & models.Q(payment_method__in=PaymentMethod.values)
                    & filled("payee_name")
                ),
                violation_error_message="A payment takes money out, for an application, in a known way, to somebody.",
            ),
            models.CheckConstraint(
                name="entry_void_gives_back",
                condition=~models.Q(kind=EntryKind.VOID)
                | (models.Q(amount__gt=0, application__isnull=False, counter_entry__isnull=False) & filled("memo")),
                violation_error_message="A void gives a payment back, with the reason.",
            ),
            models.CheckConstraint(
                name="entry_adjustment_explained",
                condition=~models.Q(kind=EntryKind.ADJUSTMENT)
                | (
                    models.Q(application=None, counter_entry=None, payment_method="")
                    & ~models.Q(amount=0)
                    & filled("memo")
                ),
                violation_error_message="An adjustment is an amount other than zero, with the reason.",
            ),
            models.UniqueConstraint(
                name="entry_reference_once",
                fields=["fund", "payment_method", "reference"],
                condition=models.Q(kind=EntryKind.PAYMENT) & ~models.Q(reference=""),
                violation_error_message="This check or trace number is already in the books.",
            ),
        ]
        indexes = [
            models.Index(fields=["fund", "entry_date"], name="entry_of_fund", include=["amount"]),
            models.Index(fields=["-entry_date", "-id"], name="entry_by_date"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} of ${abs(self.amount):,.2f}"
