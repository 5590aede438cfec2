"""The walls: outside a compartment its records do not exist, on any road; inside, every opening is written down."""

import csv
import io

import psycopg
import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.base import ContentFile
from django.test import Client
from openpyxl import load_workbook

from ip2a import search, timeline
from ip2a.attachments.services import attach
from ip2a.factories import UserFactory
from ip2a.models import Attachment, AuditEntry, CompartmentOpening
from ip2a.tests.vault.models import Secret
from members.factories import MemberFactory

NAME = "Zebra plan"
OUTSIDERS = ["administrator", "officer", "representative", "staff"]


@pytest.fixture
def secret(db, settings, tmp_path):
    """Everybody has the model's rights, so that only the compartment stands between."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}},
    }
    rights = Permission.objects.filter(content_type__app_label="vault") | Permission.objects.filter(
        content_type__app_label="ip2a", content_type__model="attachment"
    )
    for group in Group.objects.all():
        group.permissions.add(*rights)
    record = Secret.objects.create(name=NAME, member=MemberFactory(last_name="Lima"))
    attach(record, ContentFile(b"Dear Rosa, tomorrow.\n", "zebra.txt"), by=UserFactory(role="organizer"))
    return record


def client_of(role: str) -> Client:
    client = Client()
    client.user = UserFactory(role=role)
    client.force_login(client.user)
    return client


@pytest.fixture(params=OUTSIDERS)
def outside(request, secret):
    return client_of(request.param)


@pytest.fixture
def inside(secret):
    return client_of("organizer")


def text_of(client, path) -> str:
    answer = client.get(path, follow=True)
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()


def pages_of(secret):
    document = Attachment.objects.get()
    yield "/vault/secrets/"
    yield "/vault/secrets/add/"
    yield "/vault/secrets/?format=csv"
    for page in ("", "edit/", "history/"):
        yield f"/vault/secrets/{secret.pk}/{page}"
    for page in ("", "file/", "edit/", "history/"):
        yield f"/documents/{document.pk}/{page}"
    yield f"/documents/add/vault.secret/{secret.pk}/"


def test_outside_no_page_of_it_exists(outside, secret):
    answers = {path: outside.get(path).status_code for path in pages_of(secret)}
    assert answers == dict.fromkeys(answers, 404)


def test_outside_it_is_in_no_queryset_count_or_trace(outside, secret):
    user = outside.user
    document = Attachment.objects.get()
    assert list(Secret.objects.visible_to(user)) == []
    assert list(Attachment.objects.visible_to(user)) == []
    assert Attachment.objects.visible_beside(user, secret).count() == 0
    traces = AuditEntry.objects.visible_to(user)
    assert not traces.about(secret).exists() and not traces.about(document).exists()
    assert AuditEntry.objects.about(secret).exists() and AuditEntry.objects.about(document).exists()


def test_outside_it_is_neither_found_nor_picked_nor_told(outside, secret):
    user = outside.user
    assert search.find(user, "zebra", source=search.source_of("vault.secret")) == []
    assert outside.get("/pick/vault.secret/", {"q": "zebra"}).json()["results"] == []
    assert [event.text for event in timeline.events(user, secret.member) if "Zebra" in event.text] == []
    member = secret.member.get_absolute_url()
    for path in ("/search/?q=zebra", "/search/?q=lima", member, f"{member}history/", "/"):
        assert (path, *traces_in(text_of(outside, path))) == (path, False, False, False)


def traces_in(page: str) -> list[bool]:
    return [word in page for word in (NAME, "zebra.txt", "/vault/")]


def test_outside_no_audit_page_knows_it(secret):
    """The audit page is for administrators, who are outside of every compartment."""
    page = text_of(client_of("administrator"), "/audit/")
    assert "Lima" in page and traces_in(page) == [False, False, False]


def test_nothing_can_be_written_from_outside(outside, secret):
    outside.post(f"/vault/secrets/{secret.pk}/edit/", {"name": "x", "member": secret.member_id, "version": 1})
    outside.post("/vault/secrets/add/", {"name": "x", "member": secret.member_id})
    assert list(Secret.objects.values_list("name", flat=True)) == [NAME]


def test_inside_it_is_everywhere(inside, secret):
    user, document = inside.user, Attachment.objects.get()
    assert list(Secret.objects.visible_to(user)) == [secret]
    assert list(Attachment.objects.visible_to(user)) == [document]
    assert AuditEntry.objects.visible_to(user).about(secret).count() == 1
    assert [hit.label for hit in search.find(user, "zebra", source=search.source_of("vault.secret"))] == [NAME]
    assert inside.get("/pick/vault.secret/", {"q": "zebra"}).json()["results"][0]["label"] == NAME
    member = secret.member.get_absolute_url()
    for path in ("/search/?q=zebra", member, "/vault/secrets/", secret.get_absolute_url()):
        assert (path, NAME in text_of(inside, path)) == (path, True)
    assert f"Secret told: {NAME}" in [event.text for event in timeline.events(user, secret.member)]


def test_inside_exports_have_it(inside, secret):
    lines = list(csv.reader(io.StringIO(text_of(inside, "/vault/secrets/?format=csv").lstrip("\ufeff"))))
    assert lines == [["Name"], [NAME]]
    answer = inside.get("/vault/secrets/?format=xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert [[cell.value for cell in row] for row in sheet.rows] == [["Name"], [NAME]]


def test_a_compartment_without_the_right_to_the_model_shows_nothing(secret):
    organizers = Group.objects.get(name="organizer")
    organizers.permissions.remove(*Permission.objects.filter(content_type__app_label="vault"))
    client = client_of("organizer")
    assert list(Secret.objects.visible_to(client.user)) == []
    assert client.get(secret.get_absolute_url()).status_code == 403


# The log of openings


def openings():
    return list(CompartmentOpening.objects.order_by("id").values_list("model", "record_id", "user_name", "path"))


@pytest.mark.parametrize("which", ["", "edit/", "history/"])
def test_opening_a_record_is_written_down_once(inside, secret, which):
    path = f"/vault/secrets/{secret.pk}/{which}"
    inside.get(path)
    assert openings() == [("vault.secret", secret.pk, inside.user.get_full_name(), path)]
    opening = CompartmentOpening.objects.get()
    assert (opening.compartment, opening.user_id, opening.ip) == ("organizing", inside.user.pk, "127.0.0.1")


def test_downloading_its_document_is_written_down_once(inside, secret):
    document = Attachment.objects.get()
    assert text_of(inside, document.get_download_url()) == "Dear Rosa, tomorrow.\n"
    name = inside.user.get_full_name()
    assert openings() == [("ip2a.attachment", document.pk, name, document.get_download_url())]


def test_lists_refusals_and_records_outside_every_compartment_are_no_openings(inside, outside, secret):
    inside.get("/vault/secrets/")
    inside.get("/vault/secrets/999999/")
    inside.get(secret.member.get_absolute_url())
    outside.get(secret.get_absolute_url())
    assert openings() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ip2a_compartmentopening SET user_name = 'Nobody'",
        "DELETE FROM ip2a_compartmentopening",
        "TRUNCATE ip2a_compartmentopening",
        "ALTER TABLE ip2a_compartmentopening DISABLE TRIGGER ALL",
        "DROP TABLE ip2a_compartmentopening",
    ],
)
def test_the_log_of_openings_cannot_be_changed_by_the_application(app_db, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_db.execute(statement)


@pytest.mark.parametrize("statement", ["UPDATE {} SET user_name = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_even_its_owner_is_refused_by_a_trigger(owner_db, statement):
    with pytest.raises(psycopg.Error, match="can be neither changed nor deleted"):
        owner_db.execute(statement.format("ip2a_compartmentopening"))


def test_the_administration_pages_show_openings_to_those_inside_only(inside, secret):
    inside.get(secret.get_absolute_url())
    boss = client_of("administrator")
    assert "vault.secret" not in text_of(boss, "/admin/ip2a/compartmentopening/")
    boss.user.groups.add(Group.objects.get(name="organizer"))
    assert "vault.secret" in text_of(boss, "/admin/ip2a/compartmentopening/")
