from django.contrib.postgres.fields import ArrayField
from django.db import models

from ip2a.compartments import traces_open_to


class AuditQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Without the traces of records in compartments this person may not enter."""
        return self.filter(traces_open_to(user))

    def about(self, record):
        return self.filter(table_name=record._meta.db_table, record_id=record.pk)


class AuditEntry(models.Model):
    """One change of one row, written by the database. The table is partitioned by month and append-only.

    ``new`` is the whole row after an insert, ``old`` the whole row before a delete; an update keeps only the
    columns that changed.
    """

    class Action(models.TextChoices):
        INSERT = "insert", "added"
        UPDATE = "update", "changed"
        DELETE = "delete", "deleted"

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    table_name = models.CharField(max_length=63)
    record_id = models.BigIntegerField()
    action = models.CharField(max_length=6, choices=Action)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    changed = ArrayField(models.CharField(max_length=63), null=True)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.TextField()
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.TextField()
    path = models.TextField()
    command = models.TextField()
    reason = models.TextField()
    batch = models.BigIntegerField(null=True)
    compartment = models.TextField()

    objects = AuditQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "ip2a_auditentry"
        ordering = ["-at", "-id"]

    def __str__(self):
        return f"{self.table_name} {self.record_id} {self.get_action_display()}"


class CompartmentOpening(models.Model):
    """Who opened which record of a compartment, and when. Append-only; keys are plain numbers: nothing can cascade."""

    append_only = True
    wall = "user_id = {actor}"  # whoever opens a part of a compartment writes that down as well

    at = models.DateTimeField(auto_now_add=True)
    compartment = models.CharField(max_length=40)
    model = models.CharField(max_length=80)
    record_id = models.BigIntegerField()
    user_id = models.BigIntegerField()
    user_name = models.CharField(max_length=201)
    path = models.CharField(max_length=500)
    ip = models.GenericIPAddressField(null=True)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["model", "record_id", "-at"], name="opening_of_record")]

    def __str__(self):
        return f"{self.user_name} opened {self.model} {self.record_id}"


class SystemOpening(models.Model):
    """That work of nobody's entered a compartment (``compartments.system``), and why. Only the database writes here.

    Of the token that opens the walls for that work only a digest is kept.
    """

    append_only = True

    at = models.DateTimeField()
    compartment = models.CharField(max_length=40)
    why = models.CharField(max_length=300)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.TextField()
    command = models.TextField()
    path = models.TextField()
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["-at"]
        default_permissions = ()

    def __str__(self):
        return f"{self.compartment}: {self.why}"
