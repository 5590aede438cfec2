"""The web server's settings; `manage.py up` gives the address."""

import gc
import os
import resource
import signal
from typing import Any

from ip2a.embedded import process

SPARE_FILES = 500

workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))
preload_app = True  # the code is read once and shared
worker_connections = int(os.environ.get("WEB_CONNECTIONS", "4000"))  # open at once; those that rest need no thread
timeout = 120  # a large export or upload
graceful_timeout = 10
keepalive = 5
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # a heartbeat, no data
loglevel = "warning"
proc_name = "ip2a-web"


def on_starting(server: Any) -> None:
    """Each connection is an open file, and many systems start programs with 1,024 of them although more are allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(soft, worker_connections + SPARE_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def post_fork(server: Any, worker: Any) -> None:
    """A worker whose master is gone would hold the address and answer nobody."""
    process.dies_with_parent(signal.SIGKILL, parent=server.pid)()


def post_worker_init(worker: Any) -> None:
    """Django is loaded by now."""
    from ip2a.db import resting

    resting.begin()


def when_ready(server: Any) -> None:
    """What is loaded by now stays: the garbage collector need not walk through it again (it took 60 ms each time)."""
    gc.collect()
    gc.freeze()
