"""The launch checklist, and the first machine with its label."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError
from core.templatetags.core_tags import span
from facilities.labels import drawn
from facilities.models import QRPoint
from facilities.qr import token_of
from market import launch, sample
from market.beginning import begin_with_machine, kinds_to_begin_with
from portals.console.forms.launch import MachineForm
from portals.console.launch import rows_of, shown
from portals.web import page, require


@login_required
def show(request):
    require(request.user, "console.open")
    now = launch.launch_now()
    following = now.next_for(request.user)
    context = {
        "launch": now,
        "left": span(now.time_left),
        "parts": rows_of(now, request.user),
        "next": shown(following, request.user) if following else None,
        "may_manage": request.user.can(launch.MANAGES),
        "has_sample": sample.workshop() is not None,
        "may_sample": request.user.can("factory.manage"),
    }
    return page(request, "console/launch/show.html", context)


@login_required
@require_POST
def load_sample(request):
    sample.load_sample(by=request.user)
    messages.success(request, _("Look around: checks, hazards, the board. Nobody is sent anything by it."))
    return redirect("console:home")


@login_required
@require_POST
def remove_sample(request):
    sample.remove_sample(by=request.user)
    messages.success(request, _("The sample data is gone. What stands here now is yours."))
    return redirect("console:home")


@login_required
@require_POST
def skip(request, key: str):
    launch.skip_step(key, reason=request.POST.get("reason", ""), by=request.user)
    messages.success(request, _("Left out. You can take it up again at any time."))
    return redirect("console:launch")


@login_required
@require_POST
def resume(request, key: str):
    launch.resume_step(key, by=request.user)
    return redirect("console:launch")


@login_required
@require_POST
def put_away(request, is_away: bool):
    if is_away:
        launch.put_away(by=request.user)
        messages.success(request, _("Put away. You find it again in the menu under “Launch”."))
        return redirect("console:home")
    launch.bring_back(by=request.user)
    return redirect("console:launch")


@login_required
def machine(request):
    """A machine in three fields that are filled in already; its label comes at once."""
    require(request.user, "facilities.manage")
    form = MachineForm(request.POST or None, kinds=kinds_to_begin_with())
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            point = begin_with_machine(facts["kind"], code=facts["code"], place=facts["place"], by=request.user)
            return redirect(f"{reverse('console:first_label')}?code={point.code}")
        except DomainError as refusal:
            form.add_error("code", refusal.message)
    return page(request, "console/launch/machine.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def label(request):
    """The label of the machine that was added last, or of the one asked for: to be scanned from the screen."""
    require(request.user, "console.open")
    live = QRPoint.objects.filter(revoked_at=None, equipment__isnull=False).select_related("equipment__area")
    asked = live.filter(code=request.GET.get("code", "").replace("\0", ""))
    point = asked.first() or live.order_by("-pk").first()
    if point is None:
        return redirect("console:first_machine")
    path = reverse("field:qr", args=[token_of(point)])
    svg = mark_safe(drawn(request.build_absolute_uri(path)))  # noqa: S308 - drawn by the library from our own address
    context = {"point": point, "path": path, "svg": svg}
    return page(request, "console/launch/label.html", context | {"may_print": request.user.can("qr.manage")})
