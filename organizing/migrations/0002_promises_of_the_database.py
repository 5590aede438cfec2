"""What no statement gets past: no day of tomorrow, one campaign for all that hangs together, lists that stay."""

from django.db import migrations

# A day has come when it has begun somewhere on earth: the exact day of the local is asked by the form.
DAYS = """
CREATE FUNCTION organizing_not_in_future() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF (to_jsonb(NEW) ->> TG_ARGV[0])::date > (now() AT TIME ZONE 'Etc/GMT-14')::date THEN
    RAISE EXCEPTION 'That day lies in the future.' USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[1];
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER organizing_not_in_future BEFORE INSERT OR UPDATE OF activity_date ON organizing_saltingactivity
  FOR EACH ROW EXECUTE FUNCTION organizing_not_in_future('activity_date', 'activity_not_in_future');
CREATE TRIGGER organizing_not_in_future BEFORE INSERT ON organizing_employerscore
  FOR EACH ROW EXECUTE FUNCTION organizing_not_in_future('on', 'employer_score_not_in_future');
CREATE TRIGGER organizing_not_in_future BEFORE INSERT OR UPDATE OF as_of ON organizing_unitlist
  FOR EACH ROW EXECUTE FUNCTION organizing_not_in_future('as_of', 'unit_list_not_in_future');
CREATE TRIGGER organizing_not_in_future BEFORE INSERT ON organizing_assessment
  FOR EACH ROW EXECUTE FUNCTION organizing_not_in_future('on', 'assessment_not_in_future');
CREATE TRIGGER organizing_not_in_future BEFORE INSERT ON organizing_contactnote
  FOR EACH ROW EXECUTE FUNCTION organizing_not_in_future('on', 'contact_not_in_future');
CREATE TRIGGER organizing_not_in_future BEFORE INSERT OR UPDATE OF signed_on ON organizing_authorizationcard
  FOR EACH ROW EXECUTE FUNCTION organizing_not_in_future('signed_on', 'card_not_in_future');
CREATE TRIGGER organizing_not_in_future_received BEFORE INSERT OR UPDATE OF received_on ON organizing_authorizationcard
  FOR EACH ROW EXECUTE FUNCTION organizing_not_in_future('received_on', 'card_received_not_in_future');
CREATE TRIGGER organizing_not_in_future BEFORE INSERT ON organizing_cardcustody
  FOR EACH ROW EXECUTE FUNCTION organizing_not_in_future('on', 'custody_not_in_future');
CREATE TRIGGER organizing_not_in_future BEFORE INSERT OR UPDATE OF known_on ON organizing_unfairpractice
  FOR EACH ROW EXECUTE FUNCTION organizing_not_in_future('known_on', 'unfair_not_in_future');
"""

# Rows below a worker, a list or a card carry its campaign, so that the wall needs no other table.
CAMPAIGNS = """
CREATE FUNCTION organizing_same_campaign() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  parent bigint;
BEGIN
  EXECUTE format('SELECT campaign_id FROM %I WHERE id = $1', TG_ARGV[0])
    INTO parent USING (to_jsonb(NEW) ->> TG_ARGV[1])::bigint;
  IF NEW.campaign_id IS NULL THEN
    NEW.campaign_id := parent;
  ELSIF parent IS DISTINCT FROM NEW.campaign_id THEN
    RAISE EXCEPTION 'What hangs together belongs to one campaign.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'one_campaign';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER organizing_a_same_campaign BEFORE INSERT OR UPDATE OF campaign_id, unit_list_id
  ON organizing_unitlistentry
  FOR EACH ROW EXECUTE FUNCTION organizing_same_campaign('organizing_unitlist', 'unit_list_id');
CREATE TRIGGER organizing_b_same_campaign BEFORE INSERT OR UPDATE OF campaign_id, worker_id ON organizing_unitlistentry
  FOR EACH ROW EXECUTE FUNCTION organizing_same_campaign('organizing_worker', 'worker_id');
CREATE TRIGGER organizing_same_campaign BEFORE INSERT ON organizing_assessment
  FOR EACH ROW EXECUTE FUNCTION organizing_same_campaign('organizing_worker', 'worker_id');
CREATE TRIGGER organizing_same_campaign BEFORE INSERT ON organizing_contactnote
  FOR EACH ROW EXECUTE FUNCTION organizing_same_campaign('organizing_worker', 'worker_id');
CREATE TRIGGER organizing_a_same_campaign BEFORE INSERT OR UPDATE OF campaign_id, worker_id
  ON organizing_authorizationcard
  FOR EACH ROW EXECUTE FUNCTION organizing_same_campaign('organizing_worker', 'worker_id');
CREATE TRIGGER organizing_same_campaign BEFORE INSERT ON organizing_cardcustody
  FOR EACH ROW EXECUTE FUNCTION organizing_same_campaign('organizing_authorizationcard', 'card_id');

CREATE FUNCTION organizing_campaign_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'It stays with its campaign.' USING ERRCODE = 'check_violation', CONSTRAINT = 'campaign_stays';
END $$;
CREATE TRIGGER organizing_campaign_stays BEFORE UPDATE ON organizing_worker FOR EACH ROW
  WHEN (OLD.campaign_id <> NEW.campaign_id) EXECUTE FUNCTION organizing_campaign_stays();
CREATE TRIGGER organizing_campaign_stays BEFORE UPDATE ON organizing_unitlist FOR EACH ROW
  WHEN (OLD.campaign_id <> NEW.campaign_id) EXECUTE FUNCTION organizing_campaign_stays();
CREATE TRIGGER organizing_campaign_stays BEFORE UPDATE ON organizing_authorizationcard FOR EACH ROW
  WHEN (OLD.campaign_id <> NEW.campaign_id OR OLD.worker_id <> NEW.worker_id)
  EXECUTE FUNCTION organizing_campaign_stays();
CREATE TRIGGER organizing_campaign_stays BEFORE UPDATE ON organizing_unfairpractice FOR EACH ROW
  WHEN (OLD.campaign_id <> NEW.campaign_id) EXECUTE FUNCTION organizing_campaign_stays();
"""

LISTS = """
CREATE FUNCTION organizing_list_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'The list was used, so it stays as it is. Add another list.'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_list_frozen';
END $$;
CREATE TRIGGER organizing_list_stays BEFORE UPDATE ON organizing_unitlist FOR EACH ROW
  WHEN (OLD.frozen_at IS NOT NULL AND (OLD.as_of, OLD.source, OLD.stated_size, OLD.frozen_at)
        IS DISTINCT FROM (NEW.as_of, NEW.source, NEW.stated_size, NEW.frozen_at))
  EXECUTE FUNCTION organizing_list_stays();
CREATE TRIGGER organizing_list_stays_there BEFORE DELETE ON organizing_unitlist FOR EACH ROW
  WHEN (OLD.frozen_at IS NOT NULL) EXECUTE FUNCTION organizing_list_stays();

CREATE FUNCTION organizing_entry_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  entry organizing_unitlistentry := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
  IF EXISTS (SELECT FROM organizing_unitlist WHERE id IN (entry.unit_list_id, OLD.unit_list_id)
             AND frozen_at IS NOT NULL) THEN
    RAISE EXCEPTION 'The list was used, so it stays as it is. Add another list.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_list_frozen';
  END IF;
  RETURN entry;
END $$;
CREATE TRIGGER organizing_entry_stays BEFORE INSERT OR UPDATE OR DELETE ON organizing_unitlistentry
  FOR EACH ROW EXECUTE FUNCTION organizing_entry_stays();
"""

CARDS = """
CREATE FUNCTION organizing_card_within_campaign() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.signed_on < (SELECT opened_on FROM organizing_campaign WHERE id = NEW.campaign_id) THEN
    RAISE EXCEPTION 'The card is dated before the campaign opened.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'card_within_campaign';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER organizing_card_within_campaign BEFORE INSERT OR UPDATE OF signed_on ON organizing_authorizationcard
  FOR EACH ROW EXECUTE FUNCTION organizing_card_within_campaign();

CREATE FUNCTION organizing_campaign_before_cards() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM organizing_authorizationcard WHERE campaign_id = NEW.id AND signed_on < NEW.opened_on) THEN
    RAISE EXCEPTION 'Cards of the campaign are dated before that day.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'campaign_opens_before_its_cards';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER organizing_campaign_before_cards BEFORE UPDATE ON organizing_campaign FOR EACH ROW
  WHEN (NEW.opened_on > OLD.opened_on) EXECUTE FUNCTION organizing_campaign_before_cards();
"""

# What the wall chart sorts by. As the owner: these columns follow from others, whoever wrote those.
STANDING = """
CREATE FUNCTION organizing_worker_standing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE organizing_worker w SET standing = newest.value, standing_on = newest."on"
  FROM (SELECT DISTINCT ON (a.worker_id) a.worker_id, a.value, a."on" FROM organizing_assessment a
        WHERE a.worker_id IN (SELECT worker_id FROM touched) ORDER BY a.worker_id, a."on" DESC, a.id DESC) newest
  WHERE w.id = newest.worker_id AND (w.standing, w.standing_on) IS DISTINCT FROM (newest.value, newest."on");
  RETURN NULL;
END $$;
CREATE TRIGGER organizing_worker_standing AFTER INSERT ON organizing_assessment REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION organizing_worker_standing();

CREATE FUNCTION organizing_assessment_in_turn() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM FROM organizing_worker WHERE id = NEW.worker_id FOR NO KEY UPDATE;
  RETURN NEW;
END $$;
CREATE TRIGGER organizing_in_turn BEFORE INSERT ON organizing_assessment
  FOR EACH ROW EXECUTE FUNCTION organizing_assessment_in_turn();
CREATE TRIGGER organizing_in_turn BEFORE INSERT ON organizing_contactnote
  FOR EACH ROW EXECUTE FUNCTION organizing_assessment_in_turn();

CREATE FUNCTION organizing_worker_contact() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE organizing_worker w SET last_contact_on = newest.day
  FROM (SELECT worker_id, max("on") AS day FROM touched WHERE was_reached GROUP BY worker_id) newest
  WHERE w.id = newest.worker_id AND coalesce(w.last_contact_on < newest.day, true);
  RETURN NULL;
END $$;
CREATE TRIGGER organizing_worker_contact AFTER INSERT ON organizing_contactnote REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION organizing_worker_contact();
"""

# An opening by an officer is over when it is over: nobody makes it longer, and only its end is written.
GLASS = """
CREATE FUNCTION organizing_glass_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'Of an opening only its end is written.'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'break_glass_stays';
END $$;
CREATE TRIGGER organizing_glass_stays BEFORE UPDATE ON organizing_breakglass FOR EACH ROW
  WHEN ((OLD.officer_id, OLD.reason, OLD.opened_at, OLD.expires_at)
        IS DISTINCT FROM (NEW.officer_id, NEW.reason, NEW.opened_at, NEW.expires_at) OR OLD.ended_at IS NOT NULL)
  EXECUTE FUNCTION organizing_glass_stays();
"""

# All that the office learns of a salt: a day. As the owner, because the agreement does not exist for the office.
EXEMPT = """
CREATE FUNCTION members_exempt_until(member bigint) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
RETURN (SELECT max(exempt_until) FROM organizing_saltingagreement
        WHERE member_id = member AND starts_on <= current_date AND ended_on IS NULL AND exempt_until >= current_date);
"""

BACK = """
DROP FUNCTION organizing_not_in_future() CASCADE;
DROP FUNCTION organizing_same_campaign() CASCADE;
DROP FUNCTION organizing_campaign_stays() CASCADE;
DROP FUNCTION organizing_list_stays() CASCADE;
DROP FUNCTION organizing_entry_stays() CASCADE;
DROP FUNCTION organizing_card_within_campaign() CASCADE;
DROP FUNCTION organizing_campaign_before_cards() CASCADE;
DROP FUNCTION organizing_worker_standing() CASCADE;
DROP FUNCTION organizing_assessment_in_turn() CASCADE;
DROP FUNCTION organizing_worker_contact() CASCADE;
DROP FUNCTION organizing_glass_stays() CASCADE;
DROP FUNCTION members_exempt_until(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("organizing", "0001_campaigns_cards_and_salts")]

    operations = [migrations.RunSQL([DAYS, CAMPAIGNS, LISTS, CARDS, STANDING, GLASS, EXEMPT], BACK)]
