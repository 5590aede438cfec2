"""Letters about members."""

from typing import Any

from ip2a.panels import panel
from ip2a.papers import paper, papers_panel, written_day
from members.models import Member

panel("members.member", order=65)(papers_panel)


@paper(
    key="members.confirmation",
    model="members.member",
    title="Membership confirmation letter",
    fields={
        "member_name": "The member's name",
        "member_address": "The member's postal address",
        "member_number": "The member's number",
        "joined": "The day the member joined the union",
        "standing": "The member's status, such as active",
        "classification": "The member's classification, such as journeyman",
    },
    body="""
    {today}

    {member_name}
    {member_address}

    **Re: Confirmation of membership, number {member_number}**

    To whom it may concern:

    {local_name} confirms that {member_name}, member number {member_number}, has been a member of this local \
    since {joined}. The member's status on the date of this letter is **{standing}**; the classification is \
    {classification}.

    This letter is written at the member's request. Questions may be put to the undersigned at the local's office.

    Sincerely,

    ____________________________________
    {your_name}
    {local_name}
    """,
)
def confirmation(member: Member, user: Any) -> dict[str, str]:
    town = " ".join(part for part in (f"{member.city}," if member.city else "", member.state, member.zip_code) if part)
    return {
        "member_name": member.full_name,
        "member_address": "\n".join(part for part in (member.address, town) if part),
        "member_number": member.member_number,
        "joined": written_day(member.hire_date),
        "standing": member.get_status_display().lower(),
        "classification": member.get_classification_display().lower(),
    }
