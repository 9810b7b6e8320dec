"""Screens on the walls: who looks after them makes their links, sees when they last asked, and switches them off."""

from typing import Any

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F, QuerySet
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from alerts.models import Screen
from alerts.screens import SEEN_EVERY, make_screen, rename_screen, revoke_screen
from core.errors import DomainError
from portals.console.forms.screens import ScreenForm
from portals.web import page, require

SHOWN = 100
_NEW = "new_screen"


@login_required
def index(request):
    require(request.user, "alerts.manage_screens")
    form = ScreenForm(request.POST or None, reader=request.user)
    if request.method == "POST" and form.is_valid():
        screen, token = make_screen(**form.cleaned_data, by=request.user)
        request.session[_NEW] = [screen.pk, token]
        return redirect("console:screens")
    context = {"form": form, "rows": _rows(request.user), "fresh": _fresh(request), "may_manage_screens": True}
    return page(request, "console/screen/list.html", context, status=422 if form.errors else 200)


def _rows(user: Any) -> list[Any]:
    rows: list[Any] = list(_theirs(user)[:SHOWN])
    since = timezone.now() - 3 * SEEN_EVERY
    for row in rows:
        row.is_here = row.seen_at is not None and row.seen_at > since
    return rows


def _theirs(user: Any) -> QuerySet[Screen]:
    screens = Screen.objects.select_related("department", "created_by", "revoked_by")
    screens = screens.order_by(F("revoked_at").desc(nulls_first=True), "name", "pk")
    departments = user.departments_with("alerts.manage_screens")
    return screens if departments is None else screens.filter(department__in=departments)


def _fresh(request) -> dict[str, Any] | None:
    """The link of the screen that was just made: shown this once, then nobody has it any more."""
    if request.method != "GET" or _NEW not in request.session:
        return None
    pk, token = request.session.pop(_NEW)
    link = request.build_absolute_uri(reverse("wall", args=[token]))
    screen = _theirs(request.user).filter(pk=pk).first()
    return {"screen": screen, "link": link, "qr": segno.make(link, error="m").svg_data_uri(scale=4, border=2)}


@login_required
@require_POST
def rename(request, pk: int):
    require(request.user, "alerts.manage_screens")
    try:
        rename_screen(get_object_or_404(_theirs(request.user), pk=pk), request.POST.get("name", ""), by=request.user)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("console:screens")


@login_required
@require_POST
def revoke(request, pk: int):
    require(request.user, "alerts.manage_screens")
    screen = revoke_screen(get_object_or_404(_theirs(request.user), pk=pk), by=request.user)
    messages.success(request, _("“%(name)s” is switched off.") % {"name": screen.name})
    return redirect("console:screens")
