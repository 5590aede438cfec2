"""A local that has decided nothing yet begins with the usual policy and one fund; both are its own to change."""

from datetime import date

from django.db import migrations
from django.utils import timezone

FIRST_DAY = date(2000, 1, 1)
LEVELS = {"vp": 0, "admin": 500, "manager": 1500, "president": 3500}
CAPS = {"death_in_family": 5000, "hardship": 5000, "other": 2500}


def add(apps, schema_editor):
    policies = apps.get_model("benevolence", "Policy").objects
    policy = policies.create(number=1, title="Usual policy", effective_from=FIRST_DAY)
    for level, above in LEVELS.items():
        policy.levels.create(level=level, above_amount=above)
    for reason, amount in CAPS.items():
        policy.reason_caps.create(reason=reason, amount=amount)
    policies.filter(pk=policy.pk).update(adopted_at=timezone.now())
    apps.get_model("benevolence", "Fund").objects.create(name="Benevolence fund", is_default=True)


class Migration(migrations.Migration):
    dependencies = [("benevolence", "0002_promises_of_the_database")]

    # Going back, the tables go with their rows.
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
