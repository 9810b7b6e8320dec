"""What is left of a factory that was deleted: public schema only."""

import hashlib
import json
import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.events import public_key_bytes, signature_of
from tenants.models import Factory

_SIGNED = "anhuan-deletion:"


class Deletion(models.Model):
    """That a factory is to go, and the proof that it is gone. Nobody's name is in it; who holds its number sees it."""

    class Status(models.TextChoices):
        ASKED = "asked", _("Waiting")
        STOPPED = "stopped", _("Not deleted after all")
        CLOSED = "closed", _("Being removed")
        DONE = "done", _("Deleted")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    factory = models.ForeignKey(Factory, models.SET_NULL, null=True, related_name="deletions")
    slug = models.CharField(max_length=63)
    name = models.CharField(max_length=120)
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.BigIntegerField(help_text="Number of the account in the factory.")
    due_at = models.DateTimeField()
    warned_at = models.JSONField(default=list)
    archive = models.JSONField(help_text="The export that was made before: when, its SHA-256, where its ledger ended.")
    facts = models.JSONField(default=dict, help_text="What was there at the end: rows, files, the ledger's head.")
    done_at = models.DateTimeField(null=True)
    signature = models.CharField(max_length=128, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["factory"], name="one_deletion_at_a_time", condition=Q(status__in=["asked", "closed"])
            )
        ]

    def content(self) -> str:
        """The words of the proof, of which the signature is made."""
        said: dict[str, Any] = {
            "slug": self.slug,
            "name": self.name,
            "asked_at": self.asked_at.isoformat(),
            "asked_by": f"account {self.asked_by} of the factory, an administrator",
            "warned_at": self.warned_at,
            "archive": self.archive,
            "deleted_at": self.done_at.isoformat() if self.done_at else None,
            **self.facts,
        }
        return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    def sign(self) -> str:
        return signature_of(_SIGNED + hashlib.sha256(self.content().encode()).hexdigest())

    def proof(self) -> dict[str, str]:
        """Ed25519 over "anhuan-deletion:" and the SHA-256 of content in hex."""
        return {"content": self.content(), "signature": self.signature, "key": public_key_bytes().hex()}
