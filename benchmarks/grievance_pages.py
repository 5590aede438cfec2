"""What the pages of grievances cost with 20,000 cases, and with twice as many.

    .venv/bin/python benchmarks/grievance_pages.py [--cases 20000] [--requests 60] [--rounds 5]

One client at a time over loopback, signed in as a representative, against the real web server. A machine that others
use is noisy: each page is measured in several rounds, and the best round is shown. The report is looked at less often.
"""

import argparse
import os

import psycopg
from figures import tell
from grievance_rows import fill, people
from pages import Server, one_client, questions, settle
from scratch import house, quantile

PAGES = {
    "members list (to compare)": "/members/",
    "list": "/grievances/",
    "list, running at step 1": "/grievances/?status=running&step=step_1",
    "list, overdue": "/grievances/?overdue=ours",
    "list, due within 7 days": "/grievances/?due=7",
    "list, by employer": "/grievances/?employer=volt+electric+3",
    "list, by outcome": "/grievances/?outcome=closed",
    "list, by one article": "/grievances/?article_is=Art.+9",
    "list, searched by number": "/grievances/?q={number}",
    "list, searched by name": "/grievances/?q=lima+rosa",
    "list, searched by words": "/grievances/?q=overtime+turn",
    "list, page 200": "/grievances/?page=200",
    "search": "/search/?q=lima+rosa",
    "board": "/grievances/board/",
    "board, mine": "/grievances/board/?representative=mine",
    "due soon": "/grievances/due/",
    "overdue": "/grievances/due/overdue/",
    "case page": "/grievances/{case}/",
    "information requests": "/information-requests/",
    "limits": "/grievances/limits/?side=employer&state=default",
    "member page": "/members/{member}/",
    "employer page": "/organizations/{employer}/",
    "home": "/",
    "reports": "/grievances/reports/",
    "reports, one year": "/grievances/reports/?filed_from=2025-01-01&filed_to=2025-12-31",
}
PROMISED = ("members list (to compare)", "list", "list, running at step 1", "board")
RARE = ("reports", "reports, one year")


def prepare() -> dict:
    """An agreement in force, twenty representatives, and who is signed in."""
    from django.conf import settings
    from django.test import Client

    from grievances.factories import agreement_in_force
    from grievances.models import Subject
    from ip2a.factories import UserFactory

    reps = [UserFactory(role="representative", first_name="Rep", last_name=f"Number {n}") for n in range(20)]
    client = Client()
    client.force_login(reps[0])
    return {
        "client": client,
        "cookie": f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}",
        "version": agreement_in_force().pk,
        "subjects": list(Subject.objects.values_list("pk", flat=True)),
        "reps": [rep.pk for rep in reps],
    }


def shown() -> dict:
    """Who stands in the addresses: the running case with the most limits, and whose it is."""
    from grievances.models import Grievance

    case = Grievance.objects.running().filter(current_step="arbitration").latest("pk")
    return {
        "case": case.pk,
        "number": case.grievance_number,
        "member": case.member_id,
        "employer": case.employer_id,
    }


def measure(told: dict, requests: int, rounds: int) -> dict[str, tuple[float, float, int]]:
    named = shown()
    found = {}
    with Server(dict(os.environ)) as server:
        for name, template in PAGES.items():
            path = template.format(**named)
            each = max(requests // 6, 3) if name in RARE else requests
            times = [one_client(server.port, path, told["cookie"], each) for _ in range(rounds)]
            p50, p99 = (min(quantile(one, share) for one in times) * 1000 for share in (0.5, 0.99))
            found[name] = (p50, p99, questions(told["client"], path))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--requests", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with house() as cluster:
        told = prepare()
        rows = {key: told[key] for key in ("version", "subjects", "reps")}
        results = []
        with psycopg.connect(cluster.url("superuser"), autocommit=True) as database:
            people(database)
            for first in (0, options.cases):
                fill(database, first=first, count=options.cases, **rows)
                settle(cluster)
                results.append(measure(told, options.requests, options.rounds))
    show(*results)


def show(once: dict, twice: dict) -> None:
    print(
        f"{'page':28} {'p50 ms':>8} {'p99 ms':>8} {'queries':>8} {'p50 at 2x':>10} {'ratio':>6} {'queries at 2x':>14}"
    )
    for name, (p50, p99, asked) in once.items():
        again, _, asked_again = twice[name]
        print(f"{name:28} {p50:8.1f} {p99:8.1f} {asked:8} {again:10.1f} {again / p50:6.2f} {asked_again:14}")
    for name in PROMISED:
        (p50, p99, _), again = once[name], twice[name][0]
        tell(f"grievances, {name}: p50", p50, "ms", most=15)
        tell(f"grievances, {name}: p99", p99, "ms", most=60)
        tell(f"grievances, {name}: p50 at twice the data", again / p50, "x", most=1.2)


if __name__ == "__main__":
    main()
