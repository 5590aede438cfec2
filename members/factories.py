"""The least valid records of the members room, for seeds and tests."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from members.models import Member, MemberEmployment, Organization, OrganizationContact


class OrganizationFactory(DjangoModelFactory):
    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"Employer {n}")


class OrganizationContactFactory(DjangoModelFactory):
    class Meta:
        model = OrganizationContact

    organization = factory.SubFactory(OrganizationFactory)
    first_name = "Chris"
    last_name = factory.Sequence(lambda n: f"Contact {n}")


class MemberFactory(DjangoModelFactory):
    class Meta:
        model = Member

    member_number = factory.Sequence(lambda n: f"74{n:05}")
    first_name = "Rosa"
    last_name = factory.Sequence(lambda n: f"Lima {n}")


class MemberEmploymentFactory(DjangoModelFactory):
    class Meta:
        model = MemberEmployment

    member = factory.SubFactory(MemberFactory)
    organization = factory.SubFactory(OrganizationFactory)
    start_date = date(2020, 1, 6)
