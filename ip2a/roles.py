"""Who may do what, as data. Synced to groups after every migrate.

Permissions are written "app.codename"; ``verbs("members.member", "view add change")`` spells several at once.
Rooms that are not installed are simply absent: a test proves that every string of an installed app resolves.
"""

from dataclasses import dataclass, field

from django.apps import apps
from django.db import transaction


def verbs(label: str, words: str) -> list[str]:
    app, model = label.split(".")
    return [f"{app}.{word}_{model}" for word in words.split()]


PEOPLE_READ = [
    *verbs("members.organization", "view"),
    *verbs("members.organizationcontact", "view"),
    *verbs("members.member", "view"),
    *verbs("members.memberemployment", "view"),
]
PEOPLE_WRITE = [
    *PEOPLE_READ,
    *verbs("members.organization", "add change"),
    *verbs("members.organizationcontact", "add change delete"),
    *verbs("members.member", "add change"),
    *verbs("members.memberemployment", "add change delete"),
]
EXEMPTIONS = verbs("members.exemption", "view add change")
IMPORTS = ["ip2a.import_records", *verbs("ip2a.importbatch", "view"), *verbs("ip2a.keptvalues", "view")]
FUND_RULES = [
    *verbs("benevolence.policy", "view add change"),
    *verbs("benevolence.policylevel", "view add change delete"),
    *verbs("benevolence.policyreasoncap", "view add change delete"),
    *verbs("benevolence.strike", "view add change"),
    *verbs("benevolence.office", "view add change"),
    *verbs("benevolence.standin", "view add change"),
    *verbs("benevolence.fund", "view change"),
]
BENEVOLENCE_DECIDE = [
    *FUND_RULES,
    *verbs("benevolence.benevolenceapplication", "view decide pay"),
    *verbs("benevolence.applicationstory", "view change"),
    *verbs("benevolence.storyaddition", "view"),
    *verbs("benevolence.submission", "view"),
    *verbs("benevolence.benevolencereview", "view add"),
    *verbs("benevolence.recusal", "view add"),
    *verbs("benevolence.confirmation", "view add"),
    *verbs("benevolence.relative", "view add"),
    *verbs("benevolence.bar", "view add change"),
    *verbs("benevolence.ledgerentry", "view add"),
]
BENEVOLENCE_FILE = verbs("benevolence.benevolenceapplication", "view add change")
DOCUMENTS = verbs("ip2a.attachment", "view add change delete")
PAPERS = verbs("ip2a.paperdraft", "view add change")
AGREEMENT_MODELS = (
    "grievances.agreement",
    "grievances.agreementemployer",
    "grievances.agreementversion",
    "grievances.procedurestep",
    "grievances.procedurelimit",
    "grievances.contractholiday",
)
AGREEMENTS_READ = [permission for label in AGREEMENT_MODELS for permission in verbs(label, "view")]
AGREEMENTS_WRITE = [permission for label in AGREEMENT_MODELS for permission in verbs(label, "view add change")]
CASES_READ = [
    *AGREEMENTS_READ,
    *verbs("grievances.grievance", "view"),
    *verbs("grievances.grievant", "view"),
    *verbs("grievances.grievancesteprecord", "view"),
    *verbs("grievances.caseevent", "view"),
    *verbs("grievances.deadline", "view"),
    *verbs("grievances.informationrequest", "view"),
    *verbs("grievances.requestentry", "view"),
    *verbs("grievances.decision", "view"),
    *verbs("grievances.notice", "view"),
    *verbs("grievances.subject", "view"),
    *verbs("grievances.reminder", "view"),
]
CASES_WRITE = [
    *CASES_READ,
    "grievances.pursue_grievance",
    *verbs("grievances.grievance", "add change"),
    *verbs("grievances.grievant", "add change"),
    *verbs("grievances.grievancesteprecord", "add change"),
    *verbs("grievances.informationrequest", "add change"),
]
TRAINING_MODELS = (
    "student",
    "instructor",
    "location",
    "course",
    "cohort",
    "cohortinstructor",
    "enrollment",
    "leave",
    "classsession",
    "attendance",
    "grade",
    "certification",
    "toolissued",
    "instructorhours",
    "jatcapplication",
    "placement",
    "followup",
    "grant",
    "expense",
)
TRAINING_RUN = [
    *[permission for name in TRAINING_MODELS for permission in verbs(f"training.{name}", "view add change")],
    *verbs("training.expense", "delete"),
    *verbs("training.interview", "view"),
    *verbs("training.funderreport", "view add"),
    "training.every_cohort",
    "training.take_attendance",
]
# Whoever reads what students told of themselves neither interviews nor teaches (training.models.Demographics).
DEMOGRAPHICS = [
    "ip2a.enter_demographics",
    *verbs("training.demographics", "view add change"),
    *verbs("training.funderreportdemographics", "view add"),
]
TRAINING_TEACH = [
    *[
        permission
        for name in ("student", "instructor", "location", "course", "cohortinstructor", "enrollment", "leave")
        for permission in verbs(f"training.{name}", "view")
    ],
    *verbs("training.cohort", "view change"),
    *[
        permission
        for name in ("classsession", "attendance", "grade", "certification", "toolissued", "instructorhours")
        for permission in verbs(f"training.{name}", "view add change")
    ],
    "training.take_attendance",
    *verbs("ip2a.attachment", "view add"),
]
TRAINING_INTERVIEW = [
    *[
        permission
        for name in ("student", "cohort", "enrollment", "jatcapplication", "interview", "placement", "followup")
        for permission in verbs(f"training.{name}", "view")
    ],
    *verbs("training.interview", "add"),
    "training.every_cohort",
]
ORGANIZING_CHANGED = (
    "saltingactivity",
    "saltingagreement",
    "campaign",
    "campaignemployer",
    "campaignaccess",
    "unitlist",
    "unitlistentry",
    "listimport",
    "worker",
    "authorizationcard",
    "unfairpractice",
)
ORGANIZING_ADDED = ("employerscore", "assessment", "contactnote", "cardcustody", "notthesame")
ORGANIZE = [
    "ip2a.enter_organizing",
    *[permission for name in ORGANIZING_CHANGED for permission in verbs(f"organizing.{name}", "view add change")],
    *[permission for name in ORGANIZING_ADDED for permission in verbs(f"organizing.{name}", "view add")],
    *verbs("organizing.saltingactivity", "delete"),
    *verbs("organizing.breakglass", "view"),
]
# Officers are outside: they name people and break the glass, and both leave a trace that everybody concerned sees.
ORGANIZING_OVERSEE = [
    "organizing.oversee",
    *verbs("organizing.campaignaccess", "view change"),
    *verbs("organizing.breakglass", "view add change"),
]
FINDINGS = [*verbs("maintenance.finding", "view"), *verbs("maintenance.postponement", "view")]
MENDS = [
    "maintenance.mend_data",
    *verbs("maintenance.healrun", "view"),
    *verbs("maintenance.healstep", "view"),
    *verbs("maintenance.quarantinerow", "view"),
    *verbs("maintenance.notice", "view"),
    *verbs("maintenance.scheduledrun", "view"),
    "maintenance.run_schedule",
    *verbs("maintenance.backuprun", "view add"),
    *verbs("maintenance.resiliencereport", "view add"),
]


@dataclass(frozen=True)
class Role:
    name: str
    label: str
    about: str
    permissions: list[str] = field(default_factory=list)


ROLES = (
    Role(
        "administrator",
        "Administrator",
        "Accounts, roles, maintenance and imports. Not inside any compartment.",
        [
            *PEOPLE_WRITE,
            *EXEMPTIONS,
            *DOCUMENTS,
            *PAPERS,
            *FINDINGS,
            *MENDS,
            *verbs("maintenance.threshold", "view change"),
            *verbs("ip2a.papertemplate", "view change"),
            *verbs("grievances.subject", "view add change"),
            *AGREEMENTS_WRITE,
            *IMPORTS,
            *FUND_RULES,
            *verbs("benevolence.benevolenceapplication", "view"),
            *TRAINING_RUN,
            *verbs("ip2a.user", "view add change"),
            *verbs("auth.group", "view"),
            *verbs("ip2a.compartmentopening", "view"),
            *verbs("ip2a.job", "view"),
            *verbs("ip2a.message", "view change"),
            *verbs("ip2a.notificationchannel", "view add change"),
            "ip2a.use_admin",
            "ip2a.view_audit",
        ],
    ),
    Role(
        "officer",
        "Officer",
        "Decides benevolence at the level of the office held; reads all grievances.",
        [
            *PEOPLE_READ,
            *CASES_READ,
            *verbs("ip2a.attachment", "view add"),
            *PAPERS,
            "ip2a.use_admin",
            "ip2a.enter_benevolence",
            *BENEVOLENCE_DECIDE,
            *ORGANIZING_OVERSEE,
            *verbs("ip2a.compartmentopening", "view"),
        ],
    ),
    Role(
        "representative",
        "Representative",
        "Members, employers and grievances: reads and writes.",
        [
            *PEOPLE_WRITE,
            *EXEMPTIONS,
            *CASES_WRITE,
            *DOCUMENTS,
            *PAPERS,
            *FINDINGS,
            *BENEVOLENCE_FILE,
            *TRAINING_INTERVIEW,
        ],
    ),
    Role(
        "organizer",
        "Organizer",
        "The organizing compartment; members and employers to read.",
        [
            *PEOPLE_READ,
            *EXEMPTIONS,
            *verbs("ip2a.attachment", "view"),
            *verbs("ip2a.keptvalues", "view"),
            *PAPERS,
            "ip2a.use_admin",
            *ORGANIZE,
        ],
    ),
    Role("instructor", "Instructor", "Training: own cohorts.", TRAINING_TEACH),
    Role(
        "staff",
        "Staff",
        "Members, employers, jobs, documents and training administration.",
        [
            *PEOPLE_WRITE,
            *EXEMPTIONS,
            *DOCUMENTS,
            *PAPERS,
            *FINDINGS,
            *IMPORTS,
            *BENEVOLENCE_FILE,
            *TRAINING_RUN,
            *DEMOGRAPHICS,
        ],
    ),
)
ROLE_NAMES = [role.name for role in ROLES]


def granting(*permissions: str) -> set[str]:
    """Names of the roles that hold at least one of these permissions."""
    return {role.name for role in ROLES if not set(permissions).isdisjoint(role.permissions)}


def sync(**kwargs) -> None:
    """Make the groups match ROLES: rights that were taken away here are taken away there."""
    from django.contrib.auth.management import (
        create_permissions,  # needs the app registry
    )
    from django.contrib.auth.models import Group, Permission

    for app in apps.get_app_configs():
        create_permissions(app, verbosity=0)
    known = {f"{p.content_type.app_label}.{p.codename}": p for p in Permission.objects.select_related("content_type")}
    with transaction.atomic():
        for role in ROLES:
            group, _ = Group.objects.get_or_create(name=role.name)
            group.permissions.set([known[name] for name in role.permissions if name in known])
