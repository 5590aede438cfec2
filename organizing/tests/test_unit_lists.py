"""Tables that become part of a unit list, and that are taken back as far as nobody built on them."""

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from ip2a.answers import Refused
from ip2a.attachments.services import attach
from ip2a.factories import UserFactory
from members.factories import OrganizationFactory
from organizing import factories as make
from organizing.models import ListImport, UnitListEntry, Worker
from organizing.services import lists, taking, workers
from organizing.tests.inside import as_system

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
inside = pytest.fixture(autouse=True)(as_system)
FILE = (
    "Employee Name,Badge,Job,Shift,Cell,Hired\n"
    '"Lima, Rosa",100,Wireman,Day,217-555-0101,2020\n'
    "Sam Ortiz,101,Helper,Night,,2021\n"
    "Ana Park,102,Helper,Night,,2021\n"
    ",103,Helper,Night,,2021\n"
    "Sam Ortiz,101,Helper,Night,,2021\n"
)


@pytest.fixture
def unit_list():
    campaign = make.CampaignFactory(name="Volt drive", employer=OrganizationFactory(name="Volt"))
    return make.UnitListFactory(campaign=campaign, source="Night crew")


@pytest.fixture
def organizer():
    return UserFactory(role="organizer")


def taken(unit_list, by, text=FILE):
    return taking.take_in(BytesIO(text.encode()), "list.csv", unit_list, sha256="a" * 64, by=by)


def names(unit_list):
    return [str(entry.worker) for entry in UnitListEntry.objects.filter(unit_list=unit_list).for_table()]


def test_a_table_is_tried_out_without_writing_anything(unit_list, organizer):
    found = taking.read(BytesIO(FILE.encode()), "list.csv", unit_list, by=organizer)
    assert [row.name for row in found.new] == ["Lima, Rosa", "Ortiz, Sam", "Park, Ana"]
    assert [(row.number, row.why) for row in found.refused] == [
        (5, "the row has no last name"),
        (6, "row 3 is the same worker"),
    ]
    assert found.left_out == ["Hired"]
    assert Worker.objects.count() == 0


def test_a_table_brings_new_workers_and_knows_those_who_are_there(unit_list, organizer):
    known = make.WorkerFactory(campaign=unit_list.campaign, first_name="Rosa", last_name="Lima")
    done = taken(unit_list, organizer)
    assert names(unit_list) == ["Lima, Rosa", "Ortiz, Sam", "Park, Ana"]
    assert (len(done.workers), len(done.entries), done.refused) == (2, 3, 2)
    assert known.entries.get().job_title == "Wireman"
    assert Worker.objects.get(last_name="Ortiz").organization.name == "Volt"
    with pytest.raises(Refused, match="taken into this list already"):
        taken(unit_list, organizer)


def test_a_worker_of_another_unit_stays_out_and_is_named(unit_list, organizer):
    other = make.CampaignFactory(name="Ohm drive")
    make.WorkerFactory(campaign=other, first_name="Rosa", last_name="Lima", phone="(217) 555-0101")
    found = taking.read(BytesIO(FILE.encode()), "list.csv", unit_list, by=organizer)
    assert found.refused[0].why == "Lima, Rosa is a worker of “Ohm drive” already, and a worker is in one unit only"


def test_an_import_is_taken_back_but_for_those_whom_somebody_assessed_or_carded(unit_list, organizer):
    done = taken(unit_list, organizer)
    rosa, sam = (Worker.objects.get(last_name=name) for name in ("Lima", "Ortiz"))
    workers.assess(rosa, value=2, by=UserFactory(role="organizer"))
    make.AuthorizationCardFactory(worker=sam, signed_on=TODAY, received_on=TODAY)
    back = taking.take_back(done, reason="Wrong file", by=organizer)
    assert [(str(worker), why) for worker, why in back.kept] == [
        ("Lima, Rosa", "was assessed since"),
        ("Ortiz, Sam", "signed a card"),
    ]
    assert (back.entries, back.workers) == (1, 1)
    assert names(unit_list) == ["Lima, Rosa", "Ortiz, Sam"]
    with pytest.raises(Refused, match="taken back already"):
        taking.take_back(done, reason="Again", by=organizer)


def test_a_list_that_was_used_takes_no_table_and_gives_none_back(unit_list, organizer):
    done = taken(unit_list, organizer)
    lists.freeze(unit_list, reason="Filed with the Board", by=organizer)
    with pytest.raises(Refused, match="The list was used"):
        taken(unit_list, organizer)
    with pytest.raises(Refused, match="The list was used"):
        taking.take_back(done, reason="Wrong", by=organizer)


def test_the_pages_try_out_take_in_and_take_back(unit_list, signed_in):
    client = signed_in("organizer")
    page = reverse("organizing:unitlist_import", args=[unit_list.pk])
    assert "Attach the table first" in client.get(page).content.decode()
    document = attach(unit_list, ContentFile(FILE.encode(), "list.csv"), by=client.user)
    tried = client.get(page, {"document": document.pk}).content.decode()
    assert "3 new workers" in tried and "Row 5: the row has no last name" in tried
    assert client.post(page, {"document": document.pk}).url == unit_list.get_absolute_url()
    assert names(unit_list) == ["Lima, Rosa", "Ortiz, Sam", "Park, Ana"]
    workers.assess(Worker.objects.get(last_name="Lima"), value=1, by=client.user)
    back = reverse("organizing:listimport_undo", args=[ListImport.objects.get().pk])
    assert "Lima, Rosa was assessed since." in client.get(back).content.decode()
    said = client.post(back, {"reason": "Wrong file"}, follow=True).content.decode()
    assert "Left alone, because somebody went on with them: Lima, Rosa." in said


def test_a_worker_of_another_campaign_is_put_on_no_list_of_this_one(unit_list, organizer):
    stranger = make.WorkerFactory()
    with pytest.raises(Refused, match="belongs to another campaign"):
        lists.put_on_list(unit_list, stranger, by=organizer)
