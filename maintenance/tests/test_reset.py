"""Deleting everything is refused without the name, in production and to the wrong role."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from maintenance import resetting


def test_the_wrong_name_deletes_nothing(db):
    with pytest.raises(resetting.CannotReset, match="Nothing was deleted"):
        resetting.refuse_unless_named("ip2a-of-somebody-else")


def test_the_application_s_own_role_deletes_nothing(db):
    with pytest.raises(CommandError, match="only the owner") as refused:
        call_command("reset", "whatever", stdout=StringIO())
    assert refused.value.returncode == 2


def test_production_refuses_without_force(db, settings):
    settings.IS_PRODUCTION = True
    with pytest.raises(CommandError, match="--force"):
        call_command("reset", "whatever", stdout=StringIO())
