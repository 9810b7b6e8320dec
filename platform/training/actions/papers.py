"""Answering a paper. Which options are right stays on the server until it is handed in."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Avg
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit, register
from core.zone import zone
from facilities.calendar import today
from people.models import User
from tenants import due
from training.actions.certificates import issue_certificate
from training.actions.renewals import learn_newer
from training.actions.study import refuse_unlearned
from training.blueprints import draw_paper
from training.models import Attempt, Enrolment, Exam, Lesson, PaperItem, Progress, Question
from training.quiz import PER_QUIZ, draw, is_right, own_numbers, percent, shuffled

register(
    {
        "quiz.passed": gettext_lazy("Quiz passed"),
        "quiz.failed": gettext_lazy("Quiz not passed, to be learned again"),
        "exam.passed": gettext_lazy("Exam passed"),
        "exam.failed": gettext_lazy("Exam not passed"),
        "enrolment.passed": gettext_lazy("Course passed"),
    }
)
# What is on its way when the time is over still counts.
GRACE = timedelta(seconds=5)


@action
def start_quiz(progress: Progress, *, by: User) -> Attempt:
    """A new paper of five questions that were not asked before, or the one that is open."""
    _refuse_stranger(progress.enrolment.person_id, by)
    if (running := _running(by)) and running.lesson_id == progress.lesson_id:
        return running
    if progress.enrolment.status != Enrolment.Status.OPEN or progress.passed_at:
        raise WrongStatus(_("You have passed this lesson already."))
    refuse_unlearned(progress)
    lesson = progress.lesson
    bank = Question.objects.asked().filter(course_code=progress.enrolment.course_code, lesson_key=lesson.key)
    known = PaperItem.objects.filter(attempt__enrolment=progress.enrolment, attempt__lesson=lesson)
    questions = draw(list(bank), PER_QUIZ, besides=set(known.values_list("question", flat=True)))
    if not questions:
        raise DomainError(_("This lesson has no questions yet. Tell the training officer."))
    attempt = Attempt(
        enrolment=progress.enrolment, lesson=lesson, pass_score=progress.enrolment.taught.pass_score, person=by
    )
    return _begin(attempt, questions)


@action
def start_exam(exam: Exam, *, by: User) -> Attempt:
    """A paper by the exam's blueprint, with a limit by the server's clock; or the one that is open."""
    if (running := _running(by)) and running.exam and running.exam.code == exam.code:
        return running
    if exam.status != Exam.Status.CURRENT:
        raise WrongStatus(_("This exam is not held any more."))
    if not may_take(exam, by):
        raise NotAllowed(_("This exam is for another job role."))
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if not tries_left(exam, by):
        raise WrongStatus(_("No more tries today. Read through it once more, tomorrow you can take it again."))
    questions = draw_paper(exam.blueprint)
    if not questions:
        raise DomainError(_("This exam has no questions yet. Tell the training officer."))
    ends_at = timezone.now() + timedelta(minutes=exam.minutes)
    attempt = _begin(Attempt(exam=exam, pass_score=exam.pass_score, person=by, ends_at=ends_at), questions)
    due.at(ends_at + GRACE, "training.time_out", key=f"attempt:{attempt.pk}", attempt=attempt.pk)
    return attempt


@action
def save_answer(attempt: Attempt, position: int, given: Any, *, by: User) -> PaperItem:
    """Kept at once, so that nothing is lost; the last word before handing in counts. given: in the order shown."""
    row = _locked(attempt, by)
    item = row.items.select_related("question").filter(position=position).first()
    if item is None:
        raise DomainError(_("There is no such question on this paper."))
    item.given, item.answered_at = own_numbers(item, given), timezone.now()
    item.save(update_fields=["given", "answered_at"])
    return item


@action
def leave_page(attempt: Attempt, *, by: User) -> Attempt:
    """The page was left for another one; noted beside the paper, and never punished."""
    row = _locked(attempt, by)
    row.looks_away += 1
    row.save(update_fields=["looks_away"])
    return row


@action
def hand_in(attempt: Attempt, *, by: User) -> Attempt:
    """Judges the paper; a second time there is nothing to hand in."""
    return _judge(_locked(attempt, by), Attempt.Status.HANDED_IN, by=by)


@action
def time_out(attempt: Attempt) -> Attempt:
    """The clock takes the paper as it is."""
    row = Attempt.objects.select_for_update(of=("self",)).select_related("person", "exam").get(pk=attempt.pk)
    if not row.is_open:
        return row
    return _judge(row, Attempt.Status.TIMED_OUT, by=None)


def _begin(attempt: Attempt, questions: Iterable[Question]) -> Attempt:
    User.objects.select_for_update(no_key=True).get(pk=attempt.person_id)
    if _running(attempt.person):
        raise WrongStatus(_("Another paper is still open. Finish that one first."))
    attempt.started_at = timezone.now()
    attempt.save()
    PaperItem.objects.bulk_create(
        PaperItem(attempt=attempt, position=position, question=question, order=shuffled(question))
        for position, question in enumerate(questions, 1)
    )
    return attempt


def _running(person: User) -> Attempt | None:
    """The open paper; one whose time is over is judged first."""
    row = Attempt.objects.filter(person=person, status=Attempt.Status.OPEN).select_related("exam").first()
    if row is not None and is_time_over(row):
        time_out(row)
        return None
    return row


def is_time_over(attempt: Attempt) -> bool:
    """By the server's clock, with what was on its way."""
    return attempt.ends_at is not None and attempt.ends_at + GRACE < timezone.now()


def _locked(attempt: Attempt, by: User) -> Attempt:
    row = (
        Attempt.objects.select_for_update(of=("self",))
        .select_related("person", "exam", "lesson", "enrolment__course")
        .get(pk=attempt.pk)
    )
    _refuse_stranger(row.person_id, by)
    if not row.is_open:
        raise WrongStatus(_("This paper is handed in already. Look at the result."))
    if is_time_over(row):
        raise WrongStatus(_("The time is over. What you had answered until then counts."))
    return row


def _judge(row: Attempt, status: str, *, by: User | None) -> Attempt:
    items = list(row.items.select_related("question"))
    for item in items:
        item.is_right = is_right(item.question, item.given)
    PaperItem.objects.bulk_update(items, ["is_right"])
    row.status, row.ended_at = status, timezone.now()
    row.score = percent(sum(bool(item.is_right) for item in items), len(items))
    row.is_passed = row.score >= row.pass_score
    row.save(update_fields=["status", "ended_at", "score", "is_passed"])
    due.cancel(key=f"attempt:{row.pk}")
    if row.exam:
        _after_exam(row, row.exam, row.score, by)
    elif row.enrolment and row.lesson:
        _after_quiz(row, row.enrolment, row.lesson, by)
    return row


def _after_exam(row: Attempt, exam: Exam, score: int, by: User | None) -> None:
    emit("exam.passed" if row.is_passed else "exam.failed", row, by=by, title=exam.title, score=score)
    if not row.is_passed:
        return
    told = Enrolment.objects.open().filter(person=row.person, course_code=exam.code).first()
    if told:
        told.status, told.ended_at, told.score = Enrolment.Status.PASSED, row.ended_at, score
        told.save(update_fields=["status", "ended_at", "score"])
        emit("enrolment.passed", told, by=by, course=exam.code, title=exam.title, score=score)
    if exam.gives_certificate:
        months = exam.valid_months
        facts: dict[str, Any] = {"enrolment": told, "exam": exam, "score": score, "hours": 0, "valid_months": months}
        issue_certificate(row.person, exam.title, by=by, **facts)


def _after_quiz(row: Attempt, enrolment: Enrolment, lesson: Lesson, by: User | None) -> None:
    facts = {"lesson": lesson.title, "course": enrolment.course_code, "score": row.score}
    emit("quiz.passed" if row.is_passed else "quiz.failed", row, by=by, **facts)
    progress = Progress.objects.get(enrolment=enrolment, lesson=lesson)
    if row.is_passed:
        progress.passed_at, progress.score = row.ended_at, row.score
        progress.save(update_fields=["passed_at", "score"])
        _finish_course(enrolment, by)
    else:
        Progress.objects.filter(pk=progress.pk).update(
            round=progress.round + 1, seconds=0, watched=0, stops_passed=0, learned_at=None, beaten_at=None
        )


def may_take(exam: Exam, user: User) -> bool:
    """Who is told to, and whoever it is open to."""
    if not user.can("training.prove"):
        return False
    is_for = exam.job_role_id in (None, user.job_role_id)
    return (exam.is_open and is_for) or user.enrolments.open().filter(course_code=exam.code).exists()


def tries_left(exam: Exam, user: User) -> int:
    """On this day of the factory, whichever version was begun."""
    since = datetime.combine(today(), time(), zone())
    return max(0, exam.tries_per_day - user.attempts.filter(exam__code=exam.code, started_at__gte=since).count())


def _finish_course(enrolment: Enrolment, by: User | None) -> None:
    """Passed as soon as each of its lessons is."""
    progress = enrolment.progress.exclude(passed_at=None)
    if enrolment.taught.lessons.exclude(pk__in=progress.values("lesson")).exists():
        return
    score = int(progress.aggregate(mean=Avg("score"))["mean"] or 0)
    rows = Enrolment.objects.open().filter(pk=enrolment.pk)
    if not rows.update(status=Enrolment.Status.PASSED, ended_at=timezone.now(), score=score):
        return
    course = enrolment.taught
    emit("enrolment.passed", enrolment, by=by, course=course.code, title=course.title, score=score)
    issue_certificate(
        enrolment.person,
        course.title,
        by=by,
        course=course,
        enrolment=enrolment,
        score=score,
        hours=course.hours,
        valid_months=course.valid_months,
    )
    learn_newer(enrolment.person_id, course)


def _refuse_stranger(person: int, by: User) -> None:
    if person != by.pk or not by.can("training.prove"):
        raise NotAllowed(_("This is somebody else's paper. Everybody answers for themselves."))
