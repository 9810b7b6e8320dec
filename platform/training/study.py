"""How somebody stands: courses with their lessons, exams that are open to them, days of learning in a row."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localdate

from core.zone import zone
from facilities.calendar import today
from people.models import User
from training.models import Attempt, Enrolment, Exam, Lesson, Progress, StudyDay
from training.taught import held_on


def courses_of(user: User, status: str) -> QuerySet[Enrolment]:
    return tasks_of(user, status).exclude(course=None)


def tasks_of(user: User, status: str) -> QuerySet[Enrolment]:
    """Courses and exams, with `lessons` and `done`, how many of them are passed."""
    return (
        Enrolment.objects.filter(person=user, status=status)
        .select_related("course", "exam", "certificate")
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
    lessons = list(enrolment.taught.lessons.all())
    is_over = enrolment.status != Enrolment.Status.OPEN
    following = next((one.pk for one in lessons if one.pk not in progress or not progress[one.pk].passed_at), None)
    rows, reached = [], True
    for one in lessons:
        is_next = one.pk == following and not is_over
        rows.append(LessonRow(one, progress.get(one.pk), is_next, reached or is_over))
        reached = reached and one.pk != following
    return rows


@dataclass(frozen=True)
class ExamRow:
    """An exam that somebody has to take, or may; enrolment: by when, where it was asked for."""

    exam: Exam
    enrolment: Enrolment | None
    tries_left: int
    last: Attempt | None


def exams_of(user: User) -> list[ExamRow]:
    """First those that have to be taken, by their day; then those that are open to the person and not passed yet."""
    told = {row.course_code: row for row in user.enrolments.open().exclude(exam=None).select_related("exam")}
    held = held_on(today(), [user.pk], Exam.objects.current().values("code"))
    open_ones = Exam.objects.current().filter(Q(job_role=None) | Q(job_role=user.job_role_id), is_open=True)
    exams = {code: row.exam for code, row in told.items() if row.exam}
    exams |= {exam.code: exam for exam in open_ones if exam.code not in exams and (user.pk, exam.code) not in held}
    papers = user.attempts.filter(exam__code__in=exams).select_related("exam").order_by("started_at")
    by_code: dict[str, list[Attempt]] = defaultdict(list)
    for paper in papers:
        if paper.exam:
            by_code[paper.exam.code].append(paper)
    return [_exam_row(exam, told.get(code), by_code[code]) for code, exam in exams.items()]


def _exam_row(exam: Exam, enrolment: Enrolment | None, papers: list[Attempt]) -> ExamRow:
    today_ones = [paper for paper in papers if localdate(paper.started_at, zone()) == today()]
    over = [paper for paper in papers if not paper.is_open]
    return ExamRow(exam, enrolment, max(0, exam.tries_per_day - len(today_ones)), over[-1] if over else None)


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
