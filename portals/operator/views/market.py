"""Templates that factories share: read before others see them. Whose they are stands nowhere."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.errors import Refusal
from core.words import say
from portals.operator import templates
from portals.operator.access import for_operators
from portals.operator.forms import TemplateForm
from sharing.models import Template

PER_PAGE = 50
GROUPS = (Template.Status.WAITING, Template.Status.APPROVED, Template.Status.RETURNED, Template.Status.WITHDRAWN)


@for_operators
@require_safe
def index(request):
    asked = request.GET.get("group", "")
    group = asked if asked in GROUPS else Template.Status.WAITING
    order = "sent_at" if group == Template.Status.WAITING else "-decided_at"
    found = Paginator(Template.objects.filter(status=group).order_by(order), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": found,
        "rows": [(row, [say(listed["title"]) for listed in row.content["lists"]]) for row in found],
        "groups": [(status, status.label) for status in GROUPS],
        "group": group,
        "query": f"group={group}&",
        "here": "market",
    }
    return render(request, "operator/market/list.html", context)


@for_operators
@require_safe
def show(request, template):
    return _show(request, get_object_or_404(Template, pk=template))


def _show(request, row: Template, form: TemplateForm | None = None, status: int = 200, refusal: str = ""):
    context = {"row": row, "form": form or TemplateForm(), "refusal": refusal, "here": "market"}
    return render(request, "operator/market/show.html", context, status=status)


@for_operators
@require_POST
def decide(request, template, verb: str):
    row = get_object_or_404(Template, pk=template)
    form = TemplateForm(request.POST)
    if verb not in ("approve", "back", "withdraw"):
        raise Http404
    if verb != "approve" and not form.is_valid():
        return _show(request, row, form, 422)
    try:
        if verb == "approve":
            templates.approve(row.pk, by=request.operator)
        elif verb == "back":
            templates.send_back(row.pk, form.cleaned_data["reason"], by=request.operator)
        else:
            templates.withdraw(row.pk, form.cleaned_data["reason"], by=request.operator)
    except Refusal as refusal:
        return _show(request, row, status=refusal.status, refusal=refusal.message or _("It did not work"))
    return redirect("operator:market")
