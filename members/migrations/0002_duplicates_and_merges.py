"""Which two records became one, and which two are not the same."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0001_people_and_jobs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Distinct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("version", models.PositiveIntegerField(db_default=1, editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("members", "Members"), ("organizations", "Employers and organizations")],
                        max_length=20,
                    ),
                ),
                ("one_key", models.BigIntegerField()),
                ("other_key", models.BigIntegerField()),
                ("reason", models.CharField(max_length=300)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "decision that two are not the same",
                "verbose_name_plural": "decisions that two are not the same",
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["members", "organizations"])), name="distinct_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("one_key__lt", models.F("other_key"))), name="distinct_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="distinct_has_reason"
                    ),
                    models.UniqueConstraint(
                        fields=("kind", "one_key", "other_key"),
                        name="distinct_once",
                        violation_error_message="That these two are not the same was written down already.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("version", models.PositiveIntegerField(db_default=1, editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("members", "Members"), ("organizations", "Employers and organizations")],
                        max_length=20,
                    ),
                ),
                ("survivor_key", models.BigIntegerField()),
                ("survivor_name", models.CharField(max_length=300)),
                ("loser_key", models.BigIntegerField()),
                ("loser_name", models.CharField(max_length=300)),
                ("reason", models.CharField(max_length=300)),
                ("batch", models.BigIntegerField(unique=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("undone_reason", models.CharField(blank=True, max_length=300)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["members", "organizations"])), name="merge_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("survivor_key", models.F("loser_key")), _negated=True), name="merge_of_two"
                    ),
                    models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="merge_has_reason"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("undone_at", None), ("undone_by", None)),
                            models.Q(("undone_at__isnull", False), ("undone_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="merge_undone_by_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)),
                        fields=("kind", "loser_key"),
                        name="merge_once",
                        violation_error_message="This record was merged already.",
                    ),
                ],
            },
        ),
    ]
