"""The menu, as data. A test proves that every string resolves."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString


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
            Item("Reports", "members:member_report", "chart", "members.view_member"),
            Item("Duplicates", "members:duplicate_home", "merge", "members.change_member"),
        ),
    ),
    (
        "Grievances",
        (
            Item("Grievances", "grievances:grievance_list", "grievances", "grievances.view_grievance"),
            Item("Board", "grievances:grievance_board", "table", "grievances.view_grievance"),
            Item("Due and overdue", "grievances:grievance_due_soon", "clock", "grievances.view_grievance"),
            Item(
                "Information requests",
                "grievances:informationrequest_list",
                "note",
                "grievances.view_informationrequest",
            ),
            Item("Reports", "grievances:grievance_report", "chart", "grievances.view_grievance"),
            Item("Agreements", "grievances:agreement_list", "list", "grievances.view_agreement"),
        ),
    ),
    (
        "Benevolence",
        (
            Item(
                "Applications",
                "benevolence:benevolenceapplication_list",
                "benevolence",
                "benevolence.view_benevolenceapplication",
            ),
            Item(
                "Eligibility",
                "benevolence:benevolenceapplication_preview",
                "check",
                "benevolence.add_benevolenceapplication",
            ),
            Item("Fund", "benevolence:fund_detail", "table", "benevolence.view_ledgerentry"),
            Item(
                "Reports",
                "benevolence:benevolenceapplication_report",
                "chart",
                "benevolence.view_benevolenceapplication",
            ),
        ),
    ),
    (
        "Training",
        (
            Item("Students", "training:student_list", "person", "training.view_student"),
            Item("Cohorts", "training:cohort_list", "training", "training.view_cohort"),
            Item("Classes", "training:classsession_list", "calendar", "training.view_classsession"),
            Item("Grades", "training:grade_list", "edit", "training.view_grade"),
            Item("Certificates", "training:certification_list", "document", "training.view_certification"),
            Item("Tools", "training:toolissued_list", "maintenance", "training.view_toolissued"),
            Item("Instructors", "training:instructor_list", "contact", "training.view_instructor"),
            Item("Hours", "training:instructorhours_list", "clock", "training.view_instructorhours"),
            Item("Locations", "training:location_list", "place", "training.view_location"),
            Item("Courses", "training:course_list", "list", "training.view_course"),
            Item("JATC applications", "training:jatcapplication_list", "up", "training.view_jatcapplication"),
            Item("Placements", "training:placement_list", "job", "training.view_placement"),
            Item("Grants", "training:grant_list", "table", "training.view_grant"),
            Item("Expenses", "training:expense_list", "note", "training.view_expense"),
            Item("Funder reports", "training:funderreport_list", "chart", "training.view_funderreport"),
        ),
    ),
    (
        "Organizing",
        (
            Item("Campaigns", "organizing:campaign_list", "organizing", "organizing.view_campaign"),
            Item("Workers", "organizing:worker_list", "person", "organizing.view_worker"),
            Item("Cards", "organizing:authorizationcard_list", "document", "organizing.view_authorizationcard"),
            Item("Unit lists", "organizing:unitlist_list", "list", "organizing.view_unitlist"),
            Item("Activities", "organizing:saltingactivity_list", "edit", "organizing.view_saltingactivity"),
            Item("Employer scores", "organizing:employerscore_list", "building", "organizing.view_employerscore"),
            Item("Where it is warm", "organizing:employerscore_report", "place", "organizing.view_employerscore"),
            Item(
                "Salting agreements", "organizing:saltingagreement_list", "contact", "organizing.view_saltingagreement"
            ),
            Item("Activity reports", "organizing:saltingactivity_report", "chart", "organizing.view_saltingactivity"),
            Item("Unfair practices", "organizing:unfairpractice_list", "flag", "organizing.view_unfairpractice"),
            Item("Who may look inside", "organizing:access", "lock", "organizing.view_campaignaccess"),
        ),
    ),
    (
        "Upkeep",
        (
            Item("Repairs", "maintenance:finding_list", "flag", "maintenance.view_finding"),
            Item("Resilience", "maintenance:resiliencereport_list", "maintenance", "maintenance.view_resiliencereport"),
            Item("Backups", "maintenance:backuprun_list", "download", "maintenance.view_backuprun"),
            Item("Schedule", "maintenance:schedule", "clock", "maintenance.view_scheduledrun"),
            Item("Channels", "admin:ip2a_notificationchannel_changelist", "flag", "ip2a.view_notificationchannel"),
        ),
    ),
    (
        "Administration",
        (
            Item("People and access", "accounts:user_list", "admin", "ip2a.view_user"),
            Item("Audit trail", "audit_list", "audit", "ip2a.view_audit"),
            Item("Mail sent", "post:message_list", "mail", "ip2a.view_message"),
            Item("Import desk", "imports:batch_list", "import", "ip2a.import_records"),
            Item("Tables", "admin:index", "list", "ip2a.use_admin"),
        ),
    ),
)


_badges: dict[str, Callable[[Any], int]] = {}


def badge(url: str) -> Callable[[Callable[[Any], int]], Callable[[Any], int]]:
    """Put a number behind the entry of this URL name: ``count(user)``. It is asked on every page, so it must be cheap:
    no query."""

    def register(count: Callable[[Any], int]) -> Callable[[Any], int]:
        _badges[url] = count
        return count

    return register


def menu(request) -> SafeString:
    """The menu of this person; the entry of the longest matching path is the current one."""
    user = request.user
    shown = _shown(frozenset(user.get_all_permissions()))
    current = next((name for address, name in shown.addresses if _leads_to(address, request.path)), "")
    badges = tuple((name, count(user)) for name, count in _badges.items() if name in shown.names)
    return _drawn(shown, current, badges)


class Shown:
    """The entries for somebody with certain rights, and where they lead: the longest address first."""

    def __init__(self, items: list[Item]) -> None:
        self.names = {item.url for item in items}
        addresses = [(reverse(item.url), item.url) for item in items]
        self.addresses = sorted(addresses, key=lambda entry: len(entry[0]), reverse=True)


@lru_cache(maxsize=256)
def _shown(rights: frozenset[str]) -> Shown:
    return Shown([item for _, items in MENU for item in items if not item.permission or item.permission in rights])


def _leads_to(address: str, path: str) -> bool:
    return path == address or (address != "/" and path.startswith(address))


@lru_cache(maxsize=2048)
def _drawn(shown: Shown, current: str, badges: tuple[tuple[str, int], ...]) -> SafeString:
    """The same rights on the same page make the same menu, so it is drawn once."""
    numbers = dict(badges)
    groups = [
        {
            "label": label,
            "entries": [
                {"label": item.label, "url": reverse(item.url), "icon": item.icon, "active": item.url == current}
                | {"badge": numbers.get(item.url, 0)}
                for item in items
                if item.url in shown.names
            ],
        }
        for label, items in MENU
    ]
    return render_to_string("ip2a/_menu.html", {"groups": [group for group in groups if group["entries"]]})


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
