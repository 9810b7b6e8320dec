"""The public schema: who the factories are, which schema each one has, and what is due when."""

from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin

from tenants.standing import SAFETY_ONLY_LASTS, Standing


class FactoryQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "FactoryQuerySet":
        """The one that the person belongs to, and no other."""
        return self.filter(schema_name=connection.schema_name)  # type: ignore[attr-defined]  # of django-tenants


class Factory(TenantMixin):
    """A tenant. Its schema has a generated name; only Domain connects it to the name people type."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")

    auto_create_schema = False

    name = models.CharField(max_length=120)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.ACTIVE)
    time_zone = models.CharField(max_length=40, default="Asia/Shanghai")
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    open_until = models.DateTimeField(null=True, help_text="When settings stop, as billing says; null is never.")
    second_factor_from = models.DateTimeField(null=True, help_text="From when the desk is closed without one.")

    objects = FactoryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    @property
    def safety_until(self) -> datetime | None:
        """When only reading is left."""
        return self.open_until + SAFETY_ONLY_LASTS if self.open_until else None

    @property
    def standing(self) -> Standing:
        now = timezone.now()
        if self.open_until is None or now < self.open_until:
            return Standing.OPEN
        return Standing.SAFETY_ONLY if now < self.open_until + SAFETY_ONLY_LASTS else Standing.READ_ONLY


class Domain(DomainMixin):
    """Host name (lower case, no port) of a factory; the label before the base domain is its slug."""

    look = models.CharField(
        max_length=63, null=True, unique=True, help_text="The slug as it looks: what passes for it is taken too."
    )


class SchemaTemplate(models.Model):
    """The SQL that makes an empty factory schema, recorded while Django migrated one from nothing."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    statements = models.JSONField()
    tables_with_rows = models.JSONField()
    made_at = models.DateTimeField(auto_now_add=True)


class RecordedMigration(models.Model):
    """What a migration did to the template, statement by statement: enough to do it to a factory's schema too."""

    app = models.CharField(max_length=60)
    name = models.CharField(max_length=255)
    replaces = models.JSONField(default=list, help_text="Names of the same app that it was squashed from.")
    statements = models.JSONField()
    is_sql = models.BooleanField(help_text="Else it asks what stands in the schema, and Django runs it in each.")
    adds_types = models.BooleanField(help_text="Django added content types or permissions after it.")
    fingerprint = models.CharField(max_length=64, help_text="Of the release that brought it.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["app", "name"], name="migration_recorded_once")]

    def __str__(self) -> str:
        return f"{self.app}.{self.name}"

    @property
    def history(self) -> list[str]:
        """The names that Django keeps in a schema's history for it."""
        return [f"{self.app}.{name}" for name in (*self.replaces, self.name)]


class SchemaUpgrade(models.Model):
    """How far a factory's schema is on its way to a release; none where nothing was to be done yet."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    factory = models.OneToOneField(Factory, models.CASCADE, related_name="upgrade")
    fingerprint = models.CharField(max_length=64, help_text="Of the release that it is on its way to.")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)
    migration = models.CharField(max_length=320, default="", help_text="The one that failed.")
    error = models.TextField(default="")
    attempts = models.IntegerField(default=1)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class PreparedSchema(models.Model):
    """A schema that waits in the warm pool: complete, empty, owned by nobody yet."""

    schema_name = models.CharField(max_length=63, primary_key=True)
    fingerprint = models.CharField(max_length=64)
    prepared_at = models.DateTimeField(auto_now_add=True)


class Due(models.Model):
    """Something that must happen at a time: written with the change that causes it, done at least once."""

    factory = models.ForeignKey(Factory, models.CASCADE, null=True, related_name="+")
    handler = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    key = models.CharField(max_length=120, null=True)
    is_urgent = models.BooleanField(default=False, help_text="Goes before all that has waited longer.")
    attempts = models.IntegerField(default=0)
    last_error = models.TextField(default="")
    dead_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["factory", "key"], name="due_key_once", condition=Q(dead_at__isnull=True)),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="due_waiting", condition=Q(dead_at__isnull=True)),
            models.Index(fields=["due_at", "id"], name="due_urgent", condition=Q(dead_at__isnull=True, is_urgent=True)),
            models.Index(fields=["-dead_at"], name="due_dead", condition=Q(dead_at__isnull=False)),
        ]
