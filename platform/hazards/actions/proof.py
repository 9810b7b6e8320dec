"""Photos and voice notes as proof: each belongs to one record, and is seen by who sees that record."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.attachments import PhotosRefused, visible_through
from core.models import Attachment
from hazards.models import Evidence, Hazard, JointGroup, PostPhoto, SubTask, Thread
from people.models import User


@visible_through
def photos_of_hazards(user: User) -> Any:
    return Evidence.objects.filter(hazard__in=Hazard.objects.visible_to(user)).values("attachment_id")


@visible_through
def photos_of_threads(user: User) -> Any:
    return PostPhoto.objects.filter(post__thread__in=Thread.objects.visible_to(user)).values("attachment_id")


@visible_through
def photos_of_subtasks(user: User) -> Any:
    tasks = SubTask.objects.filter(group__in=JointGroup.objects.visible_to(user), photo__isnull=False)
    return tasks.values("photo_id")


def keep_evidence(hazard: Hazard, photos: Iterable[Attachment], stage: str) -> None:
    """A photo or voice note proves one thing only: the database refuses it a second time."""
    try:
        with transaction.atomic():
            Evidence.objects.bulk_create(
                Evidence(hazard=hazard, attachment=photo, stage=stage, round=hazard.round) for photo in photos
            )
    except IntegrityError:
        used = Evidence.objects.filter(attachment__in=photos).values_list("attachment_id", flat=True)
        refusal = _("One of these photos belongs to another record already. Take a new one.")
        raise PhotosRefused(refusal, used) from None
