"""The menu, as data. A test proves that every string resolves."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True)
class Item:
    """``url`` is a URL name; the entry shows for those who have ``permission`` ("" = everybody signed in)."""

    label: str
    url: str
    icon: str
    permission: str = ""


MENU: tuple[tuple[str, tuple[Item, ...]], ...] = (
    ("", (Item("Home", "home", "home"),)),
    (
        "Members",
        (
            Item("Members", "members:member_list", "person", "members.view_member"),
            Item(
                "Employers",
                "members:organization_list",
                "building",
                "members.view_organization",
            ),
            Item(
                "Contacts",
                "members:organizationcontact_list",
                "contact",
                "members.view_organizationcontact",
            ),
            Item(
                "Jobs",
                "members:memberemployment_list",
                "job",
                "members.view_memberemployment",
            ),
            Item("Duplicates", "members:duplicate_home", "merge", "members.change_member"),
        ),
    ),
    ("Upkeep", (Item("Data findings", "maintenance:finding_list", "flag", "maintenance.view_finding"),)),
    (
        "Administration",
        (
            Item("People and access", "accounts:user_list", "admin", "ip2a.view_user"),
            Item("Audit trail", "audit_list", "audit", "ip2a.view_audit"),
            Item("Import desk", "imports:batch_list", "import", "ip2a.import_records"),
        ),
    ),
)


def menu(request) -> list[dict]:
    """Groups of entries for this person; the current one is marked by the longest matching path."""
    groups = []
    path = request.path
    for label, items in MENU:
        shown = [_entry(item) for item in items if not item.permission or request.user.has_perm(item.permission)]
        if shown:
            groups.append({"label": label, "items": shown})
    matches = [
        e for g in groups for e in g["items"] if path == e["url"] or (e["url"] != "/" and path.startswith(e["url"]))
    ]
    if matches:
        max(matches, key=lambda e: len(e["url"]))["active"] = True
    return groups


def _entry(item: Item) -> dict:
    return {
        "label": item.label,
        "url": reverse(item.url),
        "icon": item.icon,
        "active": False,
        "badge": None,
    }


def unresolved() -> list[str]:
    """URL names of the menu that lead nowhere (for the house's tests)."""
    lost = []
    for _, items in MENU:
        for item in items:
            try:
                reverse(item.url)
            except NoReverseMatch:
                lost.append(item.url)
    return lost
