from ip2a.tests.vault.models import Secret
from ip2a.timeline import Event, tells


@tells("members.member")
def secrets(user, member):
    for row in Secret.objects.visible_to(user).filter(member=member):
        yield Event(row.created_at, "change", f"Secret told: {row.name}", url=row.get_absolute_url())
