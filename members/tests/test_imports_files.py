"""Imports as files and commands: the report, the way out and in again, the dry run, and the old system's four files."""

import csv
import gzip
import io
from datetime import date

import pytest
from django.core.management import call_command
from django.db import InternalError, connection, transaction

from ip2a.exports import defused
from ip2a.imports import kinds, reading, running
from ip2a.models import ImportBatch, KeptValues
from members.factories import MemberEmploymentFactory, MemberFactory, OrganizationFactory
from members.models import Member, Organization, OrganizationContact
from members.tests.importing import MEMBERS, bring, figures, media, rehearse, said  # noqa: F401


def test_the_report_holds_the_refused_rows_and_can_be_imported_once_mended(db, tmp_path):
    report = tmp_path / "refused.csv"
    text = MEMBERS + "1,7000001,=Rosa,Lima,ACTVE,JOURNEYMAN,,\n2,7000002,Bo,Ek,ACTIVE,FOREMAN,,\n3,7000003,Al\n"
    assert figures(bring("members", text, report=report)) == (3, 1, 0, 0, 2)
    rows = list(csv.reader(report.open(encoding="utf-8-sig")))
    assert rows[0] == ["import_row", "import_problem", *MEMBERS.strip().split(",")]
    assert [(row[0], row[2:5]) for row in rows[1:]] == [
        ("2", ["1", "7000001", "'=Rosa"]),
        ("4", ["3", "7000003", "Al"]),
    ]
    mended = (
        report.read_text(encoding="utf-8-sig")
        .replace("'ACTVE'", "it")
        .replace("ACTVE", "ACTIVE")
        .replace("Al,,,,,", "Al,Oh,,,,")
    )
    assert figures(bring("members", mended)) == (2, 2, 0, 0, 0)
    assert list(Member.objects.order_by("legacy_id").values_list("first_name", flat=True)) == ["=Rosa", "Bo", "Al"]


def test_our_own_export_comes_back_as_it_was(db, signed_in):
    OrganizationFactory(name="=Volt", city="Elko", state="NV")
    MemberEmploymentFactory(
        member=MemberFactory(member_number="7", first_name="Rosa", last_name="Lima"), organization__name="Ohm"
    )
    browser = signed_in("staff")
    for path, kind in (("/organizations/", "organizations"), ("/members/", "members"), ("/jobs/", "employments")):
        content = b"".join(browser.get(path, {"format": "csv"}).streaming_content)
        outcome = bring(kind, content)
        assert (outcome.added, outcome.refused, outcome.unchanged) == (0, 0, outcome.read), (kind, outcome)


def test_a_nul_in_a_cell_costs_that_row_only(db):
    notes = "x" * 5_000  # a file that begins with NULs is no table at all
    outcome = bring("organizations", f"id,name,notes\n1,Volt,{notes}\n2,Oh\x00m,\n3,Ek,\n")
    assert (figures(outcome), said(outcome)) == (
        (3, 2, 0, 0, 1),
        ["name 'Oh m' holds a NUL character; type it anew"],
    )


def test_a_dry_run_writes_nothing_because_the_database_forbids_it(db, monkeypatch):
    text = "id,name,colour\n1,Volt,red\n2,,blue\n"
    tables = (
        "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables WHERE relname !~ 'ip2a_import_'"
    )
    with connection.cursor() as cursor:
        cursor.execute(tables)
        before = cursor.fetchone()
        outcome = rehearse("organizations", text)
        cursor.execute(tables)
        assert (figures(outcome), cursor.fetchone()) == ((2, 1, 0, 0, 1), before)
    assert (Organization.objects.count(), ImportBatch.objects.count(), KeptValues.objects.count()) == (0, 0, 0)

    monkeypatch.setattr(running, "_counted", lambda: Organization.objects.create(name="Sneaky"))
    with pytest.raises(InternalError, match="read-only transaction"), transaction.atomic():
        rehearse("organizations", text)


def test_a_dry_run_says_what_the_import_then_does(db):
    OrganizationFactory(legacy_id=1, name="Volt")
    text = "id,name\n1,Volt\n2,Ohm\n2,Ohm again\n3,\n"
    rehearsed = rehearse("organizations", text)
    assert figures(rehearsed) == figures(bring("organizations", text)) == (4, 1, 1, 1, 2)


def test_ten_thousand_bad_rows_are_grouped_and_sampled(db):
    rows = "".join(f"{n},{n},Rosa,Lima,BAD{n % 7},JOURNEYMAN,,\n" for n in range(10_000))
    outcome = bring("members", MEMBERS + rows)
    assert figures(outcome) == (10_000, 0, 0, 0, 10_000)
    assert [(group["count"], len(group["samples"])) for group in outcome.problems] == [(10_000, 5)]


def test_a_gzip_workbook_and_windows_file_all_arrive(db):
    from openpyxl import Workbook

    book, file = Workbook(), io.BytesIO()
    for row in (
        ["Number", "First name", "Last name", "Birthday", "ZIP"],
        [7464416, "Rosa", "Lima", date(1990, 1, 2), 2134],
    ):
        book.active.append(row)
    book.save(file)
    assert figures(bring("members", file.getvalue(), name="m.xlsx")) == (1, 1, 0, 0, 0)
    assert figures(bring("organizations", gzip.compress("name\nZürich Volt\n".encode("cp1252")))) == (1, 1, 0, 0, 0)
    assert Member.objects.values_list("member_number", "date_of_birth", "zip_code").get() == (
        "7464416",
        date(1990, 1, 2),
        "02134",
    )
    assert Organization.objects.get().name == "Zürich Volt"


def test_the_commands_tell_figures_and_exit_with_what_is_left(db, tmp_path, capsys):
    table, report = tmp_path / "m.csv", tmp_path / "refused.csv"
    table.write_text(MEMBERS + "1,7,Rosa,Lima,ACTVE,JOURNEYMAN,,\n2,8,Bo,Ek,,,,\n")
    with pytest.raises(SystemExit) as ended:
        call_command("import_records", "members", str(table), "--dry-run", "--report", str(report))
    assert ended.value.code == 1
    assert "Nothing was written. It would be: 2 rows read = 1 added + 0 updated + 1 refused." in capsys.readouterr().out
    assert (report.exists(), Member.objects.count()) == (True, 0)
    with pytest.raises(SystemExit) as ended:
        call_command("import_records", "members", str(tmp_path / "none.csv"))
    assert ended.value.code == 2
    assert "No such file" in capsys.readouterr().err


def test_legacy_takes_the_four_files_in_order_and_proves_the_figures(db, tmp_path, capsys):
    files = {
        "organizations": "id,name,org_type,salting_score\n1,Volt,EMPLOYER,HOSTILE\n",
        "organization_contacts": "id,organization_id,first_name,last_name,is_primary\n1,1,Al,Oh,t\n",
        "members": MEMBERS + "1,7,Rosa,Lima,ACTIVE,JOURNEYMAN,,\n",
        "member_employments": "id,member_id,organization_id,start_date\n1,1,1,2020-01-06\n2,9,1,2020-01-06\n",
    }
    for name, text in files.items():
        (tmp_path / f"{name}.csv.gz").write_bytes(gzip.compress(text.encode()))
    for line in (["5", "4", "0", "0", "1"], ["5", "0", "4", "4", "1"]):
        with pytest.raises(SystemExit) as ended:
            call_command("legacy", str(tmp_path))
        out = capsys.readouterr().out
        assert (ended.value.code, line in [row.split()[1:] for row in out.splitlines()]) == (0, True), out
        assert "Proven: every row read was added, updated or refused with its reason." in out
    assert "member_employments.csv.gz: 1 × there is no such member, first in row 3" in out
    (tmp_path / "members.csv.gz").unlink()
    with pytest.raises(SystemExit) as ended:
        call_command("legacy", str(tmp_path))
    assert ended.value.code == 2


def test_every_kind_can_be_required_and_every_field_is_a_column():
    ours = [kind.key for kind in kinds.kinds() if kind.model._meta.app_label == "members"]
    assert ours == ["organizations", "contacts", "members", "employments"]
    for kind in kinds.kinds():
        assert set(kind.match_by) <= {*kind.fields, *(r.field for r in kind.references)}
        assert {name for split in kind.splits for name in split.into} <= set(kind.fields)


def test_defused_texts_survive_the_way_out_and_in(db):
    notes = ["=SUM(A1)", "+1", "-1", "@x", "plain"]
    rows = "".join(f"{n},Firm {n},{defused(text)}\n" for n, text in enumerate(notes))
    bring("organizations", "id,name,notes\n" + rows)
    assert list(Organization.objects.order_by("legacy_id").values_list("notes", flat=True)) == notes


def test_reading_again_gives_the_same_rows():
    sheet = reading.open_sheet(io.BytesIO(b"a,b\n1,2\n3,4\n"), "a.csv")
    assert list(sheet.rows()) == list(sheet.rows())
    assert OrganizationContact._meta.verbose_name == "contact"
