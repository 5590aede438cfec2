from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from benevolence import factories, services
from benevolence.models import BenevolenceApplication, Relative
from benevolence.tasks import resume_deferred
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry
from members.factories import MemberFactory
from members.merging import merge

pytestmark = pytest.mark.django_db


def test_the_clock_brings_deferred_cases_back_once(house):
    today = timezone.localdate()
    case = factories.submitted(on=today - timedelta(days=9))
    services.defer(case, until=today, reason="Wait", by=house["vp"], on=today - timedelta(days=8))
    assert (resume_deferred.delay().get(), resume_deferred.delay().get()) == (1, 0)
    case.refresh_from_db()
    assert (case.deferred_until, case.round) == (None, 2)
    entry = AuditEntry.objects.about(case).first()
    assert (entry.command, entry.reason) == ("resume_deferred", "Back after the deferral")


def test_the_clock_is_wound_up():
    assert "benevolence.tasks.resume_deferred" in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}


def test_a_merge_takes_applications_along_and_keeps_one_declaration(house):
    case = factories.paid(house)
    survivor, other = MemberFactory(), MemberFactory()
    for member in (case.member, survivor):
        services.declare_relative(member, kinship="sibling", by=house["vp"])
    services.declare_relative(case.member, kinship="child", by=house["admin"])
    merge(survivor, case.member, choices={}, by=UserFactory(role="staff"), reason="The same person")
    assert BenevolenceApplication.objects.get().member == survivor
    assert set(Relative.objects.values_list("officer", "member")) == {
        (house["vp"].pk, survivor.pk),
        (house["admin"].pk, survivor.pk),
    }
    assert not Relative.objects.filter(member=other).exists()
