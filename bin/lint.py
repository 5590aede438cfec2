"""Everything that can be known about the code without running it; prints only what is wrong."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PRODUCTION = {
    "IP2A_ENV": "production",
    "DEBUG": "false",
    "SECRET_KEY": "Only_for_this_check_" + "0123456789abcdefghijklmnopqrstuvwxyz_ABCDEFG",
    "ALLOWED_HOSTS": "ip2a.example.org",
    "DATABASE_URL": "postgres://ip2a_app@localhost/ip2a",
    "DATABASE_OWNER_URL": "postgres://ip2a_owner@localhost/ip2a",
    "REDIS_URL": "redis://localhost:6379/0",
}
MANAGE = [sys.executable, "-W", "ignore::RuntimeWarning", "manage.py"]
CHECKS: dict[str, tuple[list[str], dict[str, str]]] = {
    "types": ([sys.executable, "-m", "mypy", "--no-error-summary"], {}),
    "ruff check": ([sys.executable, "-m", "ruff", "check", "--quiet", "."], {}),
    "ruff format": ([sys.executable, "-m", "ruff", "format", "--quiet", "--check", "--diff", "."], {}),
    "imports": ([str(BIN / "lint-imports"), "--no-logo"], {}),
    "templates": ([sys.executable, "-m", "djlint", "--lint", "--quiet", "templates"], {}),
    "migrations": ([*MANAGE, "makemigrations", "--check", "--dry-run", "--verbosity=1"], {}),
    "deployment": ([*MANAGE, "check", "--deploy", "--fail-level=WARNING"], PRODUCTION),
}


def ask(name: str) -> tuple[subprocess.CompletedProcess[str], float]:
    command, environment = CHECKS[name]
    began = time.monotonic()
    result = subprocess.run(
        command,
        cwd=BASE_DIR,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return result, time.monotonic() - began


def main() -> int:
    failed = []
    with ThreadPoolExecutor(os.cpu_count()) as several:  # the longest begins first
        asked = {name: several.submit(ask, name) for name in CHECKS}
        for name, answer in asked.items():
            result, seconds = answer.result()
            word = "FAILED" if result.returncode else "ok"
            sys.stdout.write(f"{name:<12} {word:<6} {seconds:5.1f} s\n")
            if result.returncode:
                failed.append(name)
                sys.stdout.write(result.stdout)
            sys.stdout.flush()
    if failed:
        sys.stdout.write(f"Not clean: {', '.join(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
