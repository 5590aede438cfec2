"""Records that come from the database the short way are those of the long way."""

import pytest
from django.apps import apps
from django.db import models
from django.db.models.signals import post_init

from ip2a.models import Record
from ip2a.models.loading import Loaded, _is_plain
from members.factories import MemberEmploymentFactory, MemberFactory
from members.models import Member, MemberEmployment

pytestmark = pytest.mark.django_db


def the_long_way(record: Record) -> Record:
    names = [field.attname for field in record._meta.concrete_fields if field.attname in record.__dict__]
    return models.Model.from_db.__func__(type(record), "default", names, [record.__dict__[name] for name in names])


@pytest.mark.parametrize("rows", [Member.objects.all(), Member.objects.only("last_name"), Member.objects.defer("city")])
def test_a_record_is_the_same_either_way(rows):
    MemberFactory()
    (short,) = rows
    long = the_long_way(short)
    assert short.__dict__.keys() == long.__dict__.keys()
    assert {k: v for k, v in short.__dict__.items() if k != "_state"} == {
        k: v for k, v in long.__dict__.items() if k != "_state"
    }
    assert (short._state.db, short._state.adding) == (long._state.db, long._state.adding) == ("default", False)
    assert short.get_deferred_fields() == long.get_deferred_fields()
    assert short == long


def test_a_record_that_came_beside_another_is_whole_and_can_be_saved():
    job = MemberEmploymentFactory(member__city="Peoria")
    kept = MemberEmployment.objects.select_related("member").get(pk=job.pk).member
    kept.city = "Joliet"
    kept.save()
    assert Member.objects.filter(city="Joliet").count() == 1
    kept.refresh_from_db()
    assert kept.version == 2


def test_every_record_goes_the_short_way():
    assert [m for m in apps.get_models() if issubclass(m, Loaded) and not _is_plain(m)] == []


def test_a_class_that_somebody_listens_for_goes_the_long_way():
    MemberFactory()
    heard = []

    def hear(instance, **kwargs):
        heard.append(instance)

    _is_plain.cache_clear()
    post_init.connect(hear, sender=Member)
    try:
        (member,) = Member.objects.all()
    finally:
        post_init.disconnect(hear, sender=Member)
        _is_plain.cache_clear()
    assert heard == [member]


@pytest.mark.parametrize(("status", "shown"), [("active", "Active"), ("gone", "gone"), ("", "")])
def test_a_choice_is_shown_by_its_label_and_what_is_none_as_it_stands(status, shown):
    assert Member(status=status).get_status_display() == shown
