"""Own licences on the phone: until when they count, and a photo of the renewed one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.errors import DomainError
from portals.licences import CardForm, has_faults, take_sides
from portals.web import page, require
from training.actions import file_licence
from training.models import Licence

SHOWN = (Licence.Status.CURRENT, Licence.Status.FILED, Licence.Status.DECLINED)


@login_required
def mine(request):
    require(request.user, "training.learn")
    licences = request.user.licences.filter(status__in=SHOWN).select_related("kind")
    context = {
        "licences": [one for one in licences if one.status != Licence.Status.DECLINED or _is_last(one, licences)],
        # One of a kind is enough to check.
        "waiting": {one.kind_code for one in licences if one.status == Licence.Status.FILED},
        "clearances": request.user.clearances.running(),
    }
    return page(request, "field/learn/licences.html", context)


def _is_last(declined: Licence, licences) -> bool:
    """What was sent back is shown until something newer of its kind is there."""
    return all(one.pk <= declined.pk for one in licences if one.kind_code == declined.kind_code)


@login_required
def file(request):
    require(request.user, "training.learn")
    if request.method != "POST":
        form = CardForm(with_health=False, initial={"kind": request.GET.get("kind", "")})
        return page(request, "field/learn/file_licence.html", {"form": form})
    form, taken = CardForm(request.POST, with_health=False), take_sides(request)
    if form.is_valid() and not has_faults(taken):
        try:
            file_licence(form.card(taken), by=request.user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Sent. It counts as soon as the officer has checked it."))
            return redirect("field:licences")
    return page(request, "field/learn/file_licence.html", {"form": form, "taken": taken}, status=422)
