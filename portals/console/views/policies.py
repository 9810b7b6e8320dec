"""时限规则: what holds for each level, in sentences; the safety officer changes it, each change is a version."""

from itertools import pairwise

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.errors import Refusal
from hazards.actions import change_policy
from hazards.models import Level, LevelPolicy
from portals.console.forms.levels import PolicyForm
from portals.console.policy_words import changes, sentences
from portals.web import page, require


@login_required
def index(request):
    require(request.user, "hazards.view")
    wanted = request.POST.get("level") or request.GET.get("level") or ""
    if wanted:
        require(request.user, "hazards.set_policy")
    if request.method == "POST":
        return _save(request, wanted)
    return _show(request, wanted)


def _versions(level: str) -> list[LevelPolicy]:
    """Newest first."""
    return list(LevelPolicy.objects.filter(level=level).select_related("created_by").order_by("-version"))


def _show(request, wanted: str = "", form: PolicyForm | None = None, status: int = 200):
    rows = []
    for level in reversed(Level):
        versions = _versions(level)
        if versions:
            steps = [(newer, changes(older, newer)) for newer, older in pairwise(versions)]
            editing = form or PolicyForm(policy=versions[0]) if wanted == level else None
            rows.append((versions[0], sentences(versions[0]), [*steps, (versions[-1], [])], editing))
    context = {"rows": rows, "may_set": request.user.can("hazards.set_policy")}
    return page(request, "console/hazards/policies.html", context, status=status)


def _save(request, level: str):
    newest = next(iter(_versions(level)), None)
    if newest is None:
        raise Http404
    form = PolicyForm(request.POST, policy=newest)
    if not form.is_valid():
        return _show(request, level, form, 422)
    try:
        seen = form.cleaned_data.pop("seen")
        made = change_policy(seen, by=request.user, **form.cleaned_data)
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _show(request, level, form, refusal.status)
    is_new = made.pk != seen.pk
    messages.success(
        request,
        _("Saved. It holds for hazards from now on; running ones keep theirs.")
        if is_new
        else _("Nothing was changed."),
    )
    return redirect("console:level_rules")
