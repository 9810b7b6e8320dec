"""晋升、上岗: how people stand before a post, what they still need, and giving it to them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.errors import Refusal
from people.models import JobRole
from portals.console.forms.posts import CandidatesForm
from portals.console.forms.records import departments_of
from portals.records import post_in
from portals.web import page, require
from training import actions
from training.models import LicenceKind, LicenceRequirement
from training.posts import asked_by, gaps
from training.record import people_seen_by

PER_PAGE = 25


@login_required
def index(request):
    require(request.user, "training.view")
    return _show(request)


def _show(request, refusal: str = "", status: int = 200):
    post = post_in(request.GET, _commonest())
    form = CandidatesForm(request.GET)
    people = form.apply(people_seen_by(request.user).filter(is_active=True), post)
    found = Paginator(people.select_related("department", "team", "job_role").order_by("sort_key", "pk"), PER_PAGE)
    rows, asked = found.get_page(request.GET.get("page")), asked_by(post)
    kept = QueryDict(request.GET.urlencode(), mutable=True)
    kept.pop("page", None)
    context = {
        "post": post,
        "asked": asked,
        "form": form,
        "page": rows,
        "gaps": gaps(list(rows), asked),
        "query": f"{kept.urlencode()}&" if kept else "",
        "posts": JobRole.objects.all(),
        "departments": departments_of(request.user),
        "may_assign": request.user.can("training.assign"),
        "refusal": refusal,
        **_licences(post),
    }
    return page(request, "console/training/posts.html", context, status=status)


def _commonest() -> JobRole | None:
    return JobRole.objects.annotate(n=Count("people")).order_by("-n", "code").first()


def _licences(post: JobRole | None) -> dict:
    """What the post asks for now, and what could be added."""
    rules = list(LicenceRequirement.objects.filter(job_role=post)) if post else []
    kinds = {kind.code: kind for kind in LicenceKind.objects.newest()}
    taken = {rule.kind_code for rule in rules}
    return {
        "rules": [(rule, kinds.get(rule.kind_code)) for rule in rules],
        "kinds": [kind for code, kind in sorted(kinds.items()) if code not in taken and not kind.is_health],
    }


@login_required
@require_POST
def prepare(request):
    """Gives the missing courses to those who are ticked, and leads back to where it was pressed."""
    require(request.user, "training.assign")
    post = get_object_or_404(JobRole, code=request.POST.get("post", "").replace("\0", ""))
    pks = [int(pk) for pk in request.POST.getlist("person")[:PER_PAGE] if pk.isdecimal() and len(pk) < 19]
    people = list(people_seen_by(request.user).filter(pk__in=pks))
    if not people:
        return _show(request, _("Tick first whom it is about."), 422)
    try:
        given = actions.prepare_for(people, post, by=request.user)
    except Refusal as refusal:
        return _show(request, refusal.message, refusal.status)
    words = ngettext("%(n)d course was given.", "%(n)d courses were given.", given) % {"n": given}
    messages.success(request, words if given else _("They have or are learning every course of this post already."))
    if request.POST.get("next") == "person" and len(people) == 1:
        return redirect(f"{reverse('console:learner', args=[people[0].pk])}?post={post.pk}")
    return redirect(f"{reverse('console:posts')}?post={post.pk}")


@login_required
@require_POST
def require_licence(request):
    require(request.user, "training.assign")
    post = get_object_or_404(JobRole, code=request.POST.get("post", "").replace("\0", ""))
    kind = request.POST.get("kind", "").replace("\0", "")
    try:
        actions.require_licence(kind, by=request.user, job_role=post)
    except Refusal as refusal:
        return _show(request, refusal.message, refusal.status)
    return redirect(f"{reverse('console:posts')}?post={post.pk}")


@login_required
@require_POST
def drop_licence(request, pk: int):
    require(request.user, "training.assign")
    rule = get_object_or_404(LicenceRequirement.objects.select_related("job_role"), pk=pk)
    actions.drop_licence(rule, by=request.user)
    return redirect(f"{reverse('console:posts')}?post={rule.job_role_id}")
