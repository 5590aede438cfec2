"""The wall chart of 2,000 workers, and the gauges of a campaign with 100,000 cards.

    .venv/bin/python benchmarks/organizing_pages.py [--workers 2000] [--cards 100000] [--rounds 9]

The chart is the whole answer of the server, in this process and signed in as an organizer; the gauges are counted from
nothing, with the walls up. The best and the middle of several rounds are shown: other work on the machine only adds.
"""

import argparse
import time
from collections.abc import Callable
from datetime import timedelta

from figures import tell
from scratch import house, quantile

GROUPS = ("crew", "shift", "standing")


def system():
    """Work that is nobody's, where the walls ask who acts."""
    from ip2a import compartments

    return compartments.system("organizing", "benchmark")


WORKERS = """
INSERT INTO organizing_worker (campaign_id, first_name, last_name, organization_id, employer_number, job_title, crew,
  shift, location, language, phone, email, address, city, state, zip_code, notes, organizer_id, next_step, left_because,
  standing, standing_on)
SELECT %(campaign)s, 'First' || n %% 97, 'Last' || n, %(employer)s, '', 'Wireman', 'Crew ' || n %% 23,
  (ARRAY['Day', 'Night', 'Swing'])[n %% 3 + 1], '', '', '', '', '', '', '', '', '',
  CASE WHEN n %% 2 = 0 THEN %(who)s END, '', '', nullif(n %% 6, 0), CASE WHEN n %% 6 > 0 THEN current_date - n %% 80 END
FROM generate_series(1, %(workers)s) n
"""
LISTED = """
INSERT INTO organizing_unitlistentry (campaign_id, unit_list_id, worker_id, name_on_list, job_title, shift, location)
SELECT campaign_id, %(list)s, id, '', '', '', ''
FROM organizing_worker WHERE campaign_id = %(campaign)s AND id %% 50 > 0
"""
SIGNED = """
WITH signer AS (
  SELECT id, row_number() OVER (ORDER BY id) AS place FROM organizing_worker WHERE campaign_id = %(campaign)s)
INSERT INTO organizing_authorizationcard (campaign_id, worker_id, kind, employer_named, organization_id, has_signature,
  signed_on, witnessed_by, received_on, received_by_id, identity_method, signer_contact, ip_hash, notes, void_reason)
SELECT %(campaign)s, signer.id, 'paper', 'Volt', CASE WHEN n %% 25 > 0 THEN %(employer)s END, n %% 30 > 0,
  CASE WHEN n %% 40 > 0 THEN current_date - n %% 500 END, '', current_date, %(who)s, '', '', '', '', ''
FROM generate_series(1, %(cards)s) n JOIN signer ON place = n * 7919 %% %(workers)s + 1
"""


def fill(cluster, workers: int, cards: int) -> dict:
    """One campaign with this many workers on its list and as many cards, one in ten of them wanting.

    Written past the triggers: what is measured is reading.
    """
    import psycopg
    from django.utils import timezone

    from ip2a.factories import UserFactory
    from members.factories import OrganizationFactory
    from organizing import factories as make

    today, who, employer = timezone.localdate(), UserFactory(role="organizer"), OrganizationFactory()
    campaign = make.CampaignFactory(employer=employer, opened_on=today - timedelta(days=700))
    unit_list = make.UnitListFactory(campaign=campaign, as_of=today - timedelta(days=20))
    told = {"campaign": campaign.pk, "employer": employer.pk, "who": who.pk, "list": unit_list.pk}
    with psycopg.connect(cluster.url("superuser"), autocommit=True) as database:
        database.execute("SET session_replication_role = replica")
        for statement in (WORKERS, LISTED, SIGNED):
            database.execute(statement, told | {"workers": workers, "cards": cards})
    return {"campaign": campaign, "who": who}


def timed(rounds: int, act: Callable[[], object]) -> tuple[float, float]:
    act()
    found = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        found.append((time.perf_counter() - began) * 1000)
    return min(found), quantile(found, 0.5)


def settle(cluster) -> None:
    import psycopg

    with psycopg.connect(cluster.url("superuser"), autocommit=True) as database:
        for table in ("worker", "unitlistentry", "assessment", "authorizationcard"):
            database.execute(f"VACUUM ANALYZE organizing_{table}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=2_000)
    parser.add_argument("--cards", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with house(durable=False) as cluster:
        from django.core.management import call_command
        from django.test import Client
        from django.urls import reverse

        call_command("collectstatic", interactive=False, verbosity=0)
        with system():
            chart = fill(cluster, options.workers, options.workers // 2)
            many = fill(cluster, options.cards // 2, options.cards)
        settle(cluster)
        client = Client()
        client.force_login(chart["who"])
        print(f"{'':44} {'best ms':>8} {'middle':>8}")
        for by in GROUPS:
            address = f"{reverse('organizing:campaign_chart', args=[chart['campaign'].pk])}?by={by}"
            answer = client.get(address)
            assert answer.status_code == 200, answer.status_code
            size = len(answer.content) / 1024
            best, middle = timed(options.rounds, lambda address=address: client.get(address))
            print(f"{f'wall chart of {options.workers:,} by {by} ({size:.0f} KB)':44} {best:8.1f} {middle:8.1f}")
            tell(f"wall chart of {options.workers:,} workers by {by}: p50", middle, "ms", most=300)
        count_gauges(many, options)


def count_gauges(many: dict, options: argparse.Namespace) -> None:
    from django.db import connection

    from organizing.counting import cards

    with system():
        found = cards.gauges(many["campaign"])
        best, middle = timed(options.rounds, lambda: cards.gauges(many["campaign"]))
        told = f"{found.valid:,} count, {found.left_out:,} do not"
        print(f"{f'gauges of {options.cards:,} cards ({told})':44} {best:8.1f} {middle:8.1f}")
        tell(f"gauges of {options.cards:,} cards: p50", middle, "ms", most=50)
        if options.rounds > 20:
            unit_list = cards.list_for(many["campaign"])
            with connection.cursor() as cursor:
                cursor.execute(
                    "EXPLAIN (ANALYZE, BUFFERS) " + cards.COUNTED,
                    cards._parameters(many["campaign"], unit_list, found.on, 365),
                )
                print("\n".join(line for (line,) in cursor.fetchall()))


if __name__ == "__main__":
    main()
