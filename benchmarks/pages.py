"""What the everyday pages cost, on the whole legacy export and on twice as much.

    .venv/bin/python benchmarks/pages.py [FOLDER] [--requests 300] [--seconds 8]

One client at a time: the middle and the slowest hundredth of the times that the real web server needs over loopback,
signed in. Ten clients at once: requests a second on the members list with two workers. Then every row is there twice,
and the same is measured again: a page must not care.
"""

import argparse
import http.client
import multiprocessing
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

from figures import tell
from scratch import BASE_DIR, house, quantile

PAGES = {
    "members list": "/members/",
    "members list, filtered": "/members/?status=active&classification=foreman&has_job=yes",
    "members list, by employer": "/members/?employer=smith",
    "members list, searched": "/members/?q=smith+john",
    "search": "/search/?q=smith+john",
    "search with a typo": "/search/?q=jonhson",
    "member page": "/members/{member}/",
    "employer page": "/organizations/{organization}/",
    "employers list": "/organizations/",
    "contacts list": "/contacts/",
    "jobs list": "/jobs/",
    "jobs list, by employer": "/jobs/?employer=smith",
    "home": "/",
}
PROMISED = ("members list", "members list, filtered", "search", "member page", "employer page")
DOUBLED = """
INSERT INTO members_organization (id, {o}) SELECT id + 1000000, {o} FROM members_organization;
INSERT INTO members_organizationcontact (id, organization_id, {c})
  SELECT id + 1000000, organization_id + 1000000, {c} FROM members_organizationcontact;
INSERT INTO members_member (id, member_number, {m}) SELECT id + 1000000, 'z' || member_number, {m} FROM members_member;
INSERT INTO members_memberemployment (id, member_id, organization_id, {j})
  SELECT id + 1000000, member_id + 1000000, organization_id + 1000000, {j} FROM members_memberemployment;
""".format(
    o="name, org_type, address, city, state, zip_code, phone, email, website, is_signatory, notes",
    c="first_name, last_name, title, phone, email, is_primary, notes",
    m="first_name, middle_name, last_name, address, city, state, zip_code, phone, email, date_of_birth, hire_date, "
    "status, classification, notes",
    j="start_date, end_date, job_title, hourly_rate",
)


class Server:
    """gunicorn as in production: two workers, static files hashed, DEBUG off."""

    def __init__(self, environment: dict[str, str]):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        manage = [sys.executable, str(BASE_DIR / "manage.py")]
        subprocess.run([*manage, "collectstatic", "--noinput", "--verbosity=0"], env=environment, check=True)
        command = [sys.executable, "-m", "gunicorn", "ip2a.wsgi", "-c", str(BASE_DIR / "ip2a" / "gunicorn.py")]
        bind = ["--bind", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen([*command, *bind], cwd=BASE_DIR, env=environment)

    def __enter__(self):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=1):
                    return self
            except OSError:
                time.sleep(0.1)
        raise SystemExit("The web server did not answer within 30 seconds.")

    def __exit__(self, *problem):
        self.process.terminate()
        self.process.wait(timeout=20)


def fetch(connection: http.client.HTTPConnection, path: str, cookie: str) -> float:
    """Seconds of one request; anything but 200 ends the benchmark."""
    begin = time.perf_counter()
    connection.request("GET", path, headers={"Cookie": cookie})
    response = connection.getresponse()
    response.read()
    if response.status != 200:
        raise SystemExit(f"{path} answered {response.status}.")
    return time.perf_counter() - begin


def one_client(port: int, path: str, cookie: str, requests: int, warm: int = 20) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for _ in range(warm):
        fetch(connection, path, cookie)
    times = [fetch(connection, path, cookie) for _ in range(requests)]
    connection.close()
    return times


def _read(connection: socket.socket) -> None:
    """One answer, read with as little work as a load client can do: it shares the two cores with the server."""
    received = connection.recv(65536)
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise SystemExit(f"The server answered {head[:60]!r}.")
    left = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]) - len(body)
    while left > 0:
        left -= len(connection.recv(min(left, 65536)))


def _many(port: int, path: str, cookie: str, clients: int, seconds: float, result) -> None:
    counts = [0] * clients
    end = time.monotonic() + seconds

    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n".encode()

    def ask(number: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            while time.monotonic() < end:
                connection.sendall(request)
                _read(connection)
                counts[number] += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result.value = sum(counts) / seconds


def ten_clients(port: int, path: str, cookie: str, seconds: float) -> float:
    """Requests a second; the clients are a process of their own on the same machine."""
    result = multiprocessing.Value("d", 0.0)
    process = multiprocessing.Process(target=_many, args=(port, path, cookie, 10, seconds, result))
    process.start()
    process.join()
    return result.value


def sign_in() -> tuple[object, str]:
    from django.conf import settings
    from django.test import Client

    from ip2a.factories import UserFactory

    client = Client()
    client.force_login(UserFactory(role="staff"))
    return client, f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def questions(client, path: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    return len(queries)


def busiest() -> dict[str, int]:
    """The member and the employer with the most jobs."""
    from django.db.models import Count

    from members.models import MemberEmployment

    jobs = MemberEmployment.objects.order_by()
    most = {key: jobs.values(key).annotate(n=Count("id")).order_by("-n")[0][key] for key in ("member", "organization")}
    return {"member": most["member"], "organization": most["organization"]}


def measure(environment, client, cookie: str, requests: int, seconds: float) -> dict[str, tuple[float, float, int]]:
    subjects = busiest()
    found = {}
    with Server(environment) as server:
        for name, template in PAGES.items():
            path = template.format(**subjects)
            times = one_client(server.port, path, cookie, requests)
            found[name] = (quantile(times, 0.5) * 1000, quantile(times, 0.99) * 1000, questions(client, path))
        found["requests/s"] = (ten_clients(server.port, "/members/", cookie, seconds), 0.0, 0)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default=str(BASE_DIR.parent / "shared" / "legacy"), type=Path)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=8.0)
    options = parser.parse_args()
    with house() as cluster:
        import psycopg

        manage = [sys.executable, str(BASE_DIR / "manage.py")]
        subprocess.run([*manage, "legacy", str(options.folder)], check=True)
        client, cookie = sign_in()
        environment = dict(os.environ)
        with psycopg.connect(cluster.url("owner"), autocommit=True) as owner:
            settle(cluster)
            once = measure(environment, client, cookie, options.requests, options.seconds)
            owner.execute(DOUBLED)
            settle(cluster)
        twice = measure(environment, client, cookie, options.requests, options.seconds)
    show(once, twice)


def settle(cluster) -> None:
    """Do now what the server would do in the background while the pages are measured."""
    import psycopg

    with psycopg.connect(cluster.url("superuser"), autocommit=True) as database:
        database.execute("VACUUM ANALYZE")
        database.execute("CHECKPOINT")


def show(once, twice) -> None:
    print(
        f"{'page':28} {'p50 ms':>8} {'p99 ms':>8} {'queries':>8} {'p50 at 2x':>10} {'ratio':>6} {'queries at 2x':>14}"
    )
    for name in PAGES:
        p50, p99, asked = once[name]
        again, _, asked_again = twice[name]
        print(f"{name:28} {p50:8.1f} {p99:8.1f} {asked:8} {again:10.1f} {again / p50:6.2f} {asked_again:14}")
    at_once, at_once_twice = once["requests/s"][0], twice["requests/s"][0]
    print(f"ten clients on the members list: {at_once:.0f} requests/s; at 2x {at_once_twice:.0f}")
    tell("ten clients at once on the members list", at_once, "requests/s", least=300, note=f"at 2x {at_once_twice:.0f}")
    tell_pages(once, twice)


def tell_pages(once, twice) -> None:
    for name in PROMISED:
        (p50, p99, _), again = once[name], twice[name][0]
        tell(f"{name}: p50", p50, "ms", most=15)
        tell(f"{name}: p99", p99, "ms", most=60)
        tell(f"{name}: p50 at twice the data", again / p50, "x", most=1.2, note=f"{again:.1f} ms beside {p50:.1f} ms")
    differing = [name for name in PAGES if once[name][2] != twice[name][2]]
    tell("pages that ask more queries of twice the data", len(differing), most=0, least=0, note=f"of {len(PAGES)}")


if __name__ == "__main__":
    main()
