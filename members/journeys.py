"""What people do all day with members, employers, jobs and their documents."""

import hashlib
import re
from datetime import timedelta

from django.utils import timezone

from maintenance.load.registry import journey, landmark
from maintenance.load.visiting import Astray, Found, Visitor

DESK = ["staff", "representative", "administrator"]
READERS = [*DESK, "officer", "organizer"]
MEMBER, EMPLOYER, CONTACT, JOB = (
    "members.member",
    "members.organization",
    "members.contact",
    "members.job",
)
STATUSES, CLASSES = ("active", "inactive", "retired"), ("journeyman", "foreman", "apprentice_1", "apprentice_3")
TITLES = ("Journeyman Wireman", "Foreman", "Industrial Electrician")
LEAST_BYTES, MOST_BYTES = 20_000, 120_000

landmark(MEMBER, on="members:member_list", page="members:member_detail", role="staff")
landmark(EMPLOYER, on="members:organization_list", page="members:organization_detail", role="staff")
landmark(CONTACT, on="members:organizationcontact_list", page="members:organizationcontact_detail", role="staff")
landmark(JOB, on="members:memberemployment_list", page="members:memberemployment_detail", role="staff")


@journey("members.find", kind="read", roles=READERS, weight=6)
def find_a_member(visitor: Visitor) -> None:
    """Type a name over the list, open who was found, look at one of the jobs."""
    visitor.open("members:member_list")
    part = visitor.type_ahead(visitor.word(MEMBER), lambda text: visitor.part("members:member_list", q=text))
    found = part.links("members:member_detail")
    key = visitor.chance.choice(found) if found else visitor.some(MEMBER).key
    page = visitor.open("members:member_detail", key)
    jobs = page.links("members:memberemployment_detail")
    if jobs:
        visitor.open("members:memberemployment_detail", jobs[0])


@journey("members.look-up", kind="read", roles=READERS, weight=8)
def look_up_a_member(visitor: Visitor) -> None:
    """Somebody calls: the box at the top, then the member."""
    member = visitor.some(MEMBER)
    word = member.label.split(",")[0]
    visitor.type_ahead(word, lambda text: visitor.part("search", q=text))
    visitor.open("members:member_detail", member.key, shows=member.label)


@journey("members.browse", kind="read", roles=READERS, weight=3)
def browse_members(visitor: Visitor) -> None:
    """Filter, page on, open one."""
    status = visitor.chance.choice(STATUSES)
    visitor.part("members:member_list", status=status, classification=visitor.chance.choice(CLASSES))
    visitor.think()
    visitor.part("members:member_list", status=status)
    visitor.think()
    page = visitor.open("members:member_list", status=status, page=2)
    found = page.links("members:member_detail")
    if found:
        visitor.open("members:member_detail", visitor.chance.choice(found))


@journey("members.employer", kind="read", roles=READERS, weight=3)
def look_at_an_employer(visitor: Visitor) -> None:
    """Who works there, and whom to call."""
    employer = visitor.some(EMPLOYER)
    visitor.type_ahead(visitor.word(EMPLOYER), lambda text: visitor.part("members:organization_list", q=text))
    page = visitor.open("members:organization_detail", employer.key, shows=employer.label)
    contacts = page.links("members:organizationcontact_detail")
    if contacts:
        visitor.open("members:organizationcontact_detail", contacts[0])


@journey("members.jobs", kind="read", roles=READERS, weight=2)
def read_the_jobs(visitor: Visitor) -> None:
    """The newest jobs, the page after, and one of them."""
    visitor.open("members:memberemployment_list")
    page = visitor.open("members:memberemployment_list", page=2)
    found = page.links("members:memberemployment_detail")
    if found:
        visitor.open("members:memberemployment_detail", visitor.chance.choice(found))


@journey("members.correct", kind="write", roles=DESK, weight=5)
def correct_a_member(visitor: Visitor) -> None:
    """A new telephone number."""
    member = visitor.some(MEMBER)
    visitor.open("members:member_detail", member.key, shows=member.label)
    page = visitor.open("members:member_update", member.key)
    visitor.save(page, lands="members:member_detail", phone=_number(visitor), reason=visitor.mark)


@journey("members.correct-contact", kind="write", roles=DESK, weight=2)
def correct_a_contact(visitor: Visitor) -> None:
    contact = visitor.some(CONTACT)
    page = visitor.open("members:organizationcontact_update", contact.key)
    visitor.save(page, lands="members:organizationcontact_detail", phone=_number(visitor), reason=visitor.mark)


@journey("members.correct-job", kind="write", roles=DESK, weight=2)
def correct_a_job(visitor: Visitor) -> None:
    """Another title in the middle of a job."""
    job = visitor.some(JOB)
    visitor.open("members:memberemployment_detail", job.key)
    page = visitor.open("members:memberemployment_update", job.key)
    title = visitor.chance.choice(TITLES)
    visitor.save(page, lands="members:memberemployment_detail", job_title=title, reason=visitor.mark)


@journey("members.hire", kind="write", roles=DESK, weight=2)
def write_down_a_job(visitor: Visitor) -> None:
    """A member was dispatched: find both by typing, and say since when."""
    member = visitor.some(MEMBER)
    page = visitor.open("members:memberemployment_create", member=member.key)
    matches = visitor.pick("members.organization", visitor.word(EMPLOYER))
    if not matches:
        raise Astray("no employer is found by its name")
    employer = visitor.chance.choice(matches)
    today = timezone.localdate()
    visitor.save(
        page,
        lands="members:memberemployment_detail",
        organization=employer["id"],
        organization_q=employer["label"],
        start_date=today - timedelta(days=visitor.chance.randint(0, 3)),
        end_date=today,
        job_title=visitor.mark,
        hourly_rate="58.50",
    )


@journey("members.hand-in", kind="write", roles=["officer"])
@journey("members.file-paper", kind="file", roles=["staff", "representative"], weight=4)
def add_a_document(visitor: Visitor) -> None:
    """A scan goes to a member, and somebody reads it again at once."""
    member = visitor.some(MEMBER)
    visitor.open("members:member_detail", member.key, shows=member.label)
    page = visitor.open("attachment_create", MEMBER, member.key)
    name, content = _paper(visitor)
    after = visitor.upload(
        page, lands="members:member_detail", file=(name, content), category="correspondence", description=visitor.mark
    )
    linked = re.search(rf'href="/documents/(\d+)/"[^>]*>(?:<[^>]*>)*{re.escape(name)}', after.main)
    if linked is None:
        raise Astray("the document is not on the page")
    document = int(linked[1]), hashlib.sha256(content).hexdigest()
    visitor.keep("documents", document)
    _read(visitor, document)


@journey("members.read-paper", kind="file", roles=["staff", "representative"], weight=5)
def read_a_document(visitor: Visitor) -> None:
    """One that somebody else has added; before there is one, a member's documents are looked at."""
    document = visitor.kept("documents")
    if document is None:
        member: Found = visitor.some(MEMBER)
        visitor.open("members:member_detail", member.key, shows=member.label)
        return
    _read(visitor, document)


def _read(visitor: Visitor, document: tuple[int, str]) -> None:
    key, sha256 = document
    visitor.open("attachment_detail", key)
    visitor.download("attachment_download", key, sha256=sha256)


def _number(visitor: Visitor) -> str:
    return f"(206) 555-{visitor.chance.randint(1000, 9999)}"


def _paper(visitor: Visitor) -> tuple[str, bytes]:
    """Plain text of a scan's size; no two are the same."""
    line = f"{visitor.mark}: a letter made up for a load test. {visitor.chance.random()}\n"
    name = f"load-{visitor.chance.getrandbits(48):012x}.txt"
    size = visitor.chance.randint(LEAST_BYTES, MOST_BYTES)
    return name, (line * (size // len(line) + 1)).encode()[:size]
