"""Attended and counted classes stand on the place itself, added up by the database while attendance is taken."""

from django.db import migrations, models

# Places are locked in the order of their keys: two who mark two classes at once cannot wait on each other.
KEPT = """
CREATE FUNCTION training_attendance_weight(status text) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN status IN ('present', 'late', 'early_departure') THEN '{1,1}'::integer[]
              WHEN status = 'absent' THEN '{0,1}'::integer[] ELSE '{0,0}'::integer[] END
$$;

CREATE FUNCTION training_attendance_added_up() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  places bigint[];
  attended_more integer[];
  counted_more integer[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(place), array_agg(a), array_agg(c) INTO places, attended_more, counted_more FROM (
      SELECT enrollment_id AS place, sum((training_attendance_weight(status))[1]) AS a,
             sum((training_attendance_weight(status))[2]) AS c FROM added GROUP BY 1) x WHERE c > 0;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(place), array_agg(a), array_agg(c) INTO places, attended_more, counted_more FROM (
      SELECT enrollment_id AS place, -sum((training_attendance_weight(status))[1]) AS a,
             -sum((training_attendance_weight(status))[2]) AS c FROM gone GROUP BY 1) x WHERE c < 0;
  ELSE
    SELECT array_agg(place), array_agg(a), array_agg(c) INTO places, attended_more, counted_more FROM (
      SELECT n.enrollment_id AS place,
             sum((training_attendance_weight(n.status))[1] - (training_attendance_weight(o.status))[1]) AS a,
             sum((training_attendance_weight(n.status))[2] - (training_attendance_weight(o.status))[2]) AS c
      FROM added n JOIN gone o USING (id) WHERE n.status <> o.status GROUP BY 1) x WHERE a <> 0 OR c <> 0;
  END IF;
  IF places IS NOT NULL THEN
    PERFORM FROM training_enrollment WHERE id = ANY (places) ORDER BY id FOR NO KEY UPDATE;
    UPDATE training_enrollment e SET attended = e.attended + m.a, counted = e.counted + m.c
      FROM unnest(places, attended_more, counted_more) AS m (place, a, c) WHERE e.id = m.place;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER training_attendance_added AFTER INSERT ON training_attendance REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION training_attendance_added_up();
CREATE TRIGGER training_attendance_gone AFTER DELETE ON training_attendance REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION training_attendance_added_up();
CREATE TRIGGER training_attendance_moved AFTER UPDATE ON training_attendance
  REFERENCING NEW TABLE AS added OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION training_attendance_added_up();

UPDATE training_enrollment e SET attended = m.a, counted = m.c FROM (
  SELECT enrollment_id, sum((training_attendance_weight(status))[1]) AS a,
         sum((training_attendance_weight(status))[2]) AS c FROM training_attendance GROUP BY 1) m
  WHERE m.enrollment_id = e.id AND m.c > 0;
"""

BACK = """
DROP FUNCTION training_attendance_added_up() CASCADE;
DROP FUNCTION training_attendance_weight(text);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0002_promises_of_the_database"),
    ]

    operations = [
        migrations.AddField(
            model_name="enrollment",
            name="attended",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="enrollment",
            name="counted",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddConstraint(
            model_name="enrollment",
            constraint=models.CheckConstraint(
                condition=models.Q(("attended__lte", models.F("counted"))), name="enrollment_attended_what_counted"
            ),
        ),
        migrations.RunSQL(KEPT, BACK),
    ]
