"""What no statement gets past: places, days of classes, who can have attended, and what a grant holds."""

from django.db import migrations

NAMES = """
CREATE FUNCTION training_student_name() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  SELECT last_name || ', ' || first_name INTO NEW.name FROM members_member WHERE id = NEW.member_id;
  RETURN NEW;
END $$;
CREATE TRIGGER training_student_name BEFORE INSERT OR UPDATE ON training_student
  FOR EACH ROW EXECUTE FUNCTION training_student_name();

CREATE FUNCTION training_member_renamed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE training_student SET name = '' WHERE member_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER training_member_renamed AFTER UPDATE ON members_member FOR EACH ROW
  WHEN ((OLD.last_name, OLD.first_name) IS DISTINCT FROM (NEW.last_name, NEW.first_name))
  EXECUTE FUNCTION training_member_renamed();
"""

# The cohort's row is locked before places are counted, so that two who enrol at once count one after the other.
PLACES = """
CREATE FUNCTION training_enrollment_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  places integer;
BEGIN
  IF NEW.status IN ('dropped', 'withdrawn') THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.cohort_id = NEW.cohort_id AND OLD.status NOT IN ('dropped', 'withdrawn') THEN
    RETURN NEW;
  END IF;
  SELECT max_students INTO places FROM training_cohort WHERE id = NEW.cohort_id FOR NO KEY UPDATE;
  IF (SELECT count(*) FROM training_enrollment WHERE cohort_id = NEW.cohort_id AND id <> NEW.id
      AND status NOT IN ('dropped', 'withdrawn')) >= places THEN
    RAISE EXCEPTION 'The cohort has no place left.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'enrollment_within_capacity';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER training_enrollment_guard BEFORE INSERT OR UPDATE ON training_enrollment
  FOR EACH ROW EXECUTE FUNCTION training_enrollment_guard();

CREATE FUNCTION training_cohort_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.max_students < OLD.max_students AND (SELECT count(*) FROM training_enrollment WHERE cohort_id = NEW.id
      AND status NOT IN ('dropped', 'withdrawn')) > NEW.max_students THEN
    RAISE EXCEPTION 'More students have a place than the cohort would hold.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'cohort_holds_its_students';
  END IF;
  IF (NEW.start_date, NEW.end_date) <> (OLD.start_date, OLD.end_date) AND EXISTS (
      SELECT FROM training_classsession WHERE cohort_id = NEW.id AND NOT is_cancelled
      AND session_date NOT BETWEEN NEW.start_date AND NEW.end_date) THEN
    RAISE EXCEPTION 'A class of the cohort would lie outside of its days.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'cohort_holds_its_classes';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER training_cohort_guard BEFORE UPDATE ON training_cohort
  FOR EACH ROW EXECUTE FUNCTION training_cohort_guard();
"""

CLASSES = """
CREATE FUNCTION training_session_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM training_cohort WHERE id = NEW.cohort_id
      AND NEW.session_date BETWEEN start_date AND end_date) THEN
    RAISE EXCEPTION 'The class lies outside of the days of its cohort.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'session_within_cohort';
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.cohort_id, NEW.session_date) <> (OLD.cohort_id, OLD.session_date)
      AND EXISTS (SELECT FROM training_attendance WHERE session_id = NEW.id) THEN
    RAISE EXCEPTION 'Attendance was taken, so the class keeps its cohort and its day.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'session_stays_when_taken';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER training_session_guard_added BEFORE INSERT ON training_classsession
  FOR EACH ROW EXECUTE FUNCTION training_session_guard();
CREATE TRIGGER training_session_guard_moved BEFORE UPDATE ON training_classsession FOR EACH ROW
  WHEN ((OLD.cohort_id, OLD.session_date) IS DISTINCT FROM (NEW.cohort_id, NEW.session_date))
  EXECUTE FUNCTION training_session_guard();

CREATE FUNCTION training_attendance_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (
      SELECT FROM touched t JOIN training_classsession s ON s.id = t.session_id
      JOIN training_enrollment e ON e.id = t.enrollment_id
      WHERE e.cohort_id <> s.cohort_id OR s.is_cancelled OR s.session_date < e.enrolled_on
      OR s.session_date > e.ended_on OR EXISTS (SELECT FROM training_leave l WHERE l.enrollment_id = e.id
        AND l.first_day <= s.session_date AND (l.last_day IS NULL OR l.last_day >= s.session_date))) THEN
    RAISE EXCEPTION 'Attendance is taken of those who belong to the class on its day.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'attendance_of_the_enrolled';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER training_attendance_guard AFTER INSERT ON training_attendance REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION training_attendance_guard();

CREATE FUNCTION training_attendance_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'Attendance stays with its class and its student.'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'attendance_stays';
END $$;
CREATE TRIGGER training_attendance_stays BEFORE UPDATE ON training_attendance FOR EACH ROW
  WHEN ((OLD.session_id, OLD.enrollment_id) IS DISTINCT FROM (NEW.session_id, NEW.enrollment_id))
  EXECUTE FUNCTION training_attendance_stays();
"""

# The grant's row is locked before its expenses are added up.
MONEY = """
CREATE FUNCTION training_expense_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  holds numeric;
BEGIN
  IF NEW.deleted_at IS NOT NULL OR NEW.is_over THEN
    RETURN NEW;
  END IF;
  SELECT amount INTO holds FROM training_grant WHERE id = NEW.grant_id FOR NO KEY UPDATE;
  IF (SELECT coalesce(sum(amount), 0) FROM training_expense WHERE grant_id = NEW.grant_id AND id <> NEW.id
      AND deleted_at IS NULL) + NEW.amount > holds THEN
    RAISE EXCEPTION 'The grant does not hold that much. Say why more is spent.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'expense_within_grant';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER training_expense_guard_added BEFORE INSERT ON training_expense
  FOR EACH ROW EXECUTE FUNCTION training_expense_guard();
CREATE TRIGGER training_expense_guard_changed BEFORE UPDATE ON training_expense FOR EACH ROW
  WHEN ((OLD.grant_id, OLD.amount, OLD.deleted_at, OLD.is_over)
        IS DISTINCT FROM (NEW.grant_id, NEW.amount, NEW.deleted_at, NEW.is_over))
  EXECUTE FUNCTION training_expense_guard();
"""

BACK = """
DROP FUNCTION training_student_name() CASCADE;
DROP FUNCTION training_member_renamed() CASCADE;
DROP FUNCTION training_enrollment_guard() CASCADE;
DROP FUNCTION training_cohort_guard() CASCADE;
DROP FUNCTION training_session_guard() CASCADE;
DROP FUNCTION training_attendance_guard() CASCADE;
DROP FUNCTION training_attendance_stays() CASCADE;
DROP FUNCTION training_expense_guard() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("training", "0001_people_cohorts_and_grants")]

    operations = [migrations.RunSQL([NAMES, PLACES, CLASSES, MONEY], BACK)]
