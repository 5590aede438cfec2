"""Picking a record in a form: with the list, without JavaScript, within rights, and nothing typed lost."""

from datetime import date

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from ip2a.factories import UserFactory
from ip2a.pickers import PickerField, for_user, number_of, presets
from members.factories import MemberFactory, OrganizationFactory
from members.models import MemberEmployment

pytestmark = pytest.mark.django_db


class JobForm(forms.Form):
    member = PickerField("members.member")
    employer = PickerField("members.organization", required=False)


class SecretForm(forms.Form):
    secret = PickerField("vault.secret")


def form_of(data, role="staff", form_class=JobForm):
    form = form_class(data)
    for_user(form, UserFactory(role=role))
    return form


def test_the_chosen_record_is_taken_by_its_number():
    rosa = MemberFactory()
    form = form_of({"member": str(rosa.pk), "member_q": str(rosa)})
    assert form.is_valid()
    assert form.cleaned_data == {"member": rosa, "employer": None}


def test_typed_text_comes_back_with_the_matches_as_choices():
    rosa = MemberFactory(member_number="7464416", first_name="Rosa", last_name="Lima", city="Ohio City")
    form = form_of({"member": "", "member_q": "rosa lima"})
    assert form.errors == {"member": ["Is it this one, found for “rosa lima”?"]}
    html = str(form["member"])
    assert f'<input type="radio" name="member_choice" value="{rosa.pk}">' in html
    assert "Lima, Rosa (7464416)" in html
    assert "Active, Journeyman, Ohio City" in html
    assert 'name="member_q" value="rosa lima"' in html


def test_several_matches_are_counted():
    MemberFactory(last_name="Lima")
    MemberFactory(last_name="Limani")
    form = form_of({"member_q": "lima"})
    assert form.errors == {"member": ["Choose one of the 2 found for “lima”."]}


def test_a_choice_among_the_matches_is_taken():
    rosa = MemberFactory()
    form = form_of({"member_choice": str(rosa.pk), "member_q": "rosa"})
    assert form.is_valid()
    assert form.cleaned_data["member"] == rosa


def test_nothing_found_says_what_to_try_and_keeps_the_text():
    form = form_of({"member_q": "zzzz"})
    assert form.errors == {"member": ["Nothing found for “zzzz”. Try a number or a part of the name."]}
    assert 'name="member_q" value="zzzz"' in str(form["member"])


def test_text_typed_over_a_chosen_record_is_a_new_search_and_not_the_old_record():
    old = MemberFactory(first_name="Olga", last_name="Old")
    MemberFactory(first_name="Nora", last_name="New", member_number="99")
    form = form_of({"member": str(old.pk), "member_q": "nora new"})
    assert form.errors == {"member": ["Is it this one, found for “nora new”?"]}


def test_emptied_text_takes_the_record_away():
    employer = OrganizationFactory()
    rosa = MemberFactory()
    form = form_of({"member": rosa.pk, "employer": str(employer.pk), "employer_q": ""})
    assert form.is_valid()
    assert form.cleaned_data["employer"] is None


def test_an_empty_required_picker_says_so():
    assert form_of({"member_q": ""}).errors == {"member": ["Type a name or number, then choose one."]}


def test_the_find_button_never_saves():
    rosa = MemberFactory(last_name="Lima")
    form = form_of({"find": "member", "member": str(rosa.pk), "member_q": str(rosa)})
    assert not form.is_valid()
    assert form.errors == {"member": [f"Is it this one, found for “{rosa}”?"]}
    form = form_of({"find": "employer", "member": str(rosa.pk), "employer_q": ""})
    assert form.errors == {"employer": ["Type a name or number first, then find."]}


@pytest.mark.parametrize("number", ["999999", "²", "٣", "-1", "1e9", "9" * 30, "1; DROP TABLE", "\x00"])
def test_a_number_that_leads_nowhere_is_a_clear_error(number):
    form = form_of({"member": number})
    assert form.errors == {"member": ["That record is not there (any more). Search for it again."]}
    assert 'role="combobox"' in str(form["member"])


def test_a_record_outside_ones_rights_can_be_neither_picked_nor_named():
    from ip2a.tests.vault.models import Secret

    secret = Secret.objects.create(name="The salt at Acme", member=MemberFactory())
    form = form_of({"secret": str(secret.pk)}, form_class=SecretForm)
    assert form.errors == {"secret": ["That record is not there (any more). Search for it again."]}
    assert "salt" not in str(form["secret"])


def test_without_a_right_and_without_a_user_nothing_is_found():
    MemberFactory(last_name="Lima")
    nobody = form_of({"member_q": "lima"}, role="instructor")
    assert nobody.errors == {"member": ["Nothing found for “lima”. Try a number or a part of the name."]}
    forgotten = JobForm({"member_q": "lima"})
    assert forgotten.errors == {"member": ["Nothing found for “lima”. Try a number or a part of the name."]}


def test_two_forms_at_once_do_not_share_what_was_typed():
    MemberFactory(last_name="Lima")
    one = form_of({"member_q": "lima"})
    other = form_of({"member_q": "zzzz"})
    assert one.errors != other.errors
    assert 'value="lima"' in str(one["member"]) and "radio" in str(one["member"])
    assert 'value="zzzz"' in str(other["member"]) and "radio" not in str(other["member"])
    fresh = JobForm()
    for_user(fresh, UserFactory(role="staff"))
    assert "lima" not in str(fresh["member"]).lower()


def test_when_editing_the_current_record_is_named():
    rosa = MemberFactory(first_name="Rosa", last_name="Lima", member_number="7464416")
    form = JobForm(initial={"member": rosa.pk})
    for_user(form, UserFactory(role="staff"))
    html = str(form["member"])
    assert 'name="member_q" value="Lima, Rosa (7464416)"' in html
    assert f'name="member" value="{rosa.pk}"' in html


def test_presets_fill_in_what_the_person_may_see_and_ignore_the_rest():
    rosa, acme, user = MemberFactory(), OrganizationFactory(), UserFactory(role="staff")
    assert presets(JobForm, {"member": str(rosa.pk), "employer": str(acme.pk)}, user) == {
        "member": rosa.pk,
        "employer": acme.pk,
    }
    assert presets(JobForm, {"member": "999999", "employer": "junk"}, user) == {}
    assert presets(JobForm, {"member": str(rosa.pk)}, AnonymousUser()) == {}


def test_a_job_added_from_a_members_page_has_the_member_filled_in(signed_in):
    rosa = MemberFactory(first_name="Rosa", last_name="Lima", member_number="7464416")
    page = signed_in("staff").get(reverse("members:memberemployment_create"), {"member": rosa.pk})
    assert 'name="member_q" value="Lima, Rosa (7464416)"' in page.content.decode()


def test_a_job_is_added_by_typing_and_choosing_without_javascript(signed_in):
    rosa = MemberFactory(first_name="Rosa", last_name="Lima")
    acme = OrganizationFactory(name="Acme Electric")
    staff, address = signed_in("staff"), reverse("members:memberemployment_create")
    typed = {"member_q": "lima rosa", "organization_q": "acme", "start_date": "2024-03-04", "job_title": "Wireman"}
    page = staff.post(address, typed)
    assert page.status_code == 422
    html = page.content.decode()
    assert 'value="2024-03-04"' in html and 'value="Wireman"' in html
    assert html.count('type="radio"') == 2
    answer = staff.post(address, {**typed, "member_choice": rosa.pk, "organization_choice": acme.pk})
    job = MemberEmployment.objects.get()
    assert (answer.status_code, answer.url) == (302, job.get_absolute_url())
    assert (job.member, job.organization, job.start_date) == (rosa, acme, date(2024, 3, 4))


def test_a_removed_employer_cannot_be_picked(signed_in):
    from django.utils import timezone

    acme = OrganizationFactory(name="Acme", deleted_at=timezone.now())
    form = form_of({"member": MemberFactory().pk, "employer": acme.pk, "employer_q": "Acme"})
    assert form.errors == {"employer": ["That record is not there (any more). Search for it again."]}


def test_the_pickers_address_answers_within_rights(signed_in):
    rosa = MemberFactory(first_name="Rosa", last_name="Lima", member_number="7464416")
    address = reverse("pick", args=["members.member"])
    assert signed_in("staff").get(address, {"q": "lima"}).json() == {
        "results": [{"id": rosa.pk, "label": "Lima, Rosa (7464416)", "fact": "Active, Journeyman"}]
    }
    assert signed_in("instructor").get(address, {"q": "lima"}).json() == {"results": []}
    assert signed_in("staff").get(reverse("pick", args=["members.nothing"])).status_code == 404


@pytest.mark.parametrize(
    ("text", "number"), [("12", 12), (12, 12), ("", None), (None, None), ("²", None), ("9" * 19, None), ("-1", None)]
)
def test_numbers_out_of_addresses(text, number):
    assert number_of(text) == number
