"""Two records of one member become one: what the officers declared of both stays once."""

from benevolence.models import Relative
from ip2a.merging import settles


@settles("benevolence.relative", "member")
def declared_once(rows, loser, survivor):
    """The same officer's word on both records: the survivor's stands."""
    there = Relative.objects.filter(member=survivor.pk).values("officer")
    rows.filter(officer__in=there).delete()
