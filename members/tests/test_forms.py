"""What may be typed into the forms of people and jobs, to the last limit, with the words that come back."""

from copy import copy
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ip2a import services
from ip2a.factories import UserFactory
from ip2a.pickers import for_user
from members.factories import MemberEmploymentFactory, MemberFactory, OrganizationFactory
from members.forms import MemberEmploymentForm, MemberForm, OrganizationContactForm, OrganizationForm
from members.models import Member, MemberEmployment

pytestmark = pytest.mark.django_db

MEMBER = {
    "member_number": "7464416",
    "first_name": "Rosa",
    "last_name": "Lima",
    "status": "active",
    "classification": "journeyman",
}
ORGANIZATION = {"name": "Acme Electric", "org_type": "employer"}
CONTACT = {"first_name": "Ann", "last_name": "Bell"}
JOB = {"start_date": "2020-01-06"}
FORMS = {
    "member": (MemberForm, MEMBER),
    "organization": (OrganizationForm, ORGANIZATION),
    "contact": (OrganizationContactForm, CONTACT),
    "job": (MemberEmploymentForm, JOB),
}


def form_of(kind: str, **typed):
    """A form as a member of staff would send it: the least valid one, with what is typed."""
    form_class, least = FORMS[kind]
    data = {**least, **typed}
    if kind in ("contact", "job"):
        data.setdefault("organization", OrganizationFactory().pk)
    if kind == "job":
        data.setdefault("member", MemberFactory().pk)
    form = form_class(data)
    for_user(form, UserFactory(role="staff"))
    return form


@pytest.mark.parametrize("kind", FORMS)
def test_the_least_form_is_valid(kind):
    assert form_of(kind).errors == {}


LIMITS = [
    ("member", "member_number", 20),
    ("member", "first_name", 100),
    ("member", "middle_name", 100),
    ("member", "last_name", 100),
    ("member", "address", 200),
    ("member", "city", 100),
    ("member", "state", 2),
    ("member", "zip_code", 10),
    ("member", "phone", 40),
    ("organization", "name", 200),
    ("organization", "address", 200),
    ("organization", "city", 100),
    ("organization", "state", 2),
    ("organization", "zip_code", 10),
    ("organization", "phone", 40),
    ("contact", "first_name", 100),
    ("contact", "last_name", 100),
    ("contact", "title", 100),
    ("contact", "phone", 40),
    ("job", "job_title", 100),
]


@pytest.mark.parametrize(("kind", "field", "most"), LIMITS)
def test_texts_have_a_limit_and_reach_it(kind, field, most):
    assert form_of(kind, **{field: "A" * most}).errors == {}
    assert form_of(kind, **{field: "A" * (most + 1)}).errors == {
        field: [f"Use at most {most} characters; this has {most + 1}."]
    }


@pytest.mark.parametrize("kind", ["member", "organization", "contact"])
def test_an_email_has_the_form_of_one_and_254_letters_at_most(kind):
    assert form_of(kind, email="rosa@example.org").errors == {}
    assert form_of(kind, email="rosa at example").errors == {
        "email": ["Type an e-mail address, such as name@example.org."]
    }
    too_long = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.org"
    assert list(form_of(kind, email=too_long).errors) == ["email"]


def test_a_website_is_an_address():
    assert form_of("organization", website="acme.example").errors == {}
    assert form_of("organization", website="not an address").errors == {
        "website": ["Type a web address, such as https://example.org."]
    }
    assert list(form_of("organization", website="javascript:alert(1)").errors) == ["website"]


REQUIRED = [
    ("member", "member_number"),
    ("member", "first_name"),
    ("member", "last_name"),
    ("member", "status"),
    ("member", "classification"),
    ("organization", "name"),
    ("organization", "org_type"),
    ("contact", "first_name"),
    ("contact", "last_name"),
    ("job", "start_date"),
]


@pytest.mark.parametrize(("kind", "field"), REQUIRED)
@pytest.mark.parametrize("blank", ["", "   "])
def test_what_must_be_known_is_asked_for(kind, field, blank):
    errors = form_of(kind, **{field: blank}).errors
    if blank and field in ("status", "classification", "org_type", "start_date"):
        assert list(errors) == [field]
    else:
        assert errors == {field: ["Fill this in."]}


@pytest.mark.parametrize(("kind", "field"), [("contact", "organization"), ("job", "member"), ("job", "organization")])
def test_a_record_must_be_chosen(kind, field):
    assert form_of(kind, **{field: ""}).errors == {field: ["Type a name or number, then choose one."]}


@pytest.mark.parametrize(
    ("kind", "field"), [("member", "status"), ("member", "classification"), ("organization", "org_type")]
)
@pytest.mark.parametrize("word", ["ACTVE", "Active ", "employer2", "\u202e"])
def test_only_a_word_of_the_list_is_a_state(kind, field, word):
    errors = form_of(kind, **{field: word}).errors
    assert errors == {field: [f"Choose one of the list; “{word}” is not in it."]}


@pytest.mark.parametrize(("kind", "field"), [("member", "first_name"), ("organization", "name"), ("job", "job_title")])
def test_a_letter_that_cannot_be_kept_is_refused(kind, field):
    assert form_of(kind, **{field: "a\x00b"}).errors == {
        field: ["This holds a character that cannot be kept. Type it again."]
    }


DAYS = [
    ("member", "date_of_birth"),
    ("member", "hire_date"),
    ("job", "start_date"),
    ("job", "end_date"),
]


@pytest.mark.parametrize(("kind", "field"), DAYS)
@pytest.mark.parametrize("day", ["2023-02-29", "2023-13-01", "2023-04-31", "yesterday", "0000-00-00", "99999-01-01"])
def test_days_that_do_not_exist_are_refused(kind, field, day):
    assert form_of(kind, **{field: day}).errors == {field: ["Type a day that exists, such as 3/18/2026, or pick one."]}


@pytest.mark.parametrize("day", ["2024-02-29", "2/29/2024", "02/29/2024"])
def test_a_leap_day_is_understood_in_every_usual_form(day):
    form = form_of("member", hire_date=day)
    assert form.errors == {}
    assert form.cleaned_data["hire_date"] == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("field", "what"), [("date_of_birth", "The date of birth"), ("hire_date", "The day of joining")]
)
def test_what_has_happened_does_not_lie_in_the_future(field, what):
    today = timezone.localdate()
    assert form_of("member", **{field: today.isoformat()}).errors == {}
    assert form_of("member", **{field: (today + timedelta(days=1)).isoformat()}).errors == {
        field: [f"{what} lies in the future. Type the day it happened."]
    }


def test_nobody_joined_before_being_born():
    message = "Nobody can have joined before being born: check both dates."
    assert form_of("member", date_of_birth="1990-05-05", hire_date="1990-05-06").errors == {}
    for joined in ("1990-05-05", "1980-01-01"):
        assert form_of("member", date_of_birth="1990-05-05", hire_date=joined).errors == {"hire_date": [message]}


def test_nobody_was_born_before_1900():
    assert form_of("member", date_of_birth="1900-01-01").errors == {}
    errors = form_of("member", date_of_birth="1899-12-31").errors
    assert [message for said in errors.values() for message in said] == ["The date of birth lies before 1900."]


def test_a_job_does_not_end_before_it_starts():
    assert form_of("job", end_date="2020-01-06").errors == {}
    errors = form_of("job", end_date="2020-01-05").errors
    assert [message for said in errors.values() for message in said] == [
        "The job ends before it starts: check both dates."
    ]


@pytest.mark.parametrize(
    ("rate", "message"),
    [
        ("-1", "Type 0 or more."),
        ("abc", "Type a number, such as 41.25."),
        ("41.255", "Use at most 2 places after the point."),
        ("100000", "This number is too large. Use at most 5 digits before the point."),
        ("NaN", "Type a number, such as 41.25."),
        ("Infinity", "Type a number, such as 41.25."),
    ],
)
def test_a_rate_is_money(rate, message):
    assert form_of("job", hourly_rate=rate).errors == {"hourly_rate": [message]}


@pytest.mark.parametrize(("rate", "kept"), [("0", 0), ("41.5", Decimal("41.50")), ("99999.99", Decimal("99999.99"))])
def test_a_rate_reaches_its_limits(rate, kept):
    form = form_of("job", hourly_rate=rate)
    assert form.errors == {}
    assert form.cleaned_data["hourly_rate"] == kept


def test_a_number_already_taken_is_said_on_its_field(signed_in):
    MemberFactory(member_number="7464416")
    page = signed_in("staff").post(reverse("members:member_create"), {**MEMBER, "city": "Akron"})
    assert page.status_code == 422
    assert page.context["form"].errors == {"member_number": ["Another member already has this number."]}
    html = page.content.decode()
    assert 'value="Akron"' in html and 'href="#id_member_number"' in html
    assert Member.objects.count() == 1


def test_the_number_of_a_merged_member_is_free_again(signed_in):
    from members import merging

    staff = signed_in("staff")
    gone = MemberFactory(member_number="7464416")
    merging.merge(MemberFactory(), gone, choices={}, by=staff.user, reason="Same person")
    assert staff.post(reverse("members:member_create"), MEMBER).status_code == 302


@pytest.mark.parametrize(("kind", "typed"), [("member", {"state": "oh"}), ("organization", {"state": "oh"})])
def test_states_are_kept_in_capitals(kind, typed):
    form = form_of(kind, **typed)
    assert form.is_valid()
    assert form.cleaned_data["state"] == "OH"


def test_blanks_around_a_text_are_not_kept():
    form = form_of("member", first_name="  Rosa  ", member_number=" 7 ")
    assert form.is_valid()
    assert (form.cleaned_data["first_name"], form.cleaned_data["member_number"]) == ("Rosa", "7")


def test_every_wrong_field_is_named_at_once_and_nothing_typed_is_lost(signed_in):
    page = signed_in("staff").post(
        reverse("members:memberemployment_create"),
        {"member_q": "nobody at all", "organization": "", "start_date": "31/31/2020", "hourly_rate": "much"},
    )
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["member", "organization", "start_date", "hourly_rate"]
    html = page.content.decode()
    for kept in ("nobody at all", "31/31/2020", "much"):
        assert f'value="{kept}"' in html
    assert MemberEmployment.objects.count() == 0


def checked(record, **changed) -> tuple[int, list[str]]:
    """What a form over a stored record asks of the database, and what it finds wrong, when these values are typed."""
    record.refresh_from_db()
    form_copy = copy(record)
    form_copy.stored = record
    for name, value in changed.items():
        setattr(form_copy, name, value)
    with CaptureQueriesContext(connection) as asked:
        try:
            form_copy.full_clean(validate_unique=False)
        except ValidationError as error:
            return checks_in(asked), error.messages
    return checks_in(asked), []


def checks_in(asked: CaptureQueriesContext) -> int:
    return sum("_check" in query["sql"] for query in asked)


def test_what_was_left_as_it_is_stored_is_not_asked_again():
    member = MemberFactory()
    assert checked(member, phone="555 0100") == (0, [])
    assert checked(member, date_of_birth=date(1890, 1, 1)) == (1, ["The date of birth lies before 1900."])
    other = MemberFactory()
    assert checked(member, member_number=other.member_number)[1] == ["Another member already has this number."]


def test_a_promise_about_two_values_is_asked_when_one_of_them_changed():
    job = MemberEmploymentFactory(start_date=date(2020, 1, 6), end_date=date(2021, 1, 8))
    assert checked(job, hourly_rate=Decimal("41.50"))[1] == []
    for changed in ({"start_date": date(2022, 1, 1)}, {"end_date": date(2019, 1, 1)}):
        asked, found = checked(job, **changed)
        assert asked and len(found) == 1


def test_a_new_record_is_asked_about_everything():
    with CaptureQueriesContext(connection) as asked, pytest.raises(ValidationError) as refused:
        Member(**MEMBER | {"date_of_birth": date(1890, 1, 1)}).full_clean()
    assert refused.value.messages == ["The date of birth lies before 1900."]
    assert checks_in(asked) >= 4


def test_a_form_over_what_was_never_stored_is_asked_about_everything():
    first = Member(**MEMBER, date_of_birth=date(1890, 1, 1))
    again = copy(first)
    again.stored = first
    with pytest.raises(ValidationError) as refused:
        again.full_clean()
    assert refused.value.messages == ["The date of birth lies before 1900."]


def test_what_was_saved_is_asked_anew_when_it_changes_back():
    member, other = MemberFactory(), MemberFactory()
    changed = copy(member)
    changed.stored, changed.member_number = member, "another"
    services.write(changed)
    Member.objects.filter(pk=other.pk).update(member_number=member.member_number)
    changed.member_number = member.member_number
    with pytest.raises(ValidationError) as refused:
        changed.full_clean()
    assert refused.value.messages == ["Another member already has this number."]
