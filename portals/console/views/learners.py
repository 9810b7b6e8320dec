"""Who is behind with learning, and what one person has learned."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.errors import Refusal
from insight.training import months_of, numbers, people_seen_by, with_standing
from people.models import JobRole, User
from portals.console.forms.records import departments_of
from portals.console.forms.training import GiveForm, LearnersForm
from portals.papers import results
from portals.records import chosen_in, gap_of, record_of
from portals.web import page, require
from training import actions
from training.actions.nudges import nudged_today
from training.hours import hours_of
from training.models import Attempt, Certificate, Enrolment
from training.record import credited_hours
from training.taught import may_see_answers, taught

PER_PAGE = 50


@login_required
def index(request):
    require(request.user, "training.view")
    return _list(request)


def _list(request, refusal: str = "", status: int = 200):
    form = LearnersForm(request.GET)
    people = with_standing(form.apply(people_seen_by(request.user).filter(is_active=not form.has_left)))
    shown = people.filter(overdue__gt=0) if form.is_overdue else people
    shown = shown.order_by("-overdue", F("next_due").asc(nulls_last=True), "sort_key", "id")
    kept = QueryDict(request.GET.urlencode(), mutable=True)
    kept.pop("page", None)
    context = {
        "numbers": numbers(people),
        "page": Paginator(shown.select_related("department", "team", "job_role"), PER_PAGE).get_page(
            request.GET.get("page")
        ),
        "nudged": nudged_today(),
        "departments": departments_of(request.user),
        "job_roles": JobRole.objects.all(),
        "may_nudge": request.user.can("training.nudge"),
        "query": f"{kept.urlencode()}&" if kept else "",
        "refusal": refusal,
    }
    return page(request, "console/training/list.html", context, status=status)


@login_required
@require_POST
def nudge(request):
    """Those who are ticked; who heard it today already need not hear it again."""
    require(request.user, "training.nudge")
    pks = [int(pk) for pk in request.POST.getlist("person")[:PER_PAGE] if pk.isdecimal() and len(pk) < 19]
    people = list(people_seen_by(request.user).filter(pk__in=pks))
    if not people:
        return _list(request, _("Tick first whom it is about."), 422)
    try:
        told = actions.nudge_learners(people, by=request.user)
    except Refusal as refusal:
        return _list(request, refusal.message, refusal.status)
    messages.success(request, ngettext("%(n)d person was reminded.", "%(n)d people were reminded.", told) % {"n": told})
    if request.POST.get("next") == "person" and len(people) == 1:
        return redirect("console:learner", pk=people[0].pk)
    return redirect("console:training")


def _person(request, pk: int) -> User:
    require(request.user, "training.view")
    people = with_standing(people_seen_by(request.user)).select_related("department", "team", "job_role")
    return get_object_or_404(people, pk=pk)


@login_required
def show(request, pk: int):
    return _show(request, _person(request, pk))


def _show(request, person: User, refusal: str = "", status: int = 200, form: GiveForm | None = None):
    user, record = request.user, record_of(person, request.GET, request.user)
    context = {
        "person": person,
        "enrolments": _enrolments(person),
        "record": record,
        "came_on": record["came_on"],
        "credited": credited_hours([person.pk], chosen_in(request.GET), user)[person.pk],
        **gap_of(person, request.GET),
        "months": months_of(person),
        "hours": hours_of([person])[person.pk],
        "was_nudged": person.pk in nudged_today(),
        "may_nudge": user.can("training.nudge", person) and person.is_active,
        "may_assign": user.can("training.assign", person),
        "form": form or GiveForm(),
        "refusal": refusal,
    }
    return page(request, "console/training/person.html", context, status=status)


def _enrolments(person: User):
    """What is still to be learned, by its day."""
    rows = (
        person.enrolments.open()
        .select_related("course", "exam", "certificate")
        .annotate(
            lessons=Count("course__lessons", distinct=True),
            done=Count("progress", filter=Q(progress__passed_at__isnull=False), distinct=True),
        )
    )
    return rows.order_by("due_on", "course_code", "pk")


@login_required
@require_POST
def give(request, pk: int):
    person = _person(request, pk)
    form = GiveForm(request.POST)
    if not form.is_valid():
        return _show(request, person, status=422, form=form)
    course, due_on = taught()[form.cleaned_data["course"]], form.cleaned_data["due_on"]
    try:
        given = actions.enrol_by_hand([person], course, by=request.user, due_on=due_on)
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _show(request, person, status=refusal.status, form=form)
    messages.success(request, _("Given.") if given else _("%(name)s is learning it already.") % {"name": person.name})
    return redirect("console:learner", pk=pk)


@login_required
@require_POST
def exempt(request, pk: int):
    require(request.user, "training.assign")
    enrolment = get_object_or_404(Enrolment.objects.visible_to(request.user).select_related("person", "course"), pk=pk)
    try:
        actions.exempt(enrolment, by=request.user, note=request.POST.get("note", ""))
    except Refusal as refusal:
        return _show(request, _person(request, enrolment.person_id), refusal.message, refusal.status)
    messages.success(request, _("Exempt. The reason is on record."))
    return redirect("console:learner", pk=enrolment.person_id)


@login_required
@require_POST
def revoke(request, pk: int):
    require(request.user, "training.assign")
    certificate = get_object_or_404(Certificate.objects.visible_to(request.user).select_related("person"), pk=pk)
    try:
        actions.revoke_certificate(certificate, by=request.user, note=request.POST.get("note", ""))
    except Refusal as refusal:
        return _show(request, _person(request, certificate.person_id), refusal.message, refusal.status)
    messages.success(request, _("Taken back. Whoever checks it sees that from now on."))
    return redirect("console:learner", pk=certificate.person_id)


@login_required
def paper(request, pk: int):
    """A paper as it was taken; which answers would have been right sees only who teaches."""
    require(request.user, "training.view")
    papers = Attempt.objects.visible_to(request.user).exclude(status=Attempt.Status.OPEN)
    attempt = get_object_or_404(papers.select_related("person", "lesson", "exam", "enrolment__course"), pk=pk)
    shown = results(attempt)
    sees = may_see_answers(request.user, {result.item.question.course_code for result in shown})
    context = {"attempt": attempt, "results": shown, "may_teach": sees}
    return page(request, "console/training/paper.html", context)
