"""A score may follow its employer's record into the one it is merged with; nothing else of it ever changes."""

from django.db import migrations

FOLLOWS = """
CREATE OR REPLACE FUNCTION organizing_score_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  moving CONSTANT text[] := ARRAY['organization_id', 'version', 'updated_at'];
BEGIN
  IF TG_OP = 'DELETE' AND OLD.kept_number IS NOT NULL AND current_user = (
    SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID
  ) THEN
    RETURN OLD;
  END IF;
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - moving = to_jsonb(OLD) - moving
    AND nullif(current_setting('ip2a.context', true), '')::jsonb ->> 'batch' IS NOT NULL THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'A score stays as it was given. Add another one.'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'employer_score_stays';
END $$;
"""

STAYS = """
CREATE OR REPLACE FUNCTION organizing_score_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.kept_number IS NOT NULL AND current_user = (
    SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID
  ) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'A score stays as it was given. Add another one.'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'employer_score_stays';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("organizing", "0008_two_people")]

    operations = [migrations.RunSQL(FOLLOWS, STAYS)]
