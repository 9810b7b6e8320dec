"""Work that was set aside after many tries: look at the reason, replay it, or say why it need not be done."""

from typing import Any

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError, WrongStatus
from operators import actions
from portals.operator.access import for_operators
from portals.operator.filters import OWN, Filter, asked_by, choices
from portals.operator.forms import DropForm
from portals.operator.shown import facts_of, kind_of, reason_of
from portals.paging import slice_of
from tenants import due
from tenants.models import Due

PER_PAGE = 50
COLUMNS = ("id", "factory__name", "handler", "attempts", "created_at", "due_at", "dead_at", "last_error")
SAID = ("replayed", "surpassed", "dropped", "gone")


@for_operators
@require_safe
def home(request):
    return redirect("operator:dead")


@for_operators
@require_safe
def index(request):
    asked = asked_by(request.GET)
    page = slice_of(asked.rows().values(*COLUMNS), request.GET.get("at", ""), PER_PAGE, by="dead_at")
    for row in page.rows:
        row["kind"], (row["reason"], row["error"]) = (
            kind_of(row["handler"]),
            reason_of(row["handler"], row["last_error"]),
        )
    factories, kinds = choices()
    context = {"page": page, "asked": asked, "query": asked.query, "queue": due.queue(), "own": OWN}
    context |= {"factories": factories, "kinds": [(kind, kind_of(kind)) for kind in kinds], "here": "dead"}
    return render(request, "operator/dead/list.html", context | {"said": _said(request)})


def _said(request) -> dict[str, int]:
    """What was just done, as the address of the page says it."""
    counts = {name: request.GET.get(name, "") for name in SAID}
    return {name: int(n) for name, n in counts.items() if n.isascii() and n.isdecimal() and len(n) < 10 and int(n)}


def _row(pk: int) -> Due:
    row = due.dead().filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _shown(row: Due) -> dict[str, Any]:
    reason, error = reason_of(row.handler, row.last_error)
    kind, facts = kind_of(row.handler), facts_of(row.payload)
    return {"row": row, "kind": kind, "reason": reason, "error": error, "facts": facts, "here": "dead"}


@for_operators
@require_safe
def show(request, pk: int):
    return render(request, "operator/dead/show.html", _shown(_row(pk)))


@for_operators
@require_http_methods(["GET", "HEAD", "POST"])
def replay(request, pk: int):
    if request.method != "POST":
        return render(request, "operator/dead/replay.html", _shown(_row(pk)))
    return _replayed(Filter(), due.dead().filter(pk=pk), request.operator)


@for_operators
@require_http_methods(["GET", "HEAD", "POST"])
def replay_all(request):
    """What was set aside after the question was shown is not meant by the answer."""
    if request.method == "POST":
        asked = asked_by(request.POST)
        if asked.until is None:
            return redirect("operator:replay_all")
        return _replayed(asked, asked.rows(), request.operator)
    asked = asked_by(request.GET)
    factories, _kinds = choices()
    context = {"asked": asked, "count": asked.rows().count(), "until": timezone.now().isoformat(), "own": OWN}
    context |= {"factory_name": dict(factories).get(asked.factory, ""), "kind": kind_of(asked.kind), "here": "dead"}
    return render(request, "operator/dead/replay_all.html", context)


def _replayed(asked: Filter, rows, operator):
    again, surpassed = actions.replay_dead(rows, by=operator)
    if not again and not surpassed:
        return _back(asked, gone=1)
    return _back(asked, replayed=again, surpassed=surpassed)


def _back(asked: Filter, **said: int):
    parts = [asked.query, *(f"{name}={count}" for name, count in said.items() if count)]
    answer = redirect("operator:dead")
    answer["Location"] += "?" + "&".join(filter(None, parts))
    return answer


@for_operators
@require_http_methods(["GET", "HEAD", "POST"])
def drop(request, pk: int):
    row, form = _row(pk), DropForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.drop_dead(row, form.cleaned_data["reason"], by=request.operator)
            return _back(Filter(), dropped=1)
        except WrongStatus:
            return _back(Filter(), gone=1)
        except DomainError as refused:
            form.add_error("reason", refused.message)
    status = 422 if form.is_bound else 200
    return render(request, "operator/dead/drop.html", _shown(row) | {"form": form}, status=status)
