import pytest
from django.db import IntegrityError, transaction

from members.factories import MemberFactory

pytestmark = pytest.mark.django_db


def test_two_living_members_cannot_share_a_number():
    MemberFactory(member_number="7464416")
    with pytest.raises(IntegrityError, match="member_number_unique"), transaction.atomic():
        MemberFactory(member_number="7464416")


def test_names_sort_without_case_and_accents():
    assert MemberFactory(first_name="Åsa", last_name="Ångström").sort_key == "angstrom  asa  "
