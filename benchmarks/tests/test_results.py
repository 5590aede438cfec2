"""What scripts say of their figures comes together in one table, and what is not measured again stays."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks import results
from benchmarks.catalog import SCRIPTS, Script
from benchmarks.figures import FILE, Figure, tell

PAGES, SEED = Script("pages", "Pages", 150), Script("seed", "Volume", 60, has_quick=True)


def result(script=PAGES, *, quick=False, **changed):
    command = " ".join([".venv/bin/python", *script.command(quick=quick)])
    given = {"measured_at": "2026-11-29 08:25", "machine": "2 cores", "seconds": 61.4, "output": "list 9.5"}
    return results.Result(script.name, command, load_before=0.1, load_after=1.27, **(given | changed))


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (Figure("page", 9.53, "ms", most=15), ("at most 15 ms", True)),
        (Figure("page", 15.01, "ms", most=15), ("at most 15 ms", False)),
        (Figure("requests", 299, "requests/s", least=300), ("at least 300 requests/s", False)),
        (Figure("ratio", 1.2, "x", most=1.2), ("at most 1.2x", True)),
        (Figure("traces", 1, most=0, least=0), ("0", False)),
        (Figure("rate", 99.5, "%", least=99, most=100), ("at least 99 %, at most 100 %", True)),
        (Figure("rows", 455_155, "rows"), ("", None)),
    ],
)
def test_a_figure_says_what_is_wanted_and_whether_it_holds(figure, said):
    assert (figure.goal, figure.holds) == said


def test_what_is_told_goes_to_the_file_that_was_asked_for_and_otherwise_nowhere(tmp_path, monkeypatch):
    monkeypatch.delenv(FILE, raising=False)
    figure = tell("page", 9, "ms", most=15, note="p50")
    monkeypatch.setenv(FILE, str(tmp_path / "figures"))
    tell("page", 9, "ms", most=15, note="p50")
    tell("traces", 0, most=0, least=0)
    lines = (tmp_path / "figures").read_text().splitlines()
    assert [Figure(**json.loads(line)) for line in lines] == [figure, Figure("traces", 0.0, most=0, least=0)]


def test_the_page_begins_with_one_table_of_all_figures():
    pages = result(figures=[Figure("list | p50", 9.53, "ms", most=15), Figure("twice", 1.3, "x", most=1.2, note="8 s")])
    seed = result(SEED, quick=True, figures=[Figure("rows", 455_155.0)], trouble="disk full (status 1)")
    head, outputs, quiet = re.split(r"## What each.*|## How quiet.*", results.page([(PAGES, pages), (SEED, seed)]))
    assert head == (
        "# Figures\n\n"
        "Measured 2026-11-29 08:25 to 2026-11-29 08:25 UTC on 2 cores.\n\n"
        "1 of 2 figures that something is wanted of hold. 1 of the commands could not run to the end.\n\n"
        "| figure | of | measured | wanted | holds | command |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        "| list \\| p50 | Pages | 9.5 ms | at most 15 ms | yes | `.venv/bin/python benchmarks/pages.py` |\n"
        "| twice | Pages | 1.30x (8 s) | at most 1.2x | **no** | `.venv/bin/python benchmarks/pages.py` |\n"
        "| all of seed | Volume | could not run: disk full (status 1) |  | **no** |"
        " `.venv/bin/python benchmarks/seed.py --quick` |\n"
        "| rows | Volume | 455,155 | – | – | `.venv/bin/python benchmarks/seed.py --quick` |\n\n"
    )
    assert "### `.venv/bin/python benchmarks/seed.py --quick`\n\n```\nlist 9.5\n```" in outputs
    assert "| `.venv/bin/python benchmarks/pages.py` | 2026-11-29 08:25 | 61 s | 0.10 | 1.27 |" in quiet


def test_what_is_not_measured_again_stays_with_its_date_and_its_machine(tmp_path):
    before = {"pages": result(figures=[Figure("list", 9.0, "ms", most=15)]), "seed": result(SEED), "gone": result()}
    results.keep(tmp_path, before, [PAGES, SEED])
    kept = results.read(tmp_path / "results.json")
    assert kept == {"pages": before["pages"], "seed": before["seed"]}
    again = replace(before["seed"], measured_at="2026-11-30 09:00", machine="4 cores")
    results.keep(tmp_path, kept | {"seed": again}, [PAGES, SEED])
    assert results.read(tmp_path / "results.json") == {"pages": before["pages"], "seed": again}
    text = (tmp_path / "RESULTS.md").read_text()
    assert re.findall("Measured .*", text) == [
        "Measured 2026-11-30 09:00 to 2026-11-30 09:00 UTC on 4 cores (seed).",
        "Measured 2026-11-29 08:25 to 2026-11-29 08:25 UTC on 2 cores (pages).",
    ]


def test_a_script_that_fails_is_a_line_of_the_table_and_the_others_run_on(tmp_path, monkeypatch, capsys):
    (tmp_path / "benchmarks").mkdir()
    say = "import json, os; open(os.environ['IP2A_FIGURES'], 'a').write(json.dumps({'name': 'said', 'measured': 1}))"
    (tmp_path / "benchmarks" / "pages.py").write_text(f"{say}\nraise SystemExit('The disk is full.')")
    (tmp_path / "benchmarks" / "seed.py").write_text(f"{say}\nimport sys; print(sys.argv[1:])")
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    monkeypatch.setattr(bench, "SCRIPTS", (PAGES, SEED))
    assert bench.measure([PAGES, SEED], quick=True) == 1
    kept = results.read(tmp_path / "results.json")
    assert [(one.trouble, one.output, one.figures) for one in kept.values()] == [
        ("The disk is full. (status 1)", "The disk is full.", [Figure("said", 1)]),
        ("", "['--quick']", [Figure("said", 1)]),
    ]
    assert "could not run: The disk is full. (status 1)" in capsys.readouterr().out


def test_every_script_of_the_catalog_is_there_and_every_script_that_measures_is_in_it():
    folder = Path(bench.__file__).parent
    telling = {path.stem for path in folder.glob("*.py") if re.search(r"^ +tell\(", path.read_text(), re.M)}
    assert {script.name for script in SCRIPTS} == telling
