"""Who has to learn what by when, and how far they are."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilities.calendar import today
from people.models import JobRole
from training.models.courses import Course, Exam, Lesson


class Occasion(models.TextChoices):
    """When a requirement makes somebody learn: to hold a post, after a long absence, in the third week of work."""

    POST = "post", _("To hold the post")
    RETURN = "return", _("Back after a year or more")
    THIRD_WEEK = "third_week", _("In the third week")


class Requirement(models.Model):
    """A course or an exam that a job role, or everybody, has to have passed and not let expire.

    course_code: also an exam's; no course and no exam share a code.
    """

    job_role = models.ForeignKey(
        JobRole, models.CASCADE, null=True, related_name="+", help_text="Empty: everybody of the factory."
    )
    course_code = models.CharField(max_length=40)
    occasion = models.CharField(max_length=10, choices=Occasion.choices, default=Occasion.POST)
    days = models.IntegerField(default=14, help_text="From the occasion to the day by which it has to be passed.")
    since = models.DateField(null=True, help_text="Whoever came to the post before is not judged by it; empty: always.")

    class Meta:
        ordering = ["job_role", "course_code"]
        constraints = [
            models.UniqueConstraint(
                fields=["job_role", "course_code", "occasion"], name="requirement_once", nulls_distinct=False
            )
        ]


class LicenceRequirement(models.Model):
    """A kind of licence that a job role asks for beside its courses."""

    job_role = models.ForeignKey(JobRole, models.CASCADE, related_name="+")
    kind_code = models.CharField(max_length=40)

    class Meta:
        ordering = ["job_role", "kind_code"]
        constraints = [models.UniqueConstraint(fields=["job_role", "kind_code"], name="licence_requirement_once")]


class EnrolmentQuerySet(models.QuerySet):
    def open(self):
        return self.filter(status=Enrolment.Status.OPEN)

    def visible_to(self, user):
        """The own ones; those of the departments for which the user looks after training; everybody's for officers."""
        departments = user.departments_with("training.view")
        if departments is None:
            return self
        return self.filter(Q(person=user) | Q(person__department__in=departments))


class Enrolment(models.Model):
    """One person has to pass one course, or one exam, by a day. course_code: of the one or the other."""

    class Status(models.TextChoices):
        OPEN = "open", _("To be learned")
        PASSED = "passed", _("Passed")
        EXEMPT = "exempt", _("Exempt")
        WITHDRAWN = "withdrawn", _("Need not be learned any more")

    class Reason(models.TextChoices):
        POST = "post", _("Needed for the post")
        RETURN = "return", _("Back after a long absence")
        THIRD_WEEK = "third_week", _("Reinforcement in the third week")
        RENEWAL = "renewal", _("The last certificate runs out")
        VERSION = "version", _("A new version has to be learned")
        BY_HAND = "by_hand", _("Given by the training officer")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="enrolments")
    course_code = models.CharField(max_length=40)
    course = models.ForeignKey(
        Course, models.PROTECT, null=True, related_name="enrolments", help_text="The version that is learned."
    )
    exam = models.ForeignKey(Exam, models.PROTECT, null=True, related_name="enrolments")
    reason = models.CharField(max_length=10, choices=Reason.choices)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.OPEN)
    due_on = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    score = models.IntegerField(null=True, help_text="The mean of its lessons' quizzes, in percent.")
    note = models.CharField(max_length=200, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "course_code", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "course_code"], condition=Q(status="open"), name="enrolment_one_open"
            ),
            models.CheckConstraint(
                condition=Q(course__isnull=False, exam=None) | Q(course=None, exam__isnull=False),
                name="enrolment_course_or_exam",
            ),
        ]
        indexes = [models.Index(fields=["status", "due_on"], name="enrolment_due")]

    @property
    def subject(self) -> Course | Exam:
        found = self.exam if self.course_id is None else self.course
        assert found is not None  # noqa: S101 - the database holds one of the two
        return found

    @property
    def taught(self) -> Course:
        """The course, where it is not an exam; only a course has lessons."""
        assert self.course is not None  # noqa: S101 - as above
        return self.course

    @property
    def title(self) -> dict:
        title: dict = self.subject.title
        return title

    @property
    def department_id(self) -> int | None:
        return self.person.department_id

    @property
    def is_late(self) -> bool:
        return self.status == self.Status.OPEN and self.due_on < today()


class Progress(models.Model):
    """How far somebody is in one lesson. What counts is what the server saw, beat by beat."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="progress")
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="+")
    round = models.IntegerField(default=1, help_text="Who failed the quiz learns the lesson once more.")
    seconds = models.IntegerField(default=0, help_text="Spent on it in this round.")
    watched = models.IntegerField(default=0, help_text="How far into the video, in seconds.")
    stops_passed = models.IntegerField(default=0, help_text="Questions in the video that were answered.")
    beaten_at = models.DateTimeField(null=True)
    learned_at = models.DateTimeField(null=True)
    passed_at = models.DateTimeField(null=True)
    score = models.IntegerField(null=True)

    class Meta:
        ordering = ["lesson__position"]
        constraints = [models.UniqueConstraint(fields=["enrolment", "lesson"], name="progress_once")]


class StudyDay(models.Model):
    """A day on which somebody learned, by the factory's calendar, and for how long."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    on = models.DateField()
    seconds = models.IntegerField(default=0)

    class Meta:
        ordering = ["-on"]
        constraints = [models.UniqueConstraint(fields=["person", "on"], name="study_day_once")]
