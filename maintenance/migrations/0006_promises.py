from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("maintenance", "0005_notices_and_schedule")]

    operations = [
        migrations.CreateModel(
            name="Promise",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("table_name", models.CharField(blank=True, max_length=63)),
                ("name", models.CharField(max_length=200)),
                ("definition", models.TextField(help_text="The statement that makes it.")),
            ],
            options={
                "verbose_name": "promise of the database",
                "verbose_name_plural": "promises of the database",
                "ordering": ["kind", "table_name", "name"],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "table_name", "name"), name="promise_once"),
                ],
            },
        ),
    ]
