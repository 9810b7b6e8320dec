"""Learning on the phone: what there is to learn, a course, a lesson, its quiz."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.pdf import CONTENT_TYPE
from people.models import User
from portals.field.forms.learn import given_in, position_in
from portals.papers import asked
from portals.web import page, wants_json
from training.actions import answer_stop, beat, open_lesson, start_exam, start_quiz
from training.actions.papers import may_take, tries_left
from training.actions.study import left_to_learn, next_stop, refuse_unwatched_stop, stop_item
from training.cards import print_card
from training.hours import hours_of
from training.models import Attempt, Enrolment, Exam, Lesson, Progress
from training.study import courses_of, exams_of, lessons_of, study_streak


@login_required
def index(request):
    """What there is to learn, by when, and what was passed."""
    user = request.user
    papers = Attempt.objects.filter(person=user, status=Attempt.Status.OPEN)
    open_paper = papers.select_related("exam", "lesson").first()
    context = {
        "open_paper": open_paper,
        "to_learn": courses_of(user, Enrolment.Status.OPEN),
        "passed": courses_of(user, Enrolment.Status.PASSED),
        "exams": exams_of(user),
        "streak": study_streak(user),
    }
    return page(request, "field/learn/index.html", context)


def _find(user, pk: int) -> Enrolment:
    return get_object_or_404(user.enrolments.exclude(course=None).select_related("course"), pk=pk)


@login_required
def course(request, pk: int):
    enrolment = _find(request.user, pk)
    lessons = lessons_of(enrolment)
    following = next((row for row in lessons if row.is_next), None)
    context = {"enrolment": enrolment, "lessons": lessons, "following": following}
    return page(request, "field/learn/course.html", context)


def _lesson(enrolment: Enrolment, position: int) -> Lesson:
    lessons = Lesson.objects.select_related("video", "captions", "handout")
    return get_object_or_404(lessons, course=enrolment.course, position=position)


@login_required
def lesson(request, pk: int, position: int):
    enrolment = _find(request.user, pk)
    shown = _lesson(enrolment, position)
    progress = open_lesson(enrolment, shown, by=request.user)
    context = {
        "enrolment": enrolment,
        "lesson": shown,
        "progress": progress,
        "left": left_to_learn(progress),
        "stop": next_stop(progress),
        "lessons": lessons_of(enrolment),
    }
    return page(request, "field/learn/lesson.html", context)


@login_required
@require_POST
def beat_lesson(request, pk: int, position: int):
    """The open page says that it is looked at; answers how many seconds are left."""
    enrolment = _find(request.user, pk)
    progress = open_lesson(enrolment, _lesson(enrolment, position), by=request.user)
    progress = beat(progress, by=request.user, position=position_in(request.POST))
    return JsonResponse(_standing(progress))


def _standing(progress: Progress) -> dict[str, Any]:
    """watched: up to which second the video counts; stop: at which one it waits next."""
    return {
        "left": left_to_learn(progress),
        "is_learned": progress.learned_at is not None,
        "watched": progress.watched,
        "stop": next_stop(progress),
    }


@login_required
def stop(request, pk: int, position: int):
    """The question at which the video waits; answered rightly it goes on."""
    enrolment = _find(request.user, pk)
    shown = _lesson(enrolment, position)
    progress = open_lesson(enrolment, shown, by=request.user)
    if request.method == "POST":
        return _answer_stop(request, enrolment, progress)
    refuse_unwatched_stop(progress)
    item = stop_item(progress)
    context = {"enrolment": enrolment, "lesson": shown, "item": item, "options": asked(item) if item else []}
    return page(request, "field/learn/stop.html", context, "field/learn/_stop.html")


def _answer_stop(request, enrolment: Enrolment, progress: Progress):
    is_right = answer_stop(progress, given_in(request.POST), by=request.user)
    if wants_json(request):
        progress.refresh_from_db()
        return JsonResponse({"is_right": is_right, **_standing(progress)})
    if not is_right:
        messages.warning(request, _("Not right yet. Watch this part once more, then choose again."))
        return redirect("field:stop", enrolment.pk, progress.lesson.position)
    messages.success(request, _("Right. The video goes on."))
    return redirect("field:lesson", enrolment.pk, progress.lesson.position)


@login_required
@require_POST
def quiz(request, pk: int, position: int):
    enrolment = _find(request.user, pk)
    progress = open_lesson(enrolment, _lesson(enrolment, position), by=request.user)
    return redirect("field:paper", pk=start_quiz(progress, by=request.user).pk)


@login_required
def exam(request, pk: int):
    """What awaits whoever takes it; the time runs only from the button on."""
    shown = get_object_or_404(Exam.objects.visible_to(request.user).current(), pk=pk)
    user = request.user
    context = {
        "exam": shown,
        "may_take": may_take(shown, user),
        "tries": tries_left(shown, user),
        "enrolment": user.enrolments.open().filter(course_code=shown.code).first(),
        "open_paper": Attempt.objects.filter(person=user, status=Attempt.Status.OPEN).select_related("exam").first(),
        "papers": user.attempts.filter(exam__code=shown.code).exclude(status=Attempt.Status.OPEN)[:10],
    }
    return page(request, "field/learn/exam.html", context)


@login_required
@require_POST
def start(request, pk: int):
    attempt = start_exam(get_object_or_404(Exam, pk=pk), by=request.user)
    messages.info(request, _("The time is running. Your answers are kept one by one."))
    return redirect("field:paper", pk=attempt.pk)


@login_required
def hours(request):
    """The own hours: what counts, what is missing, and what it is made of."""
    counted = hours_of([request.user])[request.user.pk]
    return page(request, "field/learn/hours.html", {"hours": counted, "lines": counted.lines[::-1]})


@login_required
def card(request):
    """The own three-level education card."""
    user = User.objects.select_related("department", "team", "job_role").get(pk=request.user.pk)
    made = HttpResponse(print_card(user, hours_of([user])[user.pk]), content_type=CONTENT_TYPE)
    made["Content-Disposition"] = 'inline; filename="card.pdf"'
    return made
