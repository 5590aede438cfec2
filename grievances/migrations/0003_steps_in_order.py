from django.db import migrations

FORWARD = """
CREATE FUNCTION grievances_steps_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM grievances_grievance WHERE id = NEW.grievance_id FOR UPDATE;
  IF EXISTS (SELECT 1 FROM grievances_grievancesteprecord WHERE grievance_id = NEW.grievance_id)
     AND NOT EXISTS (SELECT 1 FROM grievances_grievancesteprecord
                     WHERE grievance_id = NEW.grievance_id AND step_number IN (NEW.step_number - 1, NEW.step_number))
  THEN
    RAISE EXCEPTION 'Step % cannot follow: the step before it has no record.', NEW.step_number
      USING ERRCODE = 'check_violation', CONSTRAINT = 'step_record_in_order';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER grievances_steps_in_order BEFORE INSERT ON grievances_grievancesteprecord
  FOR EACH ROW EXECUTE FUNCTION grievances_steps_in_order();
CREATE FUNCTION grievances_keep_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A step record stays with its case and its step.'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'step_record_in_order';
END $$;
CREATE TRIGGER grievances_keep_step BEFORE UPDATE OF grievance_id, step_number ON grievances_grievancesteprecord
  FOR EACH ROW WHEN (OLD.grievance_id <> NEW.grievance_id OR OLD.step_number <> NEW.step_number)
  EXECUTE FUNCTION grievances_keep_step();
CREATE FUNCTION grievances_keep_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A grievance keeps the number it was filed under.'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'grievance_number_kept';
END $$;
CREATE TRIGGER grievances_keep_number BEFORE UPDATE OF grievance_number ON grievances_grievance
  FOR EACH ROW WHEN (OLD.grievance_number IS NOT NULL AND NEW.grievance_number IS DISTINCT FROM OLD.grievance_number)
  EXECUTE FUNCTION grievances_keep_number();
"""

BACK = """
DROP FUNCTION grievances_steps_in_order() CASCADE;
DROP FUNCTION grievances_keep_step() CASCADE;
DROP FUNCTION grievances_keep_number() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("grievances", "0002_cases")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
