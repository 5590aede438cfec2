"""Does anything leak? Every address, search, type-ahead, export, feed and error page, asked by everybody outside.

    .venv/bin/python benchmarks/organizing_probe.py

On a cluster of its own. A probe is one request. A trace is the mark that every record of the compartment carries, an
answer that differs from that about a record that never was, or a page that differs from the same page with an empty
compartment. Raw SQL as the application's role is counted apart.
"""

import logging
import sys
from collections import Counter

from figures import tell
from scratch import house


def people(roles):
    from django.test import Client

    from ip2a.factories import UserFactory

    for role in roles:
        client = Client(HTTP_HOST="localhost")
        client.user = None
        if role != "stranger":
            client.user = UserFactory(role=role)
            client.force_login(client.user)
        yield role or "no role", client


def pages_of(around):
    from organizing.tests import probing

    pages = [page for page in probing.plain_addresses() if page[0] != "organizing:access"]
    return [*pages, ("employer", around.employer.get_absolute_url()), ("member", around.salt.get_absolute_url())]


def tables_seen(user) -> int:
    """Tables in which raw SQL finds, changes or removes a row, saying that this person asks."""
    from django.db import ProgrammingError, connection, transaction

    from ip2a import audit, walls

    seen = 0
    overseen = ("organizing_breakglass", "organizing_campaignaccess")
    with audit.reading_as(user) if user else audit.acting(command="nobody"), connection.cursor() as cursor:
        for walled in walls.walled_models():
            table = walled._meta.db_table
            if table in overseen and user and user.has_perm("organizing.oversee"):
                continue
            for statement in (f"SELECT FROM {table}", f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
                try:
                    with transaction.atomic():
                        cursor.execute(statement)
                        seen += cursor.rowcount > 0
                        transaction.set_rollback(True)
                except ProgrammingError:
                    continue  # the table refuses the verb to everybody
    return seen


def ask(who, client, around, made, before) -> tuple[Counter, Counter]:
    """All that one person asks: how many probes of each way, and how many of them found something."""
    from ip2a import walls
    from organizing.tests import probing

    counted, found = Counter(), Counter()
    for name, address in pages_of(around):
        one = probing.probe(client, name, address)
        counted["pages"] += 1
        found["pages"] += one.has_trace or probing.same_for_all(one.body) != before[who, address]
    for name, real, other in probing.record_addresses(made):
        if who == "officer" and name in ("organizing:breakglass_end", *probing.KNOWN_TO_OFFICERS):
            continue
        for method in ("get", "post"):
            counted["records"] += 2
            found["records"] += differs(client, name, real, other, method)
    for way, address in probing.asked_addresses(made):
        counted[way] += 1
        found[way] += probing.probe(client, way, address).has_trace
    if client.user:
        counted["feed"] += 1
        found["feed"] += probing.feed_of(client, client.user).has_trace
    counted["raw SQL"] = 3 * len(walls.walled_models())
    found["raw SQL"] = tables_seen(client.user)
    return counted, found


def differs(client, name, real, other, method) -> bool:
    """Whether the address of a record answers otherwise than that of a record that never was."""
    from organizing.tests import probing

    one, none = (probing.probe(client, name, path, method) for path in (real, other))
    numbers = [int(part) for part in real.split("/") if part.isdigit()] + [probing.NEVER_WAS]
    bodies = {probing.same_for_all(answer.body, *numbers) for answer in (one, none)}
    return one.has_trace or one.status != none.status or len(bodies) > 1


def show(ways, traces) -> int:
    names = sorted(traces)
    width = max(map(len, ways))
    print(f"{'':{width}} " + " ".join(f"{name:>12.12}" for name in names))
    for who, counted in ways.items():
        print(f"{who:{width}} " + " ".join(f"{counted[name]:>12}" for name in names))
    print(f"{'traces':{width}} " + " ".join(f"{traces[name]:>12}" for name in names))
    total = sum(sum(counted.values()) for counted in ways.values())
    print(f"{total:,} probes by {len(ways)} people outside, {sum(traces.values())} traces.")
    note = f"{total:,} probes by {len(ways)} people outside"
    tell("traces of organizing found by those outside", sum(traces.values()), most=0, least=0, note=note)
    return 1 if sum(traces.values()) else 0


def main() -> int:
    with house(durable=False):
        from django.core.management import call_command

        from ip2a import compartments
        from organizing.tests import probing
        from organizing.tests.room import fill, ordinary

        logging.disable(logging.ERROR)  # every refusal would be told
        call_command("collectstatic", "--noinput", verbosity=0)
        around = ordinary()
        clients = dict(people(probing.OUTSIDERS))
        before = {}
        for who, client in clients.items():
            for name, address in pages_of(around):
                before[who, address] = probing.same_for_all(probing.probe(client, name, address).body)
        with compartments.system("organizing", "the probe"):
            made = fill(around)
        ways, traces = {}, Counter()
        for who, client in clients.items():
            ways[who], found = ask(who, client, around, made, before)
            traces.update(found)
        return show(ways, traces)


if __name__ == "__main__":
    sys.exit(main())
