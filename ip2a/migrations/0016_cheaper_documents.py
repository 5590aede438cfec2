"""A document costs less to store: two cheap questions judge its checksum, and what was indexed twice is indexed once."""

import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("ip2a", "0015_walls"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="attachment",
            name="attachment_checksum_whole",
        ),
        migrations.AlterField(
            model_name="attachment",
            name="path",
            field=models.CharField(max_length=200, verbose_name="place in the store"),
        ),
        migrations.AlterField(
            model_name="attachment",
            name="uploader",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="added by",
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.Exact(django.db.models.functions.text.Length("sha256"), 64),
                    models.Q(("sha256__regex", "[^0-9a-f]"), _negated=True),
                ),
                name="attachment_checksum_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.UniqueConstraint(fields=("path",), name="attachment_place_once"),
        ),
    ]
