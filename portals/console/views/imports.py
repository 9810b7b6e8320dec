"""Sheets of people, machines and old hazards: the file, its columns, what would come of it, and then it is done."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import imports, sheets
from core.errors import DomainError, Refusal, WrongStatus
from core.imports import Kind, Outlook
from core.models import Import, Job
from past.imports import key_of
from past.models import PastKind
from portals.web import page, require

SHOWN_FAULTY, SHOWN_GOOD = 100, 12
LISTS = {
    "people": "console:people",
    "machines": "console:machines",
    "hazards": "console:hazards",
    **{key_of(kind): "console:past" for kind in PastKind},
}


def _kind(request, what: str) -> Kind:
    require(request.user, imports.kinds[what].permission)
    return imports.kinds[what]


@login_required
def template(request, what: str):
    kind = _kind(request, what)
    return _sheet(sheets.template(kind.columns, str(kind.title)), what)


def _sheet(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=sheets.CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


@login_required
def begin(request, what: str):
    """The file; from then on it is kept, and the other steps have a page of their own."""
    kind = _kind(request, what)
    context = {"kind": kind, "list_url": LISTS[what], "template": f"console:{what}_template"}
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise DomainError(_("Choose a file first."))
            return redirect("console:import", pk=imports.begin_import(upload, kind, by=request.user).pk)
        except DomainError as refusal:
            context["refusal"] = refusal.message
    mine = Import.objects.filter(by=request.user, kind=what, status=Import.Status.OPEN).defer("lines")
    context["open_ones"] = mine.order_by("-created_at")[:3]
    return page(request, "console/imports/begin.html", context, status=422 if "refusal" in context else 200)


def _mine(request, pk) -> Import:
    row = get_object_or_404(Import, pk=pk, by=request.user)
    require(request.user, imports.kinds[row.kind].permission)
    return row


@login_required
def show(request, pk):
    """Columns and what would come of them; POST matches anew, and reads in where that was pressed."""
    row = _mine(request, pk)
    if request.method != "POST" or row.status == Import.Status.DONE:
        return _show(request, row)
    verb = request.POST.get("verb", "look")
    try:
        imports.match_columns(
            row,
            head=row.head if (head := _number(request.POST.get("head"))) is None else head,
            places={key: _number(request.POST.get(f"at-{key}")) for key in row.places},
            may_add=bool(request.POST.get("may_add")),
            by=request.user,
        )
        if verb == "look":
            return redirect("console:import", pk=pk)
        done = imports.read_in(row, by=request.user, leaves_faulty=verb == "take_good")
    except WrongStatus:
        raise
    except Refusal as refusal:
        return _show(request, row, refusal.message)
    return _done(request, row, done)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 4 else None


def _done(request, row: Import, done: Import | Job):
    if isinstance(done, Job):
        return redirect("console:job", pk=done.pk)
    count = done.counts["new"] + done.counts["changed"]
    messages.success(
        request, ngettext("%(count)d row was read in.", "%(count)d rows were read in.", count) % {"count": count}
    )
    return redirect("console:import", pk=row.pk) if done.left else redirect(LISTS[row.kind])


def _show(request, row: Import, refusal: str = ""):
    kind = imports.kinds[row.kind]
    context: dict[str, Any] = {"row": row, "kind": kind, "list_url": LISTS[row.kind], "refusal": refusal}
    if row.status == Import.Status.OPEN:
        context |= _columns(row, kind)
        try:
            context |= _outlook(row, kind)
        except DomainError as fault:
            context["refusal"] = refusal or fault.message
    return page(request, "console/imports/show.html", context, status=422 if refusal else 200)


def _columns(row: Import, kind: Kind) -> dict[str, Any]:
    return {
        "matches": [(column, row.places.get(column.key)) for column in kind.columns],
        "headings": [(at, f"{_letters(at)} · {text or '—'}") for at, text in enumerate(row.lines[row.head])],
        "heads": [(at, " · ".join(filter(None, line))[:60]) for at, line in enumerate(row.lines[: sheets.MAX_HEAD])],
    }


def _outlook(row: Import, kind: Kind) -> dict[str, Any]:
    outlook = Outlook(row)
    matched = [column for column in kind.columns if row.places.get(column.key) is not None]
    shown = [*outlook.faulty[:SHOWN_FAULTY], *[each for each in outlook.rows if not each.faults][:SHOWN_GOOD]]
    return {
        "titles": [column.title for column in matched],
        "lines": [
            (each, imports.outcome(each), [(column.title, each.texts[column.key]) for column in matched])
            for each in shown
        ],
        "outlook": outlook,
        "hidden": len(outlook.rows) - len(shown),
    }


def _letters(at: int) -> str:
    """As Excel names its columns."""
    return (chr(64 + at // 26) if at >= 26 else "") + chr(65 + at % 26)


@login_required
def faulty(request, pk):
    """The rows that need a look, each with why: corrected there, the sheet is read in like any other."""
    row = _mine(request, pk)
    return _sheet(imports.left_out(row), f"{row.kind}-to-correct")
