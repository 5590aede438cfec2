"""The paper of a salting agreement: written and kept inside, and for nobody else there at all."""

from datetime import date

import pytest
from django.urls import reverse

from ip2a import audit, compartments
from ip2a.factories import UserFactory
from ip2a.models import Attachment, CompartmentOpening, PaperDraft
from members.factories import MemberFactory, OrganizationFactory
from organizing import factories as make
from organizing.tests.room import nobody

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}},
    }


@pytest.fixture
def agreement():
    with compartments.system("organizing", "tests"):
        return make.SaltingAgreementFactory(
            member=MemberFactory(first_name="Rosa", last_name="Lima", member_number="7464416"),
            organization=OrganizationFactory(
                name="Volt Electric", address="4 Gate Road", city="Springfield", state="IL"
            ),
            directed_by=UserFactory(role="organizer", first_name="Pat", last_name="Prentiss"),
            starts_on=date(2026, 3, 9),
        )


def address(agreement) -> str:
    return reverse("paper_draft", args=["organizing.saltingagreement", agreement.pk, "organizing.salting_agreement"])


def test_the_paper_says_who_where_from_when_and_under_whom(signed_in, agreement, settings):
    settings.LOCAL_NAME = "Local 1245"
    text = signed_in("organizer").get(address(agreement)).context["form"].initial["body"]
    assert text.splitlines()[:10] == [
        "# Salting agreement",
        "",
        "**Member:** Rosa Lima, member number 7464416",
        "**Employer:** Volt Electric, 4 Gate Road, Springfield, IL",
        "**From:** March 9, 2026",
        "**Until:** the employer signs an agreement with the local",
        "**Directed by:** Pat Prentiss",
        "",
        "Local 1245 and the member named above agree:",
        "",
    ]


def test_it_is_offered_on_the_page_drafted_inside_and_kept_as_the_agreement_s_document(signed_in, agreement):
    client = signed_in("organizer")
    assert address(agreement) in client.get(agreement.get_absolute_url()).content.decode()
    text = client.get(address(agreement)).context["form"].initial["body"]
    answer = client.post(address(agreement), {"act": "keep", "body": text, "opened": ""})
    with audit.acting(user=client.user):
        document, draft = Attachment.objects.of(agreement).get(), PaperDraft.objects.get()
        opened = CompartmentOpening.objects.filter(user_id=client.user.pk, path=address(agreement)).exists()
    assert (answer.status_code, answer.url) == (302, f"{agreement.get_absolute_url()}#documents")
    assert (document.category, document.compartment, draft.compartment, opened) == (
        "contract", "organizing", "organizing", True,
    )  # fmt: skip
    with nobody(), audit.acting(user=UserFactory(role="staff")):
        assert (Attachment.objects.count(), PaperDraft.objects.count()) == (0, 0)


@pytest.mark.parametrize("role", ["staff", "representative", "administrator", "officer"])
def test_outside_there_is_no_such_paper(signed_in, agreement, role):
    client = signed_in(role)
    found = [getattr(client, how)(address(agreement)).status_code for how in ("get", "post")]
    client.logout()
    assert (found, client.get(address(agreement)).status_code) == ([404, 404], 302)


def test_an_agreement_that_ended_is_not_signed_again(signed_in, agreement):
    client = signed_in("organizer")
    with compartments.system("organizing", "tests"):
        agreement.ended_on, agreement.ended_because = date(2026, 5, 1), "The employer signed"
        agreement.save()
    answer = client.get(address(agreement))
    assert answer.status_code == 403
    assert "This agreement has ended, so there is nothing to sign." in answer.content.decode()
