"""Courses in versions, their lessons, the bank of questions, and exams drawn from it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models import Attachment
from core.versions import heads
from people.models import JobRole

PASS_SCORE = 80


class MediaQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What was looked into: all of it for who teaches, for who learns what a published version shows."""
        ready = self.filter(status=Media.Status.READY)
        if user.can("training.teach"):
            return ready
        if not (user.can("training.learn") or user.can("training.view")):
            return self.none()
        lessons = Lesson.objects.exclude(course__status=Course.Status.DRAFT)
        shown = [Q(pk__in=lessons.values(name)) for name in Media.Kind.values]
        return ready.filter(shown[0] | shown[1] | shown[2])


class Media(models.Model):
    """A video or PDF of a lesson, taken over piece by piece; nobody sees it before it was looked into."""

    class Kind(models.TextChoices):
        VIDEO = "video", _("Video")
        HANDOUT = "handout", _("PDF")
        CAPTIONS = "captions", _("Captions")

    class Status(models.TextChoices):
        ARRIVING = "arriving", _("Arriving")
        CHECKING = "checking", _("Being checked")
        READY = "ready", pgettext_lazy("uploaded file", "Ready")
        REFUSED = "refused", pgettext_lazy("uploaded file", "Refused")

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ARRIVING)
    file = models.FileField(upload_to="media", max_length=200)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=80, blank=True)
    size = models.BigIntegerField(help_text="Bytes that will come in all.")
    arrived = models.BigIntegerField(default=0, help_text="Bytes that are here.")
    sha256 = models.CharField(max_length=64, blank=True)
    seconds = models.IntegerField(null=True, help_text="How long a video runs.")
    poster = models.ForeignKey(Attachment, models.SET_NULL, null=True, related_name="+")
    refusal = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MediaQuerySet.as_manager()

    @property
    def percent(self) -> int:
        return self.arrived * 100 // self.size

    @property
    def is_over(self) -> bool:
        """Nothing more becomes of it by itself."""
        return self.status in (self.Status.READY, self.Status.REFUSED)


class Level(models.TextChoices):
    """三级教育: for whose part of a new worker's education it counts."""

    NONE = "", _("none")
    COMPANY = "company", _("Company level")
    WORKSHOP = "workshop", _("Workshop level")
    TEAM = "team", _("Team level")


class CourseQuerySet(models.QuerySet):
    def current(self):
        return self.filter(status=Course.Status.CURRENT)

    def visible_to(self, user):
        """Courses hold no secrets: whoever may learn sees them all."""
        return self if user.can("training.learn") or user.can("training.view") else self.none()

    def heads(self):
        return heads(self)


class Course(models.Model):
    """A course in versions; who began with one finishes it. A published version never changes."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CURRENT = "current", _("In use")
        RETIRED = "retired", _("No longer taught")

    code = models.CharField(max_length=40)
    version = models.IntegerField(default=1)
    title = models.JSONField()
    summary = models.JSONField(default=dict)
    hours = models.DecimalField(
        max_digits=4, decimal_places=1, help_text="学时 that whoever passed it is credited with."
    )
    valid_months = models.IntegerField(null=True, help_text="Empty: the certificate does not expire.")
    sources = models.JSONField(default=list)
    pass_score = models.IntegerField(default=PASS_SCORE)
    level = models.CharField(max_length=8, choices=Level.choices, blank=True, default=Level.NONE)
    again_days = models.IntegerField(
        null=True, help_text="Within so many days whoever holds an earlier version learns this one; empty: need not."
    )
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.CURRENT)
    published_at = models.DateTimeField(null=True)

    objects = CourseQuerySet.as_manager()

    class Meta:
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="course_version_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(status="current"), name="course_one_current"),
            models.UniqueConstraint(fields=["code"], condition=Q(status="draft"), name="course_one_draft"),
        ]


class Lesson(models.Model):
    """key: the same in every version of the course; by it the bank's questions belong to the lesson."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="lessons")
    position = models.IntegerField()
    key = models.CharField(max_length=12)
    title = models.JSONField()
    body = models.JSONField(default=dict, help_text="Markdown, by language.")
    key_points = models.JSONField(default=list)
    minutes = models.IntegerField(help_text="Planned; half of it is the least that somebody has to stay.")
    video = models.ForeignKey(Media, models.PROTECT, null=True, related_name="+")
    captions = models.ForeignKey(Media, models.PROTECT, null=True, related_name="+")
    handout = models.ForeignKey(Media, models.PROTECT, null=True, related_name="+")
    stops = models.JSONField(default=list, help_text="Seconds at which the video waits for the answer to a question.")

    class Meta:
        ordering = ["course", "position"]
        constraints = [
            models.UniqueConstraint(fields=["course", "position"], name="lesson_position_once"),
            models.UniqueConstraint(fields=["course", "key"], name="lesson_key_once"),
        ]

    @property
    def sources(self) -> list[dict]:
        """What it rests on: a source of the course that names no lesson's key, or this one's."""
        return [source for source in self.course.sources if source.get("lesson") in (None, "", self.key)]


class QuestionQuerySet(models.QuerySet):
    def asked(self):
        return self.filter(retired_at=None)


class Question(models.Model):
    """Never changed, because papers point at it: a correction is a new revision, which retires the old one."""

    class Kind(models.TextChoices):
        SINGLE = "single", _("One is right")
        MULTIPLE = "multiple", _("Several are right")
        TRUE_FALSE = "true_false", _("Right or wrong")
        HOT_SPOT = "hot_spot", _("Point at it in the picture")

    code = models.CharField(max_length=24)
    revision = models.IntegerField(default=1)
    course_code = models.CharField(max_length=40)
    lesson_key = models.CharField(max_length=12)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    stem = models.JSONField()
    options = models.JSONField(default=list)
    answer = models.JSONField(
        help_text="Numbers of the right options; [true] or [false]; areas {x, y, w, h} in percent."
    )
    explanation = models.JSONField(default=dict)
    source = models.JSONField(default=dict)
    difficulty = models.IntegerField(default=1, help_text="1 easy, 2, 3 hard")
    picture = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="+")
    retired_at = models.DateTimeField(null=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["code", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["code", "revision"], name="question_revision_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(retired_at=None), name="question_one_asked"),
        ]
        indexes = [models.Index(fields=["course_code", "lesson_key"], name="question_of_lesson")]


class ExamQuerySet(models.QuerySet):
    def current(self):
        return self.filter(status=Exam.Status.CURRENT)

    def visible_to(self, user):
        """What is asked in which mixture is no secret, the questions are."""
        return self if user.can("training.learn") or user.can("training.view") else self.none()

    def heads(self):
        return heads(self)


class Exam(models.Model):
    """An exam in versions, as courses are; a paper keeps the version by which it was drawn.

    blueprint: [{"course": code, "lesson": key or "", "count": n}], so many questions of each theme.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CURRENT = "current", _("In use")
        RETIRED = "retired", _("No longer held")

    code = models.CharField(max_length=40)
    version = models.IntegerField(default=1)
    title = models.JSONField()
    job_role = models.ForeignKey(
        JobRole, models.PROTECT, null=True, related_name="+", help_text="Who may take it; empty: everybody."
    )
    is_open = models.BooleanField(default=True, help_text="Also without being told to.")
    blueprint = models.JSONField(default=list)
    minutes = models.IntegerField()
    pass_score = models.IntegerField(default=PASS_SCORE)
    tries_per_day = models.IntegerField(default=2)
    gives_certificate = models.BooleanField(default=True)
    valid_months = models.IntegerField(null=True, help_text="Of its certificate; after that it is taken again.")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.DRAFT)
    published_at = models.DateTimeField(null=True)

    objects = ExamQuerySet.as_manager()

    class Meta:
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="exam_version_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(status="current"), name="exam_one_current"),
            models.UniqueConstraint(fields=["code"], condition=Q(status="draft"), name="exam_one_draft"),
        ]

    @property
    def questions(self) -> int:
        return sum(row["count"] for row in self.blueprint)
