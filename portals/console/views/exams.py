"""Exams at the desk: written in a draft with what the bank holds beside it, tried, published, and how they are taken."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import Refusal
from core.share import Share
from core.words import say
from insight.exams import with_figures
from portals.console.forms.exams import ExamForm, blueprint_in, grouped, rows_of
from portals.console.views.courses import options_of
from portals.web import page, require
from training import actions
from training.blueprints import (
    SECONDS_A_QUESTION,
    Blueprint,
    courses_of,
    draw_paper,
    faults,
    holdings,
    stamp_of,
    themes,
)
from training.models import Attempt, Enrolment, Exam, Requirement
from training.taught import may_see_answers, refuse_unpassed

TEACH, PER_PAGE = "training.teach", 50


@login_required
def index(request):
    require(request.user, "training.view")
    exams = with_figures(Exam.objects.heads().select_related("job_role"), request.user)
    context = {
        "rows": [(exam, Share(exam.papers_passed, exam.papers)) for exam in exams],
        "may_teach": request.user.can(TEACH),
    }
    return page(request, "console/exams/index.html", context)


def _versions(exam: str) -> list[Exam]:
    found = list(Exam.objects.filter(code=exam).select_related("job_role"))
    if not found:
        raise Http404
    return found


def _head(versions: list[Exam]) -> Exam:
    order = (Exam.Status.CURRENT, Exam.Status.DRAFT, Exam.Status.RETIRED)
    return min(versions, key=lambda each: order.index(Exam.Status(each.status)))


def _draft(exam: str) -> Exam:
    draft = next((each for each in _versions(exam) if each.status == Exam.Status.DRAFT), None)
    if draft is None:
        raise Http404
    return draft


@login_required
def show(request, exam: str):
    """What is asked, who has yet to take it, and how it was taken, of every version."""
    require(request.user, "training.view")
    versions = _versions(exam)
    head = _head(versions)
    papers = Attempt.objects.visible_to(request.user).filter(exam__code=exam).exclude(status=Attempt.Status.OPEN)
    waiting = Enrolment.objects.visible_to(request.user).open().filter(course_code=exam)
    context = {
        "exam": head,
        "versions": versions,
        "draft": next((each for each in versions if each.status == Exam.Status.DRAFT), None),
        "rows": holdings(head.blueprint),
        "asked_of": Requirement.objects.filter(course_code=exam).select_related("job_role"),
        "waiting": waiting.select_related("person__team"),
        "passed": Share(**papers.aggregate(done=Count("pk", filter=Q(is_passed=True)), of=Count("pk"))),
        "page": Paginator(papers.select_related("person__team", "exam"), PER_PAGE).get_page(request.GET.get("page")),
        "query": "",
        "may_teach": request.user.can(TEACH),
        "may_try": may_see_answers(request.user, courses_of(head)),
    }
    return page(request, "console/exams/show.html", context)


@login_required
def add(request):
    require(request.user, TEACH)
    form = ExamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            draft = actions.create_exam(by=request.user, **form.columns())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The draft is there. Look at what the bank holds, then publish it."))
            return redirect("console:edit_exam", draft.code)
    return _editor(request, form, None)


@login_required
def edit(request, exam: str):
    require(request.user, TEACH)
    if all(each.status != Exam.Status.DRAFT for each in _versions(exam)):
        return redirect("console:exam", exam)
    draft = _draft(exam)
    if request.method != "POST":
        return _editor(request, ExamForm(initial=ExamForm.of(draft)), draft)
    form = ExamForm(request.POST)
    if not form.is_valid():
        return _editor(request, form, draft)
    try:
        actions.change_exam(draft, by=request.user, stamp=request.POST.get("stamp", ""), **form.columns())
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _editor(request, form, draft, status=refusal.status)
    messages.success(request, _("Saved."))
    return redirect("console:edit_exam", exam)


def _editor(request, form: ExamForm, draft: Exam | None, *, status: int = 422):
    known = themes()
    blueprint = blueprint_in(request.POST)[0] if form.is_bound else draft.blueprint if draft else []
    former = draft and Exam.objects.filter(code=draft.code).current().select_related("job_role").first()
    context = {
        "form": form,
        "exam": draft,
        "former": former,
        "changes": _changes(former, draft) if former and draft else [],
        "stamp": stamp_of(draft) if draft else "",
        "sent": request.POST.get("stamp", "") if status == 422 else "",
        "themes": grouped(known),
        "rows": rows_of(form, blueprint),
        "lacking": faults(draft, holdings(draft.blueprint, known)) if draft else [],
        **_check(blueprint, form, known),
    }
    return page(request, "console/exams/edit.html", context, status=status if form.errors else 200)


@login_required
@require_POST
def check(request):
    """What the bank holds for what stands in the form, while it is written; nothing is kept."""
    require(request.user, TEACH)
    form = ExamForm(request.POST)
    return page(request, "console/exams/_check.html", _check(blueprint_in(request.POST)[0], form, themes()))


def _check(blueprint: Blueprint, form: ExamForm, known: list[Any]) -> dict[str, Any]:
    rows, text = holdings(blueprint, known), str(form["minutes"].value() or "")
    asked, minutes = sum(row.wanted for row in rows), int(text) if text.isdecimal() and len(text) < 5 else 0
    return {
        "holdings": rows,
        "asked": asked,
        "seconds": minutes * 60 // asked if asked else 0,
        "is_tight": bool(asked) and minutes * 60 < asked * SECONDS_A_QUESTION,
    }


def _changes(former: Exam, draft: Exam) -> list[tuple[str, str, str]]:
    old, new = _facts(former), _facts(draft)
    return [(name, old[name], new[name]) for name in new if old[name] != new[name]]


def _facts(exam: Exam) -> dict[str, str]:
    themes_of = "\n".join(f"{row.name}: {row.wanted}" for row in holdings(exam.blueprint))
    who = ExamForm.of(exam)["who"]
    months = _("%(n)d months") % {"n": exam.valid_months} if exam.valid_months else _("for good")
    return {
        _("Name of the exam"): say(exam.title),
        _("Who may take it"): _words_of(who),
        _("Themes"): themes_of,
        _("Minutes"): str(exam.minutes),
        _("Passed with, of 100 points"): str(exam.pass_score),
        _("Tries a day"): str(exam.tries_per_day),
        _("Certificate"): months if exam.gives_certificate else _("none"),
    }


def _words_of(who: str) -> str:
    choices: Any = ExamForm().fields["who"]
    return str(dict(choices.choices)[who])


@login_required
@require_POST
def draft(request, exam: str):
    require(request.user, TEACH)
    actions.draft_exam(_head(_versions(exam)), by=request.user)
    return redirect("console:edit_exam", exam)


@login_required
@require_POST
def publish(request, exam: str):
    require(request.user, TEACH)
    try:
        actions.publish_exam(_draft(exam), by=request.user, stamp=request.POST.get("stamp", ""))
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("console:edit_exam", exam)
    messages.success(request, _("Published. Papers that are open are finished as they are."))
    return redirect("console:exam", exam)


@login_required
@require_POST
def discard(request, exam: str):
    require(request.user, TEACH)
    actions.discard_exam_draft(_draft(exam), by=request.user)
    messages.success(request, _("The draft is gone; what is held stays as it is."))
    return redirect("console:exam", exam) if Exam.objects.filter(code=exam).exists() else redirect("console:exams")


@login_required
@require_POST
def retire(request, exam: str):
    require(request.user, TEACH)
    actions.retire_exam(_head(_versions(exam)), by=request.user)
    messages.success(request, _("No longer held. Papers that are open are finished."))
    return redirect("console:exam", exam)


@login_required
def preview(request, exam: str):
    """A paper as somebody could get it, drawn anew each time, with what is right; it is kept nowhere."""
    require(request.user, TEACH)
    versions = _versions(exam)
    shown = next((each for each in versions if each.status == Exam.Status.DRAFT), _head(versions))
    refuse_unpassed(request.user, courses_of(shown))
    questions = [(question, options_of(question)) for question in draw_paper(shown.blueprint)]
    return page(request, "console/exams/preview.html", {"exam": shown, "questions": questions})
