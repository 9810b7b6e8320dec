"""The editor of a draft: the head of the list, its items one by one, and the phone beside them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError, Refusal, WrongStatus
from inspections import actions, versions
from inspections.estimate import warnings
from inspections.models import Checklist, Item
from inspections.rules import ItemRefused
from portals.console.forms.checklists import HeadForm, ItemForm
from portals.field.forms.run import Row
from portals.web import page, require


@login_required
def edit(request, pk: int):
    require(request.user, "inspections.design")
    draft = _draft(pk)
    if request.method == "POST":
        return _change_head(request, draft)
    if draft.status != Checklist.Status.DRAFT:
        return redirect("console:checklist", pk)
    items = versions.items_of(draft)
    chosen = request.GET.get("item", "")
    item = next((each for each in items if str(each.pk) == chosen), None)
    if request.GET.get("add") in Item.Kind.values:
        item = Item(checklist=draft, kind=request.GET["add"], position=len(items) + 1)
    form = ItemForm(item=item, items=items) if item else None
    return _editor(request, draft, items, form=form)


def _draft(pk: int) -> Checklist:
    return get_object_or_404(Checklist.objects.select_related("target_type", "target_area"), pk=pk)


def _change_head(request, draft: Checklist):
    form = HeadForm(request.POST, checklist=draft)
    if not form.is_valid():
        return _editor(request, draft, versions.items_of(draft), head=form, status=422)
    try:
        actions.change_checklist(draft, by=request.user, stamp=request.POST.get("stamp", ""), **form.columns())
    except Refusal as refusal:
        _note(form, refusal)
        return _editor(request, _draft(draft.pk), versions.items_of(draft), head=form, status=refusal.status)
    if request.htmx:
        return _editor(request, _draft(draft.pk), versions.items_of(draft))
    return redirect("console:edit_checklist", draft.pk)


@login_required
@require_POST
def add_item(request, pk: int):
    """Adds what was typed at the end; the form comes back with what is wrong."""
    draft = _draft(pk)
    items = versions.items_of(draft)
    kind = request.POST.get("kind", "")
    item = Item(
        checklist=draft, kind=kind if kind in Item.Kind.values else Item.Kind.PASS_FAIL, position=len(items) + 1
    )
    form = ItemForm(request.POST, item=item, items=items)
    status = 422
    if form.is_valid():
        try:
            added = actions.add_item(draft, kind, by=request.user, **form.columns())
        except Refusal as refusal:
            _note(form, refusal)
            status = refusal.status
        else:
            messages.success(request, _("Item %(n)d is added.") % {"n": added.position})
            return redirect("console:edit_checklist", pk)
    require(request.user, "inspections.design")
    return _editor(request, draft, items, form=form, status=status)


@login_required
@require_POST
def change_item(request, pk: int):
    """Also the autosave, which takes only what changes on the page."""
    item = get_object_or_404(Item.objects.select_related("checklist", "category"), pk=pk)
    require(request.user, "inspections.design")
    items = versions.items_of(item.checklist)
    form = ItemForm(request.POST, item=item, items=items)
    status = 422
    if form.is_valid():
        try:
            actions.change_item(item, by=request.user, stamp=request.POST.get("stamp", ""), **form.columns())
            status = 200
        except Refusal as refusal:
            _note(form, refusal)
            status = refusal.status
    if status == 200 and not request.htmx:
        return redirect(_address(item.checklist_id, item.pk))
    return _editor(request, _draft(item.checklist_id), versions.items_of(item.checklist), form=form, status=status)


def _note(form, refusal: Refusal) -> None:
    """Beside the fields where it names them, else above all."""
    if isinstance(refusal, ItemRefused):
        for name, sentence in refusal.errors.items():
            form.add_error(name if name in form.fields else None, sentence)
        return
    form.add_error(None, refusal.message)
    form.is_conflict = isinstance(refusal, WrongStatus)


@login_required
@require_POST
def move_item(request, pk: int):
    item = get_object_or_404(Item.objects.select_related("checklist"), pk=pk)
    to = request.POST.get("to", "")
    if not to.isdecimal() or len(to) > 4:
        raise DomainError(_("Say to which place the item goes."))
    actions.move_item(item, int(to), by=request.user, stamp=request.POST.get("stamp", ""))
    messages.success(request, _("Moved to place %(n)d.") % {"n": int(to)})
    return redirect(_address(item.checklist_id, request.POST.get("open", "")))


@login_required
@require_POST
def remove_item(request, pk: int):
    item = get_object_or_404(Item.objects.select_related("checklist"), pk=pk)
    actions.remove_item(item, by=request.user, stamp=request.POST.get("stamp", ""))
    messages.success(request, _("Item %(n)d is removed.") % {"n": item.position})
    return redirect("console:edit_checklist", item.checklist_id)


def _address(draft: int, item: Any) -> str:
    url = reverse("console:edit_checklist", args=[draft])
    return f"{url}?item={item}" if str(item).isdecimal() else url


def _editor(request, draft: Checklist, items: list[Item], *, head=None, form=None, status: int = 200):
    """The whole page, or for scripts the part with the list, whatever was refused on the way."""
    shown = form.item if form else items[0] if items else None
    stored = next((item for item in items if shown and item.pk == shown.pk), shown)
    context = {
        "checklist": draft,
        "items": [(item, versions.item_stamp(item, items)) for item in items],
        "order": versions.order_stamp(items),
        "head": head or HeadForm(checklist=draft),
        "head_stamp": request.POST.get("stamp") if head else versions.head_stamp(draft),
        "head_stamp_now": versions.head_stamp(draft),
        "form": form,
        "open": form.item if form else None,
        "stamp": _stamp(request, form, stored, items, status),
        "stamp_now": versions.item_stamp(stored, items) if stored and stored.pk else "",
        "now": versions.facts(stored, items) if stored and stored.pk else {},
        "shown": stored,
        "of": max(len(items), stored.position) if stored else 0,
        "row": Row(stored) if stored else None,
        "kinds": Item.Kind.choices,
        "warnings": warnings(items, draft.frequency, draft.seconds),
        "saved_at": timezone.now(),
    }
    return page(request, "console/checklists/edit.html", context, "console/checklists/_designer.html", status=status)


def _stamp(request, form, stored: Item | None, items: list[Item], status: int) -> str:
    """What was refused keeps the stamp of what it was typed against; only a button of its own takes the new one."""
    if form is None or stored is None or stored.pk is None:
        return ""
    return request.POST.get("stamp", "") if status >= 400 else versions.item_stamp(stored, items)
