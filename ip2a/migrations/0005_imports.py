"""Imports: batches, values kept beside records, and fresh statistics after a bulk load."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

ANALYZE = """
CREATE FUNCTION ip2a_analyze(target regclass) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_class WHERE oid = target AND relnamespace = 'public'::regnamespace) THEN
    RAISE EXCEPTION '% is not a table of this application.', target;
  END IF;
  EXECUTE format('ANALYZE %s', target);
END $$;
COMMENT ON FUNCTION ip2a_analyze(regclass) IS 'Lets the application, which owns no table, refresh statistics after a bulk load.';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ip2a", "0004_invitations"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportBatch",
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
                ("kind", models.CharField(max_length=40)),
                ("file_name", models.CharField(max_length=255, verbose_name="file")),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.BigIntegerField(default=0)),
                ("upload", models.FileField(blank=True, editable=False, max_length=200, upload_to="imports/")),
                ("report", models.FileField(blank=True, editable=False, max_length=200, upload_to="imports/")),
                ("mapping", models.JSONField(default=dict)),
                ("number", models.BigIntegerField(editable=False, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("uploaded", "Uploaded"),
                            ("checking", "Trying out"),
                            ("checked", "Tried out"),
                            ("importing", "Importing"),
                            ("imported", "Imported"),
                            ("failed", "Stopped"),
                            ("undoing", "Taking back"),
                            ("undone", "Taken back"),
                        ],
                        default="uploaded",
                        max_length=20,
                    ),
                ),
                ("asked_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("started_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("finished_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("stopped_because", models.TextField(blank=True)),
                ("outcome", models.JSONField(default=dict)),
                ("undo_outcome", models.JSONField(default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imports",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
            ],
            options={
                "verbose_name": "import",
                "ordering": ["-created_at", "-id"],
                "permissions": [("import_records", "Can import records and take imports back")],
            },
        ),
        migrations.CreateModel(
            name="KeptValues",
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
                ("model", models.CharField(max_length=100)),
                ("record_id", models.BigIntegerField()),
                ("compartment", models.CharField(blank=True, max_length=40)),
                ("values", models.JSONField(default=dict)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="kept_values", to="ip2a.importbatch"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "kept values",
            },
        ),
        migrations.AddConstraint(
            model_name="importbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["uploaded", "checking", "checked", "importing", "imported", "failed", "undoing", "undone"],
                    )
                ),
                name="importbatch_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="keptvalues",
            constraint=models.UniqueConstraint(
                fields=("model", "record_id", "compartment"), name="keptvalues_one_each"
            ),
        ),
        migrations.RunSQL(ANALYZE, "DROP FUNCTION ip2a_analyze(regclass);"),
    ]
