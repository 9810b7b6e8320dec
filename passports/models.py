"""What somebody agreed to carry from one factory to another, on its way. Public schema only.

Nothing here can be read without the phone number or the code that it was sealed for, and once it was taken nothing is
left but which factory told which: that is the road on which a withdrawal follows.
"""

import uuid

from django.db import models
from django.db.models import Q

from tenants.models import Factory


class Parcel(models.Model):
    """转带包: sealed by one factory, taken by one other, once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    origin = models.ForeignKey(Factory, models.CASCADE, related_name="+")
    taker = models.ForeignKey(Factory, models.CASCADE, null=True, related_name="+")
    ends_at = models.DateTimeField(help_text="From then on nobody takes it.")
    content = models.BinaryField(default=bytes)

    class Meta:
        indexes = [models.Index(fields=["ends_at"], name="parcel_ends", condition=Q(taker=None))]


class Lock(models.Model):
    """One of the things that open a parcel, a code or what only its owner knows. mark finds it, key is the parcel's.

    Without a key it is a hint: it tells whose phone it is that something waits, and opens nothing.
    """

    parcel = models.ForeignKey(Parcel, models.CASCADE, related_name="locks")
    mark = models.CharField(max_length=64, db_index=True)
    key = models.BinaryField()
    tries_left = models.IntegerField(null=True, help_text="Of one that is short: after so many wrong ones it is gone.")


class ParcelFile(models.Model):
    """A photo or paper of a parcel, sealed as the rest of it."""

    parcel = models.ForeignKey(Parcel, models.CASCADE, related_name="files")
    position = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["parcel", "position"], name="parcel_file_once")]
