"""The inspection at the machine: begin, answer, hand in, see what became of it."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError, NotAllowed
from facilities.qr import read_token
from hazards.actions import OutOfService
from inspections.actions import (
    AnswersRefused,
    note_scan,
    refuse_new_on_locked,
    refuse_others,
    start_run,
    submit_run,
)
from inspections.models import Run
from portals.buddies import help_for
from portals.field.forms.run import Row, as_given, empty_rows, read_rows
from portals.field.whereabouts import label_since
from portals.locks import shows_lock
from portals.web import page


def find_run(user, pk: int) -> Run:
    """Also one that is somebody else's: the page then says whose it is, instead of that there is none."""
    runs = Run.objects.select_related("checklist", "equipment", "area", "team", "assignee", "inspector", "scanned")
    run = get_object_or_404(runs, pk=pk)
    if not user.is_staff_member:
        return get_object_or_404(runs.visible_to(user), pk=pk)
    return run


@login_required
@require_POST
@shows_lock
def start(request, pk: int):
    run, ex, token = find_run(request.user, pk), request.POST.get("ex", ""), request.POST.get("scanned", "")
    scanned = read_token(token) if token else None
    if run.area.is_ex and not ex:
        # Its first step asks how photos are taken; only then it begins.
        refuse_others(run, request.user)
        refuse_new_on_locked(run)
        if scanned:
            note_scan(run, scanned, by=request.user)
        return redirect("field:run", pk=pk)
    start_run(run, by=request.user, ex=ex, scanned=scanned)
    return redirect("field:run", pk=pk)


@login_required
@shows_lock
def run(request, pk: int):
    run = find_run(request.user, pk)
    if request.method == "POST":
        return _submit(request, run)
    if run.status == Run.Status.DONE:
        return _done(request, run)
    refuse_others(run, request.user)
    refuse_new_on_locked(run)
    context = {"run": run, "rows": empty_rows(run), "ex": run.ex, **help_for(request.user, run)}
    return page(request, "field/runs/run.html", context)


def _submit(request, run: Run):
    refuse_others(run, request.user)
    rows = read_rows(request, run)
    try:
        if any(row.errors for row in rows):
            raise AnswersRefused({row.item.pk: "" for row in rows if row.errors})
        label = label_since(request, run.started_at)
        submit_run(run, as_given(rows), by=request.user, ex=request.POST.get("ex", ""), label=label)
    except AnswersRefused as refused:
        for row in rows:
            row.errors += filter(None, [refused.errors.get(row.item.pk)])
            row.photos = [photo for photo in row.photos if photo.pk not in refused.photos]
        return _again(request, run, rows, refused.message)
    except (DomainError, OutOfService) as refused:
        return _again(request, run, rows, refused.message)
    return redirect("field:run", pk=run.pk)


def _again(request, run: Run, rows: list[Row], refusal: str):
    context = {"run": run, "rows": rows, "refusal": refusal, "ex": request.POST.get("ex", "") or run.ex}
    context |= help_for(request.user, run)
    return page(request, "field/runs/run.html", context, status=422)


def _done(request, run: Run):
    if not Run.objects.visible_to(request.user).filter(pk=run.pk).exists():
        raise NotAllowed(_("This check is somebody else's."))
    later = Run.objects.assigned_to(request.user).due_now().exclude(pk=run.pk).first()
    return page(request, "field/runs/done.html", {"run": run, "lines": run.lines(), "later": later})
