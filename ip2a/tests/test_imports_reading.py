"""What a file is, and what its cells mean, before any record is touched."""

import gzip
import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from ip2a.imports import values
from ip2a.imports.reading import CannotRead, open_sheet


def sheet_of(content, name="people.csv"):
    return open_sheet(io.BytesIO(content if isinstance(content, bytes) else content.encode()), name)


def cells_of(content, name="people.csv"):
    sheet = sheet_of(content, name)
    return sheet.headers, [(row.number, row.cells) for row in sheet.rows()]


def workbook(*rows):
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_header(mark):
    assert cells_of(f'name{mark}city\n"A{mark} B"{mark}Reno\n') == (["name", "city"], [(2, [f"A{mark} B", "Reno"])])


@pytest.mark.parametrize(
    ("encoding", "notice"),
    [
        ("utf-8", []),
        ("utf-8-sig", []),
        ("utf-16", ["The file is in UTF-16; it was read as such."]),
        ("utf-16-le", ["The file is in UTF-16; it was read as such."]),
        ("cp1252", ["The file is not in UTF-8; it was read as Windows-1252. Look at a few accented names."]),
    ],
)
def test_the_encoding_is_found_and_said(encoding, notice):
    sheet = sheet_of("name,city\nÅngström,Zürich\n".encode(encoding))
    assert ([row.cells for row in sheet.rows()], sheet.notices) == ([["Ångström", "Zürich"]], notice)


def test_a_gzip_file_is_unpacked():
    assert cells_of(gzip.compress(b"a,b\n1,2\n", mtime=0)) == (["a", "b"], [(2, ["1", "2"])])


def test_a_workbook_gives_texts_as_a_csv_file_would():
    content = workbook(
        ["number", "day", "moment", "rate", "yes", "none"],
        [7464416, date(2026, 3, 4), datetime(2026, 3, 4, 8, 30), 41.25, True, None],
        [7464417.0, "3/4/2026", None, 0.1 + 0.2, False, "x"],
    )
    assert cells_of(content, "people.xlsx") == (
        ["number", "day", "moment", "rate", "yes", "none"],
        [
            (2, ["7464416", "2026-03-04", "2026-03-04 08:30:00", "41.25", "t", ""]),
            (3, ["7464417", "3/4/2026", "", "0.3", "f", "x"]),
        ],
    )


def test_blank_rows_are_skipped_and_counted_but_keep_their_numbers():
    sheet = sheet_of("\n\na,b\n1,2\n,\n\n3,4\n")
    assert [(row.number, row.cells) for row in sheet.rows()] == [(4, ["1", "2"]), (7, ["3", "4"])]
    assert sheet.blank_rows == 2


def test_rows_of_the_wrong_width_carry_their_reason():
    rows = list(sheet_of("a,b\n1\n1,2,3\n1,2,\n").rows())
    assert [row.problem for row in rows] == [
        "the row has 1 cells and the header 2: a delimiter is missing or too many",
        "the row has 3 cells and the header 2: a delimiter is missing or too many",
        "",
    ]


def test_an_unclosed_quotation_mark_costs_one_row_only():
    rows = list(sheet_of('a,b\n1,"open\n2,"fine"\n3,plain\n').rows())
    assert [(row.number, bool(row.problem)) for row in rows] == [(2, True), (3, False), (4, False)]
    assert rows[1].cells == ["2", "fine"]


def test_an_unclosed_quotation_mark_in_the_last_row_is_found():
    rows = list(sheet_of('a,b\n1,2\n3,"open\n').rows())
    assert [(row.cells, row.problem) for row in rows] == [
        (["1", "2"], ""),
        (["3", '"open'], "the row's quotation marks do not match"),
    ]


def test_a_line_break_inside_quotation_marks_belongs_to_the_cell():
    assert cells_of('a,b\n"two\nlines",2\n')[1] == [(2, ["two\nlines", "2"])]


def test_a_huge_line_costs_one_row_only():
    rows = list(sheet_of(f"a,b\n{'x' * 1_500_000},2\n3,4\n").rows())
    assert [(row.number, bool(row.problem)) for row in rows] == [(2, True), (3, False)]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.csv", "a.csv is empty. Choose the file that holds the table."),
        (gzip.compress(b"", mtime=0), "a.gz", "a.gz is empty. Choose the file that holds the table."),
        (b"\n\n\n", "a.csv", "a.csv is empty: there is no header row. Choose the file that holds the table."),
        (
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
            "a.png",
            "a.png is a binary file, not a table. Save the table as .xlsx or CSV.",
        ),
        (
            b"%PDF-1.7\n\x01\x02\xff\xd8\n",
            "a.pdf",
            "a.pdf is a binary file, not a table. Save the table as .xlsx or CSV.",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "a.xls",
            "a.xls is in the old Excel format (.xls). Save it as .xlsx or CSV, then try again.",
        ),
        (
            gzip.compress(b"a,b\n1,2\n" * 999, mtime=0)[:-9],
            "a.gz",
            "a.gz is damaged: it cannot be unpacked to its end.",
        ),
        (b"a,b\n\x81\x8d,2\n", "a.csv", "a.csv is in no encoding that can be read. Save the table as CSV in UTF-8."),
        (b"name,name\n1,2\n", "a.csv", "a.csv has two columns called “name”. Give each column its own name."),
    ],
)
def test_what_is_no_table_is_refused_with_one_sentence(content, name, words):
    with pytest.raises(CannotRead) as refusal:
        sheet_of(content, name)
    assert str(refusal.value) == words


def test_a_zip_that_is_no_workbook_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(CannotRead, match="neither a spreadsheet nor a CSV file"):
        open_sheet(file, "a.zip")


def test_a_small_file_that_unpacks_to_too_much_is_refused(settings):
    settings.IMPORT_MAX_BYTES = 5 * 1024 * 1024
    words = "unpacks to more than 5 MB. Split it into smaller files."
    with pytest.raises(CannotRead, match=words):
        sheet_of(gzip.compress(b"a,b\n" + b"1,2\n" * 2_000_000, mtime=0), "bomb.csv.gz")
    file = io.BytesIO(workbook(["a"]))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/big.xml", b" " * 6_000_000)
    with pytest.raises(CannotRead, match=words):
        open_sheet(file, "bomb.xlsx")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-04", date(2026, 3, 4)),
        ("03/04/2026", date(2026, 3, 4)),
        ("3-4-2026", date(2026, 3, 4)),
        ("4 Mar 2026", date(2026, 3, 4)),
        ("Wed 4 March 2026", date(2026, 3, 4)),
        ("March 4th, 2026", date(2026, 3, 4)),
        ("4 OCT 2026", date(2026, 10, 4)),
        ("20260304", date(2026, 3, 4)),
        ("46085", date(2026, 3, 4)),
        ("46085.5", date(2026, 3, 4)),
        ("2026-03-04T10:11:12Z", date(2026, 3, 4)),
        ("2026-03-04 10:11:12.123456", date(2026, 3, 4)),
        ("3/4/2026 10:11", date(2026, 3, 4)),
        ("2026/03/04", date(2026, 3, 4)),
        ("13/04/2026", None),
        ("2026-02-30", None),
        ("3/4/26", None),
        ("soon", None),
        ("1", None),
        ("", None),
        ("4 March", None),
        ("²0²6-03-04", None),
    ],
)
def test_days_are_read_as_people_write_them(text, day):
    assert values.read_day(text) == day


def converted(convert, text):
    try:
        return convert(text)
    except values.Bad as bad:
        return bad


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("$1,250.00", "1250.00"),
        ("1250", "1250.00"),
        (" $ 45.5 ", "45.50"),
        ("USD 45", "45.00"),
        ("", None),
    ],
)
def test_money_is_read_as_people_write_it(text, amount):
    assert values.money_of("rate", 7, 2)(text) == amount


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("12,5", "rate '12,5' is not an amount; write it as 1250.00"),
        ("45.678", "rate '45.678' has more than 2 decimals"),
        ("-3", "rate '-3' is negative"),
        ("($3.00)", "rate '($3.00)' is negative"),
        ("123456", "rate '123456' is too large"),
        ("NaN", "rate 'NaN' is not an amount; write it as 1250.00"),
        (".", "rate '.' is not an amount; write it as 1250.00"),
        ("1e5", "rate '1e5' is not an amount; write it as 1250.00"),
    ],
)
def test_money_that_cannot_be_kept_says_why(text, words):
    assert str(converted(values.money_of("rate", 7, 2), text)) == words


@pytest.mark.parametrize(
    ("text", "value"),
    [("t", "t"), ("TRUE", "t"), ("yes", "t"), ("1", "t"), ("x", "t"), ("f", "f"), ("No", "f"), ("0", "f"), ("", None)],
)
def test_yes_and_no_have_many_spellings(text, value):
    assert values.yes_or_no("primary")(text) == value


def test_a_word_that_is_neither_yes_nor_no_is_said():
    assert str(converted(values.yes_or_no("primary"), "maybe")) == "primary 'maybe' is neither yes nor no"


def test_texts_lose_the_apostrophe_of_our_own_exports_only():
    convert = values.text_of("notes", longest=None, required=False)
    assert [convert(text) for text in ("'=1+1", "'-", "'hello'", "O'Brien", "'", "=1+1")] == [
        "=1+1",
        "-",
        "'hello'",
        "O'Brien",
        "'",
        "=1+1",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "name is missing"),
        ("  ", "name is missing"),
        ("x" * 11, "name 'xxxxxxxxxxx' has 11 characters; at most 10 fit"),
        ("a\x00b", "name 'a b' holds a NUL character; type it anew"),
        ("#REF!", "name holds the spreadsheet error #REF!"),
    ],
)
def test_a_text_that_cannot_be_kept_says_why(text, words):
    assert str(converted(values.text_of("name", longest=10, required=True), text)) == words


def test_a_moment_without_a_zone_is_taken_as_utc():
    convert = values.moment_of("added at")
    assert [convert(t) for t in ("2026-11-21 02:43:58.635636", "2026-11-21T02:43:58-06:00", "2026-11-21", "")] == [
        "2026-11-21 02:43:58.635636+00",
        "2026-11-21T02:43:58-06:00",
        "2026-11-21T00:00:00+00:00",
        None,
    ]


def test_old_ids_are_whole_numbers():
    convert = values.number_of("old id")
    assert [convert(text) for text in ("12", " 12.0 ", "")] == ["12", "12", None]
    assert [str(converted(convert, text)) for text in ("-1", "1.5", "٣", "9" * 25)] == [
        "old id '-1' is not a whole number",
        "old id '1.5' is not a whole number",
        "old id '٣' is not a whole number",
        f"old id '{'9' * 25}' is not a whole number",
    ]
