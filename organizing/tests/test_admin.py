"""The tables of the administration pages: to look at inside, absent outside, opened on the record."""

import pytest
from django.urls import reverse

from ip2a import audit, compartments
from ip2a.factories import UserFactory
from ip2a.models import CompartmentOpening
from organizing import factories as make
from organizing.tests.behind_outreach import TABLES

pytestmark = pytest.mark.django_db


def table(model: str, page: str = "changelist", *args) -> str:
    return reverse(f"admin:organizing_{model}_{page}", args=args)


def of_the_room(client) -> list[str]:
    apps = client.get("/admin/").context["app_list"]
    return [model["object_name"].lower() for app in apps if app["app_label"] == "organizing" for model in app["models"]]


def test_the_index_lists_the_tables_inside_and_names_none_outside(signed_in):
    assert sorted(of_the_room(signed_in("organizer"))) == sorted(TABLES)
    for role in ("administrator", "officer"):
        client = signed_in(role)
        assert (of_the_room(client), client.get("/admin/organizing/").status_code) == ([], 404)


def test_outside_a_table_answers_as_one_that_never_was(signed_in):
    with compartments.system("organizing", "tests"):
        campaign = make.CampaignFactory()
    client = signed_in("administrator")
    addresses = [
        table("campaign"),
        table("campaign", "add"),
        table("campaign", "change", campaign.pk),
        table("campaign", "history", campaign.pk),
        table("campaign", "delete", campaign.pk),
        table("campaign", "change", 999_999_999),
        "/admin/organizing/never/",
    ]
    found = [client.get(address) for address in addresses]
    assert [answer.status_code for answer in found] == [404] * len(addresses)
    assert "organizing" not in str([answer.headers for answer in found])


def test_a_worker_is_found_by_a_name_without_accents_and_the_opening_is_written_down(signed_in):
    with compartments.system("organizing", "tests"):
        worker = make.WorkerFactory(first_name="Wanda", last_name="Ekström", next_step="Call on Monday")
        make.WorkerFactory(last_name="Other")
    client = signed_in("organizer")
    listed = client.get(table("worker"), {"q": "ekstrom"})
    assert [row.pk for row in listed.context["cl"].result_list] == [worker.pk]
    page = client.get(table("worker", "change", worker.pk))
    with audit.acting(user=client.user):
        openings = list(CompartmentOpening.objects.values_list("model", "record_id", "user_id"))
    assert ("Call on Monday" in page.content.decode(), openings) == (
        True,
        [("organizing.worker", worker.pk, client.user.pk)],
    )


def test_whoever_administrates_and_was_named_for_one_campaign_sees_its_rows_alone(signed_in):
    client = signed_in("administrator")
    with compartments.system("organizing", "tests"):
        mine, other = make.WorkerFactory(), make.WorkerFactory()
        make.SaltingActivityFactory()
        make.CampaignAccessFactory(campaign=mine.campaign, person=client.user, granted_by=UserFactory(role="officer"))
    rows = client.get(table("worker")).context["cl"].result_list
    other_page = client.get(table("worker", "change", other.pk))
    assert [row.pk for row in rows] == [mine.pk]
    assert (other_page.status_code, client.get(table("saltingactivity")).status_code) == (302, 404)


def test_every_table_is_drawn_with_rows_and_without_asking_for_each(signed_in, django_assert_max_num_queries):
    from organizing.tests.room import fill

    with compartments.system("organizing", "tests"):
        for number in range(2):
            fill(mark=f"Row{number}")
    client = signed_in("organizer")
    for model in TABLES:
        with django_assert_max_num_queries(12):
            answer = client.get(table(model), {"q": "zzz"} if model == "unitlist" else {})
        assert answer.status_code == 200, model
