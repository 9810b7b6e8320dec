"""What the pages of all archives do: filter, show, export, and keep a filter under a name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from core.archives import Names
from core.errors import DomainError, Refusal
from core.models import Job, SavedView
from core.saved_views import save_view
from portals.console.forms.archive import PeriodForm, kept_query, spans
from portals.web import page

PER_PAGE = 50


@dataclass(frozen=True)
class Archive:
    """name: of its address, templates and saved views; beside: what its filter chooses from; found: what fits it."""

    name: str
    form: type[PeriodForm]
    choices: Callable[[], Names]
    beside: Callable[[HttpRequest], dict[str, Any]]
    found: Callable[[HttpRequest, Any, Names], dict[str, Any]]
    order: Callable[..., Job]

    @property
    def url(self) -> str:
        return reverse(f"console:{self.name}")


def show(request: HttpRequest, archive: Archive, refusal: str = "", status: int = 200, name: str = "") -> HttpResponse:
    """What cannot be read finds nothing, and the page says why; everything typed stays. name: of a view that was refused."""
    names = archive.choices()
    form = archive.form(request.GET, names)
    context = {
        "form": form,
        "names": names,
        "asked": request.GET,
        "refusal": refusal,
        "kept_name": name,
        "query": kept_query(archive.form, request.GET),
        "views": SavedView.objects.filter(by=request.user, page=archive.name),  # type: ignore[misc]
        "spans": spans(archive.form, request.GET),
        **archive.beside(request),
    }
    if form.is_valid():
        context |= archive.found(request, form, names)
    return page(request, f"console/{archive.name}/list.html", context, status=status)


def export(request: HttpRequest, archive: Archive, kind: str) -> HttpResponse:
    """Starts the job and leads to its page; a refusal is shown above the list, where the filter can be changed."""
    form: Any = archive.form(request.GET, archive.choices())
    try:
        if not form.is_valid():
            raise DomainError(" ".join(form.faults))
        job = archive.order(form.filter(), kind, by=request.user)
    except Refusal as refusal:
        return show(request, archive, refusal.message, refusal.status)
    return redirect("console:job", pk=job.pk)


def save(request: HttpRequest, archive: Archive) -> HttpResponse:
    """Keeps the filter in the address under a name; a refusal leaves the list as it was."""
    query = kept_query(archive.form, request.GET)
    try:
        save_view(archive.name, request.POST.get("name", ""), query, by=request.user)
    except Refusal as refusal:
        return show(request, archive, refusal.message, refusal.status, request.POST.get("name", ""))
    return redirect(f"{archive.url}?{query}")
