"""Who may stand twice in the books: pairs of members or organizations that look alike, and why.

Each question is one set-based statement over all rows. What it found is kept in the process until any of the rows
changes, so that the list is never stale. A phone or an e-mail that more than a few share says nothing (the office's
own, say) and is left out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction

from members.merging import KINDS, MODELS
from members.models import Member, Organization

SHARED_BY_FEW = 8
ALIKE = 0.45

MEMBERS = """
WITH who AS MATERIALIZED (
  SELECT id, ip2a_fold(last_name) AS last, ip2a_fold(first_name) AS first,
         ip2a_fold(last_name || ' ' || first_name) AS name, date_of_birth AS born,
         right(ip2a_digits(split_part(lower(phone), 'x', 1)), 10) AS phone, lower(email) AS email
  FROM members_member WHERE deleted_at IS NULL),
found AS (
  SELECT a.id AS one, b.id AS other,
         CASE WHEN a.name = b.name THEN 'name_and_birth' ELSE 'near_name_and_birth' END AS sign
    FROM who a JOIN who b ON b.born = a.born AND b.id > a.id
    WHERE a.name = b.name OR (a.last = b.first AND a.first = b.last)
       OR (similarity(a.last, b.last) >= 0.3 AND similarity(a.first, b.first) >= 0.3)
       OR (a.last = b.last AND (similarity(a.first, b.first) >= 0.2
           OR starts_with(a.first, rtrim(b.first, '.')) OR starts_with(b.first, rtrim(a.first, '.'))))
  {same_phone}
  {same_email})
"""
ORGANIZATIONS = """
WITH written AS MATERIALIZED (
  SELECT id, org_type, city, ip2a_fold(name) AS name,
         regexp_replace(replace(ip2a_fold(name), '&', ' and '), '[^[:alnum:]]+', ' ', 'g') AS plain,
         right(ip2a_digits(split_part(lower(phone), 'x', 1)), 10) AS phone, lower(email) AS email
  FROM members_organization WHERE deleted_at IS NULL),
who AS MATERIALIZED (
  SELECT *, btrim(regexp_replace(regexp_replace(
    plain, '\\m(inc|incorporated|llc|llp|lp|ltd|limited|corp|corporation|co|company|plc|the)\\M', ' ', 'g'
    ), ' +', ' ', 'g')) AS core
  FROM written),
found AS (
  SELECT a.id AS one, b.id AS other,
         CASE WHEN btrim(a.plain) = btrim(b.plain) THEN 'name_and_type' ELSE 'near_name_and_type' END AS sign
    FROM who a JOIN who b ON b.core = a.core AND b.org_type = a.org_type AND b.id > a.id WHERE a.core <> ''
  {same_phone}
  {same_email})
"""
SAME = """UNION ALL
  SELECT a.id, b.id, '{name}' FROM who a JOIN who b ON b.{name} = a.{name} AND b.id > a.id
    WHERE length(a.{name}) >= 7
      AND a.{name} IN (SELECT {name} FROM who GROUP BY {name} HAVING count(*) BETWEEN 2 AND {few})"""
PAIRS = """
SELECT one, other, array_agg(DISTINCT sign) AS signs, max(similarity(a.name, b.name)) AS likeness
  FROM found JOIN who a ON a.id = one JOIN who b ON b.id = other
  WHERE NOT EXISTS (SELECT 1 FROM members_distinct d WHERE d.kind = %s AND d.one_key = one AND d.other_key = other)
  {about}
  GROUP BY one, other
"""
ABOUT = "AND (one = ANY(%s) OR other = ANY(%s))"
# What every change of a row and every decision changes; the database itself keeps version and updated_at.
STAMP = """
SELECT current_database(), rows.*, apart.* FROM
  (SELECT count(*), sum(id), sum(version), max(updated_at) FROM {table}) rows,
  (SELECT count(*), sum(id), max(updated_at) FROM members_distinct WHERE kind = %s) apart
"""
_parts = {f"same_{name}": SAME.format(name=name, few=SHARED_BY_FEW) for name in ("phone", "email")}
FOUND = {Member: MEMBERS.format(**_parts), Organization: ORGANIZATIONS.format(**_parts)}
_kept: dict[type[models.Model], tuple[tuple[Any, ...], list["Pair"]]] = {}

SIGNS = {
    "name_and_birth": "same name and date of birth",
    "near_name_and_birth": "nearly the same name, same date of birth",
    "name_and_type": "same name and type",
    "near_name_and_type": "same name but for Inc., LLC and the like, same type",
    "phone": "same phone",
    "email": "same e-mail",
}
CERTAIN, PROBABLE, POSSIBLE = "Almost certain", "Probable", "Possible"
ORDER = {CERTAIN: 0, PROBABLE: 1, POSSIBLE: 2}
TONES = {CERTAIN: "bad", PROBABLE: "warn", POSSIBLE: "quiet"}


@dataclass(frozen=True)
class Pair:
    """Two records that look alike, by their keys (the lower first)."""

    one: int
    other: int
    signs: frozenset[str]
    likeness: float

    @property
    def confidence(self) -> str:
        by_name = {sign for sign in self.signs if "name" in sign}
        reached = self.signs & {"phone", "email"}
        if self.signs & {"name_and_birth"} or (by_name and reached):
            return CERTAIN
        if self.signs & {"near_name_and_birth", "name_and_type"} or len(reached) == 2:
            return PROBABLE
        return PROBABLE if reached and self.likeness >= ALIKE else POSSIBLE

    @property
    def tone(self) -> str:
        return TONES[self.confidence]

    @property
    def why(self) -> str:
        """The signs in words, the strongest first."""
        said = "; ".join(words for sign, words in SIGNS.items() if sign in self.signs)
        alike = self.likeness >= ALIKE or any("name" in sign for sign in self.signs)
        said = said if alike else f"{said}; the names differ"
        return f"{said[:1].upper()}{said[1:]}"


def pairs(model: type[models.Model]) -> list[Pair]:
    """Every pair that looks alike and was not said to be different; the surest first."""
    with connection.cursor() as cursor:
        cursor.execute(STAMP.format(table=model._meta.db_table), [KINDS[model]])
        stamp = cursor.fetchone()
    kept = _kept.get(model)
    if kept is None or kept[0] != stamp:
        kept = _kept[model] = (stamp, _asked(model))
    return kept[1]


def pairs_about(record: models.Model) -> list[Pair]:
    """Those of ``pairs`` in which this record is."""
    return _asked(type(record), about=[record.pk])


def _asked(model: type[models.Model], about: list[int] | None = None) -> list[Pair]:
    question = FOUND[model] + PAIRS.format(about=ABOUT if about else "")
    with _by_hashing(), connection.cursor() as cursor:
        cursor.execute(question, [KINDS[model], *([about, about] if about else [])])
        found = [Pair(one, other, frozenset(signs), likeness) for one, other, signs, likeness in cursor.fetchall()]
    return sorted(found, key=lambda pair: (ORDER[pair.confidence], -pair.likeness, pair.one, pair.other))


@contextmanager
def _by_hashing() -> Iterator[None]:
    """Never row against row: right after a load the database has no statistics, and takes thousands for a few."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('enable_nestloop')")
        before = cursor.fetchone()[0]
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield
        cursor.execute("SELECT set_config('enable_nestloop', %s, true)", [before])


def pair_of(one: models.Model, other: models.Model) -> Pair | None:
    """Why these two look alike; None when they do not."""
    first, second = sorted((one.pk, other.pk))
    return next((pair for pair in pairs_about(one) if (pair.one, pair.other) == (first, second)), None)


def visible_pairs(user: Any, kind: str, *, about: models.Model | None = None) -> list[Pair]:
    """The pairs of a kind for somebody who may see the model; of one record only when ``about`` names it."""
    model = MODELS[kind]
    if model._default_manager.visible_to(user).query.is_empty():
        return []
    return pairs(model) if about is None else pairs_about(about)
