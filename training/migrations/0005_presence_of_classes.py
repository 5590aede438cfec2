"""How many were there stands beside each class, too: a report over a quarter need not read its marks."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

BEFORE = import_module("training.migrations.0003_attendance_added_up")

# Classes, then places are locked in the order of their keys: two who mark at once cannot wait on each other.
KEPT = """
CREATE OR REPLACE FUNCTION training_attendance_added_up() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  classes bigint[];
  places bigint[];
  attended_more integer[];
  counted_more integer[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(session_id), array_agg(enrollment_id), array_agg(w[1]), array_agg(w[2])
      INTO classes, places, attended_more, counted_more
      FROM added, LATERAL (SELECT training_attendance_weight(status) AS w) x WHERE w[2] > 0;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(session_id), array_agg(enrollment_id), array_agg(-w[1]), array_agg(-w[2])
      INTO classes, places, attended_more, counted_more
      FROM gone, LATERAL (SELECT training_attendance_weight(status) AS w) x WHERE w[2] > 0;
  ELSE
    SELECT array_agg(n.session_id), array_agg(n.enrollment_id), array_agg(w[1] - v[1]), array_agg(w[2] - v[2])
      INTO classes, places, attended_more, counted_more
      FROM added n JOIN gone o USING (id), LATERAL (
        SELECT training_attendance_weight(n.status) AS w, training_attendance_weight(o.status) AS v) x WHERE w <> v;
  END IF;
  IF places IS NULL THEN
    RETURN NULL;
  END IF;
  PERFORM FROM training_classsession WHERE id = ANY (classes) ORDER BY id FOR NO KEY UPDATE;
  UPDATE training_presence p SET attended = p.attended + m.a, counted = p.counted + m.c FROM (
    SELECT class, sum(a) AS a, sum(c) AS c FROM unnest(classes, attended_more, counted_more) AS u (class, a, c)
    GROUP BY 1) m WHERE p.session_id = m.class;
  INSERT INTO training_presence (session_id, attended, counted)
    SELECT class, sum(a), sum(c) FROM unnest(classes, attended_more, counted_more) AS u (class, a, c)
    WHERE NOT EXISTS (SELECT FROM training_presence p WHERE p.session_id = class) GROUP BY 1;
  PERFORM FROM training_enrollment WHERE id = ANY (places) ORDER BY id FOR NO KEY UPDATE;
  UPDATE training_enrollment e SET attended = e.attended + m.a, counted = e.counted + m.c FROM (
    SELECT place, sum(a) AS a, sum(c) AS c FROM unnest(places, attended_more, counted_more) AS u (place, a, c)
    GROUP BY 1) m WHERE e.id = m.place;
  RETURN NULL;
END $$;

INSERT INTO training_presence (session_id, attended, counted)
  SELECT session_id, sum((training_attendance_weight(status))[1]), sum((training_attendance_weight(status))[2])
  FROM training_attendance WHERE status <> 'excused' GROUP BY 1;
"""


def as_before(apps, editor):
    start = BEFORE.KEPT.index("CREATE FUNCTION training_attendance_added_up")
    end = BEFORE.KEPT.index("CREATE TRIGGER")
    editor.execute(BEFORE.KEPT[start:end].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))


def add_up(apps, editor):
    editor.execute(KEPT)


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0004_legal_moves"),
    ]

    operations = [
        migrations.CreateModel(
            name="Presence",
            fields=[
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="presence",
                        serialize=False,
                        to="training.classsession",
                    ),
                ),
                ("attended", models.PositiveIntegerField(default=0)),
                ("counted", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "presence in a class",
                "verbose_name_plural": "presence in classes",
            },
        ),
        migrations.RunPython(add_up, as_before),
    ]
