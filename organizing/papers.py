"""The paper under which a salt works, to be signed by both sides. Written inside the compartment, and kept there."""

from typing import Any

from ip2a.answers import Answer, no
from ip2a.models import Attachment
from ip2a.panels import panel
from ip2a.papers import paper, papers_panel, written_day
from ip2a.rules import may_change
from members.models import Organization
from organizing.models import SaltingAgreement

AGREEMENT = "organizing.saltingagreement"

panel(AGREEMENT, order=65)(papers_panel)


def may_write(user: Any, agreement: SaltingAgreement) -> Answer:
    """Whoever keeps the agreements writes the paper of one that has not ended."""
    if agreement.ended_on is not None:
        return no("This agreement has ended, so there is nothing to sign. Its paper stands among the documents.")
    return may_change(user, agreement)


def _address(employer: Organization) -> str:
    town = " ".join(
        part for part in (f"{employer.city}," if employer.city else "", employer.state, employer.zip_code) if part
    )
    return ", ".join(part for part in (employer.address, town) if part)


@paper(
    key="organizing.salting_agreement",
    model=AGREEMENT,
    title="Salting agreement",
    category=Attachment.Category.CONTRACT,
    may=may_write,
    fields={
        "member_name": "The salt's name",
        "member_number": "The salt's member number",
        "employer": "The employer",
        "employer_address": "Where the employer is",
        "from": "The first day of the agreement",
        "until": "Its last day, or how long it holds",
        "directed_by": "Who directs the salt for the local",
    },
    body="""
    # Salting agreement

    **Member:** {member_name}, member number {member_number}
    **Employer:** {employer}, {employer_address}
    **From:** {from}
    **Until:** {until}
    **Directed by:** {directed_by}

    {local_name} and the member named above agree:

    - The member may seek and hold a job with this employer, which has no agreement with the local, to help those who \
    work there to organize. While this paper holds, the local does not count that as a breach of the member's duties.
    - The member does the employer's work well and honestly, and organizes at the times and places that the law allows.
    - In organizing, the member follows the directions of the person named above, and tells that person of visits, \
    talks and cards soon after they happen.
    - The member leaves the job when the local asks for it in writing.
    - The member keeps the standing, the benefits and the place on the out-of-work list that the local's rules give; \
    this paper promises no pay from the local.
    - If the employer questions, disciplines or discharges the member, the member tells the local at once. A charge \
    must be filed and served within six months.
    - Both keep this paper in confidence.
    - It ends on the day named above, when the employer signs an agreement with the local, or when either side tells \
    the other in writing that it ends.

    Member: ______________________________ Date: ______________
    {member_name}

    For {local_name}: ______________________________ Date: ______________
    {directed_by}
    """,
)
def salting_agreement(agreement: SaltingAgreement, user: Any) -> dict[str, str]:
    member, employer = agreement.member, agreement.organization
    return {
        "member_name": member.full_name,
        "member_number": member.member_number,
        "employer": employer.name,
        "employer_address": _address(employer),
        "from": written_day(agreement.starts_on),
        "until": written_day(agreement.ends_on) or "the employer signs an agreement with the local",
        "directed_by": agreement.directed_by.get_full_name(),
    }
