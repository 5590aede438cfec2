"""Accounts, openings of compartments, and what generated columns and triggers call."""

import django.contrib.postgres.fields
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations, models

FOLD = """
CREATE FUNCTION ip2a_fold(text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN lower(public.unaccent('public.unaccent'::regdictionary, $1));
COMMENT ON FUNCTION ip2a_fold(text) IS 'Lower case without accents: how names are sorted and searched.';

CREATE FUNCTION ip2a_digits(text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN regexp_replace($1, '[^0-9]', '', 'g');
COMMENT ON FUNCTION ip2a_digits(text) IS 'Only the digits: how phone numbers are compared.';
"""

TOUCH = """
CREATE FUNCTION ip2a_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.version := OLD.version + 1;
  NEW.updated_at := clock_timestamp();
  RETURN NEW;
END $$;
COMMENT ON FUNCTION ip2a_touch() IS 'Keeps version and updated_at, whatever road a change comes by.';
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunSQL(FOLD, "DROP FUNCTION ip2a_fold(text); DROP FUNCTION ip2a_digits(text);"),
        migrations.RunSQL(TOUCH, "DROP FUNCTION ip2a_touch() CASCADE;"),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("table_name", models.CharField(max_length=63)),
                ("record_id", models.BigIntegerField()),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("insert", "added"),
                            ("update", "changed"),
                            ("delete", "deleted"),
                        ],
                        max_length=6,
                    ),
                ),
                ("old", models.JSONField(null=True)),
                ("new", models.JSONField(null=True)),
                (
                    "changed",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=63), null=True, size=None
                    ),
                ),
                ("actor_id", models.BigIntegerField(null=True)),
                ("actor_name", models.TextField()),
                ("ip", models.GenericIPAddressField(null=True)),
                ("user_agent", models.TextField()),
                ("path", models.TextField()),
                ("command", models.TextField()),
                ("reason", models.TextField()),
                ("batch", models.BigIntegerField(null=True)),
                ("compartment", models.TextField()),
            ],
            options={
                "db_table": "ip2a_auditentry",
                "ordering": ["-at", "-id"],
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="CompartmentOpening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("compartment", models.CharField(max_length=40)),
                ("model", models.CharField(max_length=80)),
                ("record_id", models.BigIntegerField()),
                ("user_id", models.BigIntegerField()),
                ("user_name", models.CharField(max_length=201)),
                ("path", models.CharField(max_length=500)),
                ("ip", models.GenericIPAddressField(null=True)),
            ],
            options={
                "ordering": ["-at"],
                "indexes": [models.Index(fields=["model", "record_id", "-at"], name="opening_of_record")],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
                ("version", models.PositiveIntegerField(db_default=1, editable=False)),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("first_name", models.CharField(blank=True, max_length=100)),
                ("last_name", models.CharField(blank=True, max_length=100)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "invited_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "ordering": ["last_name", "first_name", "email"],
                "permissions": [
                    ("use_admin", "Can open the administration pages"),
                    ("view_audit", "Can read the whole audit trail"),
                    ("enter_organizing", "Can enter the organizing compartment"),
                    ("enter_benevolence", "Can read benevolence stories and papers"),
                    ("enter_demographics", "Can read student demographics"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        name="user_email_unique",
                        violation_error_message="Somebody already signs in with this address.",
                    )
                ],
            },
        ),
    ]
