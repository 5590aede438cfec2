"""What can become false about the records that every app shares: documents, mail, the history, accounts."""

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import Exists, Model, OuterRef, Q
from django.utils import timezone

from ip2a.guards import record_models
from ip2a.models import Attachment, Invitation, Message, User
from maintenance.derived_sql import pk_of, table_of
from maintenance.models import Severity
from maintenance.registry import Thing, check, check_of_things
from maintenance.schema import rows

LOST_SHOWN = 1000


@check(
    "ip2a.document-of-impossible-size",
    on=Attachment,
    severity=Severity.WARNING,
    sentence=(
        "1 document is recorded as empty or as larger than any that can be added.",
        "{count} documents are recorded as empty or as larger than any that can be added.",
    ),
    advice="Open it: if its content is not what its name says, add the document again.",
    fact=lambda document: f"{document.size:,} bytes",
)
def document_of_impossible_size():
    return Attachment.objects.live().filter(Q(size__lte=0) | Q(size__gt=settings.ATTACHMENT_MAX_BYTES))


def _missing(label: str) -> Q:
    """Rows about a record of this kind that is not there."""
    app, _, name = label.partition(".")
    model: type[Model] | None = apps.all_models.get(app, {}).get(name.lower())
    this = Q(about_model=label, about_id__isnull=False)
    return this if model is None else this & ~Q(Exists(model._base_manager.filter(pk=OuterRef("about_id"))))


@check(
    "ip2a.mail-about-lost-record",
    on=Message,
    severity=Severity.INFORMATION,
    sentence=(
        "1 mail is about a record that does not exist any more.",
        "{count} mails are about records that do not exist any more.",
    ),
    advice="Look in the history for what became of the record. The mail itself stays as it was sent.",
    fact=lambda mail: f"{mail.about_model} {mail.about_id}",
)
def mail_about_lost_record():
    labels = Message.objects.exclude(about_model="").order_by().values_list("about_model", flat=True).distinct()
    wrong = Q(about_model="", about_id__isnull=False)
    for label in labels:
        wrong |= _missing(label)
    return Message.objects.filter(wrong)


@check(
    "ip2a.person-without-role",
    on=User,
    severity=Severity.WARNING,
    sentence=("1 person may sign in but has no role.", "{count} people may sign in but have no role."),
    advice="Give the person a role, or deactivate the account: without a role every page is closed.",
    fact=lambda person: person.email,
)
def person_without_role():
    roles = Group.objects.filter(user=OuterRef("pk"))
    return User.objects.filter(~Exists(roles), is_active=True)


@check(
    "ip2a.invitation-stale",
    on=User,
    severity=Severity.INFORMATION,
    sentence=(
        "1 person never answered the invitation, which has run out.",
        "{count} people never answered their invitations, which have run out.",
    ),
    advice="Invite the person again, or deactivate the account.",
    fact=lambda person: person.email,
)
def invitation_stale():
    unanswered = Invitation.objects.filter(
        user=OuterRef("pk"), accepted_at=None, replaced_at=None, expires_at__lt=timezone.now()
    )
    return User.objects.filter(Exists(unanswered), is_active=True)


@check_of_things(
    "ip2a.history-of-lost-record",
    severity=Severity.CRITICAL,
    sentence=(
        "1 record is gone, and the history does not say who deleted it.",
        "{count} records are gone, and the history does not say who deleted them.",
    ),
    advice="They were lost in a restore or deleted past the history. Restore them from a backup.",
    files=True,  # it reads the whole history
)
def history_of_lost_record() -> list[Thing]:
    present = {table for (table,) in rows("SELECT DISTINCT table_name FROM ip2a_auditentry")}
    found = []
    for model in record_models():
        table = model._meta.db_table
        if table in present:
            found += [Thing(f"{table} {key}", "record", table, str(key)) for (key,) in rows(_lost(model), table)]
    return found


def _lost(model: type[Model]) -> str:
    """Added, never deleted, and not there."""
    return f"""
        SELECT record_id FROM ip2a_auditentry a WHERE table_name = %s AND action = 'insert'
          AND NOT EXISTS (SELECT FROM {table_of(model)} r WHERE r.{pk_of(model)} = a.record_id)
          AND NOT EXISTS (SELECT FROM ip2a_auditentry d
            WHERE d.table_name = a.table_name AND d.record_id = a.record_id AND d.action = 'delete')
        ORDER BY record_id DESC LIMIT {LOST_SHOWN}"""  # noqa: S608 - of the models alone
