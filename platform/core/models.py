"""The few ideas that all modules use: what happened, the seal on it, files, numbers, long jobs."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Event(models.Model):
    """One business fact, written once and never changed: history, ledger entry and trigger in one row.

    seal = SHA-256(previous seal, canonical JSON of the row), both as 64 hex digits.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    seq = models.BigIntegerField(unique=True)
    name = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    previous = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    class Meta:
        ordering = ["seq"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "seq"], name="event_subject"),
            models.Index(fields=["name", "at"], name="event_name_at"),
        ]


class LedgerHead(models.Model):
    """The end of the chain, signed with a key that is not in the database. One row."""

    seq = models.BigIntegerField(default=0)
    seal = models.CharField(max_length=64, default="0" * 64)
    signature = models.CharField(max_length=128, default="")


class Counter(models.Model):
    """Numbers without gaps, handed out under the lock of their row."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.BigIntegerField(default=0)


class Attachment(models.Model):
    """A file as it arrived (sealed by SHA-256, never changed) and, for pictures, the copy that is shown."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    original = models.FileField(upload_to="original", max_length=200)
    shown = models.FileField(upload_to="shown", max_length=200, blank=True)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=80)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    taken_at = models.DateTimeField(null=True, help_text="As the phone says; not trusted.")
    stamp = models.CharField(max_length=200, blank=True, help_text="What is printed on the copy that is shown.")
    phash = models.BigIntegerField(null=True, help_text="Perceptual hash of a picture, 64 bits: near means alike.")
    received_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["received_at", "id"]

    @property
    def is_sound(self) -> bool:
        """A voice note: its type was read from its content, which that of a photo was not."""
        return not self.shown and self.content_type.startswith("audio/")


class Job(models.Model):
    """Long work with progress that a page can show."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", pgettext_lazy("job", "Stopped")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    result = models.ForeignKey(Attachment, models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, help_text="From then on its file is gone.")


class SavedView(models.Model):
    """A list's filter that somebody wants to find again."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    page = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["by", "page", "name"], name="saved_view_name_once")]


class Import(models.Model):
    """A sheet that somebody reads in, kept between its steps; its lines go when it is done, all of it after some days."""

    class Status(models.TextChoices):
        OPEN = "open", _("Not read in yet")
        DONE = "done", _("Read in")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=200, help_text="Of the file.")
    lines = models.JSONField(default=list, help_text="Every line of the sheet as texts.")
    head = models.IntegerField(help_text="Which line holds the headings, from 0.")
    places = models.JSONField(help_text="By the key of a column, in which place of the line it stands.")
    may_add = models.BooleanField(default=True)
    status = models.CharField(max_length=4, choices=Status.choices, default=Status.OPEN)
    counts = models.JSONField(default=dict)
    left = models.JSONField(default=list, help_text="The rows that were left out, as texts, each with why.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
