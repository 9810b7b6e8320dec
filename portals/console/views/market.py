"""The market: industry packs to be looked at, installed, brought up to date, and taken out where nobody uses them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.errors import WrongStatus
from core.jobs import describe, told
from core.models import Job
from market import installing, packs, removal, updates
from market.matching import kinds_of, shown_items, shown_list
from market.measuring import rate_pack
from market.models import LISTS
from market.parts import Release, release
from portals.console import market_words as words
from portals.field.forms.run import Row
from portals.web import page, require
from sharing import opinions


@login_required
def index(request):
    require(request.user, "market.manage")
    releases = [release(code) for code in packs.codes()]
    new = updates.outdated(releases)
    stars = opinions.stars_of([f"pack:{of.code}" for of in releases])
    cards = [
        (of, words.counts(of), of.code in new, new.get(of.code, 0), stars.get(f"pack:{of.code}")) for of in releases
    ]
    return page(request, "console/market/list.html", {"cards": sorted(cards, key=lambda card: not card[2])})


def _release(pack: str) -> Release:
    if pack not in packs.codes():
        raise Http404
    return release(pack)


@login_required
def show(request, pack: str):
    """Everything in it; while a worker installs it, how far it is."""
    require(request.user, "market.manage")
    of = _release(pack)
    parts = updates.standing_of(of)
    is_installed = of.code in updates.installed()
    context: dict[str, Any] = {
        "of": of,
        "counts": words.counts(of),
        "is_installed": is_installed,
        "groups": words.groups(of, parts, is_installed=is_installed),
        "new": sum(part.is_taken for part in parts) if is_installed else 0,
        "briefing": words.briefing(of),
        "stars": opinions.stars_of([f"pack:{of.code}"]).get(f"pack:{of.code}"),
        "own_stars": opinions.own_stars(f"pack:{of.code}"),
        "rate_url": reverse("console:rate_pack", args=[of.code]) if is_installed else "",
    }
    return page(request, "console/market/pack.html", context | _work(request, of, is_installed))


def _work(request, of: Release, is_installed: bool) -> dict[str, Any]:
    mine = Job.objects.filter(kind=installing.KIND, payload__pack=of.code, by=request.user)
    job = None if is_installed else mine.order_by("-created_at").select_related("result").first()
    if job is None or told(job).status in (Job.Status.DONE, Job.Status.CANCELLED):
        return {}
    is_over = job.status not in (Job.Status.WAITING, Job.Status.RUNNING)
    percent = min(100, 100 * job.done // job.total) if job.total else None
    return {"job": job, "words": describe(job), "is_over": is_over, "percent": percent, "face": "console"}


@login_required
@require_POST
def install(request, pack: str):
    installing.order_pack(_release(pack).code, by=request.user)
    return redirect("console:pack", pack)


@login_required
@require_POST
def rate(request, pack: str):
    rate_pack(_release(pack).code, words.stars(request.POST.get("stars", "")), by=request.user)
    messages.success(request, _("Thank you."))
    return redirect("console:pack", pack)


@login_required
def preview(request, pack: str, listed: str):
    """One of its lists as the worker sees it; what is answered goes nowhere."""
    require(request.user, "market.manage")
    of = _release(pack)
    kind, content = next(((kind, of.parts[kind, listed]) for kind in LISTS if (kind, listed) in of.parts), (None, None))
    if kind is None or content is None:
        raise Http404
    back = reverse("console:pack", args=[pack])
    if request.method == "POST":
        messages.success(request, _("That was the whole list. Nothing was saved."))
        return redirect(back)
    checklist = shown_list(kind, content)
    rows = [Row(item) for item in shown_items(checklist, content, kinds_of(of))]
    return page(request, "console/checklists/try.html", {"checklist": checklist, "rows": rows, "back": back})


@login_required
def update(request, pack: str):
    """What the release changed, what was changed here; the ticked parts are taken over."""
    require(request.user, "market.manage")
    of, refusal, status = _release(pack), "", 200
    if request.method == "POST":
        try:
            done = updates.update_pack(
                of.code, request.POST.getlist("take"), by=request.user, stamp=request.POST.get("stamp", "")
            )
        except WrongStatus as error:
            refusal, status = error.message, error.status
        else:
            said = ngettext("%(n)d part is taken over.", "%(n)d parts are taken over.", done["taken"])
            messages.success(request, said % {"n": done["taken"]})
            return redirect("console:pack", pack)
    parts = updates.standing_of(of)
    context = {
        "of": of,
        "is_installed": of.code in updates.installed(),
        "sections": words.sections(of, parts),
        "may_take": any(part.state in (*updates.TAKEN, *updates.OFFERED) for part in parts),
        "same": sum(part.state == updates.State.SAME for part in parts),
        "stamp": updates.stamp_of(parts),
        "refusal": refusal,
    }
    return page(request, "console/market/update.html", context, status=status)


@login_required
def remove(request, pack: str):
    """Says before what goes, what stays and why."""
    require(request.user, "market.manage")
    of, refusal, status = _release(pack), "", 200
    if request.method == "POST":
        try:
            count = removal.remove_unused(of.code, by=request.user, stamp=request.POST.get("stamp", ""))
        except WrongStatus as error:
            refusal, status = error.message, error.status
        else:
            said = ngettext("%(n)d part is taken out.", "%(n)d parts are taken out.", count) % {"n": count}
            messages.success(request, said)
            return redirect("console:pack", pack)
    found = removal.outlook_of(of)
    context = {
        "of": of,
        "going": words.named(part for part, _rows in found.going),
        "staying": [(words.title(part), part, why) for part, why in found.staying],
        "stamp": found.stamp,
        "refusal": refusal,
    }
    return page(request, "console/market/remove.html", context, status=status)
