"""The four kinds of table: what arrives, what is refused and in which words, and that nothing is lost or doubled."""

from datetime import date
from decimal import Decimal

import pytest

from ip2a.imports.reading import CannotRead
from ip2a.models import AuditEntry, ImportBatch, KeptValues
from members.factories import MemberFactory, OrganizationContactFactory, OrganizationFactory
from members.models import Member, MemberEmployment, Organization
from members.tests.importing import MEMBERS, bring, figures, media, rehearse, said  # noqa: F401


def test_members_arrive_with_enum_names_labels_and_values(db):
    outcome = bring(
        "members",
        MEMBERS
        + "1,7000001,Rosa,Lima,ACTIVE,APPRENTICE_2ND_YEAR,1990-01-02,03/04/2015\n"
        + '2,7000002,Åsa,Ång,Retired,"Apprentice, 3rd year",,4 Mar 2016\n'
        + "3,7000003,Bo,Ek,deceased,foreman,32874,\n",
    )
    assert figures(outcome) == (3, 3, 0, 0, 0)
    rows = Member.objects.order_by("legacy_id").values_list(
        "legacy_id", "first_name", "status", "classification", "date_of_birth", "hire_date"
    )
    assert list(rows) == [
        (1, "Rosa", "active", "apprentice_2", date(1990, 1, 2), date(2015, 3, 4)),
        (2, "Åsa", "retired", "apprentice_3", None, date(2016, 3, 4)),
        (3, "Bo", "deceased", "foreman", date(1990, 1, 1), None),
    ]


def test_a_wrong_word_is_named_by_row_with_a_suggestion(db):
    outcome = bring("members", MEMBERS + "1,7000001,Rosa,Lima,ACTVE,JOURNEYMAN,,\n2,7000002,Bo,Ek,ACTIVE,FOREMAN,,\n")
    assert figures(outcome) == (2, 1, 0, 0, 1)
    assert outcome.problems == [
        {
            "rule": "status is not a known word",
            "count": 1,
            "samples": [
                {
                    "row": 2,
                    "words": "status 'ACTVE' is not one of Active, Inactive, Suspended, Retired, Deceased; "
                    "did you mean Active?",
                }
            ],
        }
    ]


def test_every_problem_of_a_row_is_named(db):
    outcome = bring("members", MEMBERS + "x,,Rosa,Lima,ACTVE,JOURNEYMAN,soon,1850-01-01\n")
    assert sorted(group["rule"] for group in outcome.problems) == [
        "date of birth is not a date",
        "member number is missing",
        "old id is not a number",
        "status is not a known word",
    ]


def test_constraints_of_the_table_are_said_in_words(db):
    organization, member = OrganizationFactory(legacy_id=1), MemberFactory(legacy_id=1)
    outcome = bring(
        "employments",
        "id,member_id,organization_id,start_date,end_date,is_current\n"
        "1,1,1,2020-01-06,2019-01-01,f\n2,1,1,2020-01-06,,f\n3,1,1,2020-01-06,2021-01-01,t\n4,1,1,2020-01-06,,t\n",
    )
    assert figures(outcome) == (4, 1, 0, 0, 3)
    disagree = "current and end date disagree: a current job has no end date, a past one has"
    assert sorted(said(outcome)) == ["The job ends before it starts: check both dates", disagree, disagree]
    assert list(MemberEmployment.objects.values_list("legacy_id", "member", "organization", "is_current")) == [
        (4, member.pk, organization.pk, True)
    ]


def test_a_second_import_adds_nothing_and_changes_what_changed(db):
    text = MEMBERS + "1,7000001,Rosa,Lima,ACTIVE,JOURNEYMAN,,\n2,7000002,Bo,Ek,ACTIVE,FOREMAN,,\n"
    bring("members", text)
    entries = AuditEntry.objects.filter(table_name="members_member").count()
    assert figures(bring("members", text)) == (2, 0, 2, 2, 0)
    assert AuditEntry.objects.filter(table_name="members_member").count() == entries
    assert figures(bring("members", text.replace("Rosa", "Rosalia"))) == (2, 0, 2, 1, 0)
    assert Member.objects.get(legacy_id=1).first_name == "Rosalia"
    entry = AuditEntry.objects.filter(table_name="members_member", action="update").get()
    assert (entry.old, entry.new, entry.reason) == (
        {"first_name": "Rosa"},
        {"first_name": "Rosalia"},
        "Import of table.csv",
    )


def test_columns_that_are_not_in_the_file_are_left_alone(db):
    member = MemberFactory(legacy_id=1, member_number="7", phone="555-0100", status="retired", notes="Steward")
    bring("members", "id,member_number,first_name,last_name,notes\n1,7,Rosa,Lima,\n")
    member.refresh_from_db()
    assert (member.first_name, member.phone, member.status, member.notes) == ("Rosa", "555-0100", "retired", "")


def test_a_blank_cell_keeps_a_choice_and_takes_the_default_for_a_new_row(db):
    MemberFactory(legacy_id=1, member_number="7", status="retired")
    bring("members", MEMBERS + "1,7,Rosa,Lima,,,,\n2,8,Bo,Ek,,,,\n")
    assert list(Member.objects.order_by("legacy_id").values_list("status", "classification")) == [
        ("retired", "journeyman"),
        ("active", "journeyman"),
    ]


def test_a_member_typed_in_before_is_found_by_number_and_gets_its_old_id(db):
    member = MemberFactory(member_number="7")
    assert figures(bring("members", MEMBERS + "41,7,Rosa,Lima,ACTIVE,FOREMAN,,\n")) == (1, 0, 1, 0, 0)
    member.refresh_from_db()
    assert (member.legacy_id, member.first_name) == (41, "Rosa")


def test_a_number_that_another_member_has_is_refused(db):
    MemberFactory(member_number="7", legacy_id=1)
    outcome = bring("members", MEMBERS + "2,7,Rosa,Lima,ACTIVE,FOREMAN,,\n")
    assert (figures(outcome), said(outcome)) == ((1, 0, 0, 0, 1), ["Another member already has this number"])


def test_the_same_row_twice_in_one_file_is_refused_once(db):
    outcome = bring("members", MEMBERS + "1,7,Rosa,Lima,ACTIVE,FOREMAN,,\n1,8,Bo,Ek,,,,\n2,7,Al,Oh,,,,\n")
    assert (figures(outcome), sorted(said(outcome))) == (
        (3, 1, 0, 0, 2),
        ["Another member already has this number: it is in row 2", "old id 1 stands in row 2 already"],
    )


def test_without_old_ids_rows_are_found_by_what_names_them(db):
    text = 'member number,name,status\n7,"Lima, Rosa",active\n8,Bo Ek,retired\n'
    assert figures(bring("members", text)) == (2, 2, 0, 0, 0)
    assert figures(bring("members", text)) == (2, 0, 2, 2, 0)
    assert list(Member.objects.order_by("member_number").values_list("last_name", "first_name")) == [
        ("Lima", "Rosa"),
        ("Ek", "Bo"),
    ]


def test_organizations_without_old_ids_are_told_apart_or_refused(db):
    OrganizationFactory(name="Volt Ltd")
    OrganizationFactory(name="VOLT LTD")
    OrganizationFactory(name="Åmpere", city="Reno")
    outcome = bring(
        "organizations", "name,type,city\nvolt ltd,employer,Elko\nampere,Employer,Elko\nOhm,JATC,\nohm,jatc,\n"
    )
    assert figures(outcome) == (4, 1, 1, 0, 2)
    assert sorted(said(outcome)) == [
        "2 organizations fit this row; give its old id in a column “id”",
        "row 4 has the same name and type; an old id in a column “id” tells them apart",
    ]
    assert Organization.objects.get(sort_key="ampere").city == "Elko"


def test_jobs_find_member_and_employer_by_number_and_name(db):
    member, volt = MemberFactory(member_number="7464416"), OrganizationFactory(name="Volt Ltd")
    OrganizationFactory(name="Twin")
    OrganizationFactory(name="twin")
    outcome = bring(
        "employments",
        "Member,Employer,Start,Hourly rate\n"
        '"Lima, Rosa (7464416)",volt ltd,2020-01-06,"$41.50"\n'
        "7464416,Twin,2020-01-06,\n7464416,Nowhere,2020-01-06,\n99,Volt Ltd,2020-01-06,\n,Volt Ltd,2020-01-06,\n",
    )
    assert figures(outcome) == (5, 1, 0, 0, 4)
    assert sorted(said(outcome)) == [
        "2 organizations have the name Twin; give the old id instead",
        "no member has the member number 99; import the members first",
        "no organization has the name Nowhere; import the organizations first",
        "the member is missing",
    ]
    job = MemberEmployment.objects.get()
    assert (job.member, job.organization, job.hourly_rate) == (member, volt, Decimal("41.50"))


def test_a_reference_to_a_merged_record_leads_to_the_one_that_stands(db):
    from django.utils import timezone

    kept = MemberFactory(legacy_id=1)
    MemberFactory(legacy_id=2, merged_into=kept, deleted_at=timezone.now())
    OrganizationFactory(legacy_id=1)
    bring("employments", "id,member_id,organization_id,start_date\n1,2,1,2020-01-06\n")
    assert MemberEmployment.objects.get().member == kept
    outcome = bring("members", MEMBERS + "2,7,Rosa,Lima,,,,\n")
    assert said(outcome) == ["the member of this row was removed here, or merged into another, and is left alone"]


def test_one_primary_contact_each(db):
    organization = OrganizationFactory(legacy_id=1)
    OrganizationFactory(legacy_id=2)
    OrganizationContactFactory(organization=organization, is_primary=True)
    outcome = bring(
        "contacts",
        "id,organization_id,first_name,last_name,is_primary\n1,1,Al,Oh,t\n2,1,Bo,Ek,f\n3,2,Cy,Do,t\n4,2,Di,Fo,yes\n",
    )
    assert (figures(outcome), sorted(said(outcome))) == (
        (4, 2, 0, 0, 2),
        [
            "This organization already has a primary contact",
            "This organization already has a primary contact: it is in row 4",
        ],
    )


def test_what_was_removed_in_the_old_system_arrives_removed_and_members_never_do(db):
    heads = "id,name,org_type,is_deleted,deleted_at\n"
    bring("organizations", heads + "1,Volt,EMPLOYER,t,2024-05-06 07:08:09\n2,Ohm,EMPLOYER,f,\n")
    removed = Organization.objects.get(legacy_id=1)
    assert (removed.deleted_at.isoformat(), Organization.objects.live().count()) == ("2024-05-06T07:08:09+00:00", 1)
    assert figures(bring("organizations", heads + "1,Volt,EMPLOYER,t,2024-05-06 07:08:09\n")) == (1, 0, 1, 1, 0)
    outcome = bring("members", "id,member_number,first_name,last_name,is_deleted\n1,7,Rosa,Lima,t\n")
    assert said(outcome) == [
        "the member was removed in the old system; here a member is kept and its status says so. "
        "Import it as not removed"
    ]


def test_the_old_systems_dates_are_kept(db):
    bring("members", "id,member_number,first_name,last_name,created_at\n1,7,Rosa,Lima,2020-01-02 03:04:05.6\n")
    assert Member.objects.get().created_at.isoformat() == "2020-01-02T03:04:05.600000+00:00"


def test_states_and_zip_codes_are_tidied(db):
    bring("organizations", "name,state,zip,website\nVolt,nv,2134,volt.example\nOhm,New York,,\n")
    assert list(Organization.objects.order_by("id").values_list("state", "zip_code", "website")) == [
        ("NV", "02134", "https://volt.example"),
        ("NY", "", ""),
    ]


def test_a_row_that_only_the_database_refuses_costs_itself_alone(db, monkeypatch):
    monkeypatch.setattr("ip2a.imports.checking.check_constraints", lambda table, columns: [])
    OrganizationFactory(legacy_id=1)
    MemberFactory(legacy_id=1)
    rows = "".join(f"{n},1,1,2020-01-06,{'2019-01-01' if n == 7 else ''}\n" for n in range(1, 21))
    outcome = bring("employments", "id,member_id,organization_id,start_date,end_date\n" + rows)
    assert (figures(outcome), said(outcome)) == ((20, 19, 0, 0, 1), ["The job ends before it starts: check both dates"])


def test_a_missing_required_column_is_refused_with_one_sentence(db):
    with pytest.raises(CannotRead) as refusal:
        bring("members", "id,first_name\n1,Rosa\n")
    assert str(refusal.value) == (
        "table.csv lacks what every row of members needs: Member number; Last name. Columns found: id, first_name."
    )
    with pytest.raises(CannotRead, match="Member's old id or Member; Organization's old id or Organization"):
        bring("employments", "id,start_date\n1,2020-01-06\n")
    assert ImportBatch.objects.count() == 0


def test_a_near_spelling_is_read_and_said_and_the_rest_can_be_told(db):
    text = "member_number,frist_name,last_name,born on\n7,Rosa,Lima,1990-01-02\n"
    outcome = bring("members", text, told={"born on": "date_of_birth"})
    assert Member.objects.values_list("first_name", "date_of_birth").get() == ("Rosa", date(1990, 1, 2))
    assert outcome.notices == ["Column “frist_name” is read as “First name”."]
    for told, words in (
        ({"nothing": "notes"}, "The file has no column “nothing”"),
        ({"born on": "birth"}, "“birth” is not a column of members"),
    ):
        with pytest.raises(CannotRead, match=words):
            bring("members", text, told=told)


def test_unknown_columns_are_named_and_kept(db):
    text = "id,name,salting_score,salting_notes,colour\n1,Volt,RECEPTIVE,Ask Al,red\n2,Ohm,,,\n"
    outcome = bring("organizations", text)
    assert outcome.kept == [
        {"column": "salting_score", "compartment": "organizing"},
        {"column": "salting_notes", "compartment": "organizing"},
        {"column": "colour", "compartment": ""},
    ]
    volt = Organization.objects.get(legacy_id=1)
    kept = KeptValues.objects.order_by("compartment").values_list("model", "record_id", "compartment", "values")
    assert list(kept) == [
        ("members.organization", volt.pk, "", {"colour": "red"}),
        ("members.organization", volt.pk, "organizing", {"salting_score": "RECEPTIVE", "salting_notes": "Ask Al"}),
    ]
    assert figures(bring("organizations", text)) == (2, 0, 2, 2, 0)
    assert KeptValues.objects.count() == 2


def test_what_is_kept_for_a_compartment_is_walled_everywhere(db, signed_in):
    bring("organizations", "id,name,salting_score,colour\n1,Volt,RECEPTIVE,red\n")
    staff, organizer = signed_in("staff").user, signed_in("organizer").user
    walled = AuditEntry.objects.filter(table_name="ip2a_keptvalues")
    assert list(walled.order_by("compartment").values_list("compartment", flat=True)) == ["", "organizing"]
    assert walled.visible_to(staff).filter(new__values__has_key="salting_score").count() == 0
    assert walled.visible_to(organizer).filter(new__values__has_key="salting_score").count() == 1
    with pytest.raises(CannotRead, match="belongs to the organizing compartment"):
        bring("organizations", "id,name,salting_score\n1,Volt,RECEPTIVE\n", told={"salting_score": "notes"})


@pytest.mark.parametrize(
    "header", ["salting_score", "Salting Score", "SALTING-SCORE", "salting scores", "salting note"]
)
def test_a_walled_column_is_known_however_its_header_is_written(db, header):
    bring("organizations", f"id,name,{header}\n1,Volt,HOSTILE\n")
    assert KeptValues.objects.values_list("compartment", "values").get() == ("organizing", {header: "HOSTILE"})
