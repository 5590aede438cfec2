"""The verbs of jobs and contacts."""

from datetime import date
from typing import Any

from django.db import transaction

from ip2a import audit, services
from ip2a.rules import may_remove
from members import rules
from members.models import MemberEmployment, Organization, OrganizationContact


@transaction.atomic
def end_job(job: MemberEmployment, *, on: date, by: Any, reason: str = "") -> MemberEmployment:
    """The job is over since that day."""
    job = MemberEmployment.objects.select_for_update(of=("self",)).get(pk=job.pk)
    rules.may_end(by, job, on).enforce()
    job.end_date = on
    with audit.because(reason.strip()):
        job.save(update_fields=["end_date"])
    return job


@transaction.atomic
def make_primary(contact: OrganizationContact, *, by: Any) -> OrganizationContact:
    """This contact is called first; whoever was, no longer is."""
    Organization.objects.select_for_update(of=("self",), no_key=True).get(pk=contact.organization_id)
    contact = OrganizationContact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
    rules.may_make_primary(by, contact).enforce()
    _give_up_primary(contact)
    contact.is_primary = True
    with audit.because("Made the primary contact"):
        contact.save(update_fields=["is_primary"])
    return contact


@transaction.atomic
def save_contact(
    contact: OrganizationContact, *, by: Any, version: int | None = None, reason: str = ""
) -> OrganizationContact:
    """Add or change a contact; a new primary one takes the place of the old."""
    if contact.is_primary:
        Organization.objects.select_for_update(of=("self",), no_key=True).get(pk=contact.organization_id)
        _give_up_primary(contact)
    return services.save(contact, by=by, version=version, reason=reason)


@transaction.atomic
def restore_contact(contact: OrganizationContact, *, by: Any) -> OrganizationContact:
    """Bring a removed contact back; whoever became primary meanwhile stays it."""
    Organization.objects.select_for_update(of=("self",), no_key=True).get(pk=contact.organization_id)
    contact = OrganizationContact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
    may_remove(by, contact, restoring=True).enforce()
    others = OrganizationContact.objects.live().filter(organization=contact.organization_id, is_primary=True)
    if contact.is_primary and others.exists():
        contact.is_primary = False
        with audit.because("Another contact became the primary one meanwhile"):
            contact.save(update_fields=["is_primary"])
    return services.restore(contact, by=by)


def _give_up_primary(contact: OrganizationContact) -> None:
    """Make room: there is at most one primary contact at an organization."""
    others = OrganizationContact.objects.live().filter(organization=contact.organization_id, is_primary=True)
    with audit.because(f"{contact} became the primary contact"):
        others.exclude(pk=contact.pk).update(is_primary=False)
