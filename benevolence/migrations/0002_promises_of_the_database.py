"""What no statement of the application's role gets past: moves of a case, adopted policies, the order of decisions,
and the books of the fund."""

from django.db import migrations

APPLICATION = """
CREATE FUNCTION benevolence_application_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.status <> OLD.status AND NOT (OLD.status || '>' || NEW.status = ANY (ARRAY[
      'draft>submitted', 'submitted>under_review', 'submitted>approved', 'submitted>denied', 'submitted>draft',
      'under_review>approved', 'under_review>denied', 'under_review>draft', 'approved>paid', 'approved>draft',
      'paid>approved', 'paid>denied'])) THEN
    RAISE EXCEPTION 'An application cannot go from % to %.', OLD.status, NEW.status
      USING ERRCODE = 'check_violation', CONSTRAINT = 'application_moves';
  END IF;
  IF OLD.number <> '' AND NEW.number <> OLD.number THEN
    RAISE EXCEPTION 'The number of an application stays.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'application_number_stays';
  END IF;
  IF OLD.status <> 'draft' AND (NEW.amount_requested, NEW.reason, NEW.application_date, NEW.policy_id,
      NEW.required_levels, NEW.attempt, NEW.submitted_at, NEW.is_emergency) IS DISTINCT FROM (OLD.amount_requested,
      OLD.reason, OLD.application_date, OLD.policy_id, OLD.required_levels, OLD.attempt, OLD.submitted_at,
      OLD.is_emergency) THEN
    RAISE EXCEPTION 'What was submitted is not changed. Withdraw the application, then change the draft.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'application_as_submitted';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER benevolence_application_guard BEFORE UPDATE ON benevolence_benevolenceapplication
  FOR EACH ROW EXECUTE FUNCTION benevolence_application_guard();

CREATE FUNCTION benevolence_story_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.description <> OLD.description AND EXISTS (
      SELECT FROM benevolence_benevolenceapplication WHERE id = NEW.application_id AND status <> 'draft') THEN
    RAISE EXCEPTION 'The story was submitted and stays as it is. Add to it by an answer.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'story_as_submitted';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER benevolence_story_guard BEFORE UPDATE ON benevolence_applicationstory
  FOR EACH ROW EXECUTE FUNCTION benevolence_story_guard();

CREATE FUNCTION benevolence_check_case(one bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  a benevolence_benevolenceapplication;
  approved text[];
  least_amount numeric;
  paid numeric;
BEGIN
  SELECT * INTO a FROM benevolence_benevolenceapplication WHERE id = one;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  SELECT coalesce(array_agg(review_level::text), '{}'), min(approved_amount) INTO approved, least_amount
    FROM benevolence_benevolencereview
    WHERE application_id = one AND attempt = a.attempt AND decision = 'approved';
  SELECT coalesce(sum(amount), 0) INTO paid FROM benevolence_ledgerentry WHERE application_id = one;
  IF a.status IN ('approved', 'paid') AND (NOT a.required_levels::text[] <@ approved
      OR a.approved_amount > least_amount) THEN
    RAISE EXCEPTION 'Application % is % without the approvals it needs.', a.number, a.status
      USING ERRCODE = 'check_violation', CONSTRAINT = 'application_has_its_approvals';
  END IF;
  IF a.status = 'denied' AND NOT EXISTS (SELECT FROM benevolence_benevolencereview
      WHERE application_id = one AND attempt = a.attempt AND decision = 'denied')
      AND NOT EXISTS (SELECT FROM benevolence_bar WHERE application_id = one) THEN
    RAISE EXCEPTION 'Application % is denied without a decision.', a.number
      USING ERRCODE = 'check_violation', CONSTRAINT = 'application_denied_by_somebody';
  END IF;
  IF a.status IN ('submitted', 'under_review') AND a.current_level IS DISTINCT FROM (
      SELECT level FROM unnest(a.required_levels) WITH ORDINALITY AS t(level, place)
      WHERE NOT level::text = ANY (approved) ORDER BY place LIMIT 1) THEN
    RAISE EXCEPTION 'Application % does not lie with the level whose turn it is.', a.number
      USING ERRCODE = 'check_violation', CONSTRAINT = 'application_levels_in_order';
  END IF;
  IF paid <> (CASE WHEN a.status = 'paid' THEN -a.approved_amount ELSE 0 END) THEN
    RAISE EXCEPTION 'Application % and the books of the fund do not agree.', a.number
      USING ERRCODE = 'check_violation', CONSTRAINT = 'application_agrees_with_ledger';
  END IF;
END $$;

CREATE FUNCTION benevolence_application_whole() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM benevolence_check_case(NEW.id);
  RETURN NULL;
END $$;
CREATE FUNCTION benevolence_child_whole() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.application_id IS NOT NULL THEN
    PERFORM benevolence_check_case(NEW.application_id);
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER benevolence_added_whole AFTER INSERT ON benevolence_benevolenceapplication
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status <> 'draft')
  EXECUTE FUNCTION benevolence_application_whole();
CREATE CONSTRAINT TRIGGER benevolence_changed_whole AFTER UPDATE ON benevolence_benevolenceapplication
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN ((OLD.status, OLD.approved_amount, OLD.current_level) IS DISTINCT FROM
        (NEW.status, NEW.approved_amount, NEW.current_level))
  EXECUTE FUNCTION benevolence_application_whole();
CREATE CONSTRAINT TRIGGER benevolence_whole AFTER INSERT ON benevolence_benevolencereview
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION benevolence_child_whole();
CREATE CONSTRAINT TRIGGER benevolence_whole AFTER INSERT ON benevolence_ledgerentry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION benevolence_child_whole();
"""

REVIEW = """
CREATE FUNCTION benevolence_review_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  a benevolence_benevolenceapplication;
  ceiling numeric;
BEGIN
  SELECT * INTO a FROM benevolence_benevolenceapplication WHERE id = NEW.application_id FOR NO KEY UPDATE;
  IF a.status NOT IN ('submitted', 'under_review') OR a.waiting_since IS NOT NULL OR a.deferred_until IS NOT NULL
      OR (a.attempt, a.round, a.current_level::text) IS DISTINCT FROM (NEW.attempt, NEW.round, NEW.review_level::text)
  THEN
    RAISE EXCEPTION 'This application does not await a decision of this level now.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'review_in_order';
  END IF;
  IF EXISTS (SELECT FROM benevolence_recusal
      WHERE application_id = a.id AND person_id = NEW.reviewer_id AND is_recused)
      OR EXISTS (SELECT FROM members_member WHERE id = a.member_id AND user_id = NEW.reviewer_id) THEN
    RAISE EXCEPTION 'Who stepped aside, or asks for money, does not decide.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'review_by_somebody_free';
  END IF;
  SELECT least(a.amount_requested, min(approved_amount)) INTO ceiling FROM benevolence_benevolencereview
    WHERE application_id = a.id AND attempt = a.attempt;
  IF NEW.approved_amount > ceiling THEN
    RAISE EXCEPTION 'More cannot be approved than was asked for or than an earlier level approved.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'review_amount_within';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER benevolence_review_guard BEFORE INSERT ON benevolence_benevolencereview
  FOR EACH ROW EXECUTE FUNCTION benevolence_review_guard();
"""

POLICY = """
CREATE FUNCTION benevolence_policy_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  movable text[] := ARRAY['effective_until', 'adopted_at', 'adopted_by_id', 'version', 'updated_at'];
  used boolean;
BEGIN
  IF OLD.adopted_at IS NULL THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  used := EXISTS (SELECT FROM benevolence_benevolenceapplication WHERE policy_id = OLD.id);
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'A policy that was adopted is kept.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'policy_as_adopted';
  END IF;
  IF to_jsonb(NEW) - movable IS DISTINCT FROM to_jsonb(OLD) - movable OR (NEW.adopted_at IS NULL AND used)
      OR EXISTS (SELECT FROM benevolence_submission
                 WHERE policy_id = OLD.id AND submitted_on > NEW.effective_until) THEN
    RAISE EXCEPTION 'A policy that was adopted stays as it is. Make a new version of it.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'policy_as_adopted';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER benevolence_policy_guard BEFORE UPDATE OR DELETE ON benevolence_policy
  FOR EACH ROW EXECUTE FUNCTION benevolence_policy_guard();

CREATE FUNCTION benevolence_policy_part_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM benevolence_policy WHERE adopted_at IS NOT NULL
      AND id IN (coalesce(NEW.policy_id, OLD.policy_id), coalesce(OLD.policy_id, NEW.policy_id))) THEN
    RAISE EXCEPTION 'A policy that was adopted stays as it is. Make a new version of it.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'policy_as_adopted';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER benevolence_policy_guard BEFORE INSERT OR UPDATE OR DELETE ON benevolence_policylevel
  FOR EACH ROW EXECUTE FUNCTION benevolence_policy_part_guard();
CREATE TRIGGER benevolence_policy_guard BEFORE INSERT OR UPDATE OR DELETE ON benevolence_policyreasoncap
  FOR EACH ROW EXECUTE FUNCTION benevolence_policy_part_guard();
"""

# An entry in the past moves every later balance, so the lowest balance from its day on is what counts.
LEDGER = """
CREATE FUNCTION benevolence_lowest_balance(one bigint, since date) RETURNS numeric
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
  WITH before AS (
    SELECT coalesce(sum(amount), 0) AS balance FROM benevolence_ledgerentry WHERE fund_id = one AND entry_date <= since
  ), days AS (
    SELECT entry_date, sum(amount) AS change FROM benevolence_ledgerentry
    WHERE fund_id = one AND entry_date > since GROUP BY entry_date
  ), later AS (SELECT sum(change) OVER (ORDER BY entry_date) AS moved FROM days)
  SELECT balance + least(0, (SELECT min(moved) FROM later)) FROM before
$$;

CREATE FUNCTION benevolence_ledger_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  is_main boolean;
  lowest_allowed numeric;
BEGIN
  SELECT is_default INTO is_main FROM benevolence_fund WHERE id = NEW.fund_id FOR NO KEY UPDATE;
  IF NEW.kind = 'payment' AND NOT EXISTS (SELECT FROM benevolence_benevolenceapplication
      WHERE id = NEW.application_id AND status = 'approved' AND approved_amount = -NEW.amount AND is_main) THEN
    RAISE EXCEPTION 'Only an approved application is paid, with the amount that was approved.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_pays_what_was_approved';
  END IF;
  IF NEW.kind = 'void' AND NOT EXISTS (SELECT FROM benevolence_ledgerentry
      WHERE id = NEW.counter_entry_id AND kind = 'payment' AND fund_id = NEW.fund_id AND amount = -NEW.amount
      AND application_id = NEW.application_id AND entry_date <= NEW.entry_date) THEN
    RAISE EXCEPTION 'A void gives back the whole of one earlier payment of the same application.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_voids_a_payment';
  END IF;
  IF NEW.amount < 0 THEN
    SELECT fund_floor INTO lowest_allowed FROM benevolence_policy
      WHERE adopted_at IS NOT NULL AND effective_from <= NEW.entry_date
      AND coalesce(effective_until, 'infinity') >= NEW.entry_date;
    IF benevolence_lowest_balance(NEW.fund_id, NEW.entry_date) + NEW.amount < coalesce(lowest_allowed, 0) THEN
      RAISE EXCEPTION 'The fund would fall below its floor.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_above_floor';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER benevolence_ledger_guard BEFORE INSERT ON benevolence_ledgerentry
  FOR EACH ROW EXECUTE FUNCTION benevolence_ledger_guard();
"""

BACK = """
DROP FUNCTION benevolence_application_guard() CASCADE;
DROP FUNCTION benevolence_story_guard() CASCADE;
DROP FUNCTION benevolence_application_whole() CASCADE;
DROP FUNCTION benevolence_child_whole() CASCADE;
DROP FUNCTION benevolence_check_case(bigint) CASCADE;
DROP FUNCTION benevolence_review_guard() CASCADE;
DROP FUNCTION benevolence_policy_guard() CASCADE;
DROP FUNCTION benevolence_policy_part_guard() CASCADE;
DROP FUNCTION benevolence_ledger_guard() CASCADE;
DROP FUNCTION benevolence_lowest_balance(bigint, date) CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("benevolence", "0001_applications_policy_and_fund")]

    operations = [migrations.RunSQL([APPLICATION, REVIEW, POLICY, LEDGER], BACK)]
