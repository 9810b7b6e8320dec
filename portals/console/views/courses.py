"""Courses in use: what they teach, what they ask, and how the questions do."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.share import Share
from core.words import say
from facilities.calendar import today
from insight.courses import ENOUGH, Item, items_of, with_figures
from portals.web import page, require
from training.models import Certificate, Course, Lesson, Question
from training.printing import MOST, order_certificates
from training.taught import may_see_answers


@login_required
def index(request):
    require(request.user, "training.view")
    courses = list(with_figures(Course.objects.current(), request.user))
    rows = [(course, Share(course.papers_passed, course.papers)) for course in courses]
    return page(
        request, "console/training/courses.html", {"rows": rows, "may_teach": request.user.can("training.teach")}
    )


@login_required
def show(request, pk: int):
    """To read; the questions with their answers only for whoever teaches."""
    require(request.user, "training.view")
    course = get_object_or_404(with_figures(Course.objects.visible_to(request.user), request.user), pk=pk)
    lessons = list(course.lessons.all())
    may_teach = request.user.can("training.teach")
    sees_answers = may_see_answers(request.user, [course.code])
    context = {
        "course": course,
        "lessons": lessons,
        "positions": {lesson.key: lesson.position for lesson in lessons},
        "passed": Share(course.papers_passed, course.papers),
        "may_teach": may_teach,
        "sees_answers": sees_answers,
        "banks": _banks(course, lessons) if sees_answers else [],
        "enough": ENOUGH,
    }
    return page(request, "console/training/course.html", context)


@login_required
@require_POST
def print_certificates(request, pk: int):
    """Every valid certificate of the course that the reader may see, each a PDF of its own."""
    require(request.user, "training.view")
    course = get_object_or_404(Course.objects.visible_to(request.user), pk=pk)
    valid = Certificate.objects.visible_to(request.user).valid_on(today()).filter(course__code=course.code)
    base_url = request.build_absolute_uri("/")
    job = order_certificates(
        list(valid[: MOST + 1]), by=request.user, base_url=base_url, language=request.user.language
    )
    return redirect("console:job", pk=job.pk)


def _banks(course: Course, lessons: list[Lesson]) -> list[dict[str, Any]]:
    """The questions by lesson; those of a lesson that this version does not have stand at the end."""
    items = items_of(course.code)
    keys = {lesson.key for lesson in lessons}
    banks = [
        {"lesson": lesson, "items": [_shown(item) for item in items if item.question.lesson_key == lesson.key]}
        for lesson in lessons
    ]
    rest = [_shown(item) for item in items if item.question.lesson_key not in keys]
    return banks + ([{"lesson": None, "items": rest}] if rest else [])


def _shown(item: Item) -> dict[str, Any]:
    return {"item": item, "question": item.question, "options": options_of(item.question)}


def options_of(question: Question) -> list[tuple[str, str, bool]]:
    """Letter, text, whether it is right; of a picture there is nothing to list."""
    if question.kind == Question.Kind.TRUE_FALSE:
        return [("", _("Right"), question.answer == [True]), ("", _("Wrong"), question.answer == [False])]
    if question.kind == Question.Kind.HOT_SPOT:
        return []
    return [(chr(ord("A") + n), say(text), n in question.answer) for n, text in enumerate(question.options)]
