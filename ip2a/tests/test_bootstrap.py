"""The packages, from a bare Python: what is said when they cannot be had."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parents[2]
NOWHERE = {"PATH": "/usr/bin:/bin", "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": "/dev/null"}
OLDER = """
import runpy, sys
sys.version_info, sys.version = (3, 9, 1), "3.9.1 (somewhere)"
sys.argv = ["bootstrap.py", "requirements.lock"]
runpy.run_path("bin/bootstrap.py", run_name="__main__")
"""


@pytest.fixture
def clone(tmp_path):
    folder = tmp_path / "a house with spaces"
    (folder / "bin").mkdir(parents=True)
    shutil.copy(BASE_DIR / "bin" / "bootstrap.py", folder / "bin")
    return folder


def bootstrap(folder: Path, *how: str) -> tuple[int, str]:
    command = [sys._base_executable, *(how or ("bin/bootstrap.py", "requirements.lock"))]
    result = subprocess.run(command, cwd=folder, env=NOWHERE, capture_output=True, text=True, timeout=120, check=False)
    return result.returncode, result.stderr


def test_package_that_cannot_be_had_is_named_and_nothing_counts_as_installed(clone):
    (clone / "requirements.lock").write_text(f"no-such-thing==1.0 \\\n    --hash=sha256:{'0' * 64}\n")
    expected = (
        2,
        "Installing what requirements.lock names (1) into .venv: only now, and when it changes.\n"
        "The packages of requirements.lock cannot be installed: the package index does not offer no-such-thing in the "
        "locked version; mend that and run the same command again (pip's own words are in .venv/install.log).\n",
    )
    assert [bootstrap(clone), bootstrap(clone)] == [expected, expected]
    (clone / "requirements.lock").write_text("")
    assert bootstrap(clone)[0] == 0
    assert bootstrap(clone) == (0, "")


def test_python_that_is_too_old_is_refused(clone):
    assert bootstrap(clone, "-c", OLDER) == (
        2,
        "IP2A needs Python 3.11 or newer and this is 3.9.1; install one and name it: make run PYTHON=python3.11\n",
    )
