"""What stands behind the doors of who may look inside: for organizers, and for officers outside."""

from organizing import factories

RECORDS = {
    "access": lambda: factories.CampaignAccessFactory(granted_at=None, granted_by=None),
    "glass": factories.BreakGlassFactory,
}
# (page, right, record, answer)
DOORS = [
    ("access", "organizing.view_campaignaccess", "", 200),
    ("campaignaccess_ask", "organizing.add_campaignaccess", "", 200),
    ("campaignaccess_grant", "organizing.change_campaignaccess", "access", 405),
    ("campaignaccess_end", "organizing.change_campaignaccess", "access", 200),
    ("breakglass_open", "organizing.add_breakglass", "", 200),
    ("breakglass_end", "organizing.change_breakglass", "glass", 405),
]
