"""What happens to group cases when two records of one member become one."""

from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from grievances.models import Grievant
from ip2a.merging import settles


@settles("grievances.grievant", "member")
def once_in_a_group(rows, loser, survivor):
    """Who was in a group twice stays in it once; the second entry ends, with the reason."""
    there = Grievant.objects.filter(member=survivor, left_on=None).values("grievance")
    rows.filter(left_on=None, grievance__in=there).update(
        left_on=Greatest(F("joined_on"), timezone.localdate()), reason=f"The same person as {survivor}"[:300]
    )
