"""Makes .venv hold exactly what a lock file names. Runs on a bare Python: only the standard library.

    python3 bin/bootstrap.py requirements.lock

When nothing changed it returns at once and asks no network.
"""

import contextlib
import errno
import fcntl
import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
VENV = BASE_DIR / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
OLDEST = (3, 11)
INCLUDES = {"requirements-dev.lock": ["requirements.lock"]}
NAME = r"([A-Za-z0-9][A-Za-z0-9._-]*)"
PIP_SAYS = (  # what pip writes, what it means
    (rf"No matching distribution found for {NAME}", "the package index does not offer {0} in the locked version"),
    (rf"Could not find a version that satisfies the requirement {NAME}", "the package index does not offer {0}"),
    (rf"DO NOT MATCH THE HASHES.*?\n\s+{NAME}[=<>~!]", "{0} is not the file that was locked (its hash differs)"),
    (r"(No space left on device)", "the disk is full"),
    (r"(Failed to establish a new connection|Temporary failure in name resolution|Connection refused|timed out)",
     "the package index cannot be reached"),
)  # fmt: skip


class CannotInstall(Exception):
    """One sentence: what failed, what it means, what to do."""


def main(arguments: list[str]) -> int:
    lock = BASE_DIR / (arguments[0] if arguments else "requirements.lock")
    try:
        check_python()
        with one_at_a_time():
            if not is_current(lock):
                make_venv()
                install(lock)
                remember(lock)
    except CannotInstall as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        sys.stderr.write(f"The disk that holds {BASE_DIR} is full; make room for 500 MB and try again.\n")
        return 2
    return 0


def check_python() -> None:
    wanted = ".".join(map(str, OLDEST))
    if sys.version_info < OLDEST:
        raise CannotInstall(
            f"IP2A needs Python {wanted} or newer and this is {sys.version.split()[0]}; install one and name it: "
            f"make run PYTHON=python{wanted}"
        )
    if not all(map(importlib.util.find_spec, ("venv", "ensurepip"))):
        raise CannotInstall(
            "This Python cannot make a virtual environment, as Debian keeps that part in a package of its own; "
            "install it (apt-get install python3-venv) and try again."
        )


@contextlib.contextmanager
def one_at_a_time():
    """Two makes at once must not install into the same place."""
    try:
        VENV.mkdir(exist_ok=True)
        file = (VENV / "install.lock").open("a")
    except PermissionError:
        raise CannotInstall(f"You may not write to {BASE_DIR}, so nothing can be installed; make it yours.") from None
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def digest(lock: Path) -> str:
    """Of the lock file, the Python and the place: an environment does not survive a change of any of them."""
    text = lock.read_bytes() + sys.version.encode() + str(VENV).encode()
    return hashlib.sha256(text).hexdigest()


def is_current(lock: Path) -> bool:
    if not STAMP.is_file() or not PYTHON.exists():
        return False
    return json.loads(STAMP.read_text()).get(lock.name) == digest(lock) and not missing_packages(lock)


def missing_packages(lock: Path) -> list[str]:
    """Locked packages that somebody removed from the environment."""
    site = next(VENV.glob("lib/python3*/site-packages"))
    present = {comparable(path.name.split("-")[0]) for path in site.glob("*.dist-info")}
    locked = re.findall(rf"^{NAME}==[^\n;\\]*?( ;[^\n]*)?\s*\\?$", lock.read_text(), re.MULTILINE)
    return [name for name, condition in locked if not condition and comparable(name) not in present]


def comparable(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def make_venv() -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    usable = PYTHON.exists() and (VENV / "lib" / f"python{version}" / "site-packages" / "pip").is_dir()
    if usable:
        return
    for leftover in ("bin", "lib", "lib64", "include", "share"):
        path = VENV / leftover
        if path.is_symlink():
            path.unlink()
        elif path.exists():
            shutil.rmtree(path)
    result = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if result.returncode:
        words = (result.stdout + result.stderr).strip().splitlines() or ["it said nothing"]
        raise CannotInstall(f"The virtual environment {VENV} cannot be made: {words[-1]}")


def install(lock: Path) -> None:
    number = len(re.findall(rf"^{NAME}==", lock.read_text(), re.MULTILINE))
    sys.stderr.write(f"Installing what {lock.name} names ({number}) into .venv: only now, and when it changes.\n")
    command = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--no-deps", "--no-input", "--quiet"]
    command += ["--disable-pip-version-check", "--root-user-action=ignore", "--no-warn-script-location"]
    STAMP.unlink(missing_ok=True)
    for name in missing_packages(lock):  # pip believes its own records, so a half-removed package goes first
        subprocess.run(
            [str(PYTHON), "-m", "pip", "uninstall", "--yes", "--quiet", name], capture_output=True, check=False
        )
    result = subprocess.run([*command, "--requirement", str(lock)], capture_output=True, text=True, check=False)
    if result.returncode:
        log = VENV / "install.log"
        log.write_text(result.stdout + result.stderr)
        raise CannotInstall(
            f"The packages of {lock.name} cannot be installed: {explain(result.stderr)}; "
            f"mend that and run the same command again (pip's own words are in {log.relative_to(BASE_DIR)})."
        )


def explain(words: str) -> str:
    found = [meaning.format(match[1]) for says, meaning in PIP_SAYS if (match := re.search(says, words, re.DOTALL))]
    unreachable = "the package index cannot be reached"
    if len(found) > 1 and unreachable in found:
        package = re.search(rf"No matching distribution found for {NAME}", words)
        return f"{unreachable}" + (f", so {package[1]} is missing" if package else "")
    if found:
        return found[0]
    lines = [line.removeprefix("ERROR: ") for line in words.splitlines() if line.strip()]
    return lines[-1] if lines else "pip said nothing"


def remember(lock: Path) -> None:
    names = [lock.name, *INCLUDES.get(lock.name, [])]
    STAMP.write_text(json.dumps({name: digest(BASE_DIR / name) for name in names}))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
