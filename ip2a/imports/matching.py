"""Which record a staged row means, and which records it refers to: joins that find each at most once."""

from django.db import connection, models
from psycopg import sql

from ip2a.imports.kinds import Reference, Way
from ip2a.imports.staging import STAGED, Plan, problem, quoted


class Matching:
    """Joins of the staged rows ``s``: to the record that is there (``t``) and to those it refers to.

    ``filled`` gives for each foreign key column the expression of its new value.
    """

    def __init__(self, plan: Plan):
        self.plan = plan
        self.kind = plan.kind
        self.model = plan.kind.model
        self.given = set(plan.names)
        self.table = quoted(self.model._meta.db_table)
        self.noun = str(self.model._meta.verbose_name)
        self.references = [(n, r, self.ways(r)) for n, r in enumerate(self.kind.references) if self.ways(r)]
        self.filled = {self.column_of(r.field): self.filling(n, ways) for n, r, ways in self.references}
        self.has_old_ids = "legacy_id" in self.given
        self.matches_by = self.natural_key() if self.needs_natural_key() else []

    def ways(self, reference: Reference) -> list[Way]:
        return [way for way in reference.ways if way.name in self.given]

    def column_of(self, field: str) -> str:
        return self.model._meta.get_field(field).column

    def filling(self, n: int, ways: list[Way]) -> sql.Composable:
        """The first way that the row uses."""
        cases = [
            sql.SQL("WHEN s.{} IS NOT NULL THEN {}.id").format(quoted(way.name), quoted(f"r{n}_{w}"))
            for w, way in enumerate(ways)
        ]
        return sql.SQL("CASE {} END").format(sql.SQL(" ").join(cases))

    def needs_natural_key(self) -> bool:
        if not self.has_old_ids or self.kind.adopts:
            return True
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("SELECT EXISTS (SELECT 1 FROM {} WHERE legacy_id IS NULL)").format(quoted(STAGED)))
            return cursor.fetchone()[0]

    def natural_key(self) -> list[tuple[str, sql.Composable, sql.Composable]]:
        """Of each part of the key: its name, how it reads in the table and in the row. Texts are compared folded."""
        parts = []
        for name in self.kind.match_by:
            field = self.model._meta.get_field(name)
            there = sql.SQL("x.{}").format(quoted(field.column))
            if field.is_relation and field.column in self.filled:
                parts.append((name, there, self.filled[field.column]))
            elif field.column in self.given:
                mine = sql.SQL("s.{}").format(quoted(field.column))
                is_text = isinstance(field, (models.CharField, models.TextField))
                fold = sql.SQL("ip2a_fold({})") if is_text else sql.SQL("{}")
                parts.append((name, fold.format(there), fold.format(mine)))
        return parts

    def ctes(self) -> sql.Composable:
        """Where merges are followed: each record with the one that stands in its place now."""
        found = []
        for n, reference, _ in self.references:
            if reference.follow:
                target = self.model._meta.get_field(reference.field).related_model
                found.append(
                    sql.SQL(
                        "{name} AS (SELECT id, id AS now FROM {table} WHERE {link} IS NULL UNION ALL "
                        "SELECT x.id, v.now FROM {table} x JOIN {name} v ON x.{link} = v.id)"
                    ).format(
                        name=quoted(f"standing{n}"),
                        table=quoted(target._meta.db_table),
                        link=quoted(target._meta.get_field(reference.follow).column),
                    )
                )
        return sql.SQL("WITH RECURSIVE {}").format(sql.SQL(", ").join(found)) if found else sql.SQL("")

    def joins(self) -> sql.Composable:
        found = [self.reference_join(n, r, w, way) for n, r, ways in self.references for w, way in enumerate(ways)]
        if self.has_old_ids:
            found.append(sql.SQL("LEFT JOIN {} l ON l.legacy_id = s.legacy_id").format(self.table))
            found.append(
                sql.SQL(
                    "LEFT JOIN (SELECT legacy_id, min(_row) AS first FROM {} WHERE legacy_id IS NOT NULL "
                    "GROUP BY 1 HAVING count(*) > 1) d ON d.legacy_id = s.legacy_id"
                ).format(quoted(STAGED))
            )
        if self.matches_by:
            found.append(self.natural_join())
        found.append(sql.SQL("LEFT JOIN {} t ON t.id = {}").format(self.table, self.target()))
        return sql.SQL(" ").join(found)

    def target(self) -> sql.Composable:
        means = ([sql.SQL("l.id")] if self.has_old_ids else []) + ([sql.SQL("m.id")] if self.matches_by else [])
        return sql.SQL("coalesce({})").format(sql.SQL(", ").join(means)) if means else sql.SQL("NULL::bigint")

    def reference_join(self, n: int, reference: Reference, w: int, way: Way) -> sql.Composable:
        target = self.model._meta.get_field(reference.field).related_model
        standing = sql.SQL("(SELECT now FROM {} v WHERE v.id = x.id)").format(quoted(f"standing{n}"))
        if reference.follow:
            source = sql.SQL("{} x JOIN {} v ON v.id = x.id").format(
                quoted(target._meta.db_table), quoted(f"standing{n}")
            )
            standing = sql.SQL("v.now")
        else:
            source, standing = sql.SQL("{} x").format(quoted(target._meta.db_table)), sql.SQL("x.id")
        column = sql.SQL("x.{}").format(quoted(target._meta.get_field(way.by).column))
        mine = sql.SQL("s.{}").format(quoted(way.name))
        if isinstance(target._meta.get_field(way.by), models.IntegerField):
            select = sql.SQL("SELECT {} AS k, {} AS id, 1 AS n FROM {}").format(column, standing, source)
        else:
            select = sql.SQL(
                "SELECT ip2a_fold({}) AS k, min({}) AS id, count(*) AS n FROM {} WHERE {} GROUP BY 1"
            ).format(column, standing, source, _live(target, "x"))
            mine = sql.SQL("ip2a_fold({})").format(mine)
        return sql.SQL("LEFT JOIN ({}) {} ON {}.k = {}").format(select, quoted(f"r{n}_{w}"), quoted(f"r{n}_{w}"), mine)

    def natural_join(self) -> sql.Composable:
        """Records by their natural key. A row with an old id may only take over a record that has none."""
        keys = [sql.SQL("{} AS {}").format(there, quoted(f"k{i}")) for i, (_, there, _) in enumerate(self.matches_by)]
        equal = [sql.SQL("m.{} = {}").format(quoted(f"k{i}"), mine) for i, (_, _, mine) in enumerate(self.matches_by)]
        if self.has_old_ids:
            free = sql.SQL("(m.free AND l.id IS NULL)") if self.kind.adopts else sql.SQL("false")
            equal.append(sql.SQL("(s.legacy_id IS NULL OR {})").format(free))
        return sql.SQL(
            "LEFT JOIN (SELECT {keys}, min(x.id) AS id, count(*) AS n, bool_and(x.legacy_id IS NULL) AS free "
            "FROM {table} x WHERE {live} GROUP BY {numbers}) m ON {equal}"
        ).format(
            keys=sql.SQL(", ").join(keys),
            table=self.table,
            live=_live(self.model, "x"),
            numbers=sql.SQL(", ").join(sql.SQL(str(i + 1)) for i in range(len(keys))),
            equal=sql.SQL(" AND ").join(equal),
        )

    def problems(self) -> list[sql.Composable]:
        """Problems seen while joining."""
        found = [p for n, r, ways in self.references for p in self.reference_problems(n, r, ways)]
        if self.has_old_ids:
            rule = "the old id stands twice in the file"
            words = sql.SQL("format('old id %s stands in row %s already', s.legacy_id, d.first)")
            found.append(_case(sql.SQL("d.first < s._row"), problem(rule, words)))
        if self.matches_by:
            rule = f"several {self.model._meta.verbose_name_plural} fit the row"
            words = sql.SQL("format({}, m.n)").format(
                sql.Literal(f"%s {self.model._meta.verbose_name_plural} fit this row; give its old id in a column “id”")
            )
            found.append(_case(sql.SQL("m.n > 1"), problem(rule, words)))
        if _can_be_removed(self.model):
            removed = sql.SQL("AND NOT coalesce(s.is_deleted, false)") if "is_deleted" in self.given else sql.SQL("")
            rule = f"the {self.noun} was removed or merged here"
            words = f"the {self.noun} of this row was removed here, or merged into another, and is left alone"
            found.append(
                _case(sql.SQL("t.deleted_at IS NOT NULL {}").format(removed), problem(rule, sql.Literal(words)))
            )
        return found

    def reference_problems(self, n: int, reference: Reference, ways: list[Way]) -> list[sql.Composable]:
        target = self.model._meta.get_field(reference.field).related_model
        noun, plural = str(target._meta.verbose_name), str(target._meta.verbose_name_plural)
        found = []
        unused = sql.SQL("true")
        for w, way in enumerate(ways):
            alias, mine = quoted(f"r{n}_{w}"), sql.SQL("s.{}").format(quoted(way.name))
            word = "old id" if way.by == "legacy_id" else str(target._meta.get_field(way.by).verbose_name)
            says = sql.SQL("format({}, {})").format(
                sql.Literal(f"no {noun} has the {word} %s; import the {plural} first"), mine
            )
            lost = sql.SQL("{} AND {} IS NOT NULL AND {}.id IS NULL").format(unused, mine, alias)
            found.append(_case(lost, problem(f"there is no such {noun}", says)))
            many = sql.SQL("format({}, {}.n, {})").format(
                sql.Literal(f"%s {plural} have the {word} %s; give the old id instead"), alias, mine
            )
            found.append(
                _case(sql.SQL("{} AND {}.n > 1").format(unused, alias), problem(f"several {plural} fit", many))
            )
            unused = sql.SQL("{} AND {} IS NULL").format(unused, mine)
        missing = sql.SQL("{} AND t.id IS NULL AND s._problems IS NULL").format(unused)
        found.append(_case(missing, problem(f"the {noun} is missing", sql.Literal(f"the {noun} is missing"))))
        return found

    def keys(self) -> sql.Composable:
        """The natural key as columns of the candidate, and whether it is the only one the row has."""
        if not self.matches_by:
            return sql.SQL("")
        columns = [sql.SQL("{} AS {}").format(mine, quoted(f"_k{i}")) for i, (_, _, mine) in enumerate(self.matches_by)]
        only = sql.SQL("s.legacy_id IS NULL") if self.has_old_ids else sql.SQL("true")
        columns.append(sql.SQL("{} AS _by_key").format(only))
        return sql.SQL("{}, ").format(sql.SQL(", ").join(columns))

    def verdicts(self) -> list[sql.Composable]:
        """Two rows of one file for one record, told by its key or by the record found."""
        if not self.matches_by:
            return []
        keys = sql.SQL(", ").join(sql.SQL("c.{}").format(quoted(f"_k{i}")) for i in range(len(self.matches_by)))
        named = " and ".join(str(self.model._meta.get_field(name).verbose_name) for name, _, _ in self.matches_by)
        by_key = sql.SQL("first_value(c._row) OVER (PARTITION BY c._by_key, {} ORDER BY c._row)").format(keys)
        by_record = sql.SQL("first_value(c._row) OVER (PARTITION BY c._target ORDER BY c._row)")
        words = sql.SQL("format({}, {})")
        same_key = words.format(
            sql.Literal(f"row %s has the same {named}; an old id in a column “id” tells them apart"), by_key
        )
        same_record = words.format(sql.Literal(f"row %s means the same {self.noun}"), by_record)
        known = sql.SQL(" AND ").join(
            sql.SQL("c.{} IS NOT NULL").format(quoted(f"_k{i}")) for i in range(len(self.matches_by))
        )
        return [
            _case(
                sql.SQL("c._by_key AND {} AND {} < c._row").format(known, by_key),
                problem(f"the same {self.noun} twice", same_key),
            ),
            _case(
                sql.SQL("NOT c._by_key AND c._target IS NOT NULL AND {} < c._row").format(by_record),
                problem(f"the same {self.noun} twice", same_record),
            ),
        ]


def _case(condition: sql.Composable, then: sql.Composable) -> sql.Composed:
    return sql.SQL("CASE WHEN {} THEN {} END").format(condition, then)


def _can_be_removed(model: type[models.Model]) -> bool:
    return any(f.column == "deleted_at" for f in model._meta.concrete_fields)


def _live(model: type[models.Model], alias: str) -> sql.Composable:
    return sql.SQL("{}.deleted_at IS NULL").format(quoted(alias)) if _can_be_removed(model) else sql.SQL("true")
