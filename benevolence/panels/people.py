"""What a member's page shows of benevolence: state and amounts. An employer's page shows nothing of it."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from benevolence import lookups, rules
from benevolence.columns import COLUMN
from benevolence.models import BenevolenceApplication
from ip2a.panels import Panel, panel
from ip2a.rules import has_right
from ip2a.tables import Table

MOST = 15
SHOWN = [COLUMN[key] for key in ("number", "status", "asked", "approved", "awaits", "date")]


@panel("members.member", order=30)
def of_member(request: Any, member: Any) -> Panel | None:
    if not has_right(request.user, "view", BenevolenceApplication):
        return None
    found = lookups.of_member(request.user, member)
    total = len(found)
    today = timezone.localdate()
    for case in found[:MOST]:
        case.today = today
    address = reverse("benevolence:benevolenceapplication_list")
    actions = []
    if not member.is_removed and rules.may_file(request.user):
        preview = reverse("benevolence:benevolenceapplication_preview")
        actions = [("What could they get?", f"{preview}?member={member.pk}")]
    context = {
        "table": Table(SHOWN, found[:MOST], caption="Benevolence"),
        "left": max(0, total - MOST),
        "total": total,
        "all_url": f"{address}?member_id={member.pk}",
        "empty": "No application to the fund yet.",
    }
    return Panel("Benevolence", "members/_listed.html", context, f"{total:,}", actions, "benevolence")
