"""Drafting: from a record to a text, saved, printed and kept; nothing typed is lost, nothing leaves a compartment."""

import threading

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.storage import storages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ip2a import audit, merging, pdf
from ip2a.answers import Refused
from ip2a.factories import UserFactory
from ip2a.models import Attachment, AuditEntry, CompartmentOpening, PaperDraft, PaperTemplate
from ip2a.papers import drafting, offered, papers_panel, registry, services, wordings
from ip2a.services import Conflict
from ip2a.tests.vault.models import Secret
from members.factories import MemberFactory

OUTSIDERS = ["administrator", "officer", "representative", "staff"]


@pytest.fixture
def folder(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}},
    }
    return tmp_path


def _everybody_may():
    """Everybody has the models' rights, so that only the compartment stands between."""
    rights = Permission.objects.filter(content_type__app_label="vault") | Permission.objects.filter(
        content_type__app_label="ip2a", content_type__model__in=["attachment", "paperdraft"]
    )
    for group in Group.objects.all():
        group.permissions.add(*rights)


@pytest.fixture
def secret(db, folder):
    _everybody_may()
    return Secret.objects.create(name="Zebra plan", member=MemberFactory(last_name="Lima"))


@pytest.fixture
def kind():
    return registry.named("vault.letter")


@pytest.fixture
def pat(secret):
    return UserFactory(role="organizer", first_name="Pat", last_name="Brandt")


@pytest.fixture
def kim(secret):
    return UserFactory(role="organizer", first_name="Kim", last_name="Osei")


def address(record):
    return reverse("paper_draft", args=["vault.secret", record.pk, "vault.letter"])


def shown(page):
    """The text in the form, whether it was opened or came back."""
    return page.context["form"]["body"].value()


def test_a_draft_is_the_local_s_wording_filled_from_the_record(secret, kind, pat, settings):
    settings.LOCAL_NAME = "Local 5"
    assert drafting.drafted(kind, secret, pat) == "# About Zebra plan\n\nMeet us at [place?], Pat Brandt of Local 5.\n"
    wordings.sync()
    PaperTemplate.objects.filter(key=kind.key).update(body="Hello {name}.\n")
    assert drafting.drafted(kind, secret, pat) == "Hello Zebra plan.\n"


def test_the_page_shows_the_draft_how_it_prints_and_what_is_missing(signed_in, secret):
    page = signed_in("organizer").get(address(secret))
    assert page.context["gaps"] == [("[place?]", "Where to meet")]
    html = page.content.decode()
    assert "<h2>About Zebra plan</h2>" in html and '<mark class="paper-gap">[place?]</mark>' in html
    assert list(PaperDraft.objects.all()) == []


def test_a_preview_draws_what_was_typed_and_saves_nothing(signed_in, secret):
    browser = signed_in("organizer")
    data = {"act": "preview", "body": "Dear <b>Rosa</b>,", "opened": ""}
    part = browser.post(address(secret), data, headers={"HX-Request": "true"}).content.decode()
    assert "<p>Dear &lt;b&gt;Rosa&lt;/b&gt;,</p>" in part and "<html" not in part
    whole = browser.post(address(secret), data)
    assert (whole.status_code, shown(whole)) == (200, "Dear <b>Rosa</b>,")
    assert list(PaperDraft.objects.all()) == []


def test_a_saved_draft_is_taken_up_again_by_anybody_who_may(signed_in, secret):
    browser = signed_in("organizer", first_name="Pat", last_name="Brandt")
    answer = browser.post(address(secret), {"act": "save", "body": "Dear Rosa,\r\n\r\ncome.", "opened": ""})
    assert (answer.status_code, answer.url) == (302, address(secret))
    draft = PaperDraft.objects.get()
    assert (draft.record, draft.key, draft.body, draft.by, draft.compartment, draft.is_open) == (
        secret,
        "vault.letter",
        "Dear Rosa,\n\ncome.\n",
        browser.user,
        "organizing",
        True,
    )
    other = signed_in("organizer")
    page = other.get(address(secret))
    assert shown(page) == "Dear Rosa,\n\ncome.\n"
    assert "This is the draft that Pat Brandt saved on" in page.content.decode()
    fresh = other.get(f"{address(secret)}?fresh=1")
    assert shown(fresh).startswith("# About Zebra plan")
    assert "There is a draft that Pat Brandt saved on" in fresh.content.decode()


def test_the_panel_tells_of_the_open_draft(signed_in, secret, kind, pat):
    browser = signed_in("organizer")
    assert (
        f'<a href="{address(secret)}">Secret letter</a></li>' in browser.get(secret.get_absolute_url()).content.decode()
    )
    services.save(kind, secret, body="x", by=pat, opened="")
    assert " by Pat Brandt</span>" in browser.get(secret.get_absolute_url()).content.decode()
    assert offered(secret, browser.user) == [("Secret letter", address(secret))]
    assert offered(secret.member, browser.user) == []


def test_who_saves_after_somebody_else_is_told_and_loses_nothing(signed_in, secret, kind, kim):
    browser = signed_in("organizer")
    opened = browser.get(address(secret)).context["draft_token"]
    theirs = services.save(kind, secret, body="Kim's words", by=kim, opened="")
    answer = browser.post(address(secret), {"act": "save", "body": "My own words", "opened": opened})
    assert (answer.status_code, shown(answer)) == (409, "My own words")
    html = answer.content.decode()
    assert "Kim Osei saved another text of this draft on" in html and "Kim&#x27;s words" in html
    theirs.refresh_from_db()
    assert theirs.body == "Kim's words\n"
    again = answer.context["draft_token"]
    assert browser.post(address(secret), {"act": "save", "body": "My own words", "opened": again}).status_code == 302
    theirs.refresh_from_db()
    assert (theirs.body, theirs.by) == ("My own words\n", browser.user)


def test_who_saves_a_paper_that_was_kept_meanwhile_is_told(signed_in, secret, kind, kim):
    browser = signed_in("organizer")
    draft = services.save(kind, secret, body="Kim's words", by=kim, opened="")
    opened = browser.get(address(secret)).context["draft_token"]
    services.keep(kind, secret, body="Kim's words", by=kim, opened=services.token(draft))
    answer = browser.post(address(secret), {"act": "keep", "body": "Mine", "opened": opened})
    assert (answer.status_code, shown(answer)) == (409, "Mine")
    assert "Kim Osei kept this paper on" in answer.content.decode()
    assert Attachment.objects.of(secret).count() == 1


def test_a_draft_that_went_elsewhere_is_told(signed_in, secret):
    answer = signed_in("organizer").post(address(secret), {"act": "save", "body": "Mine", "opened": "999.1"})
    assert (answer.status_code, shown(answer)) == (409, "Mine")
    assert "The draft is no longer here" in answer.content.decode()


def test_keeping_makes_a_document_of_the_record_in_its_compartment(signed_in, secret, kind):
    browser = signed_in("organizer")
    text = "# About Zebra plan\n\nMeet us at noon.\n"
    answer = browser.post(address(secret), {"act": "keep", "body": text, "opened": ""}, follow=True)
    document, draft = Attachment.objects.of(secret).get(), PaperDraft.objects.get()
    made = "pdf" if pdf.is_available() else "txt"
    assert document.original_name.startswith("Secret letter 20") and document.original_name.endswith(made)
    assert (document.category, document.compartment, document.uploader) == (
        "correspondence",
        "organizing",
        browser.user,
    )
    with storages["default"].open(document.path) as file:
        assert file.read(5) == (b"%PDF-" if made == "pdf" else b"# Abo")
    assert (draft.body, draft.kept_as, draft.is_open) == (text, document, False)
    assert str(list(answer.context["messages"])[0]).startswith(
        f"{document.original_name} stands among the documents of Zebra plan. It was not sent to anybody."
    )
    page = browser.get(address(secret))
    assert shown(page).startswith("# About Zebra plan\n\nMeet us at [place?]")
    assert "This paper was kept before, on" in page.content.decode()


def test_a_paper_is_kept_once_when_the_button_is_pressed_twice(signed_in, secret):
    browser = signed_in("organizer")
    data = {"act": "keep", "body": "Meet us at noon.", "opened": ""}
    assert [browser.post(address(secret), data).status_code for _ in range(2)] == [302, 409]
    assert (Attachment.objects.count(), PaperDraft.objects.count()) == (1, 1)


def test_a_paper_with_gaps_is_not_kept(signed_in, secret):
    browser = signed_in("organizer")
    body = "Meet us at [place?]."
    answer = browser.post(address(secret), {"act": "keep", "body": body, "opened": ""})
    assert (answer.status_code, shown(answer)) == (422, body)
    said = "Fill in what is missing first, or put a line (____) there to fill in by pen: [place?]."
    assert said in answer.content.decode()
    assert (Attachment.objects.count(), PaperDraft.objects.count()) == (0, 0)


@pytest.mark.parametrize("act", ["save", "keep", "print"])
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (" \r\n ", "The paper is empty. Write something, or start again from the record."),
        ("", "The paper is empty. Write something, or start again from the record."),
        ("x" * 50_001, "Use at most 50000 characters; this has 50001."),
        ("a\x00b", "This holds a character that cannot be kept. Type it again."),
    ],
)
def test_a_text_that_cannot_be_kept_comes_back_with_the_reason(signed_in, secret, act, body, said):
    answer = signed_in("organizer").post(address(secret), {"act": act, "body": body, "opened": ""})
    assert (answer.status_code, answer.context["form"].errors["body"]) == (422, [said])
    assert list(PaperDraft.objects.all()) == []


def test_a_store_that_does_not_answer_loses_nothing_typed(signed_in, secret, settings, tmp_path):
    (tmp_path / "full").write_text("a file where a folder should be")
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path / "full"}},
    }
    answer = signed_in("organizer").post(address(secret), {"act": "keep", "body": "Noon.", "opened": ""})
    assert (answer.status_code, shown(answer)) == (422, "Noon.")
    assert "could not be kept: the file store does not answer or is full" in answer.content.decode()
    assert (Attachment.objects.count(), PaperDraft.objects.count()) == (0, 0)


def test_printing_shows_what_stands_in_the_text_and_leads_back_to_it(signed_in, secret, settings):
    settings.LOCAL_NAME = "Local 5"
    browser = signed_in("organizer", first_name="Pat", last_name="Brandt")
    page = browser.post(address(secret), {"act": "print", "body": "Only **here**.", "opened": ""})
    html = page.content.decode()
    assert page.status_code == 200
    assert "<p>Only <strong>here</strong>.</p>" in html and "Local 5 · printed by Pat Brandt · " in html
    assert "css/paper.css" in html and ">Only **here**.</textarea>" in html
    back = browser.post(address(secret), {"act": "edit", "body": "Only **here**.", "opened": ""})
    assert (back.status_code, shown(back)) == (200, "Only **here**.")
    assert list(PaperDraft.objects.all()) == []


@pytest.mark.parametrize("role", OUTSIDERS)
def test_outside_of_the_compartment_there_is_no_such_paper(signed_in, secret, kind, pat, role):
    draft = services.save(kind, secret, body="Zebra at noon", by=pat, opened="")
    browser = signed_in(role)
    assert browser.get(address(secret)).status_code == 404
    for act in ("save", "keep", "print", "preview"):
        assert browser.post(address(secret), {"act": act, "body": "x", "opened": ""}).status_code == 404
    assert list(PaperDraft.objects.visible_to(browser.user)) == []
    assert not AuditEntry.objects.visible_to(browser.user).about(draft).exists()
    assert AuditEntry.objects.about(draft).exists()
    with pytest.raises(Refused, match="You may not see this record"):
        services.save(kind, secret, body="x", by=browser.user, opened=services.token(draft))


def test_the_audit_pages_keep_the_walls(signed_in, secret, kind, pat):
    services.save(kind, secret, body="Zebra at noon", by=pat, opened="")
    assert "Zebra" not in signed_in("administrator").get("/audit/").content.decode()


def test_opening_and_printing_a_paper_of_a_compartment_is_written_down(signed_in, secret):
    browser = signed_in("organizer")
    browser.get(address(secret))
    browser.post(address(secret), {"act": "print", "body": "x", "opened": ""})
    found = CompartmentOpening.objects.filter(user_id=browser.user.pk).values_list("model", "record_id", "path")
    assert list(found) == [("vault.secret", secret.pk, address(secret))] * 2


@pytest.mark.parametrize(
    "path",
    [
        "/papers/members.member/{member}/vault.letter/",
        "/papers/vault.secret/{secret}/members.confirmation/",
        "/papers/vault.secret/{secret}/no.such/",
        "/papers/no.such/{secret}/vault.letter/",
        "/papers/vault.secret/999999999/vault.letter/",
        "/papers/vault.secret/{secret}/ip2a.letterhead/",
    ],
)
def test_addresses_that_fit_nothing_are_404(signed_in, secret, path):
    browser = signed_in("organizer")
    assert browser.get(path.format(member=secret.member.pk, secret=secret.pk)).status_code == 404


def test_who_may_read_a_record_but_not_change_it_is_told_why_there_is_no_letter(signed_in, secret):
    page = signed_in("organizer").get(f"/papers/members.member/{secret.member.pk}/members.confirmation/")
    assert page.status_code == 403
    assert "Your role may read this member but not change it." in page.content.decode()


def test_who_may_not_add_documents_may_still_print(signed_in, secret):
    Group.objects.get(name="organizer").permissions.remove(Permission.objects.get(codename="add_attachment"))
    browser = signed_in("organizer")
    assert "Your role may not add documents." in browser.get(address(secret)).content.decode()
    refused = browser.post(address(secret), {"act": "keep", "body": "Noon.", "opened": ""})
    assert (refused.status_code, PaperDraft.objects.count()) == (422, 0)
    assert browser.post(address(secret), {"act": "print", "body": "Noon.", "opened": ""}).status_code == 200


def test_the_panel_asks_one_question_however_many_drafts_there_are(secret, kind, pat, rf):
    request = rf.get("/")
    request.user = pat
    pat.has_perm("x")
    counts = []
    for text in ("", "x"):
        if text:
            services.save(kind, secret, body=text, by=pat, opened="")
        with CaptureQueriesContext(connection) as asked:
            papers_panel(request, secret)
        counts.append(len(asked))
    assert counts == [1, 1]


def test_drafts_move_when_two_records_become_one_and_only_one_stays_open(db, folder):
    kind, user = registry.named("members.confirmation"), UserFactory(role="staff")
    one, other, third = MemberFactory(), MemberFactory(), MemberFactory()
    stays = services.save(kind, one, body="stays", by=user, opened="")
    closes = services.save(kind, other, body="closes", by=user, opened="")
    moves = services.save(kind, third, body="moves", by=user, opened="")
    with audit.acting(user=user):
        merging.move_all(other, one, by=user)
    rows = {row.pk: (row.record, row.is_open) for row in PaperDraft.objects.all()}
    assert rows == {stays.pk: (one, True), closes.pk: (one, False), moves.pk: (third, True)}


def test_two_who_begin_the_same_letter_in_the_same_moment_make_one_draft(committed_db):
    _everybody_may()
    kind = registry.named("vault.letter")
    secret = Secret.objects.create(name="Zebra", member=MemberFactory())
    people = [UserFactory(role="organizer") for _ in range(8)]
    outcomes, start = [], threading.Barrier(len(people))

    def begin(person):
        start.wait(timeout=20)
        try:
            with audit.reading_as(person):
                services.save(kind, secret, body=f"by {person.pk}", by=person, opened="")
            outcomes.append("saved")
        except Conflict as conflict:
            outcomes.append(conflict.current.body)
        finally:
            connection.close()

    threads = [threading.Thread(target=begin, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    draft = PaperDraft.objects.get()
    assert sorted(outcomes) == sorted(["saved"] + [draft.body] * 7)
