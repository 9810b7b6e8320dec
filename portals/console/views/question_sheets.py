"""The bank of a course as an Excel sheet, out and in."""

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
from portals.console.views.questions import course_of
from portals.web import page, require
from training.models import Course, Question
from training.sheets import COLUMNS, Entry, check_rows, import_questions, rows_of
from training.taught import refuse_unpassed

SHOWN = 100


@login_required
def export(request, code: str):
    require(request.user, TEACH)
    course = course_of(code)
    refuse_unpassed(request.user, [code])
    bank = Question.objects.asked().filter(course_code=code).order_by("lesson_key", "code")
    content = sheets.filled(COLUMNS, rows_of(bank, list(course.lessons.all())), _("Question bank"))
    return _file(content, f"{course.code}.xlsx")


@login_required
def template(request, code: str):
    require(request.user, TEACH)
    return _file(sheets.template(COLUMNS, _("Question bank")), f"{course_of(code).code}-0.xlsx")


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=sheets.CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_required
def read(request, code: str):
    """All rows or none; what is wrong stands beside its row, on the page and in the sheet that can be downloaded."""
    require(request.user, TEACH)
    course = course_of(code)
    refuse_unpassed(request.user, [code])
    if request.method != "POST":
        return _page(request, course, {})
    try:
        if (upload := request.FILES.get("file")) is None:
            raise DomainError(_("Choose an Excel file first."))
        entries = check_rows(sheets.read_sheet(upload, COLUMNS), course)
        if any(entry.row.faults for entry in entries):
            return _page(request, course, _report(request, entries), status=422)
        if "look" in request.POST:
            return _page(request, course, _preview(entries))
        added, corrected = import_questions(entries, course, by=request.user)
    except DomainError as refusal:
        return _page(request, course, {"refusal": refusal.message}, status=422)
    messages.success(request, _("New: %(added)d. Corrected: %(corrected)d.") % {"added": added, "corrected": corrected})
    return redirect("console:edit_questions", code)


def _page(request, course: Course, context: dict[str, Any], status: int = 200):
    return page(request, "console/courseware/read.html", {"course": course, **context}, status=status)


def _preview(entries: list[Entry]) -> dict[str, Any]:
    changes = [entry for entry in entries if entry.is_change]
    return {"lines": changes[:SHOWN], "count": len(changes), "same": len(entries) - len(changes)}


def _report(request, entries: list[Entry]) -> dict[str, Any]:
    rows = [entry.row for entry in entries]
    faulty = [row for row in rows if row.faults]
    content = sheets.report(COLUMNS, rows, _("Question bank"))
    kept = keep_file(content, name="questions.xlsx", content_type=sheets.CONTENT_TYPE, by=request.user)
    return {"faulty": faulty[:SHOWN], "faulty_count": len(faulty), "count": len(rows), "report": kept}
