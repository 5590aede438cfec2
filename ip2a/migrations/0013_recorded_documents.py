"""A document of which only the facts are known is told apart from one whose file the store must have."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ip2a", "0012_calendars")]
    operations = [
        migrations.AddField(
            model_name="attachment",
            name="storage",
            field=models.CharField(
                choices=[("kept", "Kept here"), ("recorded", "Recorded only")],
                db_default="kept",
                default="kept",
                editable=False,
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(
                condition=models.Q(("storage__in", ["kept", "recorded"])), name="attachment_storage_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("path__startswith", "recorded/"), ("storage", "recorded")),
                    models.Q(("storage", "kept"), models.Q(("path__startswith", "recorded/"), _negated=True)),
                    _connector="OR",
                ),
                name="attachment_recorded_has_no_place",
            ),
        ),
    ]
