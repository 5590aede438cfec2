"""Where two records of one member become one, their students do, too."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0004_jobs_by_end"),
        ("training", "0005_presence_of_classes"),
    ]

    operations = [
        migrations.AddField(
            model_name="student",
            name="deleted_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="student",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="training.student",
            ),
        ),
        migrations.AddConstraint(
            model_name="student",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deleted_at", None), ("merged_into", None)),
                    models.Q(("deleted_at__isnull", False), ("merged_into__isnull", False)),
                    _connector="OR",
                ),
                name="student_removed_only_by_merge",
            ),
        ),
    ]
