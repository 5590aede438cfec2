"""What happens to group cases and agreements when two records of one member or employer become one."""

from datetime import date, timedelta
from itertools import pairwise

from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from grievances.models import AgreementEmployer, Grievant
from ip2a.merging import settles


@settles("grievances.grievant", "member")
def once_in_a_group(rows, loser, survivor):
    """Who was in a group twice stays in it once; the second entry ends, with the reason."""
    there = Grievant.objects.filter(member=survivor, left_on=None).values("grievance")
    rows.filter(left_on=None, grievance__in=there).update(
        left_on=Greatest(F("joined_on"), timezone.localdate()), reason=f"The same person as {survivor}"[:300]
    )


@settles("grievances.agreementemployer", "organization")
def bound_once(rows, loser, survivor):
    """Days on which both were bound by one agreement stay once: the survivor's entries grow to cover them all.

    The loser's entry stays with the loser, so that nothing of it is lost and undoing the merge finds it.
    """
    kept = []
    for row in rows.order_by("starts_on"):
        entries = AgreementEmployer.objects.filter(agreement=row.agreement_id, organization=survivor.pk)
        there = entries.filter(starts_on__lte=row.ends_on or date.max).exclude(ends_on__lt=row.starts_on)
        if overlapping := list(there.order_by("starts_on")):
            _grow(overlapping, row)
            kept.append(row.pk)
    return kept


def _grow(entries: list[AgreementEmployer], row: AgreementEmployer) -> None:
    """Cover the days of ``row``, which touches each of the entries (in order), without two of them meeting."""
    entries[0].starts_on = min(entries[0].starts_on, row.starts_on)
    for earlier, later in pairwise(entries):
        earlier.ends_on = later.starts_on - timedelta(days=1)
    last = entries[-1]
    last.ends_on = max(last.ends_on, row.ends_on) if last.ends_on and row.ends_on else None
    for entry in entries:
        entry.save(update_fields=["starts_on", "ends_on", "updated_at"])
