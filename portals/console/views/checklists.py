"""Checklists at the desk: what there is, each version to be read, what a draft changes, publishing and taking away."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Case, Count, Exists, OuterRef, Prefetch, Subquery, When
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError
from core.events import history
from facilities.models import EquipmentType
from inspections import actions, versions
from inspections.estimate import warnings
from inspections.models import Checklist, Frequency, Theme
from market import packs
from market.actions import copy_from_pack
from portals.console.forms.checklists import NewForm
from portals.field.forms.run import Row
from portals.web import page, require
from risks.related import risks_by_item

PER_PAGE = 50
OFTEN_FIRST = Case(*(When(frequency=value, then=place) for place, value in enumerate(Frequency.values)))
USED = Prefetch("themes", Theme.objects.filter(plan__is_active=True).select_related("plan"), to_attr="themes_in_force")


@login_required
def index(request):
    require(request.user, "inspections.view")
    is_retired = bool(request.GET.get("retired"))
    drafts = Checklist.objects.filter(code=OuterRef("code"), status=Checklist.Status.DRAFT)
    heads = Checklist.objects.heads().select_related("target_type", "target_area").prefetch_related(USED)
    heads = heads.annotate(size=Count("items"), draft=Subquery(drafts.values("pk")[:1]))
    in_use = Exists(Checklist.objects.current().filter(code=OuterRef("code"))) | Exists(drafts)
    heads = heads.exclude(in_use) if is_retired else heads.filter(in_use)
    context = {
        "page": Paginator(heads.order_by(OFTEN_FIRST, "pk"), PER_PAGE).get_page(request.GET.get("page")),
        "is_retired": is_retired,
        "may_design": request.user.can("inspections.design"),
        "query": "retired=1&" if is_retired else "",
    }
    return page(request, "console/checklists/list.html", context)


@login_required
def add(request):
    """A new draft: empty, from one of our own, or from an industry pack's."""
    require(request.user, "inspections.design")
    sent = request.POST.get("start", "").split(":")
    pack = sent[1] if sent[0] == "pack" and len(sent) == 3 else request.GET.get("pack", "")
    form = NewForm(request.POST or None, pack=pack, initial={"start": request.GET.get("start")})
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("console:edit_checklist", _begin(form.cleaned_data, request.user).pk)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
    context = {"form": form, "packs": packs.titles().items(), "pack": pack}
    return page(request, "console/checklists/add.html", context, status=422 if form.errors else 200)


def _begin(data, user) -> Checklist:
    kind, _colon, which = data["start"].partition(":")
    own: dict[str, Any] = {"title": data["title"], "frequency": data["frequency"]}
    audience = {"audience": data["audience"]} if data["audience"] else {}
    keeps_target = not data["target"]
    if kind == "pack":
        pack, _colon, code = which.partition(":")
        target = {"target": data["place"], "keeps_target": keeps_target}
        return copy_from_pack(packs.load_pack(pack), code, by=user, **own, **target)
    is_type = isinstance(data["place"], EquipmentType)
    target = {"target_type": data["place"] if is_type else None, "target_area": None if is_type else data["place"]}
    if kind == "empty":
        return actions.create_checklist(by=user, **own, **target, **audience)
    source = Checklist.objects.get(pk=which)
    own = {"title": own["title"] or source.title, "frequency": own["frequency"] or source.frequency}
    own["audience"] = data["audience"] or source.audience
    target = {"target_type": source.target_type, "target_area": source.target_area} if keeps_target else target
    return actions.create_checklist(by=user, items=source.items.all(), **own, **target)


@login_required
def show(request, pk: int):
    """One version, to be read; a draft leads whoever may change it to the editor."""
    require(request.user, "inspections.view")
    checklist = _version(pk)
    may_design = request.user.can("inspections.design")
    if checklist.status == Checklist.Status.DRAFT and may_design:
        return redirect("console:edit_checklist", pk)
    items = versions.items_of(checklist)
    all_versions = Checklist.objects.filter(code=checklist.code).order_by("-version").annotate(size=Count("items"))
    risks = risks_by_item(checklist) if request.user.can("risks.view") else {}
    context = {
        "checklist": checklist,
        "items": [
            (item, versions.facts(item, items, in_all_languages=False), risks.get(item.pk, [])) for item in items
        ],
        "target": versions.target_words(checklist),
        "versions": all_versions,
        "is_newest": all_versions[0].pk == pk,
        "is_in_use": any(each.status == Checklist.Status.CURRENT for each in all_versions),
        "events": history(*all_versions),
        "may_design": may_design,
    }
    return page(request, "console/checklists/show.html", context)


def _version(pk: int) -> Checklist:
    versions = Checklist.objects.select_related("target_type", "target_area").prefetch_related(USED)
    return get_object_or_404(versions, pk=pk)


@login_required
def compare(request, pk: int):
    """What this version changed, or what a draft would change; from here a draft is published."""
    require(request.user, "inspections.view")
    checklist = _version(pk)
    others = Checklist.objects.filter(code=checklist.code, version__lt=checklist.version)
    former = others.select_related("target_type", "target_area").order_by("-version").first()
    items = versions.items_of(checklist)
    context = {
        "checklist": checklist,
        "former": former,
        "head": versions.head_changes(former, checklist) if former else [],
        "changes": versions.changes(versions.items_of(former), items) if former else [],
        "items": items,
        "warnings": warnings(items, checklist.frequency, checklist.seconds),
        "stamp": versions.draft_stamp(checklist, items),
        "may_publish": checklist.status == Checklist.Status.DRAFT and request.user.can("inspections.design"),
    }
    return page(request, "console/checklists/compare.html", context)


@login_required
def try_out(request, pk: int):
    """The whole list as the worker sees it; what is answered goes nowhere."""
    require(request.user, "inspections.view")
    checklist = _version(pk)
    if request.method == "POST":
        messages.success(request, _("That was the whole list. Nothing was saved."))
        return redirect("console:checklist", pk)
    context = {
        "checklist": checklist,
        "rows": [Row(item) for item in versions.items_of(checklist)],
        "back": reverse("console:checklist", args=[pk]),
    }
    return page(request, "console/checklists/try.html", context)


@login_required
@require_POST
def draft(request, pk: int):
    made = actions.draft_checklist(get_object_or_404(Checklist, pk=pk), by=request.user)
    return redirect("console:edit_checklist", made.pk)


@login_required
@require_POST
def publish(request, pk: int):
    stamp = request.POST.get("stamp", "")
    published = actions.publish_checklist(get_object_or_404(Checklist, pk=pk), by=request.user, stamp=stamp)
    messages.success(
        request, _("Version %(n)d is in use; the next checks are made with it.") % {"n": published.version}
    )
    return redirect("console:checklist", pk)


@login_required
@require_POST
def discard(request, pk: int):
    actions.discard_draft(get_object_or_404(Checklist, pk=pk), by=request.user)
    messages.success(request, _("The draft is discarded."))
    return redirect("console:checklists")


@login_required
@require_POST
def retire(request, pk: int):
    actions.retire_checklist(get_object_or_404(Checklist, pk=pk), by=request.user)
    messages.success(request, _("The list is out of use. Its records stay."))
    return redirect("console:checklists")
