"""A case file of 200 documents (200 MB): how long it takes, and how much memory its own process needs at most.

.venv/bin/python benchmarks/packet.py [DOCUMENTS] [BYTES EACH]
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import timedelta

from figures import tell
from scratch import BASE_DIR, house

COUNT, SIZE = 200, 1024 * 1024


def prepare(count: int, size: int) -> int:
    """A case with a history and documents that cannot be compressed; returns its job, which nobody has done."""
    from django.core.files.base import ContentFile
    from django.utils import timezone

    from grievances import packet, services
    from grievances.factories import case
    from ip2a.attachments.services import attach
    from ip2a.celery import app
    from ip2a.factories import UserFactory

    app.conf.task_always_eager = False
    rep, today = UserFactory(role="representative"), timezone.localdate()
    grievance = case(by=rep, incident_date=today - timedelta(days=60), filed_on=today - timedelta(days=55))
    for number in range(20):
        services.ask(grievance, direction="ours", what=f"List {number}", on=today, by=rep)
    for number in range(count):
        content = b"%PDF-1.4\n" + os.urandom(size - 24) + b"\n%%EOF\n"
        attach(grievance, ContentFile(content, f"scan {number}.pdf"), by=rep, category="grievance_doc")
    return packet.start(grievance, purpose="fair_representation", internal=False, by=rep).pk


def build(number: int) -> None:
    """In a process of its own, as a worker does it."""
    import django

    django.setup()
    from grievances.models import Grievance
    from ip2a.jobs import work
    from ip2a.models import Attachment, Job

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.perf_counter()
    work.perform(number)
    took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    job = Job.objects.get(pk=number)
    row = Attachment.objects.of(Grievance.objects.get(pk=job.object_id)).filter(media_type="application/zip").get()
    print(f"{job.state}: {job.result_text[:60]}…")
    print(f"{row.size / 1024 / 1024:.1f} MB in {took:.1f} s")
    drawing = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"most memory of the worker: {peak:.0f} MB ({before:.0f} MB before it began)")
    print(f"most memory of the program that draws the PDF: {drawing:.0f} MB")
    megabytes = row.size / 1024 / 1024
    tell("case file: most memory of the worker", peak, "MB", most=150, note=f"{megabytes:.0f} MB in {took:.1f} s")
    tell("case file: most memory of the program that draws the PDF", drawing, "MB", most=150)


def main() -> None:
    count, size = int((*sys.argv[1:2], COUNT)[0]), int((*sys.argv[2:3], SIZE)[0])
    with tempfile.TemporaryDirectory(prefix="ip2a-benchmark-store-") as store:
        os.environ["STORAGE_URL"] = f"file://{store}"
        with house(durable=False):
            collect = [sys.executable, str(BASE_DIR / "manage.py"), "collectstatic", "--noinput", "--verbosity=0"]
            subprocess.run(collect, check=True)
            number = prepare(count, size)
            print(f"{count} documents of {size:,} bytes")
            sys.stdout.flush()
            command = [sys.executable, __file__, "--build", str(number)]
            environment = os.environ | {"PYTHONPATH": str(BASE_DIR)}
            subprocess.run(command, check=True, env=environment)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--build"]:
        build(int(sys.argv[2]))
    else:
        main()
