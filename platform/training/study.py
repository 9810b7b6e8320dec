"""How somebody stands: courses with their lessons, exams that are open to them, days of learning in a row."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q, QuerySet

from facilities.calendar import today
from people.models import User
from training.models import Enrolment, Exam, Lesson, Progress, StudyDay


def courses_of(user: User, status: str) -> QuerySet[Enrolment]:
    """With `lessons` and `done`, how many of them are passed."""
    return (
        Enrolment.objects.filter(person=user, status=status)
        .select_related("course", "certificate")
        .annotate(
            lessons=Count("course__lessons", distinct=True),
            done=Count("progress", filter=Q(progress__passed_at__isnull=False), distinct=True),
        )
    )


@dataclass(frozen=True)
class LessonRow:
    """is_next: the one to go on with; may_open: this one and those before it."""

    lesson: Lesson
    progress: Progress | None
    is_next: bool
    may_open: bool

    @property
    def is_passed(self) -> bool:
        return self.progress is not None and self.progress.passed_at is not None


def lessons_of(enrolment: Enrolment) -> list[LessonRow]:
    progress = {row.lesson_id: row for row in enrolment.progress.all()}
    lessons = list(enrolment.course.lessons.all())
    is_over = enrolment.status != Enrolment.Status.OPEN
    following = next((one.pk for one in lessons if one.pk not in progress or not progress[one.pk].passed_at), None)
    rows, reached = [], True
    for one in lessons:
        is_next = one.pk == following and not is_over
        rows.append(LessonRow(one, progress.get(one.pk), is_next, reached or is_over))
        reached = reached and one.pk != following
    return rows


def exams_of(user: User) -> QuerySet[Exam]:
    """Those of the job role, and those for everybody, that are held and not passed yet."""
    passed = user.attempts.filter(is_passed=True).exclude(exam=None).values("exam")
    roles = Q(job_role=None) | Q(job_role=user.job_role_id)
    return Exam.objects.filter(roles, status=Exam.Status.CURRENT).exclude(pk__in=passed)


def study_streak(user: User) -> int:
    """Days in a row, up to today or yesterday, on which at least a minute was learned."""
    days = set(StudyDay.objects.filter(person=user, seconds__gte=60).values_list("on", flat=True)[:400])
    day = today()
    if day not in days:
        day -= timedelta(days=1)
    count = 0
    while day in days:
        count, day = count + 1, day - timedelta(days=1)
    return count
