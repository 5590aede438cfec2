from members.models.employment import MemberEmployment
from members.models.member import Member
from members.models.organization import Organization, OrganizationContact

__all__ = ["Member", "MemberEmployment", "Organization", "OrganizationContact"]
