"""The audit trail writes a statement's new rows in one go, compares changed rows without a query, and loses nothing
when a month has no partition yet."""

from importlib import import_module

from django.contrib.postgres.operations import HStoreExtension
from django.db import migrations

BEFORE = import_module("ip2a.migrations.0002_audit_trail")

# pg_temp stands last in every search_path: otherwise a temporary table of the same name would be found first, and
# would swallow the entries.
TRIGGERS = """
DROP FUNCTION ip2a_audit() CASCADE;

CREATE FUNCTION ip2a_audit_rows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  context jsonb := coalesce(nullif(current_setting('ip2a.context', true), ''), '{}')::jsonb;
  unspoken text[] := string_to_array(TG_ARGV[1] || ',' || TG_ARGV[2], ',');
BEGIN
  INSERT INTO public.ip2a_auditentry (table_name, record_id, action, old, new, actor_id, actor_name, ip, user_agent,
                                      path, command, reason, batch, compartment)
  SELECT TG_TABLE_NAME, (whole ->> 'id')::bigint, lower(TG_OP),
         CASE TG_OP WHEN 'DELETE' THEN whole - unspoken END, CASE TG_OP WHEN 'INSERT' THEN whole - unspoken END,
         (context ->> 'actor_id')::bigint,
         coalesce(context ->> 'actor_name', CASE WHEN context ? 'command' THEN '' ELSE session_user::text END),
         (context ->> 'ip')::inet, coalesce(context ->> 'user_agent', ''), coalesce(context ->> 'path', ''),
         coalesce(context ->> 'command', ''), coalesce(context ->> 'reason', ''), (context ->> 'batch')::bigint,
         coalesce(nullif(TG_ARGV[0], ''), whole ->> 'compartment', '')
  FROM (SELECT to_jsonb(touched) AS whole FROM touched OFFSET 0) AS rows;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION ip2a_audit_rows() IS 'Once for each INSERT or DELETE, whose rows are the table "touched". '
  'Arguments: the compartment of the table, its columns whose values are never written down, its generated columns.';

CREATE FUNCTION ip2a_audit_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  context jsonb;
  after hstore := hstore(NEW);
  columns text[] := akeys((after - hstore(OLD)) - string_to_array('updated_at,version,' || TG_ARGV[2], ','));
  unspoken text[];
  whole jsonb;
BEGIN
  IF columns = '{}' THEN
    RETURN NULL;
  END IF;
  context := coalesce(nullif(current_setting('ip2a.context', true), ''), '{}')::jsonb;
  unspoken := akeys(after - columns) || string_to_array(TG_ARGV[1], ',');
  whole := to_jsonb(NEW);
  INSERT INTO public.ip2a_auditentry (table_name, record_id, action, old, new, changed, actor_id, actor_name, ip,
                                      user_agent, path, command, reason, batch, compartment)
  VALUES (TG_TABLE_NAME, (whole ->> 'id')::bigint, 'update', to_jsonb(OLD) - unspoken, whole - unspoken, columns,
          (context ->> 'actor_id')::bigint,
          coalesce(context ->> 'actor_name', CASE WHEN context ? 'command' THEN '' ELSE session_user::text END),
          (context ->> 'ip')::inet, coalesce(context ->> 'user_agent', ''), coalesce(context ->> 'path', ''),
          coalesce(context ->> 'command', ''), coalesce(context ->> 'reason', ''), (context ->> 'batch')::bigint,
          coalesce(nullif(TG_ARGV[0], ''), whole ->> 'compartment', ''));
  RETURN NULL;
END $$;
COMMENT ON FUNCTION ip2a_audit_change() IS 'For each row of an UPDATE. Arguments as of ip2a_audit_rows.';
"""

# Rows of a month that had no partition stand in the default one, which a new partition of that month must not
# overlap. They move with the default partition put aside, so that no trigger has to look away.
PARTITIONS = """
CREATE OR REPLACE FUNCTION ip2a_make_audit_partitions(ahead integer DEFAULT 3) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  this_month date := date_trunc('month', now() AT TIME ZONE 'UTC')::date;
  stranded date[];
  months date[];
  month date;
  part text;
  made integer := 0;
  moved bigint;
  expected bigint;
BEGIN
  IF ahead NOT BETWEEN 0 AND 36 THEN
    RAISE EXCEPTION 'Partitions can be made 0 to 36 months ahead, not %.', ahead;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('ip2a_make_audit_partitions'));
  IF EXISTS (SELECT FROM public.ip2a_auditentry_other) THEN
    LOCK TABLE public.ip2a_auditentry IN ACCESS EXCLUSIVE MODE;
    SELECT array_agg(DISTINCT date_trunc('month', at AT TIME ZONE 'UTC')::date), count(*)
      INTO stranded, expected FROM public.ip2a_auditentry_other;
    ALTER TABLE public.ip2a_auditentry DETACH PARTITION public.ip2a_auditentry_other;
    ALTER TABLE public.ip2a_auditentry_other RENAME TO ip2a_auditentry_moving;
    CREATE TABLE public.ip2a_auditentry_other PARTITION OF public.ip2a_auditentry DEFAULT;
    PERFORM public.ip2a_guard_audit_part('ip2a_auditentry_other');
  END IF;
  months := ARRAY(SELECT (this_month + make_interval(months => i))::date FROM generate_series(0, ahead) AS i);
  FOR month IN SELECT DISTINCT m FROM unnest(months || stranded) AS m ORDER BY m LOOP
    part := 'ip2a_auditentry_' || to_char(month, 'YYYY_MM');
    CONTINUE WHEN to_regclass('public.' || part) IS NOT NULL;
    EXECUTE format('CREATE TABLE public.%I PARTITION OF public.ip2a_auditentry FOR VALUES FROM (%L) TO (%L)',
      part, month::text || ' 00:00:00+00', (month + interval '1 month')::date::text || ' 00:00:00+00');
    PERFORM public.ip2a_guard_audit_part(part);
    made := made + 1;
  END LOOP;
  IF stranded IS NOT NULL THEN
    INSERT INTO public.ip2a_auditentry SELECT * FROM public.ip2a_auditentry_moving;
    GET DIAGNOSTICS moved = ROW_COUNT;
    IF moved <> expected THEN
      RAISE EXCEPTION 'Only % of % stranded entries could be moved.', moved, expected;
    END IF;
    DROP TABLE public.ip2a_auditentry_moving;
  END IF;
  RETURN made;
END $$;
"""

# Entries of a person are found by actor_id, all others by the command that made them: each entry is in one of both.
INDEXES = """
CREATE INDEX ip2a_audit_of_command ON ip2a_auditentry (command, at) WHERE actor_id IS NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("ip2a", "0002_audit_trail")]
    operations = [
        HStoreExtension(),
        migrations.RunSQL(
            TRIGGERS,
            ["DROP FUNCTION ip2a_audit_rows() CASCADE; DROP FUNCTION ip2a_audit_change() CASCADE;", BEFORE.TRIGGER],
        ),
        migrations.RunSQL(PARTITIONS, migrations.RunSQL.noop),
        migrations.RunSQL(INDEXES, "DROP INDEX ip2a_audit_of_command;"),
    ]
