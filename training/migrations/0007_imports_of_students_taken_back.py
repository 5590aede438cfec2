"""An import of students can be taken back, as one of members can; no other statement deletes a student."""

from django.db import migrations

STAYS = """
DROP TRIGGER IF EXISTS ip2a_never_deleted ON training_student;

CREATE FUNCTION training_student_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF coalesce(nullif(current_setting('ip2a.context', true), ''), '{}')::jsonb ->> 'batch' IS NULL THEN
    RAISE EXCEPTION 'A student stays. Drop or dismiss the student instead.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'student_stays';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER training_student_stays BEFORE DELETE ON training_student
  FOR EACH ROW EXECUTE FUNCTION training_student_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("training", "0006_students_merged")]

    operations = [migrations.RunSQL(STAYS, "DROP FUNCTION training_student_stays() CASCADE;")]
