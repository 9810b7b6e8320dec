"""Papers: what somebody was asked, in which order, and what they answered. Kept for good."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from training.models.courses import Exam, Lesson, Question
from training.models.learning import Enrolment


class AttemptQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The own ones; of others only what is over, for whoever looks after training."""
        departments = user.departments_with("training.view")
        theirs = ~Q(status="open")
        if departments is not None:
            theirs &= Q(person__department__in=departments)
        return self.filter(Q(person=user) | theirs)


class Attempt(models.Model):
    """A paper of one person: the quiz after a lesson, or an exam. One at a time is open."""

    class Status(models.TextChoices):
        OPEN = "open", _("Being answered")
        HANDED_IN = "handed_in", _("Handed in")
        TIMED_OUT = "timed_out", _("Time was over")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="attempts")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, null=True, related_name="attempts")
    lesson = models.ForeignKey(Lesson, models.PROTECT, null=True, related_name="+")
    exam = models.ForeignKey(Exam, models.PROTECT, null=True, related_name="attempts")
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.OPEN)
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, help_text="By the server's clock; only exams have one.")
    ended_at = models.DateTimeField(null=True)
    pass_score = models.IntegerField()
    score = models.IntegerField(null=True, help_text="Percent, rounded down.")
    is_passed = models.BooleanField(null=True)
    looks_away = models.IntegerField(default=0, help_text="How often the page was left; noted, never punished.")

    objects = AttemptQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(status="open"), name="attempt_one_open"),
            models.CheckConstraint(
                condition=Q(lesson__isnull=False, exam=None) | Q(lesson=None, exam__isnull=False),
                name="attempt_quiz_or_exam",
            ),
        ]
        indexes = [models.Index(fields=["person", "-started_at"], name="attempt_of_person")]

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

    @property
    def seconds_left(self) -> int:
        """Until the end, by the server's clock."""
        return max(0, int((self.ends_at - timezone.now()).total_seconds())) if self.ends_at else 0


class PaperItem(models.Model):
    """One question as it was asked: order gives the options' own numbers in the order in which they were shown."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="items")
    position = models.IntegerField()
    question = models.ForeignKey(Question, models.PROTECT, related_name="asked")
    order = models.JSONField(default=list)
    given = models.JSONField(null=True, help_text="In the question's own numbers, as its answer.")
    answered_at = models.DateTimeField(null=True)
    is_right = models.BooleanField(null=True)

    class Meta:
        ordering = ["attempt", "position"]
        constraints = [models.UniqueConstraint(fields=["attempt", "position"], name="paper_item_position_once")]
        indexes = [models.Index(fields=["question"], name="paper_item_question")]
