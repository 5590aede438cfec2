"""Documents of records: who adds, sees, removes, and what is remembered."""

import hashlib

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client, RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ip2a import services, timeline
from ip2a.answers import Refused
from ip2a.attachments.panel import document_events, documents
from ip2a.attachments.services import attach
from ip2a.factories import UserFactory
from ip2a.models import Attachment, AuditEntry, CompartmentOpening
from ip2a.tests.samples import JPEG, PDF, TEXT
from ip2a.tests.vault.models import Secret
from members.factories import MemberEmploymentFactory, MemberFactory, OrganizationContactFactory, OrganizationFactory
from members.models import Member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    """A folder of its own for each test."""
    options = {"location": tmp_path, "file_permissions_mode": 0o600}
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}
    return tmp_path


def files_in(store):
    return sorted(str(path.relative_to(store)) for path in store.rglob("*") if path.is_file())


def upload(browser, record, *files, **fields):
    url = reverse("attachment_create", args=[record._meta.label_lower, record.pk])
    data = {"files": list(files), "category": "general", "description": "", "complete": "1", **fields}
    return browser.post(url, {name: value for name, value in data.items() if value is not None})


def named(name, content=PDF):
    return SimpleUploadedFile(name, content)


def document(record, name="scan.pdf", content=PDF, by=None, **fields):
    return attach(record, ContentFile(content, name), by=by or UserFactory(role="staff"), **fields)


def errors_of(response):
    return response.context["form"].non_field_errors()


@pytest.mark.parametrize(
    "factory", [MemberFactory, OrganizationFactory, OrganizationContactFactory, MemberEmploymentFactory]
)
def test_every_record_page_takes_documents(signed_in, factory):
    record, browser = factory(), signed_in("staff")
    response = upload(browser, record, named("scan.pdf"), category="certificate", description="First aid")
    assert (response.status_code, response.url) == (302, f"{record.get_absolute_url()}#documents")
    page = browser.get(record.get_absolute_url()).content.decode()
    assert "scan.pdf" in page and "First aid" in page and "Certificate" in page


def test_a_document_remembers_what_it_is(signed_in, store):
    member, browser = MemberFactory(), signed_in("staff")
    upload(browser, member, named("Scan 1.pdf"), category="contract", description="The agreement")
    row = Attachment.objects.get()
    assert (row.record, row.original_name, row.category, row.description, row.compartment) == (
        member, "Scan 1.pdf", "contract", "The agreement", ""
    )  # fmt: skip
    assert (row.size, row.media_type, row.uploader, row.sha256) == (
        len(PDF), "application/pdf", browser.user, hashlib.sha256(PDF).hexdigest()
    )  # fmt: skip
    assert files_in(store) == [row.path]
    assert default_storage.open(row.path).read() == PDF
    assert "Scan" not in row.path and row.path.startswith("documents/")
    assert (store / row.path).stat().st_mode & 0o777 == 0o600


def test_the_upload_is_audited_with_its_person(signed_in):
    browser = signed_in("staff")
    upload(browser, MemberFactory(), named("scan.pdf"))
    row = Attachment.objects.get()
    entry = AuditEntry.objects.about(row).get()
    assert (entry.action, entry.actor_id, entry.new["original_name"]) == ("insert", browser.user.pk, "scan.pdf")


def test_several_files_are_added_at_once(signed_in, store):
    browser, member = signed_in("staff"), MemberFactory()
    response = upload(browser, member, named("a.pdf"), named("b.txt", TEXT), named("c.jpg", JPEG))
    assert response.status_code == 302
    names = Attachment.objects.order_by("id").values_list("original_name", flat=True)
    assert list(names) == ["a.pdf", "b.txt", "c.jpg"]
    assert len(files_in(store)) == 3


def test_good_files_are_kept_when_another_one_is_refused(signed_in, store):
    browser = signed_in("staff")
    response = upload(browser, MemberFactory(), named("a.pdf"), named("bad.exe", b"MZ" + bytes(50)), description="Why")
    assert response.status_code == 422
    assert errors_of(response) == ["“bad.exe” is a program. Programs are not kept here."]
    page = response.content.decode()
    assert "Added to" in page and "a.pdf" in page and "Why" in page
    assert [row.original_name for row in Attachment.objects.all()] == ["a.pdf"]
    assert len(files_in(store)) == 1


def test_an_empty_file_is_refused(signed_in, store):
    response = upload(signed_in("staff"), MemberFactory(), named("empty.pdf", b""))
    assert errors_of(response) == ["“empty.pdf” is empty. Check the file on your machine, and add it again."]
    assert (Attachment.objects.count(), files_in(store)) == (0, [])


def test_a_file_over_the_limit_is_dropped_while_it_streams(signed_in, settings, store):
    settings.ATTACHMENT_MAX_BYTES = 1024 * 1024
    browser, member = signed_in("staff"), MemberFactory()
    big = PDF + bytes(1024 * 1024)
    response = upload(browser, member, named("big.pdf", big), named("small.pdf"))
    assert errors_of(response) == [
        "“big.pdf” is larger than 1 MB, which is the most a document may have. Make it smaller."
    ]
    assert [row.original_name for row in Attachment.objects.all()] == ["small.pdf"]
    response = upload(browser, member, named("big.pdf", big))
    assert response.status_code == 422
    assert "Choose at least one file" not in response.content.decode()


def test_exactly_the_limit_is_kept(settings):
    settings.ATTACHMENT_MAX_BYTES = len(PDF)
    assert document(MemberFactory()).size == len(PDF)
    with pytest.raises(Refused, match="is larger than"):
        document(MemberFactory(), content=PDF + b"\n")


def test_only_so_many_files_at_once(signed_in, store):
    response = upload(signed_in("staff"), MemberFactory(), *[named(f"{n}.txt", f"{n}".encode()) for n in range(22)])
    assert errors_of(response) == [f"“{n}.txt” is one too many: add at most 20 at once." for n in (20, 21)]
    assert (Attachment.objects.count(), len(files_in(store))) == (20, 20)


def test_without_a_file_the_form_says_what_to_do(signed_in):
    response = upload(signed_in("staff"), MemberFactory())
    assert (response.status_code, response.context["form"].errors["files"]) == (422, ["Choose at least one file."])


def test_an_upload_that_breaks_off_leaves_nothing(signed_in, store):
    """The form's last field is missing: what came before it may be cut off."""
    response = upload(signed_in("staff"), MemberFactory(), named("scan.pdf"), complete=None)
    assert response.status_code == 400
    assert errors_of(response) == ["The upload broke off before its end, so nothing was added. Send it again."]
    assert (Attachment.objects.count(), files_in(store)) == (0, [])


def test_a_body_that_ends_in_the_middle_of_a_file_leaves_nothing(signed_in, store):
    """What a web server hands on when the sender hangs up: the first part of what was announced."""
    browser, member = signed_in("staff"), MemberFactory()
    fields = {"category": "general", "files": named("scan.pdf", PDF + bytes(5000) + b"%%EOF"), "complete": "1"}
    body = encode_multipart(BOUNDARY, fields)
    url = reverse("attachment_create", args=["members.member", member.pk])
    for length in (len(body) // 2, body.index(b"%%EOF\r\n") + 7):
        assert browser.generic("POST", url, body[:length], MULTIPART_CONTENT).status_code == 400
    assert (Attachment.objects.count(), files_in(store)) == (0, [])
    assert browser.generic("POST", url, body, MULTIPART_CONTENT).status_code == 302


def test_an_upload_without_its_token_is_refused(store):
    browser, user = Client(enforce_csrf_checks=True), UserFactory(role="staff")
    browser.force_login(user)
    assert upload(browser, MemberFactory(), named("scan.pdf")).status_code == 403
    assert (Attachment.objects.count(), files_in(store)) == (0, [])


def test_a_token_in_the_form_is_accepted():
    browser, member = Client(enforce_csrf_checks=True), MemberFactory()
    browser.force_login(UserFactory(role="staff"))
    token = browser.get(f"/documents/add/members.member/{member.pk}/").context["csrf_token"]
    assert upload(browser, member, named("scan.pdf"), csrfmiddlewaretoken=str(token)).status_code == 302


def test_the_same_file_twice_is_told():
    rosa, member = UserFactory(role="staff", first_name="Rosa", last_name="Lima"), MemberFactory()
    first = document(member, "contract.pdf", by=rosa)
    with pytest.raises(Refused) as refusal:
        document(member, "again.pdf")
    assert str(refusal.value).startswith("“again.pdf” is already here as “contract.pdf”, added on ")
    assert str(refusal.value).endswith(" by Rosa Lima. It was not added again.")
    assert document(MemberFactory(), "again.pdf").sha256 == first.sha256
    services.remove(first, by=rosa, reason="Wrong person")
    assert document(member, "again.pdf").pk != first.pk


def test_the_database_itself_refuses_the_same_file_twice():
    row = document(MemberFactory())
    row.pk, row.path = None, "documents/other"
    with pytest.raises(IntegrityError, match="attachment_once"), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("size", 0, "attachment_not_empty"),
        ("path", "", "attachment_named"),
        ("original_name", "", "attachment_named"),
        ("sha256", "abc", "attachment_checksum_whole"),
        ("category", "other", "attachment_category_known"),
    ],
)
def test_what_must_never_be_false_is_a_constraint(column, value, constraint):
    row = document(MemberFactory())
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Attachment.objects.filter(pk=row.pk).update(**{column: value})


@pytest.mark.parametrize(
    ("role", "panel", "form"),
    [
        ("administrator", True, True), ("officer", True, True), ("representative", True, True),
        ("staff", True, True), ("organizer", True, False),
    ],
)  # fmt: skip
def test_the_panel_offers_what_the_role_may_do(signed_in, role, panel, form):
    member = MemberFactory()
    document(member)
    page = signed_in(role).get(member.get_absolute_url()).content.decode()
    assert ('id="documents"' in page, "Add documents" in page) == (panel, form)


@pytest.mark.parametrize("role", ["organizer", ""])
def test_those_who_may_not_add_are_refused(signed_in, role, store):
    assert upload(signed_in(role), MemberFactory(), named("scan.pdf")).status_code == 403
    with pytest.raises(Refused, match="Your role may not add documents"):
        document(MemberFactory(), by=UserFactory(role=role))
    assert files_in(store) == []


def test_a_removed_record_takes_no_documents(signed_in):
    contact, browser = OrganizationContactFactory(), signed_in("staff")
    services.remove(contact, by=browser.user, reason="Left")
    with pytest.raises(Refused, match="was removed. Bring it back before adding documents."):
        document(contact, by=browser.user)


@pytest.mark.parametrize("address", ["nonsense", "members.member", "auth.group", "ip2a.user", "ip2a.attachment"])
def test_unknown_records_and_models_are_not_found(signed_in, address):
    assert signed_in("administrator").get(f"/documents/add/{address}/999999/").status_code == 404


def pages_of(row):
    return [
        reverse(f"attachment_{page}", args=[row.pk]) for page in ("detail", "download", "update", "remove", "history")
    ]


def test_a_document_is_seen_by_those_who_see_its_record(signed_in):
    row = document(MemberFactory())
    for role in ("administrator", "representative", "staff"):
        assert [signed_in(role).get(page).status_code for page in pages_of(row)] == [200] * 5
    assert [signed_in("").get(page).status_code for page in pages_of(row)] == [403] * 5


def test_documents_of_a_compartment_do_not_exist_outside(signed_in):
    member = MemberFactory()
    secret = Secret.objects.create(name="Salt", member=member)
    for role in Group.objects.filter(name__in=["administrator", "organizer"]):
        role.permissions.add(*Permission.objects.filter(codename__in=["view_secret", "add_attachment"]))
    insider = UserFactory(role="organizer")
    row = document(secret, by=insider)
    assert row.compartment == "organizing"
    outsider = signed_in("administrator")
    assert [outsider.get(page).status_code for page in pages_of(row)] == [404] * 5
    assert upload(outsider, secret, named("b.pdf")).status_code == 404
    assert list(Attachment.objects.visible_to(outsider.user)) == []
    assert list(Attachment.objects.visible_to(insider)) == [row]
    assert AuditEntry.objects.about(row).get().compartment == "organizing"
    browser = Client()
    browser.force_login(insider)
    assert b"".join(browser.get(row.get_download_url()).streaming_content) == PDF
    opening = CompartmentOpening.objects.get()
    assert (opening.compartment, opening.model, opening.record_id, opening.user_id) == (
        "organizing", "ip2a.attachment", row.pk, insider.pk
    )  # fmt: skip


def test_a_record_hidden_from_someone_hides_its_documents():
    """Even when the copied mark is wrong: the record itself is asked."""
    row = document(MemberFactory())
    secret = Secret.objects.create(name="Salt", member=MemberFactory())
    Attachment.objects.filter(pk=row.pk).update(
        content_type=ContentType.objects.get_for_model(Secret), object_id=secret.pk
    )
    assert list(Attachment.objects.visible_to(UserFactory(role="staff"))) == []


def test_remove_asks_why_and_can_be_undone(signed_in, store):
    browser, member = signed_in("staff"), MemberFactory()
    row = document(member)
    remove, restore = (reverse(f"attachment_{verb}", args=[row.pk]) for verb in ("remove", "restore"))
    assert browser.post(remove, {"reason": " "}).status_code == 422
    assert browser.post(remove, {"reason": "Wrong person"}).url == f"{member.get_absolute_url()}#documents"
    row.refresh_from_db()
    assert row.is_removed and files_in(store) == [row.path]
    page = browser.get(member.get_absolute_url()).content.decode()
    assert "1 removed" in page and "Undo" in page
    assert AuditEntry.objects.about(row).first().reason == "Wrong person"
    browser.post(restore)
    row.refresh_from_db()
    assert not row.is_removed


def test_a_restore_that_would_double_a_file_is_refused_in_words(signed_in):
    browser, member = signed_in("staff"), MemberFactory()
    row = document(member)
    services.remove(row, by=browser.user, reason="Wrong")
    document(member, "again.pdf")
    page = browser.post(reverse("attachment_restore", args=[row.pk]), follow=True).content.decode()
    assert "This file is already among the documents of this record." in page


def test_an_officer_cannot_remove(signed_in):
    row = document(MemberFactory())
    assert signed_in("officer").post(reverse("attachment_remove", args=[row.pk]), {"reason": "x"}).status_code == 403


def test_category_and_description_can_be_changed_and_nothing_else(signed_in):
    browser, row = signed_in("staff"), document(MemberFactory())
    data = {"category": "photo", "description": "At the gate", "version": "1", "original_name": "x", "path": "y"}
    assert browser.post(reverse("attachment_update", args=[row.pk]), data).status_code == 302
    changed = Attachment.objects.get()
    assert (changed.category, changed.description) == ("photo", "At the gate")
    assert (changed.original_name, changed.path, changed.sha256) == (row.original_name, row.path, row.sha256)


def test_documents_stand_on_the_timeline(signed_in):
    user, member = signed_in("staff").user, MemberFactory()
    document(member, by=user, category="certificate", description="First aid")
    told = [event for event in timeline.events(user, member) if event.kind == "document"]
    assert [(e.text, e.who, e.details) for e in told] == [
        ("Document added: scan.pdf (certificate)", user.get_full_name(), "First aid")
    ]
    assert [e for e in timeline.events(UserFactory(), member) if e.kind == "document"] == []


def test_the_panel_costs_the_same_for_one_and_twenty_documents(signed_in):
    member, browser = MemberFactory(), signed_in("staff")
    document(member)

    def queries():
        with CaptureQueriesContext(connection) as found:
            assert browser.get(f"/members/{member.pk}/").status_code == 200
        return len(found)

    queries()
    one = queries()
    for number in range(20):
        document(member, f"{number}.txt", f"{number}".encode(), by=UserFactory(role="staff"))
    assert queries() == one


def test_the_panel_itself_is_one_query():
    member, request = MemberFactory(), RequestFactory().get("/")
    document(member)
    request.user = UserFactory(role="staff")
    documents(request, member)
    again = Member.objects.get(pk=member.pk)
    with CaptureQueriesContext(connection) as found:
        assert documents(request, again).count == 1
        list(document_events(request.user, again))
    assert len(found) == 1
