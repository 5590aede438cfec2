from django.db.models import Count

from ip2a.questions import NOBODY, question
from ip2a.views.generic import RecordCreate, RecordList, RecordUpdate
from ip2a.views.history import RecordHistory
from members import columns, services
from members.filters import OrganizationContactFilter, OrganizationFilter
from members.forms import (
    OrganizationContactForm,
    OrganizationContactUpdateForm,
    OrganizationForm,
    OrganizationUpdateForm,
)
from members.models import MemberEmployment, Organization, OrganizationContact
from members.views.asked import asked_for

GROUPS = [
    ("What it is", ("name", "org_type", "is_signatory")),
    (
        "How to reach it",
        ("phone", "email", "website", "address", "city", "state", "zip_code"),
    ),
    ("Notes", ("notes", "reason")),
]
CONTACT_GROUPS = [
    ("Who", ("organization", "first_name", "last_name", "title", "is_primary")),
    ("How to reach them", ("phone", "email")),
    ("Notes", ("notes", "reason")),
]


@question
def _workers(reader, organizations: list[int]):
    """How many members work for each of them now."""
    jobs = MemberEmployment.objects.current().filter(organization__pk__among=organizations)
    return jobs.order_by().values_list("organization").annotate(Count("member", distinct=True))


class OrganizationList(RecordList):
    model = Organization
    title = "Employers and organizations"
    filterset_class = OrganizationFilter
    columns = columns.ORGANIZATIONS
    default_order = "name"
    main_filters = ("org_type", "is_signatory", "has_workers")
    create_label = "Add an organization"
    empty_text = "Employers, other unions and training partners stand here. Add the first one, or import a list."

    def rows(self):
        return super().rows().live()

    def on_page(self, rows):
        return rows.only("name", "org_type", "is_signatory", "city", "state", "phone")

    def enrich(self, records):
        counts = dict(_workers(NOBODY, [organization.pk for organization in records]))
        for organization in records:
            organization.workers = counts.get(organization.pk, 0)


class OrganizationCreate(RecordCreate):
    model = Organization
    form_class = OrganizationForm
    groups = GROUPS


class OrganizationUpdate(RecordUpdate):
    model = Organization
    form_class = OrganizationUpdateForm
    groups = GROUPS


class OrganizationHistory(RecordHistory):
    model = Organization


class ContactList(RecordList):
    model = OrganizationContact
    title = "Contacts"
    filterset_class = OrganizationContactFilter
    columns = columns.CONTACTS
    default_order = "name"
    main_filters = ("organization", "is_primary")
    create_label = "Add a contact"
    empty_text = "The people you call at an employer stand here."

    def rows(self):
        removed = Organization.objects.filter(deleted_at__isnull=False)  # few: asked apart, a count joins nothing
        return super().rows().live().exclude(organization__in=removed).select_related("organization")

    def on_page(self, rows):
        return rows.only("first_name", "last_name", "title", "is_primary", "phone", "email", "organization__name")


class ContactCreate(RecordCreate):
    model = OrganizationContact
    form_class = OrganizationContactForm
    groups = CONTACT_GROUPS
    save = staticmethod(services.save_contact)

    def get_initial(self):
        return {**super().get_initial(), **asked_for(self.request, "organization")}


class ContactUpdate(RecordUpdate):
    model = OrganizationContact
    form_class = OrganizationContactUpdateForm
    groups = CONTACT_GROUPS
    save = staticmethod(services.save_contact)


class ContactHistory(RecordHistory):
    model = OrganizationContact
