"""Whose campaigns these are, asked by the walls: named people, and officers who broke the glass.

All as the owner: the tables they look into stand behind the walls themselves.
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION organizing_glass_open(who bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM organizing_breakglass g JOIN ip2a_user u ON u.id = g.officer_id
    WHERE g.officer_id = who AND g.ended_at IS NULL AND g.opened_at <= clock_timestamp()
      AND g.expires_at > clock_timestamp() AND u.is_active
      AND EXISTS (SELECT FROM ip2a_user_groups ug JOIN auth_group_permissions gp ON gp.group_id = ug.group_id
        JOIN auth_permission p ON p.id = gp.permission_id JOIN django_content_type t ON t.id = p.content_type_id
        WHERE ug.user_id = who AND t.app_label = 'organizing' AND p.codename = 'oversee'))
$$;

CREATE FUNCTION organizing_campaigns_of(who bigint, to_write boolean) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce(array_agg(a.campaign_id), '{}')
  FROM organizing_campaignaccess a JOIN ip2a_user u ON u.id = a.person_id
  WHERE a.person_id = who AND u.is_active AND a.granted_at IS NOT NULL AND a.ended_at IS NULL
    AND a.starts_at <= clock_timestamp() AND (a.until_at IS NULL OR a.until_at > clock_timestamp())
    AND (a.may_write OR NOT to_write)
$$;

CREATE FUNCTION organizing_campaigns() RETURNS bigint[] LANGUAGE sql STABLE AS $$
  SELECT organizing_campaigns_of((nullif(current_setting('ip2a.context', true), '')::jsonb ->> 'actor_id')::bigint,
                                 false)
$$;
CREATE FUNCTION organizing_campaigns_to_work_in() RETURNS bigint[] LANGUAGE sql STABLE AS $$
  SELECT organizing_campaigns_of((nullif(current_setting('ip2a.context', true), '')::jsonb ->> 'actor_id')::bigint,
                                 true)
$$;

CREATE FUNCTION organizing_lent(who bigint) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT CASE WHEN organizing_glass_open(who) THEN '{glass}' ELSE '{}' END::text[]
    || CASE WHEN organizing_campaigns_of(who, false) <> '{}' THEN '{named}' ELSE '{}' END::text[]
    || CASE WHEN organizing_campaigns_of(who, true) <> '{}' THEN '{writing}' ELSE '{}' END::text[]
$$;

CREATE FUNCTION organizing_document_open(kind integer, number bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  mine bigint[] := organizing_campaigns();
  model text;
BEGIN
  IF mine = '{}' THEN
    RETURN false;
  END IF;
  SELECT t.model INTO model FROM django_content_type t WHERE t.id = kind AND t.app_label = 'organizing';
  RETURN CASE model
    WHEN 'campaign' THEN number = ANY (mine)
    WHEN 'unitlist' THEN EXISTS (SELECT FROM organizing_unitlist WHERE id = number AND campaign_id = ANY (mine))
    WHEN 'worker' THEN EXISTS (SELECT FROM organizing_worker WHERE id = number AND campaign_id = ANY (mine))
    WHEN 'authorizationcard' THEN
      EXISTS (SELECT FROM organizing_authorizationcard WHERE id = number AND campaign_id = ANY (mine))
    WHEN 'unfairpractice' THEN
      EXISTS (SELECT FROM organizing_unfairpractice WHERE id = number AND campaign_id = ANY (mine))
    ELSE false END;
END $$;
"""

BACK = """
DROP FUNCTION organizing_document_open(integer, bigint) CASCADE;
DROP FUNCTION organizing_lent(bigint);
DROP FUNCTION organizing_campaigns_to_work_in() CASCADE;
DROP FUNCTION organizing_campaigns() CASCADE;
DROP FUNCTION organizing_campaigns_of(bigint, boolean);
DROP FUNCTION organizing_glass_open(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("organizing", "0005_access_by_the_hour")]

    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
