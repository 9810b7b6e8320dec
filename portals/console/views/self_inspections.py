"""台账 of self-inspections: what suppliers said of themselves, with score and grade, and its exports."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from core.archives import Names
from partners import archive, exports
from partners.models import SelfInspection
from portals.console.forms.archive import chips, kept_query
from portals.console.forms.self_inspections import SelfInspectionForm
from portals.console.views import archives
from portals.web import require

FACES = {"console": "partners.view", "supplier": "partners.report"}


def _beside(request) -> dict:
    return {"grades": archive.GRADES, "standings": archive.Standing.choices}


def _found(request, form: SelfInspectionForm, names: Names) -> dict:
    chosen, reports = form.filter(), SelfInspection.objects.visible_to(request.user)
    found = chosen.of(reports).select_related("company").order_by("-starts_on", "company__name", "pk")
    query = kept_query(SelfInspectionForm, request.GET)
    return {
        "page": Paginator(found, archives.PER_PAGE).get_page(request.GET.get("page")),
        "figures": archive.figures(chosen, reports),
        "chips": chips(SelfInspectionForm, request.GET, archive.facts(chosen, names), form.span_name),
        "span": form.span_name,
        "on": f"{query}&" if query else "",
    }


ARCHIVE = archives.Archive(
    "self_inspections", SelfInspectionForm, archive.choices, _beside, _found, exports.order_export
)


@login_required
def index(request):
    require(request.user, "partners.view")
    return archives.show(request, ARCHIVE)


@login_required
@require_POST
def export(request, kind: str):
    require(request.user, "partners.view")
    return archives.export(request, ARCHIVE, kind)


@login_required
@require_POST
def save(request):
    require(request.user, "partners.view")
    return archives.save(request, ARCHIVE)


@login_required
@require_POST
def paper(request, pk: int, face: str = "console"):
    """One report with its photos; at the portal, one's own."""
    require(request.user, FACES[face])
    report = get_object_or_404(SelfInspection.objects.visible_to(request.user).select_related("company"), pk=pk)
    return redirect(f"{face}:job", pk=exports.order_paper(report, by=request.user).pk)
