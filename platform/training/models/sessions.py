"""Training on site: a class or a drill, and who was there from when to when."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.attachments import visible_through
from core.models import Attachment
from people.models import User
from training.models.courses import Level


class SessionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Held by the user, or attended; all of them for whoever looks after training."""
        if user.can("training.view"):
            return self
        return self.filter(Q(trainer=user) | Q(attendances__person=user)).distinct()


class TrainingSession(models.Model):
    """secret: of the code that people scan; the code changes by itself, so a photo of it is soon worth nothing."""

    class Kind(models.TextChoices):
        CLASS = "class", _("Class")
        DRILL = "drill", _("Emergency drill")

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        OPEN = "open", _("Signing in")
        CLOSED = "closed", _("Over")
        CANCELLED = "cancelled", _("Called off")

    title = models.CharField(max_length=80)
    kind = models.CharField(max_length=5, choices=Kind.choices, default=Kind.CLASS)
    level = models.CharField(max_length=8, choices=Level.choices, blank=True, default=Level.NONE)
    course_code = models.CharField(max_length=40, blank=True)
    place = models.CharField(max_length=80)
    trainer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="held_sessions")
    starts_at = models.DateTimeField()
    hours = models.DecimalField(max_digits=3, decimal_places=1)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.PLANNED)
    secret = models.CharField(max_length=40)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    remark = models.TextField(blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-id"]

    def is_held_by(self, user: User) -> bool:
        """The trainer, or who looks after all training where the trainer is away."""
        return self.trainer_id == user.pk or user.can("training.teach")


class AttendanceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """As certificates: the own ones; those of the departments for which the user looks after training."""
        departments = user.departments_with("training.view")
        if departments is None:
            return self
        return self.filter(Q(person=user) | Q(person__department__in=departments))


class Attendance(models.Model):
    """hours: what counts, at most the session's; nothing for who never signed out."""

    session = models.ForeignKey(TrainingSession, models.PROTECT, related_name="attendances")
    person = models.ForeignKey(User, models.PROTECT, related_name="attendances")
    signed_in_at = models.DateTimeField()
    signed_out_at = models.DateTimeField(null=True)
    hours = models.DecimalField(max_digits=3, decimal_places=1, default=0)
    note = models.CharField(max_length=200, blank=True, help_text="Why the trainer entered it by hand.")

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        ordering = ["signed_in_at", "id"]
        constraints = [models.UniqueConstraint(fields=["session", "person"], name="attendance_once")]


class SessionPhoto(models.Model):
    session = models.ForeignKey(TrainingSession, models.CASCADE, related_name="photos")
    photo = models.ForeignKey(Attachment, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]


@visible_through
def photos_of_sessions(user):
    return SessionPhoto.objects.filter(session__in=TrainingSession.objects.visible_to(user)).values("photo")
