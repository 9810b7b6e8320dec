"""消息中心: all that a person was told, on the desk and on the phone; the bell that counts what they have not read."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from notifications.models import Notification
from notifications.reading import can_be_silent, is_in, mark_read, mute_thread, muted_by, unmute_thread
from portals.web import page, require

PER_PAGE = 50
FACES = {
    "console": "console/feed.html",
    "field": "field/feed.html",
    "supplier": "supplier/feed.html",
    "contractor": "contractor/feed.html",
}
WHICH = {"": _("All"), "unread": _("Unread"), "urgent": _("Urgent"), "muted": _("Muted")}
# By what their events are called.
KINDS: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    "hazards": (_("Hazards"), "alert-triangle", ("hazard", "plan", "tip")),
    "checks": (_("Checks"), "clipboard-list", ("run", "pause")),
    "groups": (_("Talk"), "message-circle", ("group", "post", "mention", "subtask")),
    "alerts": (_("Alerts"), "alert-octagon", ("alert",)),
    "other": (_("Other"), "bell", ()),
}
_KIND_OF = {word: kind for kind, (_label, _icon, words) in KINDS.items() for word in words}


@login_required
def show(request, face: str):
    """The newest first; a page ends where the next one begins, however many come meanwhile."""
    if face == "console":
        require(request.user, "console.open")
    which, kind, before = _chosen(request)
    muted = muted_by(request.user)
    notes = Notification.objects.visible_to(request.user).filter(_wanted(which, muted), _of_kind(kind))
    if before:
        notes = notes.filter(seq__lt=before)
    found: list[Any] = list(notes.order_by("-seq")[: PER_PAGE + 1])
    rows, has_more = found[:PER_PAGE], len(found) > PER_PAGE
    for note in rows:
        note.is_muted, note.can_be_silent = is_in(note, muted), can_be_silent(note)
        note.icon = KINDS[_KIND_OF.get(note.event.partition(".")[0], "other")][1]
    context = {
        "base": reverse(f"{face}:feed"),
        "rows": rows,
        "which": which,
        "kind": kind,
        "whiches": WHICH,
        "kinds": [(key, label) for key, (label, _icon, _words) in KINDS.items()],
        "here": _query(which, kind, before),
        "older": _query(which, kind, rows[-1].seq) if has_more else "",
        "newest": _query(which, kind, 0) if before else None,
    }
    return page(request, FACES[face], context, part="parts/_feed.html")


@login_required
@require_POST
def act(request, face: str, verb: str):
    if verb not in VERBS:
        raise Http404
    VERBS[verb](request)
    return redirect(f"{reverse(f'{face}:feed')}?{_query(*_chosen(request))}")


@login_required
def bell(request):
    return page(
        request,
        "parts/_bell.html",
        {"is_desk": request.GET.get("desk") == "1", "is_portal": request.GET.get("portal") == "1"},
    )


def _chosen(request) -> tuple[str, str, int]:
    asked = request.GET
    which, kind = asked.get("which", ""), asked.get("kind", "")
    return which if which in WHICH else "", kind if kind in KINDS else "", _number(asked.get("before", ""))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _query(which: str, kind: str, before: int) -> str:
    return urlencode({name: value for name, value in (("which", which), ("kind", kind), ("before", before)) if value})


def _wanted(which: str, muted: frozenset[tuple[str, str]]) -> Q:
    if which == "muted":
        threads: list[Any] = [Q(subject_type=kind, subject_id=pk) for kind, pk in muted]
        return Q(pk__in=[]) if not threads else Q.create(threads, connector=Q.OR)
    return {"unread": Q(read_at=None), "urgent": Q(is_urgent=True)}.get(which, Q())


def _of_kind(kind: str) -> Q:
    if not kind:
        return Q()
    words = KINDS[kind][2] or tuple(_KIND_OF)
    found: Any = Q.create([Q(event__startswith=f"{word}.") for word in words], connector=Q.OR)
    return found if KINDS[kind][2] else ~found


def _note(request) -> Notification:
    return get_object_or_404(_notes_of(request), pk=_number(request.POST.get("note", "")))


def _notes_of(request) -> QuerySet[Notification]:
    return Notification.objects.visible_to(request.user).exclude(subject_type="")


# What came after the page was drawn is not marked: nobody has seen it.
VERBS: dict[str, Callable[[Any], Any]] = {
    "read": lambda request: mark_read(by=request.user, until=_number(request.POST.get("until", ""))),
    "mute": lambda request: mute_thread(_note(request), by=request.user),
    "unmute": lambda request: unmute_thread(_note(request), by=request.user),
}
