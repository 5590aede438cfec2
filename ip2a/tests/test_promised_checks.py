"""Every check that DOMAIN.md promises exists and fires: the damage is planted past all constraints, and found."""

import os
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from benevolence.factories import BenevolenceApplicationFactory
from grievances.factories import case
from grievances.models import Grievance, GrievanceStepRecord
from ip2a.factories import UserFactory
from ip2a.models import Attachment, Invitation, Message
from ip2a.tests.damage import drop, past_constraints, put, run
from maintenance import doctor
from maintenance.models import FileFault
from maintenance.registry import all_checks, check_named
from members.factories import MemberEmploymentFactory, MemberFactory, OrganizationContactFactory, OrganizationFactory
from members.models import Member, MemberEmployment, Organization, OrganizationContact
from training.factories import EnrollmentFactory

__all__ = ["past_constraints"]
NOWHERE = 999_999_999
TOMORROW = timezone.localdate() + timedelta(days=1)


def job(**columns):
    drop(MemberEmployment)
    one = MemberEmploymentFactory(member__date_of_birth=date(1980, 5, 5))
    put(one, **columns)
    return one


def member(**columns):
    drop(Member)
    one = MemberFactory()
    put(one, **columns)
    return one


def contact(**columns):
    drop(OrganizationContact)
    one = OrganizationContactFactory()
    put(one, **columns)
    return one


def organization(**columns):
    drop(Organization)
    one = OrganizationFactory()
    put(one, **columns)
    return one


def document(**columns):
    drop(Attachment)
    about = MemberFactory()
    one = Attachment.objects.create(
        content_type=ContentType.objects.get_for_model(Member),
        object_id=about.pk,
        original_name="card.pdf",
        size=10,
        media_type="application/pdf",
        sha256="a" * 64,
        path=f"2026/{about.pk}",
        uploader=UserFactory(),
    )
    put(one, **columns)
    return one


def current_with_an_end():
    """A column that the database computes can only lie once it is computed no more."""
    one = MemberEmploymentFactory()
    run("ALTER TABLE members_memberemployment ALTER COLUMN is_current DROP EXPRESSION")
    put(one, end_date=one.start_date, is_current=True)
    return one


def several_jobs(**more):
    one = MemberEmploymentFactory()
    MemberEmploymentFactory(member=one.member, start_date=one.start_date + timedelta(days=1), **more)
    return one.member


def several_primary():
    first = contact(is_primary=True)
    put(OrganizationContactFactory(organization=first.organization), is_primary=True)
    return first


def same_number():
    first = member()
    put(MemberFactory(), member_number=first.member_number)
    return first


def job_of(status):
    one = MemberEmploymentFactory()
    put(one.member, status=status)
    return one


def young_worker():
    one = MemberEmploymentFactory()
    put(one.member, date_of_birth=one.start_date - timedelta(days=15 * 365))
    return one


def resolved_in_future():
    drop(Grievance)
    one = case()
    put(one, resolution_date=TOMORROW)
    return one


def record_beyond_step():
    one = case()
    record = GrievanceStepRecord.objects.filter(grievance=one).get()
    put(record, step_number=3)
    return record


PROMISED = {
    "job without member": ("members.memberemployment.member.orphan", lambda: job(member_id=NOWHERE)),
    "job without organization": ("members.memberemployment.organization.orphan", lambda: job(organization_id=NOWHERE)),
    "contact without organization": (
        "members.organizationcontact.organization.orphan",
        lambda: contact(organization_id=NOWHERE),
    ),
    "attachment without its record": ("ip2a.attachment.record.recordless", lambda: document(object_id=NOWHERE)),
    "missing number": ("members.member.member_number.required", lambda: member(member_number="")),
    "missing first name": ("members.member.first_name.required", lambda: member(first_name=" ")),
    "missing last name": ("members.member.last_name.required", lambda: member(last_name="")),
    "missing name of an organization": ("members.organization.name.required", lambda: organization(name="")),
    "unknown status": ("members.member.status.choices", lambda: member(status="lost")),
    "unknown classification": ("members.member.classification.choices", lambda: member(classification="wizard")),
    "unknown type": ("members.organization.org_type.choices", lambda: organization(org_type="club")),
    "end before start": (
        "members.memberemployment.employment_ends_after_start.constraint",
        lambda: job(start_date=date(2020, 1, 2), end_date=date(2020, 1, 1)),
    ),
    "current with an end date": ("members.memberemployment.is_current.generated", current_with_an_end),
    "hire date in the future": ("members.joined-in-future", lambda: member(hire_date=TOMORROW)),
    "several current jobs": ("members.several-current-jobs", several_jobs),
    "hourly rate below the usual": ("members.unusual-rate", lambda: job(hourly_rate=Decimal("9.99"))),
    "hourly rate above the usual": ("members.unusual-rate", lambda: job(hourly_rate=Decimal("150.01"))),
    "several primary contacts": ("members.organizationcontact.contact_one_primary.unique", several_primary),
    "organization without contacts": ("members.organization-without-contacts", organization),
    "duplicate member numbers": ("members.member.member_number_unique.unique", same_number),
    "active members without any job": ("members.active-without-any-job", lambda: member(status="active")),
    "attachment with empty path": ("ip2a.attachment.path.required", lambda: document(path="")),
    "attachment missing on disk": ("ip2a.document-not-on-disk", document),
    "attachment of impossible size": ("ip2a.document-of-impossible-size", lambda: document(size=-1)),
    "jobs that end in the future": ("members.job-ends-in-future", lambda: job(end_date=TOMORROW)),
    "current jobs of deceased members": ("members.current-job-of-deceased", lambda: job_of("deceased")),
    "current jobs of inactive members": ("members.current-job-of-inactive", lambda: job_of("inactive")),
    "jobs before the 16th birthday": ("members.job-before-youngest-age", young_worker),
    "overlapping jobs": ("members.overlapping-jobs", several_jobs),
    "cases resolved in the future": ("grievances.day-in-future", resolved_in_future),
    "step records beyond the current step": ("grievances.record-beyond-step", record_beyond_step),
}


def dead_with_account():
    drop(Member)
    one = MemberFactory(user=UserFactory(role="staff"))
    put(one, status="deceased")
    return one


def contact_left_behind():
    one = OrganizationContactFactory()
    put(one, title="Safety officer")
    put(one.organization, deleted_at=timezone.now())
    return one


def open_application():
    one = BenevolenceApplicationFactory()
    put(one.member, status="deceased")
    return one


def enrolled_student():
    one = EnrollmentFactory().student
    put(one.member, status="deceased")
    return one


def changed_file():
    one = document()
    FileFault.objects.create(attachment=one, fault=FileFault.Fault.CHANGED, seen_at=timezone.now())
    return one


def mail_about(label, number):
    return Message.objects.create(
        kind="test", key=label, subject="About it", recipient=UserFactory(), about_model=label, about_id=number
    )


def never_answered():
    person = UserFactory(role="staff")
    Invitation.objects.create(user=person, expires_at=timezone.now() - timedelta(days=1))
    return person


BEYOND = {
    "deceased members who may sign in": ("members.deceased-may-sign-in", dead_with_account),
    "open applications of deceased members": ("benevolence.applicant-deceased", open_application),
    "places of deceased students": ("training.student-deceased", enrolled_student),
    "contacts of removed organizations": ("members.contact-at-removed-organization", contact_left_behind),
    "staff without a role": ("ip2a.person-without-role", UserFactory),
    "invitations nobody answered": ("ip2a.invitation-stale", never_answered),
    "a document that was changed on the disk": ("ip2a.document-changed", changed_file),
    "mail about a record that is gone": ("ip2a.mail-about-lost-record", lambda: mail_about("members.Member", NOWHERE)),
    "mail about a kind of record that is no more": ("ip2a.mail-about-lost-record", lambda: mail_about("old.Thing", 1)),
}
# Written for rooms; each is planted and found in its room's own tests.
ROOMS = {
    "probable duplicates": ("members.possible-duplicate-members", "members.possible-duplicate-organizations"),
    "checksum mismatch": ("ip2a.document-changed",),
    "files no record names": ("ip2a.file-no-record-names",),
    "cases whose status and steps disagree": (
        "grievances.settled-without-outcome",
        "grievances.arbitration-disagrees",
        "grievances.step-without-record",
    ),
    "approved without the needed reviews": ("benevolence.approved-without-reviews",),
    "ledger against payments": (
        "benevolence.books-disagree",
        "benevolence.void-differs",
        "benevolence.payment-differs",
    ),
    "certificates past their date": ("training.certificate-active-past-expiry",),
    "deadlines without a reminder": ("grievances.limit-without-reminder",),
    "deceased members with open business": (
        "members.current-job-of-deceased",
        "members.deceased-may-sign-in",
        "grievances.grievant-deceased",
        "benevolence.applicant-deceased",
        "training.student-deceased",
    ),
    "staff without a role": ("ip2a.person-without-role",),
}


@pytest.mark.parametrize("sentence", PROMISED | BEYOND)
def test_a_promised_check_finds_its_damage(past_constraints, sentence):
    name, plant = (PROMISED | BEYOND)[sentence]
    assert not check_named(name).find().exists()
    wrong = plant()
    (seen,) = doctor.survey([check_named(name)])
    assert (seen.trouble, wrong.pk in seen.examples) == ("", True)
    assert wrong.pk in check_named(name).find().values_list("pk", flat=True)
    assert seen.check.fact is None or seen.check.fact(check_named(name).find().get(pk=wrong.pk))


def test_a_file_that_no_record_names_is_told_once_it_is_old(past_constraints):
    check = check_named("ip2a.file-no-record-names")
    before = {thing.name for thing in check.tell()}
    young, old = (default_storage.save(f"lost/{name}.pdf", ContentFile(b"x")) for name in ("young", "old"))
    try:
        yesterweek = (timezone.now() - timedelta(days=8)).timestamp()
        os.utime(default_storage.path(old), (yesterweek, yesterweek))
        put(document(), path=young)
        assert {thing.name for thing in check.tell()} - before == {old}
        assert [seen.trouble for seen in doctor.survey([check])] == [""]
    finally:
        default_storage.delete(young)
        default_storage.delete(old)


def test_a_record_that_went_past_the_history_is_told(past_constraints):
    """Triggers write the history; they stand aside for the deletion alone."""
    check = check_named("ip2a.history-of-lost-record")
    run("SET LOCAL session_replication_role = origin")
    kept, lost = MemberFactory(), MemberFactory()
    assert check.tell() == []
    run("SET LOCAL session_replication_role = replica")
    run("DELETE FROM members_member WHERE id = %s", lost.pk)
    assert [(thing.table, thing.name) for thing in check.tell()] == [("members_member", str(lost.pk))]
    assert Member.objects.filter(pk=kept.pk).exists()


def test_every_other_promise_has_its_check():
    known = {check.name for check in all_checks()}
    assert {name for names in ROOMS.values() for name in names} - known == set()
