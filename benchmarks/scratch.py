"""A cluster of its own for a benchmark: made in a temporary folder, migrated, and gone afterwards."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BASE_DIR))


@contextmanager
def house(*, durable: bool = True, settings: dict[str, str] | None = None) -> Iterator:
    """Django, set up on an empty migrated cluster with a broker beside it; gives the cluster. ``settings`` are the
    server's."""
    with servers(durable=durable, settings=settings) as (cluster, _):
        yield cluster


@contextmanager
def servers(*, durable: bool = True, settings: dict[str, str] | None = None) -> Iterator[tuple]:
    """As ``house``; gives the cluster and the broker."""
    from ip2a.embedded.broker import Broker  # the path is set above
    from ip2a.embedded.postgres import Cluster

    folder = Path(tempfile.mkdtemp(prefix="ip2a-benchmark-"))
    cluster, broker = Cluster(folder / "postgres", durable=durable, settings=settings), Broker(folder / "broker")
    try:
        cluster.start()
        broker.start()
        os.environ |= {
            "DATABASE_URL": cluster.url("app"),
            "DATABASE_OWNER_URL": cluster.url("owner"),
            "REDIS_URL": broker.url(),
            "CACHE_URL": broker.cache_url(),
            "DJANGO_SETTINGS_MODULE": "ip2a.settings",
            "DEBUG": "0",
        }
        migrate = [sys.executable, str(BASE_DIR / "manage.py"), "migrate", "--verbosity=0"]
        subprocess.run(migrate, check=True)
        import django  # only now do the settings know the cluster

        django.setup()
        yield cluster, broker
    finally:
        broker.stop()
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def quantile(values: list[float], share: float) -> float:
    """The value below which this share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
