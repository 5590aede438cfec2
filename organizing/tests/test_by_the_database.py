"""What the database does by itself: scores come and go with an import, an agreement ends with a signature."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from ip2a import audit
from ip2a.factories import UserFactory
from ip2a.models import AuditEntry, ImportBatch
from ip2a.undo import undo
from members.factories import OrganizationFactory
from members.models import Organization
from members.tests.importing import bring, media  # noqa: F401 a fixture of its own accord
from organizing import factories as make
from organizing.models import EmployerScore

pytestmark = pytest.mark.django_db
FIRMS = (
    "id,name,Salting Score,salting_notes\n1,Volt,RECEPTIVE,Ask Al\n2,Ohm,,Nothing known\n3,Watt,1,\n4,Amp,splendid,\n"
)


@pytest.fixture
def inside():
    """Acting as an organizer."""
    with audit.acting(user=UserFactory(role="organizer")):
        yield


def scores():
    rows = EmployerScore.objects.order_by("organization__name")
    return [(row.organization.name, row.get_score_display(), row.notes, row.source, row.by) for row in rows]


def test_scores_come_with_a_file_of_employers_and_go_with_it(inside):
    bring("organizations", FIRMS, name="firms.csv")
    assert scores() == [
        ("Volt", "Receptive", "Ask Al", "Import of firms.csv", None),
        ("Watt", "Hostile", "", "Import of firms.csv", None),
    ]
    number = ImportBatch.objects.get().number
    entries = AuditEntry.objects.filter(table_name="organizing_employerscore")
    assert set(entries.values_list("batch", "compartment")) == {(None, "organizing")}
    result = undo(number, by=UserFactory(role="staff"), reason="Wrong file")
    assert (scores(), Organization.objects.count(), result.left_count) == ([], 0, 0)
    undo(result.batch, by=UserFactory(role="staff"), reason="It was right")
    assert [score[:2] for score in scores()] == [("Volt", "Receptive"), ("Watt", "Hostile")]


def test_a_second_file_takes_the_place_of_the_first(inside):
    bring("organizations", FIRMS, name="firms.csv")
    bring("organizations", "id,name,salting_score\n1,Volt,SUPPORTIVE\n", name="later.csv")
    assert scores()[0] == ("Volt", "Supportive", "Ask Al", "Import of later.csv", None)
    undo(ImportBatch.objects.latest("id").number, by=UserFactory(role="staff"), reason="Wrong file")
    assert scores()[0][:4] == ("Volt", "Receptive", "Ask Al", "Import of firms.csv")


@pytest.mark.parametrize("act", [lambda rows: rows.update(score=5), lambda rows: rows.delete()])
def test_nobody_changes_or_deletes_a_score(inside, act):
    bring("organizations", FIRMS)
    make.EmployerScoreFactory()
    for row in EmployerScore.objects.all():
        with pytest.raises(IntegrityError, match="stays as it was given"), transaction.atomic():
            act(EmployerScore.objects.filter(pk=row.pk))


def test_the_employers_signature_ends_its_agreements_and_keeps_the_exemption(inside):
    agreement, other = make.SaltingAgreementFactory(), make.SaltingAgreementFactory()
    Organization.objects.filter(pk=agreement.organization_id).update(is_signatory=True)
    agreement.refresh_from_db()
    other.refresh_from_db()
    assert (agreement.ended_on, agreement.ended_because, agreement.ended_by) == (
        timezone.localdate(),
        "The employer signed an agreement with the local.",
        None,
    )
    assert other.ended_on is None
    entry = AuditEntry.objects.about(agreement).first()
    assert (entry.actor_id, entry.command) == (None, "employer signed")


def test_a_signature_written_again_ends_nothing_twice(inside):
    firm = OrganizationFactory(is_signatory=True)
    agreement = make.SaltingAgreementFactory(organization=firm)
    firm.save()
    agreement.refresh_from_db()
    assert agreement.ended_on is None
