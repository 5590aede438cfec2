from django.contrib.auth.models import (
    AbstractBaseUser,
    BaseUserManager,
    PermissionsMixin,
)
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse

from ip2a.models.base import Record, RecordQuerySet


class UserManager(BaseUserManager.from_queryset(RecordQuerySet)):
    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


def all_but_name(relation: str) -> list[str]:
    """Fields to defer of a person who is only named: ``rows.select_related("by").defer(*all_but_name("by"))``."""
    named = {"id", "first_name", "last_name", "email"}
    return [f"{relation}__{field.name}" for field in User._meta.concrete_fields if field.name not in named]


class User(Record, AbstractBaseUser, PermissionsMixin):
    """A person who signs in. What they may do follows from their roles (groups); nobody is above the rules."""

    audit_hidden = ("password",)
    takes_documents = False
    is_superuser = None

    email = models.EmailField(unique=True)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    is_active = models.BooleanField(default=True)
    invited_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        ordering = ["last_name", "first_name", "email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message="Somebody already signs in with this address.",
            ),
            # Sign-in looks an address up as it is stored, in lower case.
            models.CheckConstraint(name="user_email_lower", condition=models.Q(email=Lower("email"))),
        ]
        permissions = [
            ("use_admin", "Can open the administration pages"),
            ("view_audit", "Can read the whole audit trail"),
            ("enter_organizing", "Can enter the organizing compartment"),
            ("enter_benevolence", "Can read benevolence stories and papers"),
            ("enter_demographics", "Can read student demographics"),
        ]

    def __str__(self):
        return self.get_full_name()

    def get_absolute_url(self):
        return reverse("accounts:user_detail", args=[self.pk])

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email

    def get_short_name(self) -> str:
        return self.first_name or self.email

    def has_perm(self, perm, obj=None) -> bool:
        """Once this object knows its rights, without the way through all backends: a page asks a hundred times."""
        known = self.__dict__.get("_perm_cache")
        if known is None or obj is not None:
            return super().has_perm(perm, obj)
        return self.is_active and perm in known

    def get_all_permissions(self, obj=None):
        """The rights this object was read with (RoleBackend), themselves: to compare them costs nothing then."""
        known = self.__dict__.get("_perm_cache")
        if isinstance(known, frozenset) and obj is None and self.is_active:
            return known
        return super().get_all_permissions(obj)

    @property
    def is_staff(self) -> bool:
        return self.is_active and self.has_perm("ip2a.use_admin")
