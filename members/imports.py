"""What the members room takes from tables: the old system's four exports, and lists that people keep."""

import re

from ip2a.imports.kinds import Derived, Kind, Reference, Split, Way, register
from ip2a.imports.values import folded
from members.models import Member, MemberEmployment, Organization, OrganizationContact

ORDINALS = ("1st", "2nd", "3rd", "4th", "5th")
APPRENTICE_YEARS = {
    spelling: f"apprentice_{year}"
    for year, ordinal in enumerate(ORDINALS, 1)
    for spelling in (
        f"apprentice {ordinal} year",
        f"{ordinal} year apprentice",
        f"apprentice year {year}",
        f"{year} year apprentice",
        f"apprentice {ordinal}",
    )
}
ADDRESS = ("address", "city", "state", "zip_code", "phone", "email")
ADDRESS_SPELLINGS = {
    "address": ("street", "street address", "address line 1", "mailing address"),
    "city": ("town",),
    "state": ("st", "province"),
    "zip_code": ("zip", "postal code", "postcode"),
    "phone": ("telephone", "phone number", "tel", "cell", "mobile"),
    "email": ("mail", "email address"),
}


def zip_of(text: str) -> str:
    """A spreadsheet drops the zeros in front of a ZIP code."""
    code = text.strip()
    return code.zfill(5) if code.isascii() and code.isdigit() and len(code) in (3, 4) else code


STATE_NAMES = (
    "alabama:AL alaska:AK arizona:AZ arkansas:AR california:CA colorado:CO connecticut:CT delaware:DE florida:FL "
    "georgia:GA hawaii:HI idaho:ID illinois:IL indiana:IN iowa:IA kansas:KS kentucky:KY louisiana:LA maine:ME "
    "maryland:MD massachusetts:MA michigan:MI minnesota:MN mississippi:MS missouri:MO montana:MT nebraska:NE "
    "nevada:NV newhampshire:NH newjersey:NJ newmexico:NM newyork:NY northcarolina:NC northdakota:ND ohio:OH "
    "oklahoma:OK oregon:OR pennsylvania:PA rhodeisland:RI southcarolina:SC southdakota:SD tennessee:TN texas:TX "
    "utah:UT vermont:VT virginia:VA washington:WA westvirginia:WV wisconsin:WI wyoming:WY districtofcolumbia:DC "
    "puertorico:PR guam:GU"
)
STATES = dict(pair.split(":") for pair in STATE_NAMES.split())


def state_of(text: str) -> str:
    """Two letters, also for a state that is written out."""
    return STATES.get(folded(text), text.strip().upper())


TIDY = {"state": state_of, "zip_code": zip_of}


def last_and_first(text: str) -> tuple[str, ...]:
    """ "Lima, Rosa" or "Rosa Lima" as last and first name."""
    text = re.sub(r"\s*\([^)]*\)\s*$", "", text.strip())
    if "," in text:
        last, first = text.split(",", 1)
        return last, first
    first, _, last = text.rpartition(" ")
    return last, first


def number_in(text: str) -> str:
    """The number of "Lima, Rosa (7464416)", or the text itself."""
    found = re.search(r"\(([^()]+)\)\s*$", text)
    return (found[1] if found else text).strip()


OF_ORGANIZATION = Reference(
    "organization",
    (
        Way("organization_id", "legacy_id", "Organization's old id", ("employer id",)),
        Way("organization_name", "name", "Organization", ("employer", "company", "organization", "employer name")),
    ),
    follow="merged_into",
)
OF_MEMBER = Reference(
    "member",
    (
        Way("member_id", "legacy_id", "Member's old id"),
        Way("member_number", "member_number", "Member", ("number", "card number", "member no"), tidy=number_in),
    ),
    follow="merged_into",
)

register(
    Kind(
        key="organizations",
        label="Organizations",
        model=Organization,
        fields=("name", "org_type", *ADDRESS, "website", "is_signatory", "notes"),
        match_by=("name", "org_type"),
        spellings={
            **ADDRESS_SPELLINGS,
            "name": ("organization", "employer", "company", "organization name"),
            "org_type": ("kind", "organization type"),
            "is_signatory": ("signatory", "has agreement"),
            "website": ("web site", "url", "homepage"),
            "notes": ("note", "remarks", "comments"),
        },
        words={"org_type": {"contractor": "employer", "company": "employer"}},
        tidy=TIDY,
        walled={"salting_score": "organizing", "salting_notes": "organizing"},
        about="Employers, other unions, training partners.",
    )
)
register(
    Kind(
        key="contacts",
        label="Contacts",
        model=OrganizationContact,
        fields=("first_name", "last_name", "title", "phone", "email", "is_primary", "notes"),
        references=(OF_ORGANIZATION,),
        splits=(Split("full_name", "Name", ("last_name", "first_name"), last_and_first, ("contact", "contact name")),),
        match_by=("organization", "first_name", "last_name"),
        spellings={
            "first_name": ("first", "given name"),
            "last_name": ("last", "surname", "family name"),
            "title": ("job title", "position", "role"),
            "is_primary": ("primary", "main contact"),
            "phone": ADDRESS_SPELLINGS["phone"],
            "email": ADDRESS_SPELLINGS["email"],
            "notes": ("note", "remarks", "comments"),
        },
        about="The people you call at an organization.",
    )
)
register(
    Kind(
        key="members",
        label="Members",
        model=Member,
        fields=(
            "member_number",
            "first_name",
            "middle_name",
            "last_name",
            *ADDRESS,
            "date_of_birth",
            "hire_date",
            "status",
            "classification",
            "notes",
        ),
        splits=(Split("full_name", "Name", ("last_name", "first_name"), last_and_first, ("member", "member name")),),
        match_by=("member_number",),
        adopts=True,
        can_arrive_removed=False,
        spellings={
            **ADDRESS_SPELLINGS,
            "member_number": ("number", "card number", "member no", "member #"),
            "first_name": ("first", "given name"),
            "middle_name": ("middle", "middle initial"),
            "last_name": ("last", "surname", "family name"),
            "date_of_birth": ("dob", "birth date", "birthday", "born"),
            "hire_date": ("joined", "join date", "initiation date", "member since"),
            "status": ("member status",),
            "classification": ("class", "trade class"),
            "notes": ("note", "remarks", "comments"),
        },
        words={"classification": APPRENTICE_YEARS},
        tidy=TIDY,
        about="Everybody with a member number.",
    )
)
register(
    Kind(
        key="employments",
        label="Jobs",
        model=MemberEmployment,
        fields=("start_date", "end_date", "job_title", "hourly_rate"),
        references=(OF_MEMBER, OF_ORGANIZATION),
        match_by=("member", "organization", "start_date", "job_title"),
        spellings={
            "start_date": ("start", "from", "started", "hired"),
            "end_date": ("end", "to", "until", "ended", "left"),
            "job_title": ("title", "position"),
            "hourly_rate": ("rate", "wage", "pay"),
        },
        derived=(
            Derived(
                "is_current",
                "Current",
                "is_current <> (end_date IS NULL)",
                "current and end date disagree: a current job has no end date, a past one has",
            ),
        ),
        about="Who worked where, from when to when.",
    )
)
