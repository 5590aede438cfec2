"""The second copy: a real S3 server on loopback."""

from urllib.parse import quote

import boto3
import pytest
from django.core.files.base import ContentFile

from ip2a.attachments.services import attach
from ip2a.factories import UserFactory
from ip2a.tests.test_storage_s3 import KEY, SECRET, free_port, service  # noqa: F401 - a fixture
from maintenance.backups import folder, making, rotation
from maintenance.models import BackupRun, Threshold
from members.factories import MemberFactory

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def bucket(service, settings, tmp_path):  # noqa: F811
    client = boto3.client(
        "s3", endpoint_url=f"http://127.0.0.1:{service}", aws_access_key_id=KEY, aws_secret_access_key=SECRET,
        region_name="us-east-1",
    )  # fmt: skip
    client.create_bucket(Bucket="second")
    settings.BACKUP_FOLDER = tmp_path / "backups"
    settings.BACKUP_URL = f"s3+http://{KEY}:{quote(SECRET, safe='')}@127.0.0.1:{service}/second"
    yield client
    for key in keys(client):
        client.delete_object(Bucket="second", Key=key)


def keys(client):
    return sorted(entry["Key"] for entry in client.list_objects_v2(Bucket="second").get("Contents", ()))


def parts(name):
    return [f"{name}/{part}" for part in sorted((*folder.PARTS, folder.SUMS))]


def test_each_backup_is_copied_and_what_was_taken_away_here_goes_there_too(bucket):
    row = attach(MemberFactory(), ContentFile(b"Dear Rosa.\n", "letter.txt"), by=UserFactory(role="staff"))
    content = f"files/{row.sha256[:2]}/{row.sha256}"
    first = making.make()
    assert (first.sent_at is not None, first.send_problem) == (True, "")
    assert keys(bucket) == sorted([content, *parts(first.name)])
    assert bucket.get_object(Bucket="second", Key=content)["Body"].read() == b"Dear Rosa.\n"
    Threshold.objects.filter(name__in=[rotation.DAILY, rotation.WEEKLY, rotation.MONTHLY]).update(value=0)
    second = making.make()
    assert [backup.name for backup in folder.all_backups()] == [second.name]
    assert keys(bucket) == sorted([content, *parts(second.name)])


def test_a_second_place_that_is_away_is_told_and_made_up_for(bucket, settings):
    there = settings.BACKUP_URL
    settings.BACKUP_URL = f"s3+http://{KEY}:{KEY}@127.0.0.1:{free_port()}/second"
    run = making.make()
    assert (run.state, run.sent_at, run.send_problem.startswith("The second copy could not be made: ")) == (
        "done", None, True,
    )  # fmt: skip
    settings.BACKUP_URL = there
    later = making.make()
    run = BackupRun.objects.get(pk=run.pk)
    assert (run.sent_at is not None, run.send_problem, later.sent_at is not None) == (True, "", True)
    assert keys(bucket) == sorted([*parts(run.name), *parts(later.name)])
