"""The servers that IP2A brings along: PostgreSQL and Valkey under <repository>/var, for a machine that has none.

Nothing here needs Django: `manage.py` starts them before the settings are read.
"""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import environ

from ip2a.embedded import place
from ip2a.embedded.broker import Broker
from ip2a.embedded.errors import CannotStart
from ip2a.embedded.postgres import Cluster

__all__ = [
    "Broker",
    "CannotStart",
    "Cluster",
    "Servers",
    "default_urls",
    "ensure_running",
]


WAITING = "The database here is just being started or stopped by another command; waiting for it.\n"


class Servers:
    """Both servers of one repository, and who uses them at the moment.

    Every process that uses them holds a shared lock on `users.lock`; whoever leaves last puts out the light.
    """

    def __init__(self, base_dir: Path) -> None:
        self.var = Path(base_dir).resolve() / "var"
        if (env_file := Path(base_dir) / ".env").is_file():
            environ.Env.read_env(env_file)
        self.cluster = None if os.environ.get("DATABASE_URL") else Cluster(self.var / "cluster")
        self.broker = None if os.environ.get("REDIS_URL") else Broker(self.var / "broker")
        self._users: IO[str] | None = None

    @property
    def wanted(self) -> list[Cluster | Broker]:
        return [server for server in (self.cluster, self.broker) if server is not None]

    def start(self, *, tied: bool) -> None:
        for server in self.wanted:
            server.start(tied=tied)

    def stop(self) -> None:
        for server in reversed(self.wanted):
            server.stop()

    def join(self) -> None:
        """Use them, starting what does not run; they outlive this process when another still uses them."""
        place.make_folder(self.var)
        with place.locked(self.var / "start.lock", waiting=_say_waiting):
            self._users = (self.var / "users.lock").open("a")
            fcntl.flock(self._users, fcntl.LOCK_SH)
            self.start(tied=False)

    def leave(self) -> None:
        """Stop using them, and stop them if nobody else does."""
        with place.locked(self.var / "start.lock"):
            if self._alone():
                self.stop()
            self._let_go()

    def own(self) -> bool:
        """Start them as children that cannot outlive this process; False while another process uses them."""
        place.make_folder(self.var)
        with place.locked(self.var / "start.lock"):
            self._users = (self.var / "users.lock").open("a")
            if not self._alone():
                self._let_go()
                return False
            self.stop()  # left over from a process that was killed
            fcntl.flock(self._users, fcntl.LOCK_SH)
            self.start(tied=True)
        return True

    @contextmanager
    def closing(self) -> Iterator[None]:
        """Around the end of an owner: a command that comes meanwhile waits, and then starts servers of its own. Else it
        would join those that end under it, or make the folder of their sockets that is just being taken away."""
        if not self.wanted:
            yield
            return
        with place.locked(self.var / "start.lock"):
            yield

    def disown(self) -> None:
        """Only inside of ``closing``, where others may come."""
        self.stop()
        self._let_go()

    def _alone(self) -> bool:
        assert self._users is not None
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _let_go(self) -> None:
        if self._users is not None:
            self._users.close()
            self._users = None


def _say_waiting() -> None:
    sys.stderr.write(WAITING)


def default_urls(base_dir: Path) -> dict[str, str]:
    """The addresses of the servers under base_dir/var, whether they run or not."""
    var = Path(base_dir).resolve() / "var"
    cluster, broker = Cluster(var / "cluster"), Broker(var / "broker")
    return {
        "DATABASE_URL": cluster.url("app"),
        "DATABASE_OWNER_URL": cluster.url("owner"),
        "REDIS_URL": broker.url(),
        "CACHE_URL": broker.cache_url(),
    }


@contextmanager
def ensure_running(base_dir: Path) -> Iterator[None]:
    """For a single command: servers run during it, and are left as they were found."""
    servers = Servers(base_dir)
    if not servers.wanted:
        yield
        return
    try:
        servers.join()
    except CannotStart as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None
    try:
        yield
    finally:
        servers.leave()
