"""The walls of a compartment in the database itself: row-level security, which holds for raw SQL as well.

After each migrate ``install`` gives every table of a walled compartment its policies, and every table with rows of
several compartments (documents, mail, entries of the trail …) a policy for those rows; a new model has them the day
it is born. A policy looks up the rights of whoever acts in the database: the application says who that is
(``ip2a.context``), never what they may do. Nobody known means nobody inside.

What a room knows of its own walls it declares on its models: ``wall`` is SQL that opens further rows of the table to
read, ``wall_write`` to write; functions are named in ``declare``. The tables' owner (migrations, pg_dump) stands above.
"""

import hashlib
from dataclasses import dataclass

from django.apps import apps
from django.db import models
from psycopg import sql

from ip2a.compartments import COMPARTMENTS, WALLED, of_model

ACTOR = "(SELECT ip2a_actor())"

FUNCTIONS = """
CREATE OR REPLACE FUNCTION ip2a_actor() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT (nullif(current_setting('ip2a.context', true), '')::jsonb ->> 'actor_id')::bigint
$$;

CREATE OR REPLACE FUNCTION ip2a_actor_may(permission text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM ip2a_user u
    JOIN ip2a_user_groups ug ON ug.user_id = u.id
    JOIN auth_group_permissions gp ON gp.group_id = ug.group_id
    JOIN auth_permission p ON p.id = gp.permission_id
    JOIN django_content_type t ON t.id = p.content_type_id
    WHERE u.id = ip2a_actor() AND u.is_active
      AND t.app_label = split_part(permission, '.', 1) AND p.codename = split_part(permission, '.', 2))
$$;

CREATE OR REPLACE FUNCTION ip2a_is_system(place text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM ip2a_systemopening
    WHERE digest = encode(sha256(convert_to(
            nullif(current_setting('ip2a.context', true), '')::jsonb ->> 'system', 'UTF8')), 'hex')
      AND compartment = place AND at > now() - interval '12 hours')
$$;

CREATE OR REPLACE FUNCTION ip2a_enter_as_system(place text, because text, known text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  context jsonb := coalesce(nullif(current_setting('ip2a.context', true), ''), '{}')::jsonb;
  token text := gen_random_uuid()::text || gen_random_uuid()::text;
BEGIN
  IF btrim(coalesce(because, '')) = '' THEN
    RAISE EXCEPTION 'Say why the system enters a compartment.' USING ERRCODE = 'check_violation';
  END IF;
  IF known <> '' AND EXISTS (
      SELECT FROM ip2a_systemopening
      WHERE digest = encode(sha256(convert_to(known, 'UTF8')), 'hex') AND compartment = place AND why = because
        AND at > now() - interval '1 hour') THEN
    RETURN known;
  END IF;
  INSERT INTO ip2a_systemopening (at, compartment, why, actor_id, actor_name, command, path, digest)
  VALUES (now(), place, because, (context ->> 'actor_id')::bigint, coalesce(context ->> 'actor_name', ''),
          coalesce(context ->> 'command', ''), coalesce(context ->> 'path', ''),
          encode(sha256(convert_to(token, 'UTF8')), 'hex'));
  RETURN token;
END $$;
"""

INSIDE = """
CREATE OR REPLACE FUNCTION ip2a_inside(place text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT CASE place {reading} ELSE false END
$$;
CREATE OR REPLACE FUNCTION ip2a_works_inside(place text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT CASE place {working} ELSE false END
$$;
"""


@dataclass
class Doors:
    """Functions of a room: ``guests(actor)`` is true for somebody let inside for a time, to read; ``document(type,
    number)`` for a document or draft of a record that lies open to the actor in spite of the wall."""

    guests: str = ""
    document: str = ""


_doors: dict[str, Doors] = {}


def declare(compartment: str, *, guests: str = "", document: str = "") -> None:
    """Name a room's own functions. They are made by its migrations."""
    _doors[compartment] = Doors(guests, document)


@dataclass(frozen=True)
class Walled:
    """A table and who gets past its wall: SQL for reading and for writing."""

    table: str
    reading: str
    writing: str

    @property
    def policies(self) -> dict[str, str]:
        return {
            "ip2a_wall_read": f"FOR SELECT USING ({self.reading})",
            "ip2a_wall_add": f"FOR INSERT WITH CHECK ({self.writing})",
            "ip2a_wall_change": f"FOR UPDATE USING ({self.writing}) WITH CHECK ({self.writing})",
            "ip2a_wall_remove": f"FOR DELETE USING ({self.writing})",
        }


def walled_models() -> list[type[models.Model]]:
    """Models whose every row stands in a walled compartment."""
    return [m for m in apps.get_models() if of_model(m) in WALLED and not m._meta.proxy]


def shared_models() -> list[type[models.Model]]:
    """Models whose rows say each for itself where they stand."""
    return [m for m in apps.get_models() if "compartment" in {f.name for f in m._meta.local_fields}]


def walled_tables(cursor=None) -> list[Walled]:
    """Every table with a wall. With a cursor, room functions that do not stand (any more) are left out."""
    tables = []
    for model in walled_models():
        tables.append(_whole(model))
        many = [f for f in model._meta.local_many_to_many if f.remote_field.through._meta.auto_created]
        tables += [_between(model, field) for field in many]
    return tables + [_shared(model, cursor) for model in shared_models()]


def _whole(model: type[models.Model]) -> Walled:
    key = of_model(model)
    return Walled(
        model._meta.db_table,
        _either(f"(SELECT ip2a_inside('{key}'))", getattr(model, "wall", "")),
        _either(f"(SELECT ip2a_works_inside('{key}'))", getattr(model, "wall_write", "")),
    )


def _between(model: type[models.Model], many: models.ManyToManyField) -> Walled:
    """Rows between two models stand behind the wall of the model that declares them."""
    table, own = many.remote_field.through._meta.db_table, many.m2m_column_name()
    seen = f'EXISTS (SELECT FROM "{model._meta.db_table}" parent WHERE parent.id = "{table}"."{own}")'
    key = of_model(model)
    return Walled(table, seen, _either(f"(SELECT ip2a_works_inside('{key}'))", ""))


def _shared(model: type[models.Model], cursor) -> Walled:
    """Rows of a compartment beside rows of none: the others are not asked anything."""
    own = getattr(model, "wall", "").replace("{actor}", ACTOR)
    reading, writing = [], []
    for key in WALLED:
        inside = _either(f"(SELECT ip2a_inside('{key}'))", own, _document(model, key, cursor))
        works = _either(f"(SELECT ip2a_works_inside('{key}'))", own)
        reading.append(f"(compartment <> '{key}' OR {inside})")
        writing.append(f"(compartment <> '{key}' OR {works})")
    return Walled(model._meta.db_table, " AND ".join(reading), " AND ".join(writing))


def _document(model: type[models.Model], key: str, cursor) -> str:
    function = _doors.get(key, Doors()).document
    names = {f.column for f in model._meta.local_fields}
    if not function or not names >= {"content_type_id", "object_id"} or not _stands(cursor, function):
        return ""
    return f"{function}(content_type_id, object_id)"


def _stands(cursor, function: str) -> bool:
    """Whether a room's function is there (it is not after its migrations were taken back)."""
    if cursor is None:
        return True
    cursor.execute("SELECT to_regproc(%s) IS NOT NULL", [function])
    return cursor.fetchone()[0]


def _either(*conditions: str) -> str:
    return " OR ".join(condition for condition in conditions if condition)


def install(cursor) -> None:
    """Functions and policies, changed only where they differ: nobody waits for a lock without need."""
    cursor.execute("SELECT to_regclass('ip2a_systemopening') IS NOT NULL")
    if not cursor.fetchone()[0]:
        return  # migrated back to before the walls
    cursor.execute(FUNCTIONS)
    reading, working = _inside(cursor)
    cursor.execute(INSIDE.format(reading=reading, working=working))
    for walled in walled_tables(cursor):
        _raise(cursor, walled)


def _inside(cursor) -> tuple[str, str]:
    reading, working = "", ""
    for key in WALLED:
        member = f"ip2a_actor_may('{COMPARTMENTS[key].permission}') OR ip2a_is_system('{key}')"
        guests = _doors.get(key, Doors()).guests
        guest = f" OR {guests}(ip2a_actor())" if guests and _stands(cursor, guests) else ""
        reading += f"WHEN '{key}' THEN {member}{guest} "
        working += f"WHEN '{key}' THEN {member} "
    return reading, working


def _raise(cursor, walled: Walled) -> None:
    cursor.execute("SELECT relrowsecurity FROM pg_class WHERE oid = to_regclass(%s)", [f'"{walled.table}"'])
    found = cursor.fetchone()
    if found is None:
        return
    table = sql.Identifier(walled.table)
    if not found[0]:
        cursor.execute(sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(table))
    cursor.execute(
        "SELECT polname, obj_description(oid, 'pg_policy') FROM pg_policy WHERE polrelid = %s::regclass",
        [f'"{walled.table}"'],
    )
    standing = dict(cursor.fetchall())
    for name, rule in walled.policies.items():
        mark = hashlib.sha256(rule.encode()).hexdigest()
        if standing.get(name) != mark:
            _put(cursor, table, sql.Identifier(name), sql.SQL(rule), sql.Literal(mark))


def _put(cursor, table: sql.Identifier, name: sql.Identifier, rule: sql.SQL, mark: sql.Literal) -> None:
    cursor.execute(sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(name, table))
    cursor.execute(sql.SQL("CREATE POLICY {} ON {} {}").format(name, table, rule))
    cursor.execute(sql.SQL("COMMENT ON POLICY {} ON {} IS {}").format(name, table, mark))
