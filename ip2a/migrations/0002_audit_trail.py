"""The audit trail: one table in monthly parts, written by a trigger, refused to everybody else."""

from django.db import migrations

TABLE = """
CREATE SEQUENCE ip2a_auditentry_id_seq;
CREATE SEQUENCE ip2a_batch_seq;
CREATE TABLE ip2a_auditentry (
  id bigint NOT NULL DEFAULT nextval('ip2a_auditentry_id_seq'),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  table_name text NOT NULL,
  record_id bigint NOT NULL,
  action text NOT NULL CHECK (action IN ('insert', 'update', 'delete')),
  old jsonb,
  new jsonb,
  changed text[],
  actor_id bigint,
  actor_name text NOT NULL,
  ip inet,
  user_agent text NOT NULL,
  path text NOT NULL,
  command text NOT NULL,
  reason text NOT NULL,
  batch bigint,
  compartment text NOT NULL,
  PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
CREATE INDEX ip2a_audit_of_record ON ip2a_auditentry (table_name, record_id, at);
CREATE INDEX ip2a_audit_of_table ON ip2a_auditentry (table_name, at);
CREATE INDEX ip2a_audit_of_actor ON ip2a_auditentry (actor_id, at) WHERE actor_id IS NOT NULL;
CREATE INDEX ip2a_audit_of_batch ON ip2a_auditentry (batch, table_name) WHERE batch IS NOT NULL;
ALTER SEQUENCE ip2a_auditentry_id_seq OWNED BY ip2a_auditentry.id;
"""

REFUSE = """
CREATE FUNCTION ip2a_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Entries of % can be neither changed nor deleted.', TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER ip2a_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ip2a_auditentry
  FOR EACH STATEMENT EXECUTE FUNCTION ip2a_refuse_change();
"""

PARTITIONS = """
CREATE FUNCTION ip2a_make_audit_partitions(ahead integer DEFAULT 3) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  month date;
  part text;
  made integer := 0;
BEGIN
  IF ahead NOT BETWEEN 0 AND 36 THEN
    RAISE EXCEPTION 'Partitions can be made 0 to 36 months ahead, not %.', ahead;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('ip2a_make_audit_partitions'));
  FOR i IN 0..ahead LOOP
    month := date_trunc('month', now() AT TIME ZONE 'UTC')::date + make_interval(months => i);
    part := 'ip2a_auditentry_' || to_char(month, 'YYYY_MM');
    CONTINUE WHEN to_regclass('public.' || part) IS NOT NULL;
    EXECUTE format('CREATE TABLE public.%I PARTITION OF public.ip2a_auditentry FOR VALUES FROM (%L) TO (%L)',
      part, month::text || ' 00:00:00+00', (month + interval '1 month')::date::text || ' 00:00:00+00');
    PERFORM ip2a_guard_audit_part(part);
    made := made + 1;
  END LOOP;
  RETURN made;
END $$;

CREATE FUNCTION ip2a_guard_audit_part(part text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER ip2a_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON public.%I
    FOR EACH STATEMENT EXECUTE FUNCTION public.ip2a_refuse_change()', part);
END $$;

CREATE TABLE ip2a_auditentry_other PARTITION OF ip2a_auditentry DEFAULT;
SELECT ip2a_guard_audit_part('ip2a_auditentry_other');
SELECT ip2a_make_audit_partitions(3);
REVOKE ALL ON FUNCTION ip2a_guard_audit_part(text) FROM PUBLIC;
"""

TRIGGER = """
CREATE FUNCTION ip2a_audit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  context jsonb := coalesce(nullif(current_setting('ip2a.context', true), ''), '{}')::jsonb;
  hidden text[] := string_to_array(TG_ARGV[1], ',');
  derived text[] := string_to_array(TG_ARGV[2], ',');
  was jsonb;
  is_now jsonb;
  columns text[];
  whole jsonb;
BEGIN
  IF TG_OP = 'INSERT' THEN
    is_now := to_jsonb(NEW);
    whole := is_now;
    is_now := is_now - hidden - derived;
  ELSIF TG_OP = 'DELETE' THEN
    was := to_jsonb(OLD);
    whole := was;
    was := was - hidden - derived;
  ELSE
    was := to_jsonb(OLD);
    whole := to_jsonb(NEW);
    SELECT array_agg(key ORDER BY key), jsonb_object_agg(key, was -> key), jsonb_object_agg(key, value)
      INTO columns, was, is_now
      FROM jsonb_each(whole)
      WHERE value IS DISTINCT FROM was -> key AND key NOT IN ('updated_at', 'version') AND key <> ALL (derived);
    IF columns IS NULL THEN
      RETURN NULL;
    END IF;
    was := was - hidden;
    is_now := is_now - hidden;
  END IF;
  INSERT INTO ip2a_auditentry (table_name, record_id, action, old, new, changed, actor_id, actor_name, ip, user_agent,
                               path, command, reason, batch, compartment)
  VALUES (TG_TABLE_NAME, (whole ->> 'id')::bigint, lower(TG_OP), was, is_now, columns,
          (context ->> 'actor_id')::bigint,
          coalesce(context ->> 'actor_name', CASE WHEN context ? 'command' THEN '' ELSE session_user::text END),
          (context ->> 'ip')::inet, coalesce(context ->> 'user_agent', ''), coalesce(context ->> 'path', ''),
          coalesce(context ->> 'command', ''), coalesce(context ->> 'reason', ''), (context ->> 'batch')::bigint,
          coalesce(nullif(TG_ARGV[0], ''), whole ->> 'compartment', ''));
  RETURN NULL;
END $$;
COMMENT ON FUNCTION ip2a_audit() IS 'Arguments: the compartment of the table, its columns whose values are never written down, its generated columns.';
"""

DROP = """
DROP FUNCTION ip2a_audit() CASCADE;
DROP TABLE ip2a_auditentry;
DROP SEQUENCE ip2a_batch_seq;
DROP FUNCTION ip2a_make_audit_partitions(integer);
DROP FUNCTION ip2a_guard_audit_part(text);
DROP FUNCTION ip2a_refuse_change() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("ip2a", "0001_accounts_and_functions")]
    operations = [migrations.RunSQL([TABLE, REFUSE, PARTITIONS, TRIGGER], DROP)]
