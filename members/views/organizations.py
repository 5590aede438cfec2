from django.db.models import Count, Q

from ip2a.views.generic import RecordCreate, RecordDetail, RecordList, RecordUpdate
from ip2a.views.history import RecordHistory
from members import columns
from members.filters import OrganizationContactFilter, OrganizationFilter
from members.forms import (
    OrganizationContactForm,
    OrganizationContactUpdateForm,
    OrganizationForm,
    OrganizationUpdateForm,
)
from members.models import MemberEmployment, Organization, OrganizationContact

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
        return super().rows().live().defer("created_at", "updated_at", "search_text", "notes")

    def enrich(self, records):
        jobs = MemberEmployment.objects.current().filter(organization__in=[o.pk for o in records])
        counts = dict(jobs.order_by().values_list("organization").annotate(Count("member", distinct=True)))
        for organization in records:
            organization.workers = counts.get(organization.pk, 0)


class OrganizationDetail(RecordDetail):
    model = Organization

    def facts(self):
        o = self.record
        working = (
            MemberEmployment.objects.current().filter(organization=o).aggregate(n=Count("member", distinct=True))["n"]
        )
        return [
            ("Type", o.get_org_type_display()),
            ("Agreement with us", "Signatory" if o.is_signatory else "None"),
            ("Members working there", f"{working:,}"),
        ]

    def aside_facts(self):
        o = self.record
        return [
            ("Phone", o.phone),
            ("E-mail", o.email),
            ("Website", o.website),
            (
                "Address",
                ", ".join(part for part in (o.address, o.city, f"{o.state} {o.zip_code}".strip()) if part),
            ),
            ("Notes", o.notes),
        ]


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
        return super().rows().live().filter(Q(organization__deleted_at=None)).select_related("organization")


class ContactDetail(RecordDetail):
    model = OrganizationContact

    def facts(self):
        c = self.record
        return [
            ("Organization", c.organization),
            ("Title", c.title),
            ("Primary contact", "Yes" if c.is_primary else "No"),
        ]

    def aside_facts(self):
        return [
            ("Phone", self.record.phone),
            ("E-mail", self.record.email),
            ("Notes", self.record.notes),
        ]


class ContactCreate(RecordCreate):
    model = OrganizationContact
    form_class = OrganizationContactForm
    groups = CONTACT_GROUPS


class ContactUpdate(RecordUpdate):
    model = OrganizationContact
    form_class = OrganizationContactUpdateForm
    groups = CONTACT_GROUPS


class ContactHistory(RecordHistory):
    model = OrganizationContact
