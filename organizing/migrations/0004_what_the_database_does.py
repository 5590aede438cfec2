"""Scores stay, and come from imports by themselves; an agreement ends when its employer signs."""

from django.conf import settings
from django.db import migrations

STAYS = """
DROP TRIGGER IF EXISTS ip2a_append_only ON organizing_employerscore;
DROP TRIGGER IF EXISTS ip2a_never_deleted ON organizing_employerscore;

CREATE FUNCTION organizing_score_stays() RETURNS trigger
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
CREATE TRIGGER organizing_score_stays BEFORE UPDATE OR DELETE ON organizing_employerscore
  FOR EACH ROW EXECUTE FUNCTION organizing_score_stays();
"""

# The heading of a column is kept as the file spells it, and a score may be a word or its number.
READ = """
CREATE FUNCTION organizing_kept_text(kept jsonb, wanted text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp
RETURN (SELECT nullif(btrim(value), '') FROM jsonb_each_text(kept)
        WHERE btrim(lower(regexp_replace(key, '[^A-Za-z]+', '_', 'g')), '_') ~ wanted ORDER BY key LIMIT 1);

CREATE FUNCTION organizing_stance(said text) RETURNS smallint
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp
RETURN CASE
  WHEN said ~ '^[1-5]$' THEN said::smallint
  ELSE array_position(ARRAY['hostile', 'resistant', 'neutral', 'receptive', 'supportive'], lower(said))::smallint
END;
"""

# As the owner: who imports a file of employers is outside the compartment. Without the batch of the import, because the
# scores are no part of it for those outside: they come and go with the kept values.
IMPORTED = """
CREATE FUNCTION organizing_score_from_import() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  context text := current_setting('ip2a.context', true);
  stance smallint;
  newly jsonb;
BEGIN
  PERFORM set_config('ip2a.context', (coalesce(nullif(context, ''), '{{}}')::jsonb - 'batch')::text, true);
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM organizing_employerscore WHERE kept_number = OLD.id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    SELECT jsonb_object_agg(key, value) INTO newly FROM jsonb_each(NEW."values")
    WHERE TG_OP = 'INSERT' OR OLD."values" -> key IS DISTINCT FROM value;
    stance := coalesce(
      organizing_stance(organizing_kept_text(newly, '^salting_scores?$')),
      organizing_stance(organizing_kept_text(NEW."values", '^salting_scores?$'))
    );
    IF stance IS NOT NULL THEN
      INSERT INTO organizing_employerscore (organization_id, score, "on", why, notes, trade, source, kept_number)
      SELECT NEW.record_id, stance, (batch.created_at AT TIME ZONE '{zone}')::date, '',
        coalesce(organizing_kept_text(NEW."values", '^salting_notes?$'), ''), '', 'Import of ' || batch.file_name, NEW.id
      FROM ip2a_importbatch batch WHERE batch.id = NEW.batch_id;
    END IF;
  END IF;
  PERFORM set_config('ip2a.context', coalesce(context, ''), true);
  RETURN NULL;
END $$;
CREATE TRIGGER organizing_score_from_import_added AFTER INSERT ON ip2a_keptvalues FOR EACH ROW
  WHEN (NEW.compartment = 'organizing' AND NEW.model = 'members.organization')
  EXECUTE FUNCTION organizing_score_from_import();
CREATE TRIGGER organizing_score_from_import_changed AFTER UPDATE ON ip2a_keptvalues FOR EACH ROW
  WHEN (OLD.compartment = 'organizing' AND OLD.model = 'members.organization')
  EXECUTE FUNCTION organizing_score_from_import();
CREATE TRIGGER organizing_score_from_import_gone AFTER DELETE ON ip2a_keptvalues FOR EACH ROW
  WHEN (OLD.compartment = 'organizing' AND OLD.model = 'members.organization')
  EXECUTE FUNCTION organizing_score_from_import();

INSERT INTO organizing_employerscore (organization_id, score, "on", why, notes, trade, source, kept_number)
SELECT kept.record_id, organizing_stance(organizing_kept_text(kept."values", '^salting_scores?$')),
  (batch.created_at AT TIME ZONE '{zone}')::date, '',
  coalesce(organizing_kept_text(kept."values", '^salting_notes?$'), ''), '', 'Import of ' || batch.file_name, kept.id
FROM ip2a_keptvalues kept JOIN ip2a_importbatch batch ON batch.id = kept.batch_id
WHERE kept.compartment = 'organizing' AND kept.model = 'members.organization'
  AND organizing_stance(organizing_kept_text(kept."values", '^salting_scores?$')) IS NOT NULL;
"""

# Whatever road the signature came by: a form, an import, a statement. The exemption stays until its day: an end on the
# day the employer signed would tell what it was for.
SIGNED = """
CREATE FUNCTION organizing_employer_signed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  context text := current_setting('ip2a.context', true);
BEGIN
  PERFORM set_config('ip2a.context', '{{"command": "employer signed"}}', true);
  UPDATE organizing_saltingagreement
  SET ended_on = greatest((now() AT TIME ZONE '{zone}')::date, signed_on),
    ended_because = 'The employer signed an agreement with the local.'
  WHERE organization_id = NEW.id AND ended_on IS NULL;
  PERFORM set_config('ip2a.context', coalesce(context, ''), true);
  RETURN NULL;
END $$;
CREATE TRIGGER organizing_employer_signed AFTER UPDATE OF is_signatory ON members_organization FOR EACH ROW
  WHEN (NEW.is_signatory AND NOT OLD.is_signatory) EXECUTE FUNCTION organizing_employer_signed();

DROP FUNCTION IF EXISTS members_exempt_until(bigint);
"""

BACK = """
DROP FUNCTION organizing_score_stays() CASCADE;
DROP FUNCTION organizing_score_from_import() CASCADE;
DROP FUNCTION organizing_stance(text);
DROP FUNCTION organizing_kept_text(jsonb, text);
DROP FUNCTION organizing_employer_signed() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("organizing", "0003_scores_and_exemptions")]

    operations = [
        migrations.RunSQL(
            [STAYS, READ, IMPORTED.format(zone=settings.TIME_ZONE), SIGNED.format(zone=settings.TIME_ZONE)], BACK
        )
    ]
