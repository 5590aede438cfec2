"""Cases by SQL: a local's files of ten years, with their events, limits, records, requests and decisions.

What the verbs would write, without the verbs: the latest fifteen in a hundred run, the others ended in every way.
"""

import psycopg

MEMBERS, EMPLOYERS = 10_000, 700

EMPLOYED = """
INSERT INTO members_organization (id, name, org_type, address, city, state, zip_code, phone, email, website,
  is_signatory, notes)
SELECT i, (ARRAY['Cascade', 'Harbor', 'Summit', 'Volt', 'Beacon', 'Granite'])[1 + i %% 6] || ' Electric ' || i,
  'employer', '', 'Tacoma', 'WA', '98401', '', '', '', true, '' FROM generate_series(1, %(employers)s) AS i
"""
JOINED = """
INSERT INTO members_member (id, member_number, first_name, middle_name, last_name, address, city, state, zip_code,
  phone, email, hire_date, status, classification, notes)
SELECT i, (7400000 + i)::text, (ARRAY['Rosa', 'Dana', 'John', 'Ana', 'Kim', 'Lee'])[1 + i %% 6], '',
  (ARRAY['Lima', 'Smith', 'Okafor', 'Reyes', 'Novak', 'Hill', 'Park'])[1 + i %% 7] || ' ' || i, '', 'Tacoma', 'WA',
  '98401', '', '', DATE '2005-01-03', 'active', 'journeyman', '' FROM generate_series(1, %(members)s) AS i
"""

# A table for this connection only: the facts that every other statement takes a case's rows from.
FACTS = """
CREATE TEMP TABLE facts AS
SELECT %(first)s + i AS id, i, running, step, status, filed, filed - 3 AS incident,
  CASE WHEN running THEN NULL ELSE least(filed + 20 + step * 25 + i %% 40, CURRENT_DATE) END AS resolved
FROM (
  SELECT i, i > %(count)s * 0.85 AS running, step,
    CURRENT_DATE - ((%(count)s - i) * 3600 / %(count)s)::int - 45 AS filed,
    CASE WHEN i > %(count)s * 0.85
      THEN CASE WHEN step = 4 THEN 'arbitration' ELSE (ARRAY['open', 'investigation', 'hearing'])[1 + i %% 3] END
      ELSE (ARRAY['settled', 'settled', 'settled', 'settled', 'withdrawn', 'withdrawn', 'closed'])[1 + i %% 7]
      END AS status
  FROM (SELECT i, (ARRAY[1, 1, 1, 1, 1, 2, 2, 2, 3, 4])[1 + i * 7 %% 10] AS step
        FROM generate_series(1, %(count)s) AS i) AS plain
) AS told
"""
CASES = """
INSERT INTO grievances_grievance (id, grievance_number, case_type, member_id, employer_id, agreement_version_id,
  subject_id, contract_article, violation_description, remedy_sought, status, current_step, assigned_rep_id, resolution,
  settlement_amount, has_precedent, incident_date, filed_date, resolution_date, next_due_on, employer_due_on)
SELECT id, 'GR-' || extract(year FROM filed) || '-' || lpad(id::text, 5, '0'), 'individual', 1 + i * 13 %% %(members)s,
  1 + i * 31 %% %(employers)s, %(version)s, (%(subjects)s)[1 + i %% cardinality(%(subjects)s)],
  'Art. ' || 1 + i %% 24 || ' §' || 1 + i %% 5,
  'Passed over for overtime on the ' || i || 'th turn of the list, while two hands with less time were called. '
    || repeat('The steward spoke with the foreman, who saw no violation. ', 6),
  'Pay for the hours lost; post the list weekly.', status,
  CASE step WHEN 4 THEN 'arbitration' ELSE 'step_' || step END,
  CASE WHEN i %% 50 = 0 THEN NULL ELSE (%(reps)s)[1 + i %% cardinality(%(reps)s)] END,
  CASE WHEN running THEN '' ELSE 'Both sides signed.' END,
  CASE WHEN status = 'settled' AND i %% 3 > 0 THEN 100 + i * 37 %% 5000 END,
  CASE WHEN status = 'settled' THEN i %% 2 = 0 END,
  incident, filed, resolved,
  CASE WHEN running AND i %% 3 < 2 THEN CURRENT_DATE + i %% 45 - 8 END,
  CASE WHEN running AND i %% 3 > 0 THEN CURRENT_DATE + i %% 35 - 5 END
FROM facts
"""
RECORDS = """
INSERT INTO grievances_grievancesteprecord (grievance_id, step_number, meeting_date, union_attendees,
  employer_attendees, outcome, notes)
SELECT id, n, filed + n * 20 - 12, 'Dana Reyes, Kim Hill', 'Superintendent',
  CASE WHEN n < step THEN 'advanced' WHEN status = 'settled' THEN 'settled' ELSE '' END, 'Both sides stated their case.'
FROM facts, generate_series(1, step) AS n
"""
EVENTS = """
INSERT INTO grievances_caseevent (grievance_id, kind, happened_on, step_number, limit_key, amount, agreed_by, reason,
  is_void, by_name)
SELECT id, kind, day, number, '', 0, '', '', false, 'Dana Reyes' FROM facts, LATERAL (
  SELECT 'incident' AS kind, incident AS day, 0 AS number UNION ALL SELECT 'filed', filed, 1
  UNION ALL SELECT 'met', filed + n * 20 - 12, n FROM generate_series(1, step) AS n
  UNION ALL SELECT 'answered', filed + n * 20 - 5, n FROM generate_series(1, step - 1) AS n
  UNION ALL SELECT 'denied', filed + n * 20 - 5, n FROM generate_series(1, step - 1) AS n
  UNION ALL SELECT CASE n WHEN 4 THEN 'referred' ELSE 'advanced' END, filed + n * 20 - 20 + i %% 9, n
    FROM generate_series(2, step) AS n
  UNION ALL SELECT 'decided', resolved, step WHERE status = 'closed' AND step = 4
  UNION ALL SELECT status, resolved, step WHERE NOT running
) AS told
"""
LIMITS = """
INSERT INTO grievances_deadline (grievance_id, limit_key, occurrence, step_number, label, side, article, consequence,
  state, starts_on, due_on, is_expected, met_on, sentence, working, superseded_reason)
SELECT id, 'step-' || n || '-' || what, 1, n, 'Step ' || n || ' ' || what, side, 'Art. 5 §2', costs, state,
  filed + n * 20 - 20, due, false, CASE WHEN state IN ('met', 'met_late') THEN due - 1 END, '10 working days',
  %(working)s::jsonb, ''
FROM facts, LATERAL (
  SELECT n, what, side, costs, filed + n * 20 - 6 + (side = 'employer')::int * 7 AS past, n = step AND running AS now
  FROM generate_series(1, step) AS n,
    (VALUES ('appeal', 'union', 'forfeit'), ('meeting', 'both', 'nothing'), ('answer', 'employer', 'advance'))
      AS rules (what, side, costs)
) AS told, LATERAL (
  SELECT CASE WHEN NOT now OR what = 'meeting'
      THEN (ARRAY['met', 'met', 'met', 'met', 'met', 'met', 'met_late', 'missed'])[1 + (i + n) * 5 %% 8]
    WHEN side = 'union' AND i %% 3 < 2 OR side = 'employer' AND i %% 3 > 0 THEN 'open' ELSE 'void' END AS state
) AS stands, LATERAL (
  SELECT CASE WHEN state <> 'open' THEN past WHEN side = 'union' THEN CURRENT_DATE + i %% 45 - 8
    ELSE CURRENT_DATE + i %% 35 - 5 END AS due
) AS days
"""
REQUESTS = """
INSERT INTO grievances_informationrequest (grievance_id, direction, what, asked_of, state, asked_on, due_on,
  answered_on)
SELECT id, CASE WHEN i %% 9 = 0 THEN 'theirs' ELSE 'ours' END, 'Call lists and time sheets of the crew',
  'Human resources', state, filed + 2, filed + 12, CASE WHEN state = 'answered' THEN filed + 5 + i %% 12 END
FROM facts, LATERAL (
  SELECT (ARRAY['answered', 'answered', 'refused', 'open', 'withdrawn'])[1 + i %% 5] AS state
) AS stands
WHERE i %% 3 = 0
"""
DECISIONS = """
WITH made AS (
  INSERT INTO grievances_decision (grievance_id, kind, decided_on, reason, by_name)
  SELECT id, CASE status WHEN 'settled' THEN 'settle' WHEN 'withdrawn' THEN 'withdraw' ELSE 'close' END, resolved,
    'What could be won was won.', 'Dana Reyes' FROM facts WHERE NOT running RETURNING id, decided_on
)
INSERT INTO grievances_notice (decision_id, told_on, told_how, told_whom, note, by_name)
SELECT id, decided_on, 'letter', '', '', 'Dana Reyes' FROM made
"""
COUNTERS = """
INSERT INTO grievances_casenumbers (year, last)
SELECT extract(year FROM filed_date), max(split_part(grievance_number, '-', 3)::int)
FROM grievances_grievance GROUP BY 1
ON CONFLICT (year) DO UPDATE SET last = EXCLUDED.last
"""
SEQUENCES = """
SELECT setval(pg_get_serial_sequence('grievances_grievance', 'id'), (SELECT max(id) FROM grievances_grievance)),
  setval(pg_get_serial_sequence('members_member', 'id'), (SELECT max(id) FROM members_member)),
  setval(pg_get_serial_sequence('members_organization', 'id'), (SELECT max(id) FROM members_organization))
"""
WORKING = '[["2026-03-04", 1, ""], ["2026-03-05", 2, ""], ["2026-03-06", 3, ""], ["2026-03-07", null, "Saturday"]]'


def people(database: psycopg.Connection) -> None:
    """Members and employers, before any case."""
    with database.transaction():
        _run(database, EMPLOYED, {"employers": EMPLOYERS})
        _run(database, JOINED, {"members": MEMBERS})


def fill(
    database: psycopg.Connection, *, first: int, count: int, version: int, subjects: list[int], reps: list[int]
) -> None:
    """Cases ``first + 1`` to ``first + count``. The audit trail is not written: it is measured elsewhere."""
    given = {
        "first": first,
        "count": count,
        "members": MEMBERS,
        "employers": EMPLOYERS,
        "version": version,
        "subjects": subjects,
        "reps": reps,
        "working": WORKING,
    }
    with database.transaction():
        database.execute("SET LOCAL session_replication_role = replica")
        for statement in (FACTS, CASES, RECORDS, EVENTS, LIMITS, REQUESTS, DECISIONS):
            _run(database, statement, given)
        for statement in (COUNTERS, SEQUENCES, "DROP TABLE facts"):
            database.execute(statement)


def _run(database: psycopg.Connection, statement: str, given: dict) -> None:
    psycopg.ClientCursor(database).execute(statement, given)
