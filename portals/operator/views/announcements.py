"""What all factories are told: written, listed, taken down."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Refusal
from operators import announcements
from operators.models import Announcement
from portals.operator.access import for_operators
from portals.operator.forms import AnnouncementForm

PER_PAGE = 30


@for_operators
@require_http_methods(["GET", "HEAD", "POST"])
def index(request):
    if request.method != "POST":
        return _index(request, AnnouncementForm())
    form = AnnouncementForm(request.POST)
    if form.is_valid():
        try:
            announcements.announce(**form.cleaned_data, by=request.operator)
        except Refusal as refusal:
            form.add_error("ends_at", refusal.message)
        else:
            return redirect("operator:announcements")
    return _index(request, form, 422)


def _index(request, form, status: int = 200):
    rows = Paginator(Announcement.objects.select_related("written_by"), PER_PAGE)
    context = {
        "page": rows.get_page(request.GET.get("page")),
        "query": "",
        "form": form,
        "now": timezone.now(),
        "here": "announcements",
    }
    return render(request, "operator/announcements.html", context, status=status)


@for_operators
@require_POST
def take_down(request, pk: int):
    announcements.take_down(get_object_or_404(Announcement, pk=pk), by=request.operator)
    return redirect("operator:announcements")
