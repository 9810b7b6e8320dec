"""Shared tablets: who looks after them makes the link that pairs one, sees when it was last used, and switches it off."""

from typing import Any

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F, QuerySet
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from people.kiosks import link_again, make_kiosk, revoke_kiosk
from people.models import Kiosk
from portals.console.forms.kiosks import KioskForm
from portals.web import page, require

SHOWN = 100
_NEW = "new_kiosk"


@login_required
def index(request):
    require(request.user, "people.kiosks")
    form = KioskForm(request.POST or None, reader=request.user)
    if request.method == "POST" and form.is_valid():
        kiosk, token = make_kiosk(**form.cleaned_data, by=request.user)
        request.session[_NEW] = [kiosk.pk, token]
        return redirect("console:kiosks")
    context = {"form": form, "rows": _theirs(request.user)[:SHOWN], "fresh": _fresh(request)}
    return page(request, "console/kiosks/index.html", context, status=422 if form.errors else 200)


def _theirs(user: Any) -> QuerySet[Kiosk]:
    kiosks = Kiosk.objects.select_related("department", "revoked_by")
    kiosks = kiosks.order_by(F("revoked_at").desc(nulls_first=True), "name", "pk")
    departments = user.departments_with("people.kiosks")
    return kiosks if departments is None else kiosks.filter(department__in=departments)


def _fresh(request) -> dict[str, Any] | None:
    """The link that was just made: shown this once, then nobody has it any more."""
    if request.method != "GET" or _NEW not in request.session:
        return None
    pk, token = request.session.pop(_NEW)
    link = request.build_absolute_uri(reverse("kiosk_pair", args=[token]))
    kiosk = _theirs(request.user).filter(pk=pk).first()
    return {"kiosk": kiosk, "link": link, "qr": segno.make(link, error="m").svg_data_uri(scale=4, border=2)}


@login_required
@require_POST
def link(request, pk: int):
    require(request.user, "people.kiosks")
    kiosk = get_object_or_404(_theirs(request.user), pk=pk)
    request.session[_NEW] = [kiosk.pk, link_again(kiosk, by=request.user)]
    return redirect("console:kiosks")


@login_required
@require_POST
def revoke(request, pk: int):
    require(request.user, "people.kiosks")
    kiosk = revoke_kiosk(get_object_or_404(_theirs(request.user), pk=pk), by=request.user)
    messages.success(request, _("“%(name)s” is switched off.") % {"name": kiosk.name})
    return redirect("console:kiosks")
