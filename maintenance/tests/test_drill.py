"""The drill: in a copy every known damage is planted, found, mended or reported, and undone."""

import psycopg
import pytest
from django.db import connection

from maintenance import damaging, drill, registry
from maintenance.drill_place import PREFIX, drop_leftovers, scratch
from maintenance.mending import mend_of
from maintenance.mending_schema import owner_parameters

# Copies of a drill belong to the whole cluster: files that make them take turns.
pytestmark = pytest.mark.xdist_group("copies-of-a-drill")
# Each with its reason in ``maintenance.damages``: no statement does such damage.
NOT_DRILLED = {"schema.collation-changed", "schema.index-corrupt"}


def of_each_kind():
    """Every mend there is, every written check, every check of the schema; of the rest one of each kind in each app."""
    chosen, kinds = [], set()
    for check in registry.all_checks():
        kind = (check.app, check.fault)
        if check.fault is None or mend_of(check) or kind not in kinds:
            chosen.append(check.name)
        kinds.add(kind)
    return chosen


@pytest.fixture
def outcomes(committed_db):
    return drill.run(of_each_kind(), template="ip2a_template", seeded=False)


def test_every_damage_is_found_mended_or_reported_and_undone(outcomes):
    assert [f"{o.check.name}: {o.why}" for o in outcomes if o.verdict == "missed"] == []
    undrilled = {o.check.name for o in outcomes if o.verdict == drill.UNDRILLED}
    assert undrilled <= NOT_DRILLED
    mended = [o for o in outcomes if o.done == drill.MENDED]
    assert len(mended) > 50
    assert {o.undone for o in mended if o.check.tell} == {"stays so"}
    assert all(o.undone for o in mended)
    text = list(drill.lines(outcomes))
    assert text[0].split() == ["kind", "planted", "found", "mended", "reported", "undone", "missed", "not", "drilled"]
    with psycopg.connect(**owner_parameters()) as keeper:
        left = keeper.execute("SELECT count(*) FROM pg_database WHERE datname LIKE %s", [PREFIX + "%"]).fetchone()
    assert left == (0,)


def test_what_a_killed_drill_left_behind_is_dropped_by_the_next(committed_db):
    with psycopg.connect(**owner_parameters(), autocommit=True) as keeper:
        keeper.execute(f"CREATE DATABASE {PREFIX}left TEMPLATE template0")
        assert drop_leftovers(keeper) == [f"{PREFIX}left"]
        assert drop_leftovers(keeper) == []


def test_a_copy_that_another_drill_has_just_made_stays(committed_db):
    """Nobody is in it yet, or not at this moment: between two processes, or before the first question."""
    with psycopg.connect(**owner_parameters(), autocommit=True) as other, scratch(template="ip2a_template"):
        assert drop_leftovers(other) == []
        with scratch(template="ip2a_template"), connection.cursor() as cursor:
            cursor.execute("SELECT current_database()")
            assert cursor.fetchone()[0].startswith(PREFIX)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_database WHERE datname = current_database()")
            assert cursor.fetchone() == (1,)


def test_every_declared_damage_is_for_a_check_that_exists():
    from django.utils.module_loading import autodiscover_modules

    autodiscover_modules("damages")
    assert [name for name in damaging.named() if registry.check_named(name) is None] == []
