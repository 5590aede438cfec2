from django.db import migrations

FORWARD = """
CREATE FUNCTION grievances_superseded_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A date that was superseded stays as it was.'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'deadline_superseded_stays';
END $$;
CREATE TRIGGER grievances_superseded_stays BEFORE UPDATE ON grievances_deadline
  FOR EACH ROW WHEN (OLD.superseded_at IS NOT NULL) EXECUTE FUNCTION grievances_superseded_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("grievances", "0007_met_while_stopped")]
    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION grievances_superseded_stays() CASCADE;")]
