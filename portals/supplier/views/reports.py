"""自查报告: the open one to be filled in, answer by answer; those of before, with their grade."""

import hashlib
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.attachments import keep_once, keep_photo
from core.errors import DomainError, Refusal
from core.papers import keep_paper
from insight.suppliers import trend_of
from inspections.models import Item
from notifications.actions import mark_opened
from partners import actions
from partners.actions.opening import last_accepted
from partners.models import Reply, ReplyPhoto, ReportFile, SelfInspection
from portals.photos import Photos, take_photos
from portals.supplier.forms import ReplyForm
from portals.supplier.gate import company_page
from portals.supplier.sheet import first_open, parts_of, rows_of, score_as_json, tip_of
from portals.web import page, wants_json

HISTORY = 12


def _find(request, pk: int) -> SelfInspection:
    own = SelfInspection.objects.visible_to(request.user).filter(company=request.company)
    return get_object_or_404(own.select_related("company", "checklist", "decided_by"), pk=pk)


@company_page
def index(request):
    reports = SelfInspection.objects.filter(company=request.company).select_related("company")
    context = {
        "open": list(reports.answerable().order_by("due_on")),
        "page": Paginator(reports, HISTORY).get_page(request.GET.get("page")),
        "trend": trend_of(request.company),
    }
    return page(request, "supplier/reports.html", context)


@company_page
def show(request, pk: int):
    report = _find(request, pk)
    mark_opened(report, by=request.user)
    return _show(request, report)


def _show(request, report: SelfInspection, status: int = 200, **more: Any):
    rating = actions.rated(report)
    former = last_accepted(report)
    rows = rows_of(report, rating, former, typed=more.get("typed"))
    context = {
        "report": report,
        "rating": rating,
        "rows": rows,
        "parts": parts_of(rows),
        "first_open": first_open(rows),
        "former": former,
        "tip": tip_of(rating),
        "files": report.files.select_related("attachment"),
        "history": SelfInspection.objects.filter(company=report.company).exclude(pk=report.pk)[:6],
        "may_fill": report.is_answerable and report.company.is_active,
    }
    return page(request, "supplier/report.html", context | more, status=status)


@company_page
@require_POST
def answer(request, pk: int):
    """One question, as soon as it is answered; the page's script reads how the report stands by now."""
    report = _find(request, pk)
    item = get_object_or_404(report.checklist.items, pk=_number(request.POST.get("item", "")))
    refused = _keep(request, report, item)
    report = _find(request, pk)
    if not wants_json(request):
        return redirect(f"{request.path[: -len('answer/')]}#q{item.pk}")
    reply = Reply.objects.filter(report=report, item=item).first()
    said = score_as_json(actions.rated(report), reply)
    return JsonResponse(said | ({"error": " ".join(refused)} if refused else {}), status=422 if refused else 200)


def _keep(request, report: SelfInspection, item: Item) -> list[str]:
    """What was said and photographed; a sentence for each thing that cannot be kept."""
    form, taken = ReplyForm(request.POST, item=item), _photos(request, item)
    faults = [str(fault) for faults in form.errors.values() for fault in faults] + taken.errors
    if form.is_valid() and form.was_sent:
        reply = Reply.objects.filter(report=report, item=item).first()
        try:
            actions.answer(report, item, by=request.user, **form.said(reply))
        except DomainError as refusal:
            faults.append(refusal.message)
    if taken.photos:
        try:
            actions.add_photos(report, item, taken.photos, by=request.user)
        except DomainError as refusal:
            faults.append(refusal.message)
    return faults


def _photos(request, item: Item) -> Photos:
    """Under the id that the phone made, where it did: sent twice, a photo is kept once."""
    name = f"{item.pk}-photos"
    ids = request.POST.getlist(f"{name}-ids")
    if not ids or len(ids) != len(request.FILES.getlist(name)):
        return take_photos(request, name, stamp=request.company.name)
    taken = Photos()
    for given, upload in zip(ids, request.FILES.getlist(name), strict=True):
        try:
            taken.photos.append(_once(given, upload, request))
        except Refusal as refusal:
            taken.errors.append(refusal.message)
    return taken


def _once(given: str, upload: Any, request):
    try:
        pk = UUID(given)
    except ValueError:
        raise DomainError(_("This photo cannot be kept. Take it again.")) from None
    content = upload.read()
    upload.seek(0)
    digest = hashlib.sha256(content).hexdigest()
    keep = partial(keep_photo, upload, by=request.user, stamp=request.company.name)
    return keep_once(pk, digest, lambda key: keep(pk=key), by=request.user)


@company_page
@require_POST
def save(request, pk: int):
    """The whole page, for browsers without scripts too; with the button “hand in” it is handed in."""
    report = _find(request, pk)
    faults = _keep_all(request, report)
    if not faults and "submit" in request.POST:
        return _submit(request, report)
    if faults:
        return _show(request, _find(request, pk), 422, refusal=" ".join(faults[:5]), typed=request.POST)
    messages.success(request, _("Saved. Nothing is handed in yet."))
    return redirect("supplier:report", pk=pk)


def _keep_all(request, report: SelfInspection) -> list[str]:
    replies = {reply.item_id: reply for reply in report.replies.all()}
    faults = []
    for item in report.checklist.items.all():
        form = ReplyForm(request.POST, item=item)
        is_changed = form.was_sent and (not form.is_valid() or form.differs(replies.get(item.pk)))
        if is_changed or f"{item.pk}-photos" in request.FILES:
            faults += [f"{item.position}. {fault}" for fault in _keep(request, report, item)]
    return faults


def _submit(request, report: SelfInspection):
    try:
        actions.submit_report(report, by=request.user)
    except DomainError as refusal:
        return _show(request, _find(request, report.pk), refusal.status, refusal=refusal.message)
    words = {"factory": request.tenant.name}
    messages.success(request, _("Handed in. %(factory)s looks at it next.") % words)
    return redirect("supplier:report", pk=report.pk)


@company_page
@require_POST
def files(request, pk: int):
    """The company's own report, beside the answers."""
    report, upload = _find(request, pk), request.FILES.get("file")
    try:
        if upload is None:
            raise DomainError(_("Choose a file first."))
        kept, pages = keep_paper(upload, by=request.user, stamp=report.company.name)
        actions.add_file(report, kept, by=request.user, pages=pages)
    except DomainError as refusal:
        return _show(request, report, refusal.status, file_error=refusal.message)
    return redirect(f"{request.path[: -len('files/')]}#files")


@company_page
@require_POST
def drop(request, pk: int):
    """A photo or file that should not be there, as long as nothing is handed in."""
    report = _find(request, pk)
    if "photo" in request.POST:
        photos = ReplyPhoto.objects.filter(reply__report=report).select_related("reply__report")
        photo = get_object_or_404(photos, pk=_number(request.POST["photo"]))
        actions.drop_photo(photo, by=request.user)
        return redirect(f"{request.path[: -len('drop/')]}#q{photo.reply.item_id}")
    kept = ReportFile.objects.filter(report=report).select_related("report")
    actions.drop_file(get_object_or_404(kept, pk=_number(request.POST.get("file", ""))), by=request.user)
    return redirect(f"{request.path[: -len('drop/')]}#files")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
