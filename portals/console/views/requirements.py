"""培训要求: which course or exam which job role has to have passed, and what is learned again on an occasion."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.errors import Refusal
from people.models import JobRole
from portals.console.forms.training import DaysForm, RequirementForm
from portals.web import page, require
from training import actions
from training.actions.enrolments import goes_with
from training.models import Requirement
from training.models.learning import Occasion
from training.taught import Subject, taught


@login_required
def index(request):
    """The matrix; where a cell was chosen, the form for it stands beside."""
    require(request.user, "training.view")
    if request.method != "POST":
        chosen = {name: request.GET.get(name, "").replace("\0", "") for name in ("course", "job_role", "occasion")}
        return _show(request, RequirementForm(initial=chosen))
    require(request.user, "training.assign")
    form = RequirementForm(request.POST)
    if not form.is_valid():
        return _show(request, form, 422)
    try:
        given = _require(request, **form.cleaned_data)
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _show(request, form, refusal.status)
    messages.success(request, given)
    return redirect("console:requirements")


def _require(request, course: str, job_role: JobRole | None, occasion: str, days: int) -> str:
    """Sets the rule, and says what it did."""
    given = actions.require_course(course, by=request.user, job_role=job_role, days=days, occasion=occasion)
    if occasion != Occasion.POST:
        return _("Saved. It counts from the next time on.")
    said = ngettext("Saved. %(n)d person got it to learn.", "Saved. %(n)d people got it to learn.", given)
    return said % {"n": given}


def _show(request, form: RequirementForm, status: int = 200):
    rules = list(Requirement.objects.select_related("job_role"))
    courses = taught()
    titles = {code: subject.title for code, subject in courses.items()}
    for rule in rules:
        rule.title = titles.get(rule.course_code, rule.course_code)  # type: ignore[attr-defined]
    occasions = [(value, word) for value, word in Occasion.choices if value != Occasion.POST]
    context = {
        "form": form,
        "job_roles": JobRole.objects.all(),
        "rows": _matrix([*courses.values()], [rule for rule in rules if rule.occasion == Occasion.POST]),
        "occasions": [(value, word, [rule for rule in rules if rule.occasion == value]) for value, word in occasions],
        "may_assign": request.user.can("training.assign"),
    }
    return page(request, "console/training/requirements.html", context, status=status)


def _matrix(courses: list[Subject], rules: list[Requirement]) -> list[dict[str, Any]]:
    """A row for each course and exam; its cells are everybody, then the job roles in their order."""
    found = {(rule.course_code, rule.job_role_id): rule for rule in rules}
    roles = [None, *JobRole.objects.all()]
    return [
        {
            "course": course,
            "cells": [(role, found.get((course.code, role.pk if role else None))) for role in roles],
        }
        for course in courses
    ]


def _rule(pk: int) -> Requirement:
    return get_object_or_404(Requirement.objects.select_related("job_role"), pk=pk)


@login_required
def show(request, pk: int):
    """One rule: its days, and dropping it with what goes with it."""
    require(request.user, "training.assign")
    rule = _rule(pk)
    form = DaysForm(request.POST or None, initial={"days": rule.days})
    course = taught([rule.course_code]).get(rule.course_code)
    if request.method == "POST" and form.is_valid() and course:
        messages.success(
            request, _require(request, course.code, rule.job_role, rule.occasion, form.cleaned_data["days"])
        )
        return redirect("console:requirements")
    context = {
        "rule": rule,
        "title": course.title if course else rule.course_code,
        "course": course,
        "form": form,
        "goes_with": goes_with(rule),
    }
    return page(request, "console/training/requirement.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def drop(request, pk: int):
    require(request.user, "training.assign")
    rule = _rule(pk)
    gone = actions.drop_requirement(rule, by=request.user)
    said = ngettext(
        "Dropped. %(n)d course that was open went with it.", "Dropped. %(n)d courses that were open went with it.", gone
    )
    messages.success(request, said % {"n": gone})
    return redirect("console:requirements")
