from django.conf import settings
from django.core import signing
from django.db import models
from django.utils import timezone

from ip2a.models.base import Record, RecordQuerySet

SALT = "ip2a.invitation"


class InvitationQuerySet(RecordQuerySet):
    def open(self):
        """Not used, not replaced by a newer one, not run out."""
        return self.filter(accepted_at=None, replaced_at=None, expires_at__gt=timezone.now())

    def by_token(self, token: str) -> "Invitation | None":
        """The invitation a link leads to, open or not; None when the link was not made by us."""
        try:
            pk = signing.Signer(salt=SALT).unsign_object(token)
        except signing.BadSignature:
            return None
        return self.select_related("user").filter(pk=pk).first()


class Invitation(Record):
    """A link by mail with which a person sets the first password: good for some days, and once."""

    takes_documents = False

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="invitations")
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, editable=False)
    failure = models.TextField(blank=True, editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    replaced_at = models.DateTimeField(null=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                name="invitation_one_open",
                fields=["user"],
                condition=models.Q(accepted_at=None, replaced_at=None),
                violation_error_message="This person already has an open invitation.",
            ),
            models.CheckConstraint(
                name="invitation_used_or_replaced",
                condition=models.Q(accepted_at=None) | models.Q(replaced_at=None),
            ),
        ]

    def __str__(self):
        return f"Invitation of {self.user}"

    @property
    def token(self) -> str:
        return signing.Signer(salt=SALT).sign_object(self.pk)

    @property
    def why_closed(self) -> str:
        """Why the link does not work; "" while it does."""
        if self.accepted_at:
            return "It was already used to set a password."
        if self.replaced_at:
            return "A newer invitation was sent; use the link in the latest mail."
        if self.expires_at <= timezone.now():
            return "It ran out."
        if not self.user.is_active:
            return "The account was deactivated."
        return ""
