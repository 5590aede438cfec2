"""The nightly task of the certificates on a real worker, asked for in the middle of the night, twice."""

from datetime import timedelta

from django.utils import timezone

from ip2a.celery import app
from ip2a.models import AuditEntry, Message
from ip2a.tests.worker import until, worker  # noqa: F401
from training import factories
from training.models import Certification

TASK = "training.tasks.expire_certificates"


def test_a_worker_expires_what_ran_out_and_tells_sixty_thirty_and_seven_days_ahead_once(worker):  # noqa: F811
    today = timezone.localdate()
    teacher = factories.teaches()
    student = factories.EnrollmentFactory(cohort=teacher.cohort).student
    for ahead in (0, 7, 30, 60, 61):
        factories.CertificationFactory(student=student, issued_date=today, expiry_date=None)
        Certification.objects.filter(expiry_date=None).update(
            issued_date=today - timedelta(days=400), expiry_date=today + timedelta(days=ahead)
        )
    worker.start()
    for _ in range(2):
        app.send_task(TASK)
    assert until(lambda: worker.log.read_bytes().count(b" succeeded in ") == 2)
    left = Certification.objects.order_by("expiry_date").values_list("status", flat=True)
    assert list(left) == ["expired", "active", "active", "active", "active"]
    told = Message.objects.filter(kind="training.certificate-expires").values_list("recipient", "key")
    assert len(told) == len(set(told)) == 3
    assert {recipient for recipient, _ in told} == {teacher.instructor.user_id}
    entry = AuditEntry.objects.get(
        table_name="training_certification", action="update", reason__startswith="Its expiry"
    )
    assert entry.command in ("expire_certificates", TASK)
