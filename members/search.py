from ip2a.search import searchable
from members.models import Member, Organization, OrganizationContact


@searchable(Member, title="Members", rows=lambda rows: rows.live(), order=10)
def member(record):
    where = f", {record.city}" if record.city else ""
    return str(record), f"{record.get_status_display()}, {record.get_classification_display()}{where}"


@searchable(
    Organization,
    title="Employers and organizations",
    rows=lambda rows: rows.live(),
    order=20,
)
def organization(record):
    place = ", ".join(part for part in (record.city, record.state) if part)
    return (
        record.name,
        f"{record.get_org_type_display()}{f', {place}' if place else ''}",
    )


@searchable(
    OrganizationContact,
    title="Contacts",
    rows=lambda rows: rows.live().select_related("organization"),
    order=30,
)
def contact(record):
    return str(record), f"{f'{record.title}, ' if record.title else ''}{record.organization.name}"
