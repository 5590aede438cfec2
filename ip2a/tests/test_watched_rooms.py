"""Every room says what the resilience report should watch, and all of it can be run and counted."""

from datetime import date

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benevolence.factories import BenevolenceApplicationFactory
from ip2a.compartments import of_model
from maintenance.models import Threshold
from maintenance.resilience import queries, records, watching
from maintenance.resilience.parts import Asked
from members.factories import MemberFactory
from training.factories import (
    AttendanceFactory,
    CertificationFactory,
    EnrollmentFactory,
    SessionFactory,
    StudentFactory,
)

pytestmark = pytest.mark.django_db
ROOMS = {"members", "grievances", "benevolence", "training", "organizing"}


def test_every_room_has_queries_that_must_stay_fast():
    assert {name.partition(".")[0] for name in watching.hot_queries} >= ROOMS


def test_all_of_them_can_be_timed():
    part = queries.queries(Asked())
    assert [said.text for said in part.says if "cannot be run" in said.text] == []
    assert {m.subject for m in part.measures} == set(watching.hot_queries)


@pytest.mark.parametrize("name", sorted(n for n in watching.hot_queries if n.partition(".")[0] in ROOMS))
def test_each_asks_once_for_a_page_in_an_order_without_ties(name):
    rows = watching.hot_queries[name].run()
    assert rows.query.high_mark is not None
    assert rows.query.order_by[-1].removeprefix("-") == "pk"
    with CaptureQueriesContext(
        connection,
    ) as asked:
        list(rows)
    assert len(asked) == 1


def of_member():
    member = MemberFactory()
    for _ in range(3):
        BenevolenceApplicationFactory(member=member)


def of_student(factory, **fields):
    student = StudentFactory()
    for _ in range(3):
        factory(student=student, **fields)


def places():
    of_student(EnrollmentFactory, status="completed", enrolled_on=date(2026, 1, 5), ended_on=date(2026, 2, 5))


def of_class():
    session = SessionFactory()
    for _ in range(3):
        AttendanceFactory(session=session, enrollment=EnrollmentFactory(cohort=session.cohort))


@pytest.mark.parametrize(
    ("threshold", "plant", "sentence"),
    [
        ("benevolence.outlier-applications", of_member, "1 members have more than 2 applications."),
        ("training.outlier-places", places, "1 students have more than 2 places in cohorts."),
        (
            "training.outlier-certifications",
            lambda: of_student(CertificationFactory),
            "1 students have more than 2 certificates.",
        ),
        ("training.outlier-marks", of_class, "1 classes have more than 2 marks of attendance."),
    ],
)
def test_what_has_very_many_is_counted(threshold, plant, sentence):
    Threshold.objects.filter(name=threshold).update(value=2)
    plant()
    part = records.outlying(Asked())
    assert [row for row in part.rows if row[0] == sentence] == [[sentence, 1, 3]]


def test_nothing_inside_a_compartment_is_counted():
    assert [one.model._meta.label for one in watching.watched if of_model(one.model)] == []
    with pytest.raises(ValueError, match="inside a compartment"):
        watching.outliers(apps.get_model("organizing.Worker"), by="campaign", limit="x", sentence="")
