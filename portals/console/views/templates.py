"""Checklists of other factories, and sharing one's own: what goes out is shown word for word before."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.errors import Refusal
from inspections.models import Checklist
from market import templates
from market.measuring import has_taken, rate_template
from portals.console.market_words import stars
from portals.field.forms.run import Row
from portals.web import page, require
from sharing import actions as sharing
from sharing import opinions
from sharing.models import Template

LISTED = 100


@login_required
def index(request):
    """What others share, and what became of the own ones."""
    require(request.user, "market.manage")
    others = list(sharing.of_others()[:LISTED])
    rated = opinions.stars_of([f"template:{row.pk}" for row in others])
    context = {
        "others": [(row, templates.titles_of(row.content), rated.get(f"template:{row.pk}")) for row in others],
        "own": [(row, templates.titles_of(row.content)) for row in sharing.own()[:LISTED]],
    }
    return page(request, "console/market/templates.html", context)


@login_required
def show(request, template: UUID):
    require(request.user, "market.manage")
    subject = f"template:{template}"
    context = {
        "row": _seen(template),
        "stars": opinions.stars_of([subject]).get(subject),
        "own_stars": opinions.own_stars(subject),
        "rate_url": reverse("console:rate_template", args=[template]) if has_taken(template) else "",
    }
    return page(request, "console/market/template.html", context)


@login_required
@require_POST
def rate(request, template: UUID):
    require(request.user, "market.manage")
    rate_template(_seen(template).pk, stars(request.POST.get("stars", "")), by=request.user)
    messages.success(request, _("Thank you."))
    return redirect("console:template", template)


def _seen(pk: UUID) -> Template:
    """In the market, or of this factory; whose it is is not told."""
    return get_object_or_404(sharing.in_market() | sharing.own(), pk=pk)


@login_required
def preview(request, template: UUID, number: int):
    """One of its lists as the worker sees it."""
    require(request.user, "market.manage")
    lists = _seen(template).content["lists"]
    if not 0 < number <= len(lists):
        raise Http404
    back = reverse("console:template", args=[template])
    if request.method == "POST":
        messages.success(request, _("That was the whole list. Nothing was saved."))
        return redirect(back)
    checklist, items = templates.shown(_seen(template).content, lists[number - 1])
    context = {"checklist": checklist, "rows": [Row(item) for item in items], "back": back}
    return page(request, "console/checklists/try.html", context)


@login_required
@require_POST
def take(request, template: UUID):
    require(request.user, "market.manage")
    made = templates.take_template(get_object_or_404(sharing.in_market(), pk=template), by=request.user)
    said = ngettext(
        "%(n)d draft is made. Look it over, then publish it.",
        "%(n)d drafts are made. Look them over, then publish them.",
        len(made),
    )
    messages.success(request, said % {"n": len(made)})
    return redirect("console:edit_checklist", made[0].pk) if len(made) == 1 else redirect("console:checklists")


@login_required
@require_POST
def take_back(request, template: UUID):
    require(request.user, "market.manage")
    templates.take_back(get_object_or_404(sharing.own(), pk=template).pk, by=request.user)
    messages.success(request, _("It is out of the market. Copies that others made stay theirs."))
    return redirect("console:templates")


@login_required
def share(request):
    """First the lists are chosen, then all that goes out is read, then it is sent."""
    require(request.user, "market.manage")
    asked = request.POST if request.method == "POST" else request.GET
    lists = templates.own_lists()
    numbers = [int(text) for text in asked.getlist("list") if text.isdecimal() and len(text) < 10]
    chosen = list(lists.filter(pk__in=numbers)[: templates.MOST_LISTS + 1]) if numbers else []
    note = asked.get("note", "").replace("\0", "").strip()
    context: dict[str, Any] = {"lists": lists, "chosen": chosen, "note": note, "status": 200, "refusal": ""}
    if request.method == "POST":
        try:
            stamp, is_sure = request.POST.get("stamp", ""), bool(request.POST.get("are_no_people"))
            templates.share(chosen, note, by=request.user, stamp=stamp, are_no_people=is_sure)
        except Refusal as refusal:
            context |= {"refusal": refusal.message, "status": refusal.status}
        else:
            messages.success(request, _("Sent. Once it was read, others see it in the market."))
            return redirect("console:templates")
    return page(request, "console/market/share.html", context | _outgoing(chosen, note), status=context["status"])


def _outgoing(chosen: list[Checklist], note: str) -> dict[str, Any]:
    if not chosen:
        return {}
    content = templates.content_of(chosen, note)
    found = templates.findings(content)
    return {
        "content": content,
        "stamp": templates.stamp_of(content),
        "sure": [each for each in found if each.is_sure],
        "unsure": [each for each in found if not each.is_sure],
    }
