import io
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ip2a.answers import Refused
from ip2a.attachments.services import attach
from ip2a.factories import UserFactory
from ip2a.models import Attachment, AuditEntry, CompartmentOpening
from ip2a.tests.vault.models import Secret
from members.factories import MemberEmploymentFactory, MemberFactory, OrganizationContactFactory, OrganizationFactory

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< >>\n%%EOF\n"
TEXT = b"Dear Rosa, the meeting is on Thursday.\n"


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    """A folder of its own for each test."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path, "file_permissions_mode": 0o600}},
    }
    return tmp_path


def files_in(store):
    return sorted(str(path.relative_to(store)) for path in store.rglob("*") if path.is_file())


def upload(browser, record, *files, **fields):
    url = reverse("attachment_create", args=[record._meta.label_lower, record.pk])
    data = {"files": list(files), "category": "general", "description": "", "complete": "1", **fields}
    return browser.post(url, {name: value for name, value in data.items() if value is not None})


def named(name, content=PDF):
    return SimpleUploadedFile(name, content)


def document(record, name="scan.pdf", content=PDF, **fields):
    return attach(record, ContentFile(content, name), by=fields.pop("by", None) or UserFactory(role="staff"), **fields)


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
    assert (row.record, row.original_name, row.category, row.description) == (
        member, "Scan 1.pdf", "contract", "The agreement"
    )  # fmt: skip
    assert (row.size, row.media_type, row.uploader) == (len(PDF), "application/pdf", browser.user)
    assert row.sha256 == __import__("hashlib").sha256(PDF).hexdigest()
    assert files_in(store) == [row.path]
    assert default_storage.open(row.path).read() == PDF
    assert "Scan" not in row.path and row.path.startswith("documents/")
