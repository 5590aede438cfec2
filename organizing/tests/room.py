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
from organizing.models import ListImport, NotTheSame

MARK = "Zzyxmarker"


@contextmanager
def nobody():
    """As the application's role, saying nothing of who asks."""
    with audit._replaced(audit.Context()):
        yield


def asked_by(user):
    return audit.reading_as(user)


def ordinary() -> SimpleNamespace:
    """What stands outside: an employer, a member, and people who sign in."""
    return SimpleNamespace(
        organizer=UserFactory(role="organizer", first_name="Pat", last_name="Prentiss"),
        employer=OrganizationFactory(name="Ordinary Electric"),
        salt=MemberFactory(last_name="Ordinary"),
        colleague=UserFactory(last_name="Colleague"),
    )


def fill(around: SimpleNamespace | None = None, mark: str = MARK) -> SimpleNamespace:
    """One record of each kind of a campaign, and of what stands beside campaigns; nothing outside is added."""
    made = around or ordinary()
    by, employer, salt, colleague = made.organizer, made.employer, made.salt, made.colleague
    made.campaign = campaign = make.CampaignFactory(name=f"{mark} campaign", employer=employer, lead=by)
    made.unit_list = make.UnitListFactory(campaign=campaign, source=f"{mark} source")
    made.worker = worker = make.WorkerFactory(campaign=campaign, last_name=f"{mark}worker", crew=f"{mark}crew")
    made.entry = make.UnitListEntryFactory(unit_list=made.unit_list, worker=worker)
    made.card = make.AuthorizationCardFactory(worker=worker, witnessed_by=f"{mark}witness", received_by=by)
    made.assessment = make.AssessmentFactory(worker=worker, by=by, note=f"{mark}note")
    made.contact = make.ContactNoteFactory(worker=worker, by=by, note=f"{mark}talk")
    made.custody = make.CardCustodyFactory(card=made.card, by=by, place=f"{mark}place")
    made.practice = make.UnfairPracticeFactory(campaign=campaign, organization=employer, what_happened=f"{mark}what")
    made.practice.workers.add(worker)
    made.activity = make.SaltingActivityFactory(member=salt, organization=employer, notes=f"{mark}activity")
    made.score = make.EmployerScoreFactory(organization=employer, by=by, why=f"{mark}why")
    made.agreement = make.SaltingAgreementFactory(
        member=salt, organization=employer, directed_by=by, notes=f"{mark}agreement"
    )
    made.glass = make.BreakGlassFactory(
        officer=colleague, reason=f"{mark}glass", opened_at=timezone.now() - timedelta(days=9)
    )
    made.access = make.CampaignAccessFactory(
        campaign=campaign, person=colleague, asked_by=by, granted_by=by, why=f"{mark}access"
    )
    other = make.WorkerFactory(campaign=campaign, last_name=f"{mark}other")
    first, second = sorted((worker, other), key=lambda one: one.pk)
    made.apart = NotTheSame.objects.create(campaign=campaign, first=first, second=second, by=by)
    made.taken_in = ListImport.objects.create(
        campaign=campaign, unit_list=made.unit_list, file_name=f"{mark}.csv", sha256="0" * 64, by=by
    )
    made.document = attach(made.card, ContentFile(f"Dear {mark}.\n".encode(), f"{mark}scan.txt"), by=by)
    return made


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        return cursor.fetchone()[0]
