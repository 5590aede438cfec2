"""Damage to organizing, for the drill (``maintenance.damaging``)."""

from datetime import timedelta

from django.utils import timezone

from ip2a.factories import UserFactory
from maintenance.damaging import damage
from organizing import factories as make
from organizing.models import Worker

LONG = timedelta(days=400)


@damage("organizing.agreement-at-signatory")
def agreement_at_signatory():
    make.SaltingAgreementFactory(organization__is_signatory=True)
    return "an agreement at an employer that has signed"


@damage("organizing.access-of-inactive")
def access_of_inactive():
    make.CampaignAccessFactory(
        person=UserFactory(is_active=False), starts_at=timezone.now() - LONG, granted_at=timezone.now() - LONG
    )
    return "a campaign open to somebody who cannot sign in"


@damage("organizing.campaign-without-list")
def campaign_without_list():
    make.CampaignFactory()
    return "a running campaign without a list"


@damage("organizing.standing-differs")
def standing_differs():
    assessed = make.AssessmentFactory(value=2)
    Worker.objects.filter(pk=assessed.worker_id).update(standing=5)
    return "a worker who stands otherwise than assessed"


@damage("organizing.charge-too-late")
def charge_too_late():
    day = timezone.localdate() - LONG
    make.UnfairPracticeFactory(occurred_on=day, known_on=day)
    return "a practice of long ago, never filed"
