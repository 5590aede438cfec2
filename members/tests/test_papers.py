from datetime import date

import pytest
from django.urls import reverse

from ip2a import pdf
from ip2a.models import Attachment
from members.factories import MemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}},
    }


def address(member):
    return reverse("paper_draft", args=["members.member", member.pk, "members.confirmation"])


def text_of(page):
    return page.context["form"].initial["body"]


def test_a_letter_confirms_membership_in_the_words_of_the_record(signed_in, settings):
    settings.LOCAL_NAME = "Local 1245"
    member = MemberFactory(
        first_name="Rosa",
        last_name="Lima",
        member_number="7464416",
        address="12 Elm Street",
        city="Springfield",
        state="IL",
        zip_code="62701",
        hire_date=date(2009, 3, 2),
        status="active",
        classification="journeyman",
    )
    text = text_of(signed_in("representative", first_name="Pat", last_name="Rep").get(address(member)))
    assert "Rosa Lima\n12 Elm Street\nSpringfield, IL 62701\n" in text
    assert (
        "Local 1245 confirms that Rosa Lima, member number 7464416, has been a member of this local since "
        "March 2, 2009. The member's status on the date of this letter is **active**; "
        "the classification is journeyman.\n"
    ) in text
    assert text.endswith("Pat Rep\nLocal 1245\n")


def test_what_the_record_does_not_say_is_a_gap(signed_in):
    page = signed_in("staff").get(address(MemberFactory(hire_date=None, address="", city="", state="", zip_code="")))
    assert "since [joined?]." in text_of(page)
    assert page.context["gaps"] == [
        ("[member address?]", "The member's postal address"),
        ("[joined?]", "The day the member joined the union"),
    ]


def test_the_letter_is_offered_on_the_member_s_page_to_those_who_may_write_it(signed_in):
    member = MemberFactory()
    offered = {
        role: address(member) in signed_in(role).get(member.get_absolute_url()).content.decode()
        for role in ("representative", "staff", "officer", "organizer")
    }
    assert offered == {"representative": True, "staff": True, "officer": False, "organizer": False}


def test_keeping_it_makes_a_document_of_the_member(signed_in):
    member = MemberFactory(hire_date=date(2009, 3, 2), address="12 Elm Street")
    browser = signed_in("staff")
    text = text_of(browser.get(address(member)))
    answer = browser.post(address(member), {"act": "keep", "body": text, "opened": ""})
    assert (answer.status_code, answer.url) == (302, f"{member.get_absolute_url()}#documents")
    document = Attachment.objects.of(member).get()
    kind = "application/pdf" if pdf.is_available() else "text/plain"
    assert (document.category, document.media_type, document.uploader) == ("correspondence", kind, browser.user)
