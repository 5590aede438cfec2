"""What is written: marks in a text, placeholders, and the local's wording of each kind of paper."""

from datetime import date

import pytest
from django.urls import reverse

from ip2a.answers import YES, Refused, no
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry, PaperTemplate
from ip2a.papers import paper, registry, wording, wordings, written_day
from ip2a.papers.markup import to_html, to_lines

KNOWN = {"name": "The name", "filed_date": "The day of filing"}


def test_marks_become_paragraphs_headings_lists_and_bold():
    text = "Rosa Lima\n12 Elm Street\n\n# Outcome\n## Step 2\n- first\n- **second**\nThe **end**.\n\n\n"
    assert to_html(text) == (
        "<p>Rosa Lima<br>12 Elm Street</p>\n<h2>Outcome</h2>\n<h3>Step 2</h3>\n"
        "<ul><li>first</li><li><strong>second</strong></li></ul>\n<p>The <strong>end</strong>.</p>"
    )


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("# <b>x</b> & y", "<h2>&lt;b&gt;x&lt;/b&gt; &amp; y</h2>"),
        ('- "<img src=x>"', "<ul><li>&quot;&lt;img src=x&gt;&quot;</li></ul>"),
        ("**<i>**", "<p><strong>&lt;i&gt;</strong></p>"),
        ("2 ** 3 ** 4", "<p>2 ** 3 ** 4</p>"),
        ("a\r\nb\rc", "<p>a<br>b<br>c</p>"),
        ("", ""),
    ],
)
def test_what_a_person_typed_never_becomes_markup_of_its_own(text, html):
    assert to_html(text) == html


def test_boxes_and_lines_are_for_the_pen():
    box = '<span class="paper-box" role="img" aria-label="Box to tick"></span>'
    line = '<span class="paper-line{}" role="img" aria-label="Line to fill in"></span>'
    assert to_html("- [ ] Denied") == f'<ul><li class="paper-tick">{box} Denied</li></ul>'
    assert to_html("___ " + "_" * 12 + " " + "_" * 40 + " " + "_" * 80) == (
        f"<p>{line.format('')} {line.format(' paper-line--middle')} {line.format(' paper-line--long')} "
        f"{line.format(' paper-line--whole')}</p>"
    )
    assert to_html("a__b") == "<p>a__b</p>"


def test_gaps_stand_out():
    assert to_html("On [filed date?], <b>", ["[filed date?]"]) == (
        '<p>On <mark class="paper-gap">[filed date?]</mark>, &lt;b&gt;</p>'
    )


def test_the_head_of_a_paper_is_one_line_each():
    assert to_lines("Local <5>\n\n 12 Elm Street \n") == "<p>Local &lt;5&gt;</p><p>12 Elm Street</p>"


def test_placeholders_are_filled_once_and_missing_ones_stay_as_gaps():
    filled = wording.fill("{name}, {filed_date}, {name}", {"name": "{filed_date} <b>", "filed_date": " "})
    assert filled == "{filed_date} <b>, [filed date?], {filed_date} <b>"
    assert wording.gaps_in(filled, KNOWN) == {"[filed date?]": "The day of filing"}
    assert wording.gaps_in("Is this [so?]", KNOWN) == {}


def test_an_unknown_placeholder_is_refused_with_those_that_are_known():
    assert wording.may_say("Dear {name},", KNOWN) == YES
    assert wording.may_say("{nmae} {Name} { } {name}", KNOWN) == no(
        "Nothing can fill {nmae}, {Name} and { } in this paper. You can use {name}, {filed_date}."
    )
    assert wording.may_say(" \n", KNOWN) == no("The wording is empty. Write it, or go back to the shipped wording.")
    assert wording.may_say("x" * 50_001, KNOWN) == no(
        "The wording is 50,001 characters long; a paper holds at most 50,000."
    )


def test_dates_are_written_as_letters_spell_them():
    assert (written_day(date(2026, 3, 8)), written_day(None)) == ("March 8, 2026", "")


def declare(**changes):
    about = {"key": "test.note", "model": "vault.secret", "title": "Note", "fields": KNOWN, "body": "Dear {name},"}
    return paper(**about | changes)(lambda record, user: {})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"key": "vault.letter"}, "Two papers are named vault.letter."),
        ({"category": "love"}, "test.note: 'love' is no category of documents."),
    ],
)
def test_a_paper_that_is_declared_wrongly_is_noticed_at_once(changes, said):
    with pytest.raises(ValueError, match=said):
        declare(**changes)
    assert registry.named("test.note") is None


def test_a_shipped_wording_may_not_use_what_nothing_fills():
    with pytest.raises(Refused, match="Nothing can fill {nmae} in this paper"):
        declare(body="Dear {nmae},")
    assert registry.named("test.note") is None


def test_a_line_of_code_goes_on_after_a_backslash():
    assert registry.named("vault.letter").body == (
        "# About {name}\n\nMeet us at {place}, {your_name} of {local_name}.\n"
    )


@pytest.fixture
def row(db):
    wordings.sync()
    return PaperTemplate.objects.get(key="vault.letter")


@pytest.fixture
def administrator(db):
    return UserFactory(role="administrator")


def test_every_declared_paper_has_a_row_with_its_wording(row):
    assert list(PaperTemplate.objects.order_by("key").values_list("key", "body")) == sorted(
        (kind.key, kind.body) for kind in registry.papers()
    )
    before = set(PaperTemplate.objects.values_list("key", "version"))
    wordings.sync()
    assert set(PaperTemplate.objects.values_list("key", "version")) == before


def test_a_new_release_betters_a_wording_nobody_has_touched_and_leaves_the_local_s_own(row, administrator):
    PaperTemplate.objects.filter(pk=row.pk).update(body="Old.\n", shipped="Old.\n")
    wordings.sync()
    row.refresh_from_db()
    assert (row.body, row.is_shipped) == (registry.named(row.key).body, True)
    PaperTemplate.objects.filter(pk=row.pk).update(body="Ours.\n", shipped="Old.\n")
    wordings.sync()
    row.refresh_from_db()
    assert (row.body, row.shipped) == ("Ours.\n", registry.named(row.key).body)


def test_a_wording_is_changed_and_taken_back_with_a_trace(row, administrator):
    wordings.reword(row, body="  Dear {name},\r\nhello. ", by=administrator, reason="Friendlier")
    row.refresh_from_db()
    assert row.body == "Dear {name},\nhello.\n"
    wordings.back_to_shipped(row, by=administrator)
    row.refresh_from_db()
    assert row.is_shipped
    told = AuditEntry.objects.about(row).filter(action="update").order_by("id").values_list("reason", "changed")
    assert list(told) == [("Friendlier", ["body"]), ("Back to the shipped wording", ["body"])]


def test_who_may_not_change_wordings_is_refused_by_the_service(row):
    with pytest.raises(Refused, match="Your role may read this wording of a paper but not change it"):
        wordings.reword(row, body="Dear {name},", by=UserFactory(role="staff"))
    with pytest.raises(Refused, match="Nothing can fill {nmae}"):
        wordings.reword(row, body="Dear {nmae},", by=UserFactory(role="administrator"))


def test_a_paper_that_no_app_draws_any_more_keeps_its_wording(administrator):
    gone = PaperTemplate.objects.create(key="gone.letter", title="Gone", body="x", shipped="y")
    with pytest.raises(Refused, match="no longer drafted by any part of IP2A"):
        wordings.back_to_shipped(gone, by=administrator)
    wordings.sync()
    assert PaperTemplate.objects.filter(key="gone.letter", body="x").exists()


def change_page(row):
    return reverse("admin:ip2a_papertemplate_change", args=[row.pk])


def test_an_administrator_words_a_paper_in_the_admin(signed_in, row):
    browser = signed_in("administrator")
    page = browser.get(change_page(row)).content.decode()
    assert "{place} Where to meet" in page and "{today} Today&#x27;s date" in page
    browser.post(change_page(row), {"body": "Come to {place}.\n"})
    row.refresh_from_db()
    assert row.body == "Come to {place}.\n"
    refused = browser.post(change_page(row), {"body": "Come to {spot}."})
    assert (
        "Nothing can fill {spot} in this paper. "
        "You can use {name}, {place}, {today}, {local_name}, {your_name}." in refused.content.decode()
    )
    row.refresh_from_db()
    assert row.body == "Come to {place}.\n"


def test_the_admin_takes_a_wording_back_to_what_was_shipped(signed_in, row):
    PaperTemplate.objects.filter(pk=row.pk).update(body="Ours.\n")
    gone = PaperTemplate.objects.create(key="gone.letter", title="Gone", body="x", shipped="y")
    data = {"action": "go_back_to_shipped", "_selected_action": [row.pk, gone.pk]}
    page = signed_in("administrator").post(reverse("admin:ip2a_papertemplate_changelist"), data, follow=True)
    row.refresh_from_db()
    assert row.is_shipped
    assert [str(message) for message in page.context["messages"]] == [
        "Gone: This paper is no longer drafted by any part of IP2A, so its wording cannot be changed.",
        "Secret letter has the shipped wording again.",
    ]


def test_officers_and_staff_do_not_word_papers(signed_in, row):
    for role in ("officer", "staff", "representative"):
        assert signed_in(role).get(change_page(row)).status_code == 403
