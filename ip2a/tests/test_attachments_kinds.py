"""What is kept and what is refused, by content."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ip2a.answers import Refused
from ip2a.attachments import kinds, names
from ip2a.tests import samples


def kind_of(content, name):
    return kinds.kind_of(io.BytesIO(content), name)


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (samples.PDF, "a.pdf", "application/pdf"),
        (samples.PDF, "named otherwise.jpg", "application/pdf"),
        (samples.JPEG, "a.jpg", "image/jpeg"),
        (samples.PNG, "a.png", "image/png"),
        (samples.WEBP, "a.webp", "image/webp"),
        (samples.TIFF, "a.tif", "image/tiff"),
        (samples.HEIC, "a.heic", "image/heic"),
        (samples.DOCX, "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (samples.XLSX, "a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (samples.ODT, "a.odt", "application/vnd.oasis.opendocument.text"),
        (samples.MSG, "a.msg", "application/vnd.ms-outlook"),
        (samples.EML, "a.eml", "message/rfc822"),
        (samples.CSV, "a.csv", "text/csv"),
        (samples.TEXT, "a.txt", "text/plain"),
        ("Größe".encode("cp1252"), "a.txt", "text/plain"),
        ("Größe".encode("utf-16"), "a.txt", "text/plain"),
        (b"\xef\xbb\xbf" + samples.CSV, "a.CSV", "text/csv"),
        (b"5 < 6 and 7 > 6\n", "a.txt", "text/plain"),
        ("ä".encode() * 200_000, "long.txt", "text/plain"),
    ],
)
def test_what_people_work_with_is_known_by_its_content(content, name, media_type):
    assert kind_of(content, name).media_type == media_type


PROGRAM = "is a program. Programs are not kept here."
PAGE = "is a web page, a drawing or a script, which can do harm in a browser. Save it as a PDF."
MACROS = "holds macros, which can do harm. Save it without macros, or as a PDF."
ARCHIVE = "is an archive. Unpack it and add the files in it, all at once if you like."
HIDDEN_PAGE = "has a script or a web page hidden in it. Print it to a new PDF and add that."
HIDDEN_ARCHIVE = "has an archive hidden in it. Print it to a new PDF and add that."
DAMAGED = "is damaged or was not copied to its end. Open it to check, and add it again."
UNSURE = "is damaged or protected, so it cannot be told what it is. Save it again."


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"MZ\x90\0" + bytes(100), "setup.exe", PROGRAM),
        (b"MZ\x90\0" + bytes(100), "photo.jpg", PROGRAM),
        (b"\x7fELF" + bytes(100), "tool", PROGRAM),
        (b"#!/bin/sh\nrm -rf /\n", "notes.txt", PROGRAM),
        (b"<!doctype html><p>Hello", "a.txt", PAGE),
        (b"\n\n  <HTML><body onload=x>", "a.csv", PAGE),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", "a.svg", PAGE),
        (b"<?xml version='1.0'?><svg/>", "a.txt", PAGE),
        (b"Hello <script>alert(1)</script>", "a.txt", PAGE),
        ("<html><script>x</script>".encode("utf-16"), "a.txt", PAGE),
        (b"<?php system('x'); ?>", "a.txt", PAGE),
        (samples.archive(a_dot_txt="hello"), "a.zip", ARCHIVE),
        (samples.archive(a_dot_txt="hello"), "a.docx", ARCHIVE),
        (
            samples.zipped({"[Content_Types].xml": "", "word/document.xml": "", "word/vbaProject.bin": b"x"}),
            "a.docm",
            MACROS,
        ),
        (
            samples.zipped({"mimetype": "application/vnd.oasis.opendocument.text", "Basic/script.xlb": ""}),
            "a.odt",
            MACROS,
        ),
        (b"PK\x03\x04broken", "a.docx", UNSURE),
        (samples.PDF + samples.archive(a_dot_js="x"), "a.pdf", HIDDEN_ARCHIVE),
        (samples.JPEG + samples.archive(a_dot_txt="x"), "a.jpg", HIDDEN_ARCHIVE),
        (samples.JPEG[:20] + b"<script>alert(1)</script>" + samples.JPEG[20:], "a.jpg", HIDDEN_PAGE),
        (samples.PNG + b"<html><script>", "a.png", HIDDEN_PAGE),
        (samples.PDF[:-6], "a.pdf", DAMAGED),
        (samples.PNG[:-6], "a.png", DAMAGED),
        (samples.JPEG[:-2], "a.jpg", DAMAGED),
        (samples.OLD_WORD, "a.doc", "is an old Office file, which can hold macros. Save it as .docx, .xlsx or PDF."),
    ],
)
def test_what_can_do_harm_is_refused_with_what_to_do_instead(content, name, reason):
    with pytest.raises(Refused) as refusal:
        kind_of(content, name)
    assert str(refusal.value) == f"“{name}” {reason}"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"GIF89a" + bytes(20), "a.gif"),
        (b"Rar!\x1a\x07\x00" + bytes(20), "a.rar"),
        (b"\x1f\x8b\x08" + bytes(20), "a.gz"),
        (b"\0\0\0\x18ftypmp42" + bytes(20), "a.mp4"),
        (b"alert('hello')", "a.js"),
        (b"del *.*", "a.bat"),
        (b"some text", "no ending"),
        (bytes(range(256)), "a.txt"),
    ],
)
def test_what_is_not_known_is_refused_with_a_list_of_what_is_kept(content, name):
    with pytest.raises(Refused, match=r"is of a kind that is not kept here.*You can add PDF, JPEG"):
        kind_of(content, name)


def test_judging_leaves_the_file_at_its_start():
    file = io.BytesIO(samples.PDF)
    kinds.kind_of(file, "a.pdf")
    assert file.read() == samples.PDF


@given(content=st.binary(max_size=600), name=st.sampled_from(["a.pdf", "a.txt", "a.docx", "a.msg", "a.eml", "a"]))
def test_any_bytes_are_either_known_or_refused(content, name):
    try:
        assert kind_of(content, name) in kinds.KINDS.values()
    except Refused as refusal:
        assert str(refusal).startswith(f"“{name}” ")


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\Rosa\\scan.pdf", "scan.pdf"),
        ("a\x00b\r\nSet-Cookie: x.pdf", "ab Set-Cookie_ x.pdf"),
        ("Grievance \u202efdp.exe", "Grievance fdp.exe"),
        ("  .hidden. ", "hidden"),
        ("", "document"),
        ("...", "document"),
        ('a"b<c>|d?.pdf', "a_b_c__d_.pdf"),
        ("Ångström Vertrag.pdf", "Ångström Vertrag.pdf"),
        ("x" * 300 + ".pdf", "x" * 176 + ".pdf"),
    ],
)
def test_a_name_is_kept_without_its_tricks(given_name, kept):
    assert names.clean(given_name) == kept


@given(st.text(max_size=400))
def test_a_clean_name_is_short_printable_and_has_no_folder(text):
    name = names.clean(text)
    assert 0 < len(name) <= names.LONGEST
    assert name.isprintable() and not set(name) & set('/\\<>:"|?*')
    assert not name.startswith(".") and names.clean(name) == name


def test_a_download_is_named_after_its_content():
    assert names.with_ending("photo.exe", (".jpg", ".jpeg")) == "photo.exe.jpg"
    assert names.with_ending("Photo.JPEG", (".jpg", ".jpeg")) == "Photo.JPEG"
