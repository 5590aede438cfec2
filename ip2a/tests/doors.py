"""Every address of the house and what it asks of a person. A new page states its rights here, in one line.

``Door(name, needs)``: whoever lacks a permission that is needed gets 403, and outside its compartment 404; whoever has
them gets what ``get`` says. ``of`` names the record that fills the address (see RECORDS).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.apps import apps
from django.core.files.base import ContentFile
from django.utils import timezone

from benevolence.tests import behind
from grievances import factories as cases
from grievances import services as grievances
from ip2a import audit, post, roles
from ip2a.attachments.services import attach
from ip2a.compartments import COMPARTMENTS
from ip2a.factories import UserFactory
from ip2a.imports.batches import receive
from ip2a.models import Absence, CompartmentOpening, Job, NotificationChannel
from ip2a.papers import wordings
from ip2a.roles import ROLES
from ip2a.tests.vault.models import Secret
from members.factories import MemberEmploymentFactory, MemberFactory, OrganizationContactFactory, OrganizationFactory
from organizing.tests import behind_access as access
from organizing.tests import behind_outreach as outreach
from organizing.tests import behind_workspace as workspace
from training.tests import behind as training

EVERYBODY = ""
NOBODY = "nobody"  # a permission that no role holds


@dataclass(frozen=True)
class Door:
    """``needs``: one permission or several, separated by spaces; EVERYBODY is everybody signed in."""

    name: str
    needs: str = EVERYBODY
    of: str = ""
    get: int = 200
    compartment: str = ""
    kwargs: dict[str, Any] = field(default_factory=dict)
    also: str = ""  # of a compartment's own doors: the right with which somebody outside knows of this one
    whole: str = ""  # without this right somebody sees the own rows only, and the row behind the door is nobody's

    def expected(self, role: str) -> int:
        rights = rights_of(role)
        if self.compartment and rights.isdisjoint({COMPARTMENTS[self.compartment].permission, self.also}):
            return 404
        if not set(self.needs.split()) <= rights:
            return 403
        return 404 if self.whole and self.of and self.whole not in rights else self.get


# Rights that only the tests give, to every role: the compartment alone must keep the others out.
EVERYBODY_IN_TESTS = set(roles.verbs("vault.secret", "view add change"))


def rights_of(role: str) -> set[str]:
    return EVERYBODY_IN_TESTS | {p for r in ROLES if r.name == role for p in r.permissions}


def _document() -> Any:
    return attach(MemberFactory(), ContentFile(b"Dear Rosa, tomorrow.\n", "letter.txt"), by=UserFactory(role="staff"))


def _batch() -> Any:
    return receive(ContentFile(b"name\nVolt\n"), "firms.csv", kind="organizations", by=UserFactory(role="staff"))


def _absence() -> Any:
    return Absence.objects.create(user=UserFactory(), stand_in=UserFactory(), first_day=date(2026, 3, 2))


def _opening() -> Any:
    return CompartmentOpening.objects.create(
        compartment="", model="x", record_id=1, user_id=1, user_name="x", path="/", ip=None
    )


def _wording() -> Any:
    wordings.sync()
    return wordings.PaperTemplate.objects.first()


def _request() -> Any:
    case, by = cases.case(), UserFactory(role="representative")
    return grievances.ask(case, direction="ours", what="The sign-up sheets.", on=case.filed_date, by=by)


def _grievant() -> Any:
    case, by = cases.case(case_type="group"), UserFactory(role="representative")
    return grievances.join(case, member=MemberFactory(), on=case.filed_date, by=by)


def _decision() -> Any:
    by = UserFactory(role="representative")
    return grievances.decide(cases.case(), kind="advance", reason="Strong", on=cases.FILED, by=by)


def _reminder() -> Any:
    limit = cases.case().deadlines.first()
    facts = {"kind": "early", "due_on": limit.due_on, "given_on": limit.due_on, "text": "Due soon"}
    return apps.get_model("grievances.reminder").objects.create(grievance=limit.grievance, deadline=limit, **facts)


def _repair_run() -> Any:
    return apps.get_model("maintenance.healrun").objects.create(road="command", batch=audit.next_batch())


# One of each kind, made once for a walk.
def _exemption():
    return apps.get_model("members.exemption").objects.create(
        member=MemberFactory(), until_day=date(2999, 1, 1), entered_by=UserFactory(role="staff")
    )


RECORDS: dict[str, Callable[[], Any]] = {
    "person": UserFactory,
    "role": lambda: UserFactory(role="staff").groups.get(),
    "opening": _opening,
    "document": _document,
    "batch": _batch,
    "long_job": lambda: Job.objects.create(kind="vault.pack", label="Packing", subject=MemberFactory()),
    "absence": _absence,
    "mail": lambda: post.send(to="", subject="Hello", body="", kind="test.hello", key="door"),
    "repair run": _repair_run,
    "kept row": lambda: apps.get_model("maintenance.quarantinerow").objects.create(
        run=_repair_run(), check_name="x", table_name="members_member", row_key="1", action="changed", before={"a": 1}
    ),
    "channel": lambda: NotificationChannel.objects.create(name="Door", kind="log"),
    "agreement": lambda: cases.agreement_in_force().agreement,
    "agreement_version": lambda: cases.agreement_in_force(),
    "holiday": lambda: apps.get_model("grievances.contractholiday").objects.create(
        agreement=cases.agreement_in_force().agreement, name="Picnic", on=date(2026, 8, 10)
    ),
    "member": MemberFactory,
    "exemption": _exemption,
    "organization": OrganizationFactory,
    "contact": OrganizationContactFactory,
    "job": MemberEmploymentFactory,
    "threshold": lambda: apps.get_model("maintenance.threshold").objects.first(),
    "wording": _wording,
    "backup": lambda: apps.get_model("maintenance.backuprun").objects.create(name="b", started_at=timezone.now()),
    "resilience": lambda: apps.get_model("maintenance.resiliencereport").objects.create(started_at=timezone.now()),
    "case": cases.case,
    "step": lambda: cases.case().step_records.get(),
    "request": _request,
    "subject": lambda: apps.get_model("grievances.subject").objects.first(),
    "event": lambda: cases.case().events.first(),
    "limit": lambda: cases.case().deadlines.first(),
    "grievant": _grievant,
    "decision": _decision,
    "reminder": _reminder,
    **behind.RECORDS,
    **training.RECORDS,
    **workspace.RECORDS,
    **access.RECORDS,
    **outreach.RECORDS,
    "secret": lambda: Secret.objects.create(name="Zebra", member=MemberFactory()),
}

# Doors that ask nobody who they are: what they answer to a stranger, and why they are open.
OPEN: dict[str, tuple[int, str]] = {
    "healthz": (200, "machines ask whether the process lives; it says nothing else"),
    "readyz": (200, "machines ask whether it can serve; it says nothing else"),
    "account_login": (200, "signing in"),
    "account_logout": (302, "who is not signed in is sent to sign-in"),
    "account_inactive": (200, "tells a deactivated person, who cannot sign in"),
    "account_accept_invitation": (410, "the link of an invitation; a wrong one says so"),
    "calendars:read": (404, "a phone reads its owner's dates; the secret in the address is the key"),
    "account_reset_password": (200, "whoever has forgotten the password"),
    "account_reset_password_done": (200, "whoever has forgotten the password"),
    "account_reset_password_from_key": (200, "the link of a reset; a wrong one says so"),
    "account_reset_password_from_key_done": (200, "after a reset"),
    "mfa_authenticate": (302, "the second half of signing in; without the first it leads to sign-in"),
}

# Patterns without a name of their own.
NAMELESS = {"admin:None": "the admin's redirect from an old address, and its 404"}


def kept(label: str, of: str, words: str = "view add change", **more: Any) -> list[Door]:
    """List, create, detail, update and history of a model, as the generic pages make them."""
    app, model = label.split(".")
    verb = {"list": "view", "create": "add", "detail": "view", "update": "change", "history": "view"}
    own = {"detail": of, "update": of, "history": of}
    return [
        Door(f"{app}:{model}_{page}", f"{app}.{word}_{model}", own.get(page, ""), **more)
        for page, word in verb.items()
        if word in words
    ]


def admin(label: str, of: str) -> list[Door]:
    """What the administration pages answer: to look at for those with the right, nothing to add, nothing to delete."""
    model = label.replace(".", "_")
    app, name = label.split(".")
    view = f"ip2a.use_admin {app}.view_{name}"
    return [
        Door(f"admin:{model}_changelist", view),
        Door(f"admin:{model}_add", NOBODY),
        Door(f"admin:{model}_change", view, of),
        Door(f"admin:{model}_history", view, of),
        Door(f"admin:{model}_delete", NOBODY, of),
    ]


PLAIN = ("location", "course")  # nobody's own
TRAINING = {
    "student": "student",
    "cohort": "cohort",
    "classsession": "class",
    "location": "location",
    "course": "course",
    "instructor": "instructor",
    "grade": "grade",
    "certification": "certificate",
    "toolissued": "tool",
    "instructorhours": "hours",
    "jatcapplication": "jatc application",
    "placement": "placement",
    "grant": "grant",
    "expense": "expense",
}
# (right, record, (page, answer, more of the address)): what the state does not allow leads back with the reason
TRAINING_VERBS: list[tuple[str, str, list[tuple[str, int, dict[str, Any]]]]] = [
    (
        "training.change_student",
        "student",
        [
            *[(f"student_{verb}", 200, {}) for verb in ("enrol", "drop")],
            *[(f"student_{verb}", 302, {}) for verb in ("leave", "return", "complete", "dismiss", "apply_again")],
        ],
    ),
    ("training.change_cohort", "cohort", [("cohort_plan", 200, {}), ("cohort_move", 200, {"to": "completed"})]),
    ("training.change_cohort", "cohort", [("cohort_appoint", 200, {}), ("cohort_enrol", 200, {})]),
    ("training.view_cohort", "cohort", [("cohort_calendar", 200, {})]),
    ("training.add_attendance", "class", [("classsession_attendance", 200, {})]),
    ("training.change_classsession", "class", [("classsession_cancel", 200, {})]),
    ("training.change_certification", "certificate", [("certification_certify", 302, {})]),
    ("training.change_certification", "certificate", [("certification_revoke", 200, {})]),
    ("training.change_toolissued", "tool", [("toolissued_return", 200, {})]),
    ("training.view_toolissued", "tool", [("toolissued_receipt", 200, {})]),
    (
        "training.change_jatcapplication",
        "jatc application",
        [
            ("jatcapplication_submit", 200, {}),
            ("jatcapplication_take_up", 302, {}),
            ("jatcapplication_schedule", 302, {}),
            ("jatcapplication_withdraw", 200, {}),
            ("jatcapplication_decide", 302, {"to": "accepted"}),
        ],
    ),
    ("training.add_interview", "jatc application", [("jatcapplication_interview", 302, {})]),
    ("training.change_followup", "follow-up", [("followup_ask", 200, {})]),
    ("training.add_funderreport", "grant", [("grant_report", 200, {})]),
    ("training.delete_expense", "expense", [("expense_remove", 200, {}), ("expense_restore", 405, {})]),
]


DOORS: list[Door] = [
    Door("home"),
    Door("search"),
    Door("pick", kwargs={"label": "members.member"}),
    Door("patterns"),
    Door("audit_list", "ip2a.view_audit"),
    # one's own account
    Door("account_login", get=302),
    Door("account_logout"),
    Door("account_inactive"),
    Door("account_accept_invitation", kwargs={"token": "x"}, get=410),
    Door("account_reset_password"),
    Door("account_reset_password_done"),
    Door("account_reset_password_from_key", kwargs={"uidb36": "1", "key": "x-y"}),
    Door("account_reset_password_from_key_done"),
    Door("account_reauthenticate"),
    Door("account_change_password"),
    Door("usersessions_list"),
    Door("calendars:my_calendar"),
    Door("calendars:turn_off", get=405),
    Door("calendars:read", kwargs={"token": "x" * 43}, get=404),
    Door("healthz"),
    Door("readyz"),
    Door("mfa_index"),
    Door("mfa_authenticate", get=302),
    Door("mfa_reauthenticate", get=302),
    Door("mfa_activate_totp", get=302),
    Door("mfa_deactivate_totp", get=404),
    Door("mfa_view_recovery_codes", get=404),
    Door("mfa_generate_recovery_codes", get=302),
    Door("mfa_download_recovery_codes", get=404),
    Door("mfa_list_webauthn"),
    Door("mfa_add_webauthn", get=302),
    Door("mfa_reauthenticate_webauthn", get=302),
    Door("mfa_remove_webauthn", of="person", get=302),
    Door("mfa_edit_webauthn", of="person", get=302),
    # people
    Door("accounts:user_list", "ip2a.view_user"),
    Door("accounts:user_create", "ip2a.add_user"),
    Door("accounts:user_detail", "ip2a.view_user", "person"),
    Door("accounts:user_history", "ip2a.view_user", "person"),
    Door("accounts:user_update", "ip2a.change_user", "person"),
    Door("accounts:user_roles", "ip2a.change_user", "person"),
    Door("accounts:user_resend", "ip2a.add_user", "person", get=405),
    Door("accounts:user_deactivate", "ip2a.change_user", "person"),
    Door("accounts:user_reactivate", "ip2a.change_user", "person", get=405),
    Door("accounts:user_sign_out", "ip2a.change_user", "person", get=405),
    Door("accounts:user_remove_factor", "ip2a.change_user", "person"),
    # absences: everybody for themselves, who manages accounts for everybody
    Door("accounts:absence_list"),
    Door("accounts:absence_create"),
    Door("accounts:absence_update", "ip2a.change_user", "absence"),
    Door("accounts:absence_end", "ip2a.change_user", "absence", get=405),
    Door("accounts:user_away", "ip2a.change_user", "person"),
    # administration pages
    Door("admin:index", "ip2a.use_admin"),
    Door("admin:login", "ip2a.use_admin", get=302),
    Door("admin:logout", "ip2a.use_admin", get=302),
    Door("admin:password_change", "ip2a.use_admin", get=302),
    Door("admin:password_change_done", "ip2a.use_admin", get=302),
    Door("admin:autocomplete", NOBODY),
    Door("admin:jsi18n", "ip2a.use_admin"),
    Door("admin:view_on_site", "ip2a.use_admin", kwargs={"content_type_id": "0", "object_id": "0"}, get=404),
    Door("admin:app_list", "ip2a.use_admin", kwargs={"app_label": "members"}),
    *admin("ip2a.user", "person"),
    *admin("auth.group", "role"),
    *admin("ip2a.compartmentopening", "opening"),
    *admin("members.member", "member"),
    *admin("members.organization", "organization"),
    *admin("members.organizationcontact", "contact"),
    *admin("members.memberemployment", "job"),
    *admin("maintenance.threshold", "threshold"),
    *admin("ip2a.papertemplate", "wording"),
    # backups and resilience
    Door("maintenance:backuprun_list", "maintenance.view_backuprun"),
    Door("maintenance:backuprun_detail", "maintenance.view_backuprun", "backup"),
    Door("maintenance:backuprun_make", "maintenance.add_backuprun", get=405),
    Door("maintenance:backuprun_try", "maintenance.add_backuprun", "backup", get=405),
    Door("maintenance:backuprun_bring_back", "maintenance.add_backuprun"),
    Door("maintenance:resiliencereport_older", "maintenance.view_resiliencereport"),
    Door("maintenance:resiliencereport_list", "maintenance.view_resiliencereport"),
    Door("maintenance:resiliencereport_detail", "maintenance.view_resiliencereport", "resilience"),
    Door("maintenance:resiliencereport_export", "maintenance.view_resiliencereport", "resilience"),
    Door("maintenance:resiliencereport_make", "maintenance.add_resiliencereport", get=405),
    # agreements
    *kept("grievances.agreement", "agreement", "view"),
    *[door for door in admin("grievances.agreement", "agreement") if not door.name.endswith("_add")],
    Door("admin:grievances_agreement_add", "ip2a.use_admin grievances.add_agreement"),
    *admin("grievances.agreementversion", "agreement_version"),
    *admin("grievances.contractholiday", "holiday"),
    Door(
        "admin:grievances_agreementversion_working",
        "ip2a.use_admin grievances.view_agreementversion",
        "agreement_version",
    ),
    *[
        Door(
            f"admin:grievances_agreementversion_{verb}",
            "ip2a.use_admin grievances.change_agreementversion",
            "agreement_version",
        )
        for verb in ("put_in_force", "withdraw", "new_version")
    ],
    Door("admin:grievances_contractholiday_remove", "ip2a.use_admin grievances.change_contractholiday", "holiday"),
    *[
        door
        for model, of in (
            ("grievance", "case"),
            ("grievancesteprecord", "step"),
            ("grievant", "grievant"),
            ("caseevent", "event"),
            ("deadline", "limit"),
            ("informationrequest", "request"),
            ("decision", "decision"),
            ("reminder", "reminder"),
        )
        for door in admin(f"grievances.{model}", of)
    ],
    *[door for door in admin("grievances.subject", "subject") if not door.name.endswith("_add")],
    Door("admin:grievances_subject_add", "ip2a.use_admin grievances.add_subject"),
    # documents
    Door(
        "attachment_create",
        "ip2a.add_attachment",
        "member",
        kwargs={"label": "members.member"},
        whole="members.view_member",
    ),
    Door("attachment_detail", "ip2a.view_attachment", "document", whole="members.view_member"),
    Door("attachment_download", "ip2a.view_attachment", "document", whole="members.view_member"),
    Door("attachment_history", "ip2a.view_attachment", "document", whole="members.view_member"),
    Door("attachment_update", "ip2a.change_attachment", "document"),
    Door("attachment_remove", "ip2a.delete_attachment", "document"),
    Door("attachment_restore", "ip2a.delete_attachment", "document", get=405),
    # papers
    Door(
        "paper_draft",
        "ip2a.add_paperdraft members.change_member",
        "member",
        kwargs={"label": "members.member", "key": "members.confirmation"},
    ),
    # imports
    Door("imports:batch_list", "ip2a.import_records"),
    Door("imports:batch_create", "ip2a.import_records"),
    Door("imports:batch_detail", "ip2a.import_records", "batch"),
    Door("imports:batch_columns", "ip2a.import_records", "batch", get=405),
    Door("imports:batch_start", "ip2a.import_records", "batch", get=405),
    Door("imports:batch_undo", "ip2a.import_records", "batch", get=302),
    Door("imports:batch_progress", "ip2a.import_records", "batch", get=302),
    Door("imports:batch_refused", "ip2a.import_records", "batch", get=404),
    # long work: whoever may see its subject
    Door("jobs:job_detail", kwargs={"pk": 999_999_991}, get=404),
    *admin("ip2a.job", "long_job"),
    # mail
    Door("post:message_list", "ip2a.view_message"),
    Door("post:message_detail", "ip2a.view_message", "mail"),
    Door("post:message_history", "ip2a.view_message", "mail"),
    Door("post:message_again", "ip2a.change_message", "mail"),
    Door("post:message_give_up", "ip2a.change_message", "mail"),
    *[door for door in admin("ip2a.notificationchannel", "channel") if not door.name.endswith("_add")],
    Door("admin:ip2a_notificationchannel_add", "ip2a.use_admin ip2a.add_notificationchannel"),
    Door(
        "admin:ip2a_notificationchannel_test",
        "ip2a.use_admin ip2a.change_notificationchannel",
        "channel",
        get=405,
    ),
    # upkeep
    Door("maintenance:finding_list", "maintenance.view_finding"),
    Door("maintenance:finding_check", "maintenance.view_finding", get=405),
    Door("maintenance:finding_detail", "maintenance.view_finding", kwargs={"name": "none"}, get=404),
    Door("maintenance:finding_mend", "maintenance.view_finding", kwargs={"name": "none"}, get=404),
    Door("maintenance:finding_put_off", "maintenance.view_finding", kwargs={"name": "none"}, get=404),
    Door("maintenance:finding_take_up", "maintenance.view_finding", kwargs={"name": "none"}, get=405),
    Door("maintenance:mend_all", "maintenance.view_healrun"),
    Door("maintenance:healrun_list", "maintenance.view_healrun"),
    Door("maintenance:healrun_detail", "maintenance.view_healrun", "repair run"),
    Door("maintenance:healrun_undo", "maintenance.view_healrun", "repair run"),
    Door("maintenance:quarantinerow_list", "maintenance.view_quarantinerow"),
    Door("maintenance:quarantinerow_detail", "maintenance.view_quarantinerow", "kept row"),
    Door("maintenance:quarantinerow_back", "maintenance.view_quarantinerow", "kept row", get=405),
    Door("maintenance:schedule", "maintenance.view_scheduledrun"),
    Door("maintenance:scheduledrun_list", "maintenance.view_scheduledrun"),
    Door("maintenance:schedule_run", "maintenance.view_scheduledrun", kwargs={"key": "tidy"}, get=405),
    # members and employers
    *kept("members.member", "member"),
    Door("members:member_report", "members.view_member"),
    *kept("members.organization", "organization"),
    *kept("members.organizationcontact", "contact"),
    *kept("members.memberemployment", "job"),
    Door("members:organizationcontact_remove", "members.delete_organizationcontact", "contact"),
    Door("members:member_exempt", "members.view_member members.add_exemption", "member"),
    Door("members:exemption_end", "members.change_exemption", "exemption", get=405),
    Door("members:organizationcontact_restore", "members.delete_organizationcontact", "contact", get=405),
    Door("members:organizationcontact_make_primary", "members.change_organizationcontact", "contact", get=405),
    Door("members:memberemployment_end", "members.change_memberemployment", "job"),
    Door("members:memberemployment_remove", "members.delete_memberemployment", "job"),
    Door("members:memberemployment_restore", "members.delete_memberemployment", "job", get=405),
    # duplicates: whoever may change the records of a kind may merge them
    Door("members:duplicate_home", get=302),
    *[
        Door(f"members:duplicate_{page}", "members.change_member", get=get, kwargs={"kind": "members", **more})
        for page, get, more in (
            ("list", 200, {}),
            ("choose", 200, {}),
            ("compare", 404, {"one": 999_999_991, "other": 999_999_992}),
            ("tell_apart", 405, {"one": 999_999_991, "other": 999_999_992}),
            ("decisions", 200, {}),
            ("forget", 405, {"pk": 1}),
            ("merges", 200, {}),
            ("take_back", 405, {"pk": 1}),
        )
    ],
    # grievances
    *kept("grievances.grievance", "case"),
    *kept("grievances.informationrequest", "request", "view"),
    Door("grievances:grievance_board", "grievances.view_grievance"),
    Door("grievances:grievance_report", "grievances.view_grievance"),
    Door("grievances:deadline_list", "grievances.view_deadline"),
    Door("grievances:grievance_due_soon", "grievances.view_grievance"),
    Door("grievances:grievance_overdue", "grievances.view_grievance"),
    Door("grievances:grievancesteprecord_detail", "grievances.view_grievancesteprecord", "step"),
    Door("grievances:grievancesteprecord_history", "grievances.view_grievancesteprecord", "step"),
    Door("grievances:grievancesteprecord_update", "grievances.change_grievancesteprecord", "step"),
    Door("grievances:informationrequest_turn", "grievances.change_informationrequest", "request"),
    Door("grievances:grievance_packet", get=405, of="case"),
    # what the case's state does not allow leads back to it with the reason
    *[
        Door(f"grievances:grievance_{verb}", "grievances.change_grievance", "case", get=get)
        for verb, get in (
            ("file", 302),
            ("assign", 200),
            ("investigate", 200),
            ("plan", 200),
            ("meet", 200),
            ("serve", 200),
            ("answer", 200),
            ("advance", 200),
            ("refer", 302),
            ("award", 302),
            ("settle", 200),
            ("withdraw", 200),
            ("close", 200),
            ("reopen", 302),
            ("hold", 200),
            ("resume", 302),
            ("ask", 200),
            ("decide", 200),
            ("join", 302),
        )
    ],
    *[
        Door(
            f"grievances:grievance_{verb}", "grievances.change_grievance", "case", get=404, kwargs={"part": 999_999_991}
        )
        for verb in ("leave", "tell", "extend", "skip", "correct", "take_back")
    ],
    # benevolence: state and amounts; the fund and its books are inside the compartment
    *kept("benevolence.benevolenceapplication", "application", "view add"),
    Door("benevolence:benevolenceapplication_preview", "benevolence.add_benevolenceapplication"),
    Door("benevolence:benevolenceapplication_report", "benevolence.view_benevolenceapplication"),
    *[
        Door(f"benevolence:benevolenceapplication_{verb}", f"benevolence.{right}", "application", get=302)
        for verb, right in (
            ("update", "change_benevolenceapplication"),
            ("submit", "change_benevolenceapplication"),
            ("answer", "change_benevolenceapplication"),
            ("withdraw", "view_benevolenceapplication"),
            ("pay", "pay_benevolenceapplication"),
            ("reissue", "pay_benevolenceapplication"),
            ("void", "pay_benevolenceapplication"),
        )
    ],
    *[
        Door(f"benevolence:{page}", "benevolence.view_ledgerentry", compartment="benevolence")
        for page in ("fund_detail", "ledgerentry_list", "fund_statement", "fund_benefits")
    ],
    *[
        Door(f"benevolence:{page}", "benevolence.add_ledgerentry", get=302, compartment="benevolence")
        for page in ("fund_deposit", "fund_adjust")
    ],
    # the officers' room
    *[
        Door(door.name, door.needs, door.of, get=302 if door.name.endswith("_history") else 200)
        for door in admin("benevolence.benevolenceapplication", "application")
    ],
    *[
        Door(
            f"admin:benevolence_benevolenceapplication_{act}",
            "ip2a.use_admin benevolence.decide_benevolenceapplication",
            "application",
        )
        for act in ("step_aside", "stay", "relative", "resume", "confirm", "note", "entrust", "bar")
    ],
    *[
        door
        for model in behind.ADMIN_MODELS
        for door in admin(f"benevolence.{model}", f"benevolence {model}")
        if not door.name.endswith("_add") or model not in ("office", "standin", "strike", "relative")
    ],
    *[
        Door(f"admin:benevolence_{model}_add", f"ip2a.use_admin benevolence.add_{model}")
        for model in ("office", "standin", "strike", "relative")
    ],
    *[
        Door(f"admin:benevolence_policy_{act}", "ip2a.use_admin benevolence.change_policy", "benevolence policy")
        for act in ("new_version", "adopt", "take_back")
    ],
    Door("admin:benevolence_bar_lift", "ip2a.use_admin benevolence.change_bar", "benevolence bar"),
    # training: an instructor sees the own cohorts
    *[
        door
        for label, of in TRAINING.items()
        for door in kept(f"training.{label}", of, whole="" if label in PLAIN else "training.every_cohort")
    ],
    *[
        Door(f"training:{page}", needs, of, get=get, kwargs=kwargs, whole="training.every_cohort")
        for needs, of, pages in TRAINING_VERBS
        for page, get, kwargs in pages
    ],
    *kept("training.funderreport", "funder report", "view"),
    *[door for name in ("student", "cohort", "instructor", "grant") for door in admin(f"training.{name}", name)],
    Door("training:jatcapplication_ranks", "training.view_jatcapplication"),
    Door("training:demographics_update", "training.change_demographics", "student", compartment="demographics"),
    # organizing: nothing exists outside of the compartment
    *[
        door
        for model, of in (workspace.KEPT | outreach.KEPT).items()
        for door in kept(f"organizing.{model}", of, compartment="organizing")
    ],
    *[
        Door(f"organizing:{page}", f"organizing.{right}", of, get=get, compartment="organizing", kwargs=more)
        for page, right, of, get, more in workspace.VERBS
    ],
    *[
        Door(f"organizing:{page}", f"organizing.{right}", of, get=get, compartment="organizing")
        for page, right, of, get in outreach.DOORS
    ],
    *[
        replace(door, compartment="organizing")
        for model, of in outreach.TABLES.items()
        for door in admin(f"organizing.{model}", of)
    ],
    # the room that proves the walls
    *[
        Door(f"organizing:{page}", needs, of, get=get, compartment="organizing", also="organizing.oversee")
        for page, needs, of, get in access.DOORS
    ],
    *kept("vault.secret", "secret", compartment="organizing"),
]
