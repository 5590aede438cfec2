"""How large the tables are, and where they lead."""

from django.apps import apps
from django.db import connection
from django.utils import timezone

from ip2a.compartments import of_model
from maintenance import thresholds
from maintenance.backups.telling import size
from maintenance.resilience import forecast, history, limits
from maintenance.resilience.parts import Asked, Part

BYTES, ROWS, WHOLE = "growth.bytes", "growth.rows", "database.bytes"
SHOWN = 15
YEAR = 365
# Partitions count as the table they are parts of.
TABLES = """
SELECT coalesce(whole.relname, part.relname), sum(pg_total_relation_size(part.oid)),
  sum(greatest(part.reltuples, coalesce(s.n_live_tup, 0), 0))
FROM pg_class part
LEFT JOIN pg_inherits i ON i.inhrelid = part.oid LEFT JOIN pg_class whole ON whole.oid = i.inhparent
LEFT JOIN pg_stat_user_tables s ON s.relid = part.oid
WHERE part.relkind = 'r' AND part.relnamespace = 'public'::regnamespace GROUP BY 1 ORDER BY 2 DESC
"""


def closed_tables() -> set[str]:
    """Tables of a compartment: how much is in them is told nobody outside."""
    return {model._meta.db_table for model in apps.get_models(include_auto_created=True) if _is_closed(model)}


def _is_closed(model) -> bool:
    if model._meta.auto_created:
        model = model._meta.auto_created
    return bool(of_model(model))


def growth(asked: Asked) -> Part:
    part = Part("growth", "Growth", columns=["Table", "Rows", "Size", "In a month", "In a year"])
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = [(name, int(total), int(rows)) for name, total, rows in cursor.fetchall()]
        cursor.execute("SELECT pg_database_size(current_database())")
        whole = cursor.fetchone()[0]
    least, hidden = int(thresholds.value(limits.FORECAST_POINTS)), closed_tables()
    past = history.of(BYTES)
    line = _line(history.of(WHOLE).get("", []), whole, least)
    part.rows.append(["Whole database", None, size(whole), *_ahead(line)])
    shown = [table for table in tables if table[0] not in hidden]
    for name, total, rows in shown[:SHOWN]:
        part.rows.append([name, rows, size(total), *_ahead(_line(past.get(name, []), total, least))])
    for name, total, rows in shown:
        part.measure(BYTES, total, name)
        part.measure(ROWS, rows, name)
    part.measure(WHOLE, whole)
    return part


def _line(points: list, value: float, least: int) -> forecast.Trend | None:
    now = timezone.localtime()
    return forecast.trend([*points, (now, float(value))], now, least)


def _ahead(line: forecast.Trend | None) -> list[str]:
    if line is None:
        return ["Not known yet", "Not known yet"]
    return [_signed(line.per_day * 30), size(max(0.0, line.after(YEAR)))]


def _signed(number: float) -> str:
    return f"{'+' if number >= 0 else '−'}{size(abs(number))}"
