from django.utils import timezone

from ip2a import calendars
from ip2a.tests.vault.models import Secret


@calendars.feed("secrets")
def secrets(user):
    for row in Secret.objects.visible_to(user):
        yield calendars.Entry(
            uid=str(row.pk),
            summary=f"Secret {row.pk} was told",
            day=timezone.localdate(row.created_at),
            url=row.get_absolute_url(),
            changed_at=row.updated_at,
        )
