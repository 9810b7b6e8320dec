"""Excel sheets of people and machines: the template, the reading, and what is wrong row by row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import sheets
from core.attachments import keep_file
from core.errors import DomainError
from core.sheets import Column, Row
from facilities import imports as machine_rows
from hazards import imports as hazard_rows
from people import imports as people_rows
from portals.web import page, require

SHOWN = 100


@dataclass(frozen=True)
class Kind:
    permission: str
    title: str | Promise
    list_url: str
    columns: Sequence[Column]
    check: Callable[..., list[Row]]
    take: Callable[..., int]


KINDS = {
    "people": Kind(
        "people.manage", gettext_lazy("People from Excel"), "console:people",
        people_rows.COLUMNS, people_rows.check_rows, people_rows.import_people,
    ),
    "hazards": Kind(
        "hazards.import", gettext_lazy("Hazards from Excel"), "console:hazards",
        hazard_rows.COLUMNS, hazard_rows.check_rows, hazard_rows.import_hazards,
    ),
    "machines": Kind(
        "facilities.manage", gettext_lazy("Machines from Excel"), "console:machines",
        machine_rows.COLUMNS, machine_rows.check_rows, machine_rows.import_equipment,
    ),
}  # fmt: skip


@login_required
def template(request, what: str):
    kind = KINDS[what]
    require(request.user, kind.permission)
    response = HttpResponse(sheets.template(kind.columns, str(kind.title)), content_type=sheets.CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{what}.xlsx"'
    return response


@login_required
def read(request, what: str):
    """Reads a sheet all or nothing; faulty rows come back as a page and as the same sheet with a column of reasons."""
    kind = KINDS[what]
    require(request.user, kind.permission)
    context: dict[str, Any] = {"what": what, "kind": kind, "may_add": request.POST.get("may_add")}
    if request.method != "POST":
        return page(request, "console/imports/read.html", context)
    upload = request.FILES.get("file")
    try:
        if upload is None:
            raise DomainError(_("Choose an Excel file first."))
        rows = kind.check(sheets.read_sheet(upload, kind.columns), may_add=bool(context["may_add"]))
    except DomainError as refusal:
        return page(request, "console/imports/read.html", context | {"refusal": refusal.message}, status=422)
    if any(row.faults for row in rows):
        return page(request, "console/imports/read.html", context | _report(request, kind, rows, what), status=422)
    if "look" in request.POST:
        return page(request, "console/imports/read.html", context | _preview(kind, rows))
    count = kind.take(rows, by=request.user)
    messages.success(request, _("%(count)d rows were read in.") % {"count": count})
    return redirect(kind.list_url)


def _preview(kind: Kind, rows: list[Row]) -> dict[str, Any]:
    """As it would be read in, and nothing is."""
    lines = [(row.number, [row.texts[column.key] for column in kind.columns]) for row in rows[:SHOWN]]
    return {"headings": [column.title for column in kind.columns], "lines": lines, "count": len(rows)}


def _report(request, kind: Kind, rows: list[Row], what: str) -> dict[str, Any]:
    faulty = [row for row in rows if row.faults]
    content = sheets.report(kind.columns, rows, str(kind.title))
    return {
        "faulty": faulty[:SHOWN],
        "faulty_count": len(faulty),
        "count": len(rows),
        "report": keep_file(content, name=f"{what}.xlsx", content_type=sheets.CONTENT_TYPE, by=request.user),
    }
