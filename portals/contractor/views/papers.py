"""The entry exam on the phone: as any other paper, in the contractor's own pages."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import Refusal, WrongStatus
from partners import actions
from partners.entry import entry_exam, missing, own_gaps
from partners.models import CrewMember
from portals.contractor.gate import crew_page
from portals.field.forms.learn import given_in
from portals.papers import asked, results
from portals.web import page
from training.actions import hand_in, save_answer
from training.models import Attempt


def _find(request, pk: int) -> Attempt:
    return get_object_or_404(
        Attempt.objects.filter(person=request.user, exam=entry_exam()).select_related("exam"), pk=pk
    )


def _place(request) -> CrewMember | None:
    places = CrewMember.objects.near().staying().filter(user=request.user)
    return next((place for place in places if not place.project.is_over), places.first())


@crew_page
def paper(request, pk: int):
    attempt = _find(request, pk)
    if not attempt.is_open:
        context = {"attempt": attempt, "results": results(attempt), "member": _place(request)}
        return page(request, "contractor/result.html", context)
    items = list(attempt.items.select_related("question"))
    chosen = request.GET.get("q", "")
    first_open = next((item.position for item in items if item.answered_at is None), 0)
    here = int(chosen) if chosen.isdecimal() and len(chosen) < 4 and 0 < int(chosen) <= len(items) else first_open
    item = next((each for each in items if each.position == here), items[-1])
    context = {"attempt": attempt, "items": items, "item": item, "options": asked(item), "member": _place(request)}
    return page(request, "contractor/paper.html", context)


@crew_page
@require_POST
def answer(request, pk: int, position: int):
    attempt = _find(request, pk)
    item = save_answer(attempt, position, given_in(request.POST), by=request.user)
    if request.htmx:
        return HttpResponse(status=204)
    following = attempt.items.filter(position__gt=item.position).first()
    if following is None:
        return redirect("contractor:paper_end", pk=pk)
    return redirect(f"{reverse('contractor:paper', args=[pk])}?q={following.position}")


@crew_page
def end(request, pk: int):
    attempt = _find(request, pk)
    if request.method == "POST" and attempt.is_open:
        _hand_in(request, attempt)
        return redirect("contractor:paper", pk=pk)
    if not attempt.is_open:
        return redirect("contractor:paper", pk=pk)
    unanswered = [item for item in attempt.items.all() if item.given is None]
    return page(request, "contractor/end.html", {"attempt": attempt, "unanswered": unanswered})


def _hand_in(request, attempt: Attempt) -> None:
    """A paper that is passed goes on to the safety officer by itself, where nothing else of the own is missing."""
    try:
        judged = hand_in(attempt, by=request.user)
    except WrongStatus:
        return
    member = _place(request)
    if not judged.is_passed or member is None or member.status != CrewMember.Status.REGISTERING:
        return
    if own_gaps(missing(member)):
        return
    try:
        actions.submit_member(member, by=request.user)
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, _("Handed in. The safety officer decides, mostly the same day."))
