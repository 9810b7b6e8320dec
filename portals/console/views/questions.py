"""A bank of questions: what is asked, adding, correcting and retiring a question."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.attachments import keep_drawn, visible_to
from core.errors import DomainError, Refusal
from core.models import Attachment
from portals.console.forms.questions import QuestionForm
from portals.console.views.courseware import TEACH
from portals.web import page, require
from training import actions
from training.banks import Bank, bank_of
from training.models import Question
from training.rules import MOST_AREAS, QuestionRefused
from training.taught import may_see_answers, refuse_unpassed

PER_PAGE = 50


def bank_at(code: str) -> Bank:
    found = bank_of(code)
    if found is None:
        raise Http404
    return found


@login_required
def index(request, code: str):
    require(request.user, TEACH)
    bank = bank_at(code)
    lessons = bank.lessons
    found = Question.objects.asked().filter(course_code=code).order_by("lesson_key", "code")
    chosen = request.GET.get("lesson", "")
    if chosen:
        found = found.filter(lesson_key=chosen[:12])
    context = {
        "bank": bank,
        "lessons": lessons,
        "chosen": chosen,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "titles": {lesson.key: lesson for lesson in lessons},
        "kinds": Question.Kind.choices,
        "sees_answers": may_see_answers(request.user, [code]),
        "query": f"lesson={chosen}&" if chosen in {lesson.key for lesson in lessons} else "",
    }
    return page(request, "console/courseware/questions.html", context)


@login_required
def add(request, code: str):
    require(request.user, TEACH)
    bank = bank_at(code)
    kind = request.GET.get("kind", "")
    if kind not in Question.Kind.values:
        kind = Question.Kind.SINGLE.value
    form = QuestionForm(
        request.POST or None,
        kind=kind,
        bank=bank,
        initial={"lesson_key": request.GET.get("lesson", "")},
    )
    return _answer(request, bank, form, lambda facts: actions.add_question(code, by=request.user, **facts))


@login_required
def correct(request, code: str, pk: int):
    require(request.user, TEACH)
    bank = bank_at(code)
    refuse_unpassed(request.user, [code])
    question = get_object_or_404(Question.objects.select_related("picture"), pk=pk, course_code=code)
    form = QuestionForm(
        request.POST or None, kind=question.kind, bank=bank, question=question, initial=QuestionForm.of(question)
    )
    return _answer(request, bank, form, lambda facts: actions.correct_question(question, by=request.user, **facts))


def _answer(request, bank: Bank, form: QuestionForm, keep):
    """Shows the form, or keeps what was sent; the picture is kept first, so that a fault elsewhere does not lose it."""
    picture, status = form.question.picture if form.question else None, 200
    if request.method == "POST":
        try:
            picture = _picture(request, picture)
            if form.is_valid():
                question = keep(form.facts() | {"picture": picture})
                messages.success(request, _("Kept as %(code)s.") % {"code": question.code})
                return redirect("console:edit_questions", bank.code)
            status = 422
        except Refusal as refusal:
            status = refusal.status
            _note(form, refusal)
    context: dict[str, Any] = {"bank": bank, "form": form, "question": form.question, "picture": picture}
    context |= {"kind": Question.Kind(form.kind), "most_areas": MOST_AREAS}
    return page(request, "console/courseware/question.html", context, status=status)


def _picture(request, standing: Attachment | None) -> Attachment | None:
    if upload := request.FILES.get("picture"):
        return keep_drawn(upload, by=request.user)
    try:
        kept = UUID(request.POST.get("kept", ""))
    except ValueError:
        return standing
    return visible_to(request.user).filter(pk=kept).exclude(shown="").first() or standing


def _note(form: QuestionForm, refusal: Refusal) -> None:
    if not isinstance(refusal, QuestionRefused):
        form.add_error(None, refusal.message)
        return
    for name, sentence in refusal.errors.items():
        form.add_error(name if name in form.fields else None, sentence)


@login_required
@require_POST
def retire(request, code: str, pk: int):
    require(request.user, TEACH)
    question = get_object_or_404(Question, pk=pk, course_code=code)
    if question.retired_at:
        raise DomainError(_("This question is not asked any more."))
    actions.retire_question(question, by=request.user)
    messages.success(request, _("%(code)s is asked no more; papers keep it.") % {"code": question.code})
    return redirect("console:edit_questions", code)
