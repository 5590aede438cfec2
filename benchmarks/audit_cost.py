"""What the audit trail costs a write: save() and a bulk_create of 50,000 rows, with and without it.

    .venv/bin/python benchmarks/audit_cost.py [--saves 2000] [--rows 50000] [--rounds 5]

Unaudited means: the trigger is off, and the connection is Django's own, which tells the database nothing about the
actor. Both kinds take turns on the same durable cluster, so that a slow minute of the machine meets both.
"""

import argparse
import time
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

from figures import tell
from scratch import house, quantile


def connections_of(django_connections):
    """Two aliases on one database: the house's backend, and Django's own."""
    plain = {**django_connections.settings["default"], "ENGINE": "django.db.backends.postgresql"}
    django_connections.settings["plain"] = plain
    return {"audited": "default", "unaudited": "plain"}


@contextmanager
def trigger(owner, table: str, *, on: bool):
    names = ("ip2a_audit_insert", "ip2a_audit_update", "ip2a_audit_delete")
    for name in names:
        owner.execute(f"ALTER TABLE {table} {'ENABLE' if on else 'DISABLE'} TRIGGER {name}")
    yield
    for name in names:
        owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}")


def save_times(alias: str, number: int, *, in_transaction: bool) -> list[float]:
    from django.db import transaction

    from members.models import Member

    member = Member.objects.using(alias).order_by("pk").first()
    times = []
    for turn in range(number):
        member.city = f"City {turn}"
        member.notes = f"Note {turn} {alias}"
        start = time.perf_counter()
        if in_transaction:
            with transaction.atomic(using=alias):
                member.save(using=alias)
        else:
            member.save(using=alias)
        times.append(time.perf_counter() - start)
    return times


def bulk_seconds(alias: str, rows: int) -> float:
    """Jobs, because they are what is loaded by the hundred thousand."""
    from django.db import transaction

    from members.models import Member, MemberEmployment, Organization

    member, employer = Member.objects.latest("pk"), Organization.objects.latest("pk")
    first = date(1980, 1, 1)
    jobs = [
        MemberEmployment(
            member=member,
            organization=employer,
            start_date=first + timedelta(days=number % 15_000),
            end_date=first + timedelta(days=number % 15_000 + 100),
            job_title="Wireman",
            hourly_rate=Decimal("41.25"),
        )
        for number in range(rows)
    ]
    begin = time.perf_counter()
    with transaction.atomic(using=alias):
        MemberEmployment.objects.using(alias).bulk_create(jobs, batch_size=1000)
    return time.perf_counter() - begin


def copy_seconds(alias: str, rows: int) -> float:
    """The same jobs by COPY: hardly any Python, so nearly all of it is what the database does."""
    from django.db import connections, transaction

    from members.models import Member, Organization

    member, employer = Member.objects.latest("pk").pk, Organization.objects.latest("pk").pk
    statement = "COPY members_memberemployment (member_id, organization_id, start_date, job_title) FROM STDIN"
    begin = time.perf_counter()
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor, cursor.copy(statement) as copy:
        for number in range(rows):
            copy.write_row((member, employer, date(1980, 1, 1) + timedelta(days=number % 15_000), "Wireman"))
    return time.perf_counter() - begin


def measure(cluster, saves: int, rows: int, rounds: int) -> None:
    import psycopg
    from django.db import connections

    from ip2a import audit
    from ip2a.factories import UserFactory
    from members.factories import MemberEmploymentFactory

    aliases = connections_of(connections)
    MemberEmploymentFactory.create_batch(2)  # one member is saved again and again, another one gets the jobs
    found: dict[str, dict[str, list[float]]] = {
        what: {kind: [] for kind in aliases} for what in ("save()", "save() in a transaction", "bulk_create", "COPY")
    }
    with (
        psycopg.connect(cluster.url("owner"), autocommit=True) as owner,
        audit.acting(user=UserFactory(), reason="Moved to Ohio"),
    ):
        for _ in range(rounds):
            for kind, alias in aliases.items():
                on = kind == "audited"
                with trigger(owner, "members_member", on=on), trigger(owner, "members_memberemployment", on=on):
                    found["save()"][kind] += save_times(alias, saves // rounds, in_transaction=False)
                    found["save() in a transaction"][kind] += save_times(alias, saves // rounds, in_transaction=True)
                    found["bulk_create"][kind].append(bulk_seconds(alias, rows))
                    found["COPY"][kind].append(copy_seconds(alias, rows))
                owner.execute("VACUUM members_member")
    report(found, rows)


def report(found, rows: int) -> None:
    print(f"{'':32}{'unaudited':>12}{'audited':>12}{'ratio':>8}{'figure':>8}")
    audited_seconds = {}
    for what, most in (("save()", 1.3), ("save() in a transaction", 1.3), ("bulk_create", 1.5), ("COPY", None)):
        plain, audited = (quantile(found[what][kind], 0.5) for kind in ("unaudited", "audited"))
        unit, factor = ("ms", 1000) if what.startswith("save") else ("s", 1)
        label = f"{what} p50" if what.startswith("save") else f"{what} {rows:,} rows"
        times = f"{plain * factor:>9.2f} {unit:2}{audited * factor:>9.2f} {unit:2}"
        print(f"{label:32}{times}{audited / plain:>7.2f}x{f'{most}x' if most else '':>8}")
        note = f"{audited * factor:.2f} {unit} beside {plain * factor:.2f} {unit}"
        tell(f"audited/unaudited: {label}", audited / plain, "x", most=most, note=note)
        audited_seconds[what] = audited
    slow, fast = audited_seconds["bulk_create"], audited_seconds["COPY"]
    print(f"bulk_create/COPY, both audited{slow / fast:>33.2f}x")
    tell(f"bulk_create/COPY of {rows:,} audited rows", slow / fast, "x", note=f"{slow:.1f} s beside {fast:.1f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--saves", type=int, default=2000)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with house() as cluster:
        measure(cluster, options.saves, options.rows, options.rounds)
