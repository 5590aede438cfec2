"""States move as their tables say, whatever road a statement comes by."""

import json

from django.db import migrations

# As of this migration; what a later one changes, it says in a table of its own.
MOVES = {
    "student": {
        "applicant": ["enrolled", "dropped"],
        "enrolled": ["on_leave", "completed", "dropped", "dismissed"],
        "on_leave": ["enrolled", "dropped", "dismissed"],
        "completed": ["enrolled"],
        "dropped": ["applicant"],
        "dismissed": ["applicant"],
    },
    "cohort": {
        "planned": ["enrolling", "cancelled"],
        "enrolling": ["planned", "active", "cancelled"],
        "active": ["completed", "cancelled"],
        "completed": [],
        "cancelled": [],
    },
    "enrollment": {
        "enrolled": ["in_progress", "dropped", "withdrawn", "deferred"],
        "in_progress": ["completed", "dropped", "withdrawn", "deferred"],
        "deferred": ["enrolled", "in_progress", "dropped", "withdrawn"],
        "completed": [],
        "dropped": [],
        "withdrawn": [],
    },
    "certification": {
        "pending": ["active", "revoked"],
        "active": ["expired", "revoked"],
        "expired": [],
        "revoked": [],
    },
    "jatcapplication": {
        "draft": ["submitted", "withdrawn"],
        "submitted": ["under_review", "interview_scheduled", "rejected", "withdrawn"],
        "under_review": ["interview_scheduled", "waitlisted", "rejected", "withdrawn"],
        "interview_scheduled": ["interviewed", "under_review", "rejected", "withdrawn"],
        "interviewed": ["accepted", "waitlisted", "rejected", "withdrawn"],
        "waitlisted": ["interview_scheduled", "accepted", "rejected", "withdrawn"],
        "accepted": ["withdrawn"],
        "rejected": [],
        "withdrawn": [],
    },
}

# A batch (an import, a merge, a repair, and what takes one of them back) writes states as they are or were elsewhere.
# A state that no table knows may be left for any.
GUARD = """
CREATE FUNCTION training_moves() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF coalesce(nullif(current_setting('ip2a.context', true), ''), '{}')::jsonb ->> 'batch' IS NOT NULL THEN
    RETURN NEW;
  END IF;
  IF NOT coalesce(TG_ARGV[0]::jsonb -> OLD.status::text ? NEW.status::text, true) THEN
    RAISE EXCEPTION 'What is % cannot become %.', OLD.status, NEW.status
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[1];
  END IF;
  RETURN NEW;
END $$;
"""
TRIGGER = """
CREATE TRIGGER training_moves BEFORE UPDATE ON training_{0} FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
  EXECUTE FUNCTION training_moves('{1}', '{0}_moves');
"""


class Migration(migrations.Migration):
    dependencies = [("training", "0003_attendance_added_up")]

    operations = [
        migrations.RunSQL(
            [GUARD, *(TRIGGER.format(table, json.dumps(moves)) for table, moves in MOVES.items())],
            "DROP FUNCTION training_moves() CASCADE;",
        )
    ]
