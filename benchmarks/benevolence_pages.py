"""What the queue and the lists of benevolence cost with 50,000 applications in the books.

    .venv/bin/python benchmarks/benevolence_pages.py [--applications 50000] [--requests 200]

The rows are written by SQL into a house of its own. Times are those of the real web server over loopback, signed in as
an officer and as staff; the members list of the same house stands beside them for comparison.
"""

import argparse
import os

from figures import tell
from pages import Server, one_client, questions, settle
from scratch import house, quantile

PAGES = {
    "officer": {
        "queue": "/admin/benevolence/benevolenceapplication/",
        "queue, all": "/admin/benevolence/benevolenceapplication/?queue=all",
        "list": "/benevolence/",
        "list, being decided": "/benevolence/?status=in_review&sort=-asked",
        "list, overdue": "/benevolence/?overdue=yes",
        "list, one reason": "/benevolence/?reason=disaster&sort=asked",
        "list, of a member": "/benevolence/?q=7000042",
        "list, by number": "/benevolence/?q=BA-2020-0042",
        "list, submitted between": "/benevolence/?submitted_from=2020-01-01&submitted_to=2020-03-31",
        "list, page 100": "/benevolence/?page=100",
        "ledger": "/benevolence/fund/ledger/",
        "fund": "/benevolence/fund/",
        "home": "/",
    },
    "staff": {"list": "/benevolence/", "members list": "/members/", "member page": "/members/{member}/", "home": "/"},
}
PROMISED = (
    ("officer", "queue"),
    ("officer", "list"),
    ("officer", "list, being decided"),
    ("staff", "list"),
    ("staff", "members list"),
)
MEMBERS = """
INSERT INTO members_member (member_number, first_name, middle_name, last_name, address, city, state, zip_code, phone,
  email, hire_date, status, classification, notes)
SELECT (7000000 + n)::text, 'Rosa', '', 'Lima ' || n, '', '', '', '', '', '', '2001-03-05', 'active', 'journeyman', ''
FROM generate_series(1, 10000) n;
"""
# Nine in ten are paid; of the others half are denied, and the rest lie at some level or wait to be paid.
APPLICATIONS = """
INSERT INTO benevolence_benevolenceapplication (number, member_id, filed_by_id, application_date, reason,
  amount_requested, is_emergency, status, policy_id, required_levels, attempt, round, current_level, level_since,
  review_due_on, submitted_at, decided_on, approved_amount, payment_date, payment_method)
SELECT 'BA-' || extract(year FROM day)::text || '-'
    || lpad((row_number() OVER (PARTITION BY extract(year FROM day) ORDER BY n))::text, 4, '0'),
  (SELECT min(id) FROM members_member) + n %% 10000, %(filer)s, day,
  (ARRAY['medical', 'death_in_family', 'disaster', 'hardship', 'other'])[1 + n %% 5], 100 + (n * 37) %% 7400,
  n %% 97 = 0, status, %(policy)s, ARRAY['vp', 'admin'], 1, 1,
  CASE WHEN status IN ('submitted', 'under_review') THEN (ARRAY['vp', 'admin'])[1 + n %% 2] ELSE '' END,
  CASE WHEN status IN ('submitted', 'under_review') THEN day + interval '9 hours' END,
  CASE WHEN status IN ('submitted', 'under_review') THEN day + 7 END, day + interval '9 hours',
  CASE WHEN status IN ('approved', 'denied', 'paid') THEN day + 5 END,
  CASE WHEN status IN ('approved', 'paid') THEN 100 + (n * 37) %% 7400 END,
  CASE WHEN status = 'paid' THEN day + 6 END, CASE WHEN status = 'paid' THEN 'ach' ELSE '' END
FROM (
  SELECT n, CURRENT_DATE - ((%(many)s - n) * 3650 / %(many)s)::int AS day,
    CASE WHEN n %% 10 < 9 THEN 'paid' WHEN n %% 20 = 9 THEN 'denied'
      ELSE (ARRAY['submitted', 'under_review', 'approved'])[1 + n / 20 %% 3] END AS status
  FROM generate_series(1, %(many)s) n
) AS case_;
"""
REST = """
INSERT INTO benevolence_applicationstory (application_id, description, notes, payee, creditor_name,
  creditor_reference, withdrawn_because)
SELECT id, 'A story of some length, as members tell it.', '', 'member', '', '', ''
FROM benevolence_benevolenceapplication;
INSERT INTO benevolence_benevolencereview (application_id, attempt, round, review_level, reviewer_id, reviewer_name,
  is_stand_in, decision, review_date, approved_amount, comments, for_applicant)
SELECT a.id, 1, 1, 'vp', o.person_id, 'Pat', false, 'approved', a.application_date, a.amount_requested, '', ''
FROM benevolence_benevolenceapplication a, benevolence_office o
WHERE o.level = 'vp' AND (a.status = 'paid' OR a.current_level = 'admin');
INSERT INTO benevolence_ledgerentry (fund_id, kind, amount, entry_date, application_id, payment_method, reference,
  payee_name, memo, by_id, by_name)
SELECT f.id, 'payment', -a.approved_amount, a.payment_date, a.id, 'ach', '', 'Rosa Lima', '', o.person_id, 'Pat'
FROM benevolence_benevolenceapplication a, benevolence_fund f, benevolence_office o
WHERE a.status = 'paid' AND o.level = 'admin';
"""


def fill(cluster, many: int) -> dict[str, object]:
    """People and offices by the factories, the rest by SQL past the triggers."""
    import psycopg

    from benevolence import factories
    from ip2a.factories import UserFactory

    people = factories.officers()
    factories.main_fund(balance=99_000_000)
    filer = UserFactory(role="staff")
    told = {"many": many, "filer": filer.pk, "policy": factories.policy_in_force().pk}
    with psycopg.connect(cluster.url("superuser"), autocommit=True) as database:
        database.execute("SET session_replication_role = replica")
        database.execute(MEMBERS)
        database.execute(APPLICATIONS, told)
        database.execute(REST)
    return {"officer": people["vp"], "staff": filer}


def client_of(user) -> tuple[object, str]:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client, f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--applications", type=int, default=50_000)
    parser.add_argument("--requests", type=int, default=200)
    options = parser.parse_args()
    with house() as cluster:
        users = fill(cluster, options.applications)
        settle(cluster)
        from benevolence.models import BenevolenceApplication
        from members.models import Member

        waiting = BenevolenceApplication.objects.in_review().count()
        print(f"{BenevolenceApplication.objects.count():,} applications, {waiting:,} of them being decided")
        print(f"{'as':8} {'page':26} {'p50 ms':>8} {'p99 ms':>8} {'queries':>8}")
        member = Member.objects.order_by("pk")[42].pk
        with Server(dict(os.environ)) as server:
            for name, pages in PAGES.items():
                client, cookie = client_of(users[name])
                for page, path in pages.items():
                    address = path.format(member=member)
                    times = one_client(server.port, address, cookie, options.requests)
                    p50, p99 = quantile(times, 0.5) * 1000, quantile(times, 0.99) * 1000
                    print(f"{name:8} {page:26} {p50:8.1f} {p99:8.1f} {questions(client, address):8}")
                    if (name, page) in PROMISED:
                        tell(f"benevolence, {page} ({name}): p50", p50, "ms", most=15)
                        tell(f"benevolence, {page} ({name}): p99", p99, "ms", most=60)


if __name__ == "__main__":
    main()
