from django.db import migrations, models


class Migration(migrations.Migration):
    """Jobs are counted by month from the indexes alone."""

    dependencies = [("members", "0003_members_by_standing")]

    operations = [
        migrations.AddIndex(
            model_name="memberemployment",
            index=models.Index(
                condition=models.Q(("deleted_at", None)),
                fields=["end_date"],
                include=("member",),
                name="employment_by_end",
            ),
        ),
        migrations.RemoveIndex(model_name="memberemployment", name="employment_by_start"),
        migrations.AddIndex(
            model_name="memberemployment",
            index=models.Index(
                fields=["-start_date", "-id"], include=("deleted_at", "member"), name="employment_by_start"
            ),
        ),
    ]
