"""A bank of questions as an Excel sheet, out and in."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core import sheets
from core.attachments import keep_file
from core.errors import DomainError
from portals.console.views.courseware import TEACH
from portals.console.views.questions import bank_at
from portals.web import page, require
from training.banks import Bank
from training.models import Question
from training.sheets import Entry, check_rows, columns_of, import_questions, rows_of
from training.taught import refuse_unpassed

SHOWN = 100


@login_required
def export(request, code: str):
    require(request.user, TEACH)
    bank = bank_at(code)
    refuse_unpassed(request.user, [code])
    asked = Question.objects.asked().filter(course_code=code).order_by("lesson_key", "code")
    content = sheets.filled(columns_of(bank), rows_of(asked, bank.lessons), _("Question bank"))
    return _file(content, f"{bank.code}.xlsx")


@login_required
def template(request, code: str):
    require(request.user, TEACH)
    bank = bank_at(code)
    return _file(sheets.template(columns_of(bank), _("Question bank")), f"{bank.code}-0.xlsx")


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=sheets.CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_required
def read(request, code: str):
    """All rows or none; what is wrong stands beside its row, on the page and in the sheet that can be downloaded."""
    require(request.user, TEACH)
    bank = bank_at(code)
    refuse_unpassed(request.user, [code])
    if request.method != "POST":
        return _page(request, bank, {})
    try:
        if (upload := request.FILES.get("file")) is None:
            raise DomainError(_("Choose an Excel file first."))
        entries = check_rows(sheets.read_sheet(upload, columns_of(bank)), bank)
        if any(entry.row.faults for entry in entries):
            return _page(request, bank, _report(request, bank, entries), status=422)
        if "look" in request.POST:
            return _page(request, bank, _preview(entries))
        added, corrected = import_questions(entries, bank, by=request.user)
    except DomainError as refusal:
        return _page(request, bank, {"refusal": refusal.message}, status=422)
    messages.success(request, _("New: %(added)d. Corrected: %(corrected)d.") % {"added": added, "corrected": corrected})
    return redirect("console:edit_questions", code)


def _page(request, bank: Bank, context: dict[str, Any], status: int = 200):
    return page(request, "console/courseware/read.html", {"bank": bank, **context}, status=status)


def _preview(entries: list[Entry]) -> dict[str, Any]:
    changes = [entry for entry in entries if entry.is_change]
    return {"lines": changes[:SHOWN], "count": len(changes), "same": len(entries) - len(changes)}


def _report(request, bank: Bank, entries: list[Entry]) -> dict[str, Any]:
    rows = [entry.row for entry in entries]
    faulty = [row for row in rows if row.faults]
    content = sheets.report(columns_of(bank), rows, _("Question bank"))
    kept = keep_file(content, name="questions.xlsx", content_type=sheets.CONTENT_TYPE, by=request.user)
    return {"faulty": faulty[:SHOWN], "faulty_count": len(faulty), "count": len(rows), "report": kept}
