from django.db import migrations

USUAL = (
    "Discipline",
    "Health benefits",
    "Hiring and referral",
    "Overtime distribution",
    "Safety",
    "Seniority",
    "Subcontracting",
    "Termination",
    "Wages",
    "Work outside the classification",
)


def add(apps, schema_editor):
    subject = apps.get_model("grievances", "Subject")
    for name in USUAL:
        subject.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("grievances", "0003_steps_in_order")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
