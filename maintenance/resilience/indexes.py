"""Indexes that nobody uses, that are missing or that do not hold, and tables that waste their room."""

from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from ip2a.words import counted
from maintenance import thresholds
from maintenance.backups.telling import size
from maintenance.resilience import limits
from maintenance.resilience.models import Level, ReportState, ResilienceReport
from maintenance.resilience.parts import Asked, Part

MEGABYTE = 1 << 20
INVALID = """
SELECT c.relname, t.relname FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
WHERE NOT (i.indisvalid AND i.indisready) AND t.relnamespace = 'public'::regnamespace ORDER BY 1
"""
# Those that hold a constraint are used by being there.
UNUSED = """
SELECT s.indexrelname, s.relname, pg_relation_size(s.indexrelid) FROM pg_stat_user_indexes s
JOIN pg_index i ON i.indexrelid = s.indexrelid
WHERE s.idx_scan = 0 AND NOT i.indisunique AND NOT i.indisprimary AND s.schemaname = 'public'
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = s.indexrelid)
  AND pg_relation_size(s.indexrelid) >= %s ORDER BY 3 DESC
"""
KEYS = """
SELECT t.relname, array_to_string(ARRAY(SELECT attname FROM pg_attribute a
    WHERE a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)), ', '), greatest(t.reltuples, s.n_live_tup, 0)
FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid LEFT JOIN pg_stat_user_tables s ON s.relid = t.oid
WHERE c.contype = 'f' AND t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace
  AND greatest(t.reltuples, s.n_live_tup) >= %s
  AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indisvalid
    AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)
ORDER BY 3 DESC, 1
"""
READ_WHOLE = """
SELECT relname, seq_scan, seq_tup_read / seq_scan, coalesce(idx_scan, 0) FROM pg_stat_user_tables
WHERE schemaname = 'public' AND seq_scan > 50 AND n_live_tup >= %s AND seq_tup_read / seq_scan >= %s
  AND seq_scan > coalesce(idx_scan, 0) ORDER BY seq_tup_read DESC LIMIT 10
"""
# What the rows should take by their average width, against what they take: an estimate from the planner's statistics.
WASTE = """
SELECT relname, bytes, greatest(0, 100 * (1 - least(1, needed / relpages))) FROM (
  SELECT c.relname, c.relpages, pg_relation_size(c.oid) AS bytes,
    c.reltuples * (28 + sum(s.avg_width * (1 - s.null_frac)) + 4) / 8168 + 1 AS needed
  FROM pg_class c JOIN pg_stats s ON s.tablename = c.relname AND s.schemaname = 'public'
  WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relpages > 0 AND c.reltuples >= 0
    AND pg_relation_size(c.oid) >= %s GROUP BY c.oid, c.relname, c.relpages, c.reltuples) AS t ORDER BY 3 DESC
"""
EXACT = """
SELECT c.relname, pg_relation_size(c.oid), w.approx_free_percent + w.dead_tuple_percent
FROM pg_class c CROSS JOIN LATERAL pgstattuple_approx(c.oid) AS w
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND pg_relation_size(c.oid) >= %s ORDER BY 3 DESC
"""


def ask(query: str, *values: Any) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def indexes(asked: Asked) -> Part:
    part = Part("indexes", "Indexes", columns=["Index or column", "Table", "What"])
    numbers = {name: int(value) for name, value in thresholds.values(limits.BIG_TABLE, limits.UNUSED_MB).items()}
    for name, table in ask(INVALID):
        part.say(Level.ACT, f"The index {name} of {table} does not hold. Rebuild it: REINDEX INDEX {name}.")
        part.rows.append([name, table, "Does not hold"])
    missing = ask(KEYS, numbers[limits.BIG_TABLE])
    for table, columns, rows in missing:
        part.say(Level.WARN, f"{table}.{columns} leads to another table and has no index, at {int(rows):,} rows.")
        part.rows.append([columns, table, "Leads elsewhere without an index"])
    for table, scans, rows, _ in ask(READ_WHOLE, numbers[limits.BIG_TABLE], numbers[limits.BIG_TABLE]):
        what = f"Read from end to end {scans:,} times, {rows:,} rows each: an index may be missing"
        part.rows.append(["", table, what])
    _unused(part, numbers[limits.UNUSED_MB])
    part.measure("indexes.missing", len(missing))
    return part


def _unused(part: Part, megabytes: int) -> None:
    days = int(thresholds.value(limits.UNUSED_DAYS))
    since = counted_since()
    if since is None or since > timezone.now() - timedelta(days=days):
        part.say(Level.WELL, f"Which indexes nobody uses can be told after {days} days of counting.")
        return
    found = ask(UNUSED, megabytes * MEGABYTE)
    for name, table, room in found:
        part.rows.append([name, table, f"Not used for {days} days; takes {size(room)}"])
    if found:
        room = sum(row[2] for row in found)
        text = counted(len(found), "1 index ({}) was", "{count} indexes ({{}}) were").format(size(room))
        text = f"{text} not used for {days} days. Each slows every change."
        part.say(Level.WARN, text)
    part.measure("indexes.unused", len(found))


def counted_since() -> datetime | None:
    """Since when the database counts uses: its last reset, or, never reset, our first report."""
    reset = ask("SELECT stats_reset FROM pg_stat_database WHERE datname = current_database()")[0][0]
    first = ResilienceReport.objects.filter(state=ReportState.DONE).order_by("started_at").first()
    return reset or (first.started_at if first else None)


def bloat(asked: Asked) -> Part:
    part = Part("bloat", "Wasted room in tables", columns=["Table", "Size", "Wasted", "How known"])
    numbers = thresholds.values(limits.BLOAT, limits.BLOAT_MB)
    rows, how = wasted(int(numbers[limits.BLOAT_MB]) * MEGABYTE)
    for table, room, share in rows:
        part.measure("bloat.share", share, table)
        part.rows.append([table, size(room), f"{share:.0f} %", how])
        if share >= numbers[limits.BLOAT]:
            part.say(Level.WARN, f"{table} wastes about {share:.0f} % of {size(room)} ({how}). VACUUM FULL, by night.")
    return part


def wasted(least: int) -> tuple[list[tuple[str, int, float]], str]:
    """Measured where pgstattuple is there and we may use it, otherwise estimated."""
    if ask("SELECT 1 FROM pg_extension WHERE extname = 'pgstattuple'"):
        try:
            with transaction.atomic():
                return [(t, room, float(share)) for t, room, share in ask(EXACT, least)], "measured"
        except DatabaseError:
            pass  # its functions are for roles that may read every table; the estimate is for all
    return [(t, room, float(share)) for t, room, share in ask(WASTE, least)], "estimated"
