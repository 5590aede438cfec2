"""A room full of records, each with a word that stands nowhere else; and who asks for it."""

from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from ip2a import audit
from ip2a.attachments.services import attach
from ip2a.factories import UserFactory
from members.factories import MemberFactory, OrganizationFactory
from organizing import factories as make

MARK = "Zzyxmarker"


@contextmanager
def nobody():
    """As the application's role, saying nothing of who asks."""
    with audit._replaced(audit.Context()):
        yield


def asked_by(user):
    return audit.reading_as(user)


def fill(mark: str = MARK) -> SimpleNamespace:
    """One record of each kind of a campaign, and of what stands beside campaigns."""
    organizer = UserFactory(role="organizer", last_name=f"{mark}organizer")
    employer = OrganizationFactory(name="Ordinary Electric")
    salt = MemberFactory(last_name="Ordinary")
    campaign = make.CampaignFactory(name=f"{mark} campaign", employer=employer, lead=organizer)
    unit_list = make.UnitListFactory(campaign=campaign, source=f"{mark} source")
    worker = make.WorkerFactory(campaign=campaign, last_name=f"{mark}worker", crew=f"{mark}crew")
    entry = make.UnitListEntryFactory(unit_list=unit_list, worker=worker)
    card = make.AuthorizationCardFactory(worker=worker, witnessed_by=f"{mark}witness", received_by=organizer)
    made = SimpleNamespace(
        organizer=organizer,
        employer=employer,
        salt=salt,
        campaign=campaign,
        unit_list=unit_list,
        worker=worker,
        entry=entry,
        card=card,
        assessment=make.AssessmentFactory(worker=worker, by=organizer, note=f"{mark}note"),
        contact=make.ContactNoteFactory(worker=worker, by=organizer, note=f"{mark}talk"),
        custody=make.CardCustodyFactory(card=card, by=organizer, place=f"{mark}place"),
        practice=make.UnfairPracticeFactory(campaign=campaign, organization=employer, what_happened=f"{mark}what"),
        activity=make.SaltingActivityFactory(member=salt, organization=employer, notes=f"{mark}activity"),
        score=make.EmployerScoreFactory(organization=employer, by=organizer, why=f"{mark}why"),
        agreement=make.SaltingAgreementFactory(
            member=salt, organization=employer, directed_by=organizer, notes=f"{mark}agreement"
        ),
        glass=make.BreakGlassFactory(
            officer=UserFactory(), reason=f"{mark}glass", opened_at=timezone.now() - timedelta(days=9)
        ),
        access=make.CampaignAccessFactory(campaign=campaign, asked_by=organizer, why=f"{mark}access"),
    )
    made.practice.workers.add(worker)
    made.document = attach(card, ContentFile(f"Dear {mark}.\n".encode(), f"{mark}scan.txt"), by=organizer)
    return made


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        return cursor.fetchone()[0]
