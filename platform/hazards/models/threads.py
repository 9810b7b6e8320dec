"""讨论: what people say about one hazard, on its own page and in its joint group alike."""

import uuid

from django.conf import settings
from django.db import models

from core.models import Attachment
from hazards.models.hazards import Hazard


class ThreadQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What is said is part of the hazard's record: who sees the one reads the other."""
        return self.filter(hazard__in=Hazard.objects.visible_to(user))


class Thread(models.Model):
    """Begins with the first word about a hazard. A joint group that is opened later goes on in it."""

    hazard = models.OneToOneField(Hazard, models.PROTECT, related_name="thread")

    objects = ThreadQuerySet.as_manager()

    @property
    def number(self) -> str:
        return self.hazard.number

    @property
    def title(self) -> str:
        return self.hazard.title

    @property
    def department_id(self) -> int:
        return self.hazard.department_id


class Post(models.Model):
    """What somebody said about the hazard; it can be added to, never changed."""

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="posts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    client_id = models.UUIDField(default=uuid.uuid4)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["author", "client_id"], name="post_once_per_form")]


class PostPhoto(models.Model):
    post = models.ForeignKey(Post, models.PROTECT, related_name="photos")
    attachment = models.OneToOneField(Attachment, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]


class Mention(models.Model):
    """@ somebody in a post, and when they saw it."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(null=True)
    pressed_at = models.DateTimeField(null=True, help_text="When it went to the phone because nobody had looked.")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["post", "user"], name="mention_once")]
