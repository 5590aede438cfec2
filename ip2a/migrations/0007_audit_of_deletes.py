"""Deleted rows are few among all entries, and looked for when something is gone."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ip2a", "0006_documents")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX ip2a_audit_of_deletes ON ip2a_auditentry (at) WHERE action = 'delete'",
            "DROP INDEX ip2a_audit_of_deletes",
        )
    ]
