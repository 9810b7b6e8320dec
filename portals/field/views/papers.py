"""A paper on the phone: one question at a time, kept at once; the right options come with the result and not before."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.errors import WrongStatus
from portals.field.forms.learn import given_in
from portals.papers import asked, results
from portals.web import page
from training.actions import hand_in, leave_page, save_answer
from training.actions.papers import is_time_over, tries_left
from training.models import Attempt


def _find(user, pk: int) -> Attempt:
    papers = user.attempts.select_related("lesson", "exam", "enrolment__course")
    return get_object_or_404(papers, pk=pk)


@login_required
def paper(request, pk: int):
    attempt = _find(request.user, pk)
    if not attempt.is_open:
        return _result(request, attempt)
    if is_time_over(attempt):
        return page(request, "field/learn/over.html", {"attempt": attempt})
    items = list(attempt.items.select_related("question"))
    chosen = request.GET.get("q", "")
    first_open = next((item.position for item in items if item.answered_at is None), 0)
    here = int(chosen) if chosen.isdecimal() and int(chosen) <= len(items) else first_open or len(items)
    item = next((each for each in items if each.position == here), items[0])
    context = {"attempt": attempt, "items": items, "item": item, "options": asked(item)}
    return page(request, "field/learn/paper.html", context)


def _result(request, attempt: Attempt):
    shown = results(attempt)
    answered = sum(result.item.given is not None for result in shown)
    tries = tries_left(attempt.exam, request.user) if attempt.exam else 0
    context = {"attempt": attempt, "results": shown, "answered": answered, "tries": tries}
    return page(request, "field/learn/result.html", context)


@login_required
@require_POST
def answer(request, pk: int, position: int):
    """Kept with each touch; with the button the next question follows, and after the last one the handing in."""
    attempt = _find(request.user, pk)
    item = save_answer(attempt, position, given_in(request.POST), by=request.user)
    if request.htmx:
        return HttpResponse(status=204)
    following = attempt.items.filter(position__gt=item.position).first()
    if following is None:
        return redirect("field:paper_end", pk=pk)
    return redirect(f"{reverse('field:paper', args=[pk])}?q={following.position}")


@login_required
def end(request, pk: int):
    """Before handing in: which questions have no answer yet."""
    attempt = _find(request.user, pk)
    if request.method == "POST":
        try:
            hand_in(attempt, by=request.user)
        except WrongStatus:
            if _find(request.user, pk).is_open:
                raise
        return redirect("field:paper", pk=pk)
    if not attempt.is_open or is_time_over(attempt):
        return redirect("field:paper", pk=pk)
    items = list(attempt.items.all())
    unanswered = [item for item in items if item.given is None]
    return page(request, "field/learn/end.html", {"attempt": attempt, "items": items, "unanswered": unanswered})


@login_required
@require_POST
def away(request, pk: int):
    leave_page(_find(request.user, pk), by=request.user)
    return HttpResponse(status=204)
