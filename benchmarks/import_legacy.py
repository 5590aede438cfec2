"""Import of the old system's four files with the audit trail on: seconds, rows a second, memory, half and whole.

.venv/bin/python benchmarks/import_legacy.py [FOLDER]      (default ../shared/legacy)
"""

import gzip
import os
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from figures import tell
from scratch import BASE_DIR, house

FILES = ("organizations.csv.gz", "organization_contacts.csv.gz", "members.csv.gz", "member_employments.csv.gz")
KINDS = ("organizations", "contacts", "members", "employments")
UNDO = """
import django
django.setup()
from ip2a.models import ImportBatch
from ip2a.undo import undo
batch = ImportBatch.objects.filter(kind="employments", state="imported").earliest("id")
print(undo(batch.number, by=None, reason="Measured").taken_back)
"""


def run(command: list[str]) -> tuple[float, int, str]:
    """Seconds, peak memory in KB, and what it printed."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, errors = process.stdout.read(), process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)}\n{out}{errors}")
    return time.perf_counter() - start, used.ru_maxrss, out


def half_of(source: Path, target: Path) -> int:
    """The first half of the rows, under the same header."""
    with gzip.open(source, "rt", encoding="utf-8", newline="") as file:
        rows = sum(1 for _ in file) - 1
    with gzip.open(source, "rt", encoding="utf-8", newline="") as file, gzip.open(target, "wt", newline="") as half:
        half.writelines(islice(file, rows // 2 + 1))
    return rows // 2


def line(what: str, rows: int, seconds: float, peak: int) -> None:
    print(f"{what:<44}{rows:>9,}{seconds:>9.1f}{rows / seconds:>10,.0f}{peak / 1024:>9.0f}")


def main(folder: Path) -> None:
    manage = [sys.executable, "manage.py"]
    print(f"{'what':<44}{'rows':>9}{'seconds':>9}{'rows/s':>10}{'MB peak':>9}")
    with house():
        whole = 0
        for name, kind in zip(FILES, KINDS, strict=True):
            seconds, peak, out = run([*manage, "import_records", kind, str(folder / name)])
            rows = int(out.rsplit(" rows read", 1)[0].split()[-1].replace(",", ""))
            whole = seconds
            line(f"import_records {kind}", rows, seconds, peak)
        seconds, peak, _ = run([*manage, "import_records", KINDS[3], str(folder / FILES[3]), "--dry-run"])
        line("the same, --dry-run", rows, seconds, peak)
        seconds, peak, _ = run([*manage, "import_records", KINDS[3], str(folder / FILES[3])])
        line("the same a second time (nothing to change)", rows, seconds, peak)
        seconds, peak, out = run([sys.executable, "-c", UNDO])
        taken_back = int(out.split()[-1].replace(",", ""))
        line("taking that import back", taken_back, seconds, peak)
        tell("an import taken back", seconds, "s", note=f"{taken_back:,} rows")
    with house(), tempfile.TemporaryDirectory() as scratch:
        seconds, peak, out = run([*manage, "legacy", str(folder)])
        rows = next(int(row.split()[1].replace(",", "")) for row in out.splitlines() if row.startswith("all"))
        line("make legacy: all four files", rows, seconds, peak)
        tell("import of the old system's four files, audit trail on", seconds, "s", most=40, note=f"{rows:,} rows")
        tell("the same import: most memory", peak / 1024, "MB", most=400)
    with house(), tempfile.TemporaryDirectory() as scratch:
        for name, kind in zip(FILES[:3], KINDS[:3], strict=True):
            run([*manage, "import_records", kind, str(folder / name)])
        half = Path(scratch) / FILES[3]
        rows = half_of(folder / FILES[3], half)
        seconds, peak, _ = run([*manage, "import_records", KINDS[3], str(half)])
        line("half of the jobs", rows, seconds, peak)
        print(f"whole file / half of it: {whole / seconds:.2f} times the time")
        tell("import of twice the rows", whole / seconds, "x", most=2.2, note="the time of half of the jobs is 1")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else BASE_DIR.parent / "shared" / "legacy")
