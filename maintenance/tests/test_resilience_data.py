"""Queries, tables, records and indexes in the resilience report."""

import pytest

from maintenance.resilience import growth, history, indexes, queries, records
from maintenance.resilience.parts import Asked, Part
from maintenance.resilience.watching import HotQuery
from maintenance.tests.resilience import own_places, past, said, set_to
from members.factories import MemberEmploymentFactory, MemberFactory
from members.models import Member

__all__ = ["own_places"]
pytestmark = pytest.mark.django_db


# -- queries


def test_a_query_outside_its_usual_spread_is_called_slower():
    past("query.ms", *[2.0, 2.2, 1.9, 2.1, 2.0, 2.1], subject="x.list")
    usual = queries.forecast.usual([v for _, v in history.of("query.ms")["x.list"]], 4, 5, queries.FLOOR)
    part = Part("queries", "")
    queries._look(part, HotQuery("x.list", "Slow list", lambda: __import__("time").sleep(0.02)), usual)
    assert len(part.says) == 1
    assert part.says[0].text.startswith("The query “Slow list” takes 2")
    assert "; 2.0 ms are usual and up to 6.0 ms would be." in part.says[0].text
    part = Part("queries", "")
    queries._look(part, HotQuery("x.list", "Quick list", lambda: Member.objects.none()), usual)
    assert said(part) == []


def test_without_a_past_no_query_is_called_slower():
    past("query.ms", 0.001, 0.001, subject="members.member-list")
    assert [one for one in queries.queries(Asked()).says if "takes" in one.text] == []


def test_a_hot_query_cannot_write_and_a_broken_one_is_told():
    part = Part("queries", "")
    queries._look(part, HotQuery("x.bad", "Bad", lambda: Member.objects.all().update(notes="x")), None)
    assert said(part) == [("act", "The query “Bad” cannot be run: cannot execute UPDATE in a read-only transaction")]
    assert MemberFactory().pk  # the transaction around it lives, and writes


# -- tables and records


def test_growth_is_told_by_table_without_what_a_compartment_holds():
    part = growth.growth(Asked())
    told = {m.subject for m in part.measures}
    assert "members_member" in told
    assert told & growth.closed_tables() == set()
    assert "vault_secret" in growth.closed_tables()


def test_growth_has_a_forecast_after_some_days():
    past("database.bytes", 1e6, 2e6, 3e6, 4e6, 5e6, every=7)
    assert growth.growth(Asked()).rows[0][3].startswith("+")


def test_stale_records_are_counted_by_kind(owner_db):
    MemberFactory.create_batch(10)
    set_to("maintenance.stale-days", -1)
    part = records.stale(Asked())
    assert ["Members", 10, "10 (100 %)"] in part.rows


def test_members_with_too_many_jobs_are_counted():
    set_to("members.outlier-jobs", 2)
    member = MemberFactory()
    MemberEmploymentFactory.create_batch(3, member=member)
    part = records.outlying(Asked())
    text = "1 members have more than 2 jobs. Look whether records were doubled or given to the wrong one."
    assert said(part) == [("warn", text)]
    assert [row for row in part.rows if row[1]] == [["1 members have more than 2 jobs.", 1, 3]]


# -- indexes


def test_a_key_without_an_index_is_told(owner_db):
    set_to("maintenance.big-table", 0)
    wrong = [row for row in indexes.indexes(Asked()).rows if row[2] == "Leads elsewhere without an index"]
    assert all(isinstance(row[0], str) for row in wrong)
    owner_db.execute("CREATE TABLE zz_probe (id int PRIMARY KEY, member_id bigint REFERENCES members_member (id))")
    try:
        owner_db.execute("INSERT INTO zz_probe VALUES (1, NULL)")
        owner_db.execute("ANALYZE zz_probe")
        part = indexes.indexes(Asked())
        assert ["member_id", "zz_probe", "Leads elsewhere without an index"] in part.rows
        owner_db.execute("CREATE INDEX zz_probe_member ON zz_probe (member_id)")
        assert "zz_probe" not in {row[1] for row in indexes.indexes(Asked()).rows}
    finally:
        owner_db.execute("DROP TABLE zz_probe")


def test_an_index_that_does_not_hold_is_told(owner_db):
    owner_db.execute("CREATE TABLE zz_probe (id int)")
    owner_db.execute("INSERT INTO zz_probe VALUES (1), (1)")
    try:
        with pytest.raises(Exception, match="could not create unique index"):
            owner_db.execute("CREATE UNIQUE INDEX CONCURRENTLY zz_probe_once ON zz_probe (id)")
        part = indexes.indexes(Asked())
        text = "The index zz_probe_once of zz_probe does not hold. Rebuild it: REINDEX INDEX zz_probe_once."
        assert ("act", text) in said(part)
    finally:
        owner_db.execute("DROP TABLE zz_probe")


def test_unused_indexes_are_told_only_after_long_enough_counting():
    text = "Which indexes nobody uses can be told after 30 days of counting."
    assert ("well", text) in said(indexes.indexes(Asked()))
    past("x", 1, every=40)
    set_to("maintenance.unused-index-size", 0)
    assert "indexes.unused" in {m.name for m in indexes.indexes(Asked()).measures}


def test_wasted_room_is_estimated_where_it_cannot_be_measured(owner_db):
    set_to("maintenance.bloat-size", 0)
    set_to("maintenance.bloat", 50)
    owner_db.execute("CREATE TABLE zz_probe (id int, text text)")
    owner_db.execute("GRANT SELECT ON zz_probe TO ip2a_app")
    try:
        owner_db.execute("INSERT INTO zz_probe SELECT n, repeat('x', 200) FROM generate_series(1, 4000) n")
        owner_db.execute("DELETE FROM zz_probe WHERE id <> 4000")
        owner_db.execute("ANALYZE zz_probe")
        part = indexes.bloat(Asked())
        share = next(m.value for m in part.measures if m.subject == "zz_probe")
        assert share > 90
        assert any(one.text.startswith("zz_probe wastes about 9") for one in part.says)
    finally:
        owner_db.execute("DROP TABLE zz_probe")
