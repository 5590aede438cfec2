from members.models.duplicates import Distinct, Merge
from members.models.employment import MemberEmployment
from members.models.exemption import Exemption
from members.models.member import Member
from members.models.organization import Organization, OrganizationContact

__all__ = ["Distinct", "Exemption", "Member", "MemberEmployment", "Merge", "Organization", "OrganizationContact"]
