"""The web server's settings; `manage.py up` gives the address."""

import gc
import os
import signal
from typing import Any

from ip2a.embedded import process

workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))
preload_app = True  # the code is read once and shared
timeout = 120  # a large export or upload
graceful_timeout = 10
keepalive = 5
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # a heartbeat, no data
loglevel = "warning"
proc_name = "ip2a-web"


def post_fork(server: Any, worker: Any) -> None:
    """A worker whose master is gone would hold the address and answer nobody."""
    process.dies_with_parent(signal.SIGKILL, parent=server.pid)()


def when_ready(server: Any) -> None:
    """What is loaded by now stays: the garbage collector need not walk through it again (it took 60 ms each time).

    A page makes some tens of thousands of objects and drops them at its end; looking for rubbish after each 700, as
    Python does by itself, costs a tenth of the page.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
