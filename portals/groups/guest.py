"""What a link opens for somebody from outside: one hazard, its joint group, and where they were asked to, its fix.

The token in the address is all that counts here. A session of the same browser is neither looked at nor changed.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from core.errors import DomainError, NotAllowed, Refusal, Revoked
from core.limits import allow
from core.models import Attachment
from hazards import actions
from hazards.actions.invitations import invitation_of
from hazards.models import WORKFLOW, Evidence, Hazard, Invitation, PostPhoto, SubTask, Thread
from people.preferences import prefer
from portals.field.forms.hazards import RectifyForm
from portals.field.views import proof
from portals.files import serve
from portals.groups import views
from portals.groups.forms import PostForm, keeping, left_of, read
from portals.groups.threads import SHOWN, group_of, thread
from portals.levels import returned_fix
from portals.photos import stamp_of, take_photos
from portals.typed import typed_in
from portals.web import page

# By link and minute. Each word in a busy group makes an open page ask twice.
MINUTE = timedelta(minutes=1)
MOST = {"GET": 240, "POST": 40, "files": 600}
HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


def _by_link(kind: str = "") -> Callable:
    def around(view: Callable) -> Callable:
        # No cookie says who it is, so no other page can send anything in this person's name.
        @csrf_exempt
        @wraps(view)
        def run(request, token: str, **more):
            request.user = AnonymousUser()
            _speak(request, translation.get_language_from_request(request))
            most = MOST[kind or ("POST" if request.method == "POST" else "GET")]
            try:
                response = _answer(view, request, token, most, **more)
            except Revoked as refusal:
                response = _ended(request, refusal.message)
            for name, value in HEADERS.items():
                response[name] = value
            return response

        return run

    return around


def _answer(view: Callable, request, token: str, most: int, **more) -> HttpResponseBase:
    invitation = invitation_of(token)
    if invitation is None:
        raise Http404
    allow(f"link:{request.method}:{most}", str(invitation.pk), most=most, within=MINUTE)
    invitation.hazard = Hazard.objects.select_related(*views.NEAR).get(pk=invitation.hazard_id)
    if invitation.opened_at is not None:
        _speak(request, invitation.user.language)
    return view(request, invitation, token, **more)


def _speak(request: HttpRequest, language: str) -> None:
    translation.activate(language)
    request.LANGUAGE_CODE = language


def _ended(request, message: str) -> HttpResponse:
    if request.htmx and request.method != "POST":  # an open page: it loads itself and shows the same
        return HttpResponse(status=410, headers={"HX-Refresh": "true"})
    response = page(request, "guest/ended.html", {"message": message, "typed_words": typed_in(request)}, status=410)
    response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML"
    return response


@_by_link()
@require_safe
def show(request, invitation: Invitation, token: str):
    """Who only fetches the page, as messengers do for their previews, has not opened the link: see `_seen`."""
    part = request.GET.get("part", "")
    if request.htmx:
        _seen(request, invitation)
    template = views.PARTS[part] if part in ("posts", "side") and request.htmx else "guest/hazard.html"
    return page(request, template, _shown(request, invitation, token))


def _shown(request, invitation: Invitation, token: str, **more: Any) -> dict[str, Any]:
    hazard, user = invitation.hazard, invitation.user
    is_all = bool(request.GET.get("all"))
    found = thread(hazard, user, most=0 if is_all else SHOWN, is_guest=True)
    base = reverse("outsider:hazard", args=[token])
    chat = {
        "base": base,
        "files": f"{base}files/",
        "me": user,
        "asked": "&all=1" if is_all else "",
        "may_write": hazard.is_open,
        "is_guest": True,
        "tasks": [task for task in found.get("tasks", ()) if task.owner_id == user.pk],
        "post": PostForm(),
    }
    fixes = invitation.may_fix and hazard.owner_id == user.pk
    evidence = hazard.evidence.select_related("attachment__by")
    return {
        "hazard": hazard,
        "invitation": invitation,
        "chat": found | chat | more,
        "files": chat["files"],
        "socket": f"/ws/g/{token}/",
        "evidence": evidence,
        "fixes": fixes,
        "returned_fix": returned_fix(hazard) if fixes else None,
        **proof.context_of(user, hazard, evidence),
        "steps": {step.verb for step in WORKFLOW.open_to(user, hazard)} if fixes else set(),
        "form": more.get("form") or RectifyForm(),
        "taken": more.get("taken_fix"),
    }


@_by_link()
@require_POST
def act(request, invitation: Invitation, token: str, verb: str):
    if verb not in VERBS:
        raise Http404
    _seen(request, invitation)
    if verb == "seen":
        return HttpResponse(status=204)
    try:
        anchor = VERBS[verb](request, invitation)
    except Refusal as refusal:
        if request.htmx:
            raise
        invitation.hazard = Hazard.objects.select_related(*views.NEAR).get(pk=invitation.hazard_id)
        # Who of the factory moved it is not told outside; the page says where it stands.
        more = left_of(request, refusal, invitation.hazard) | {"moved": None}
        return page(request, "guest/hazard.html", _shown(request, invitation, token, **more), status=refusal.status)
    if request.htmx and verb == "post":
        return page(request, views.PARTS["posts"], _shown(request, invitation, token, is_sent=True))
    return redirect(reverse("outsider:hazard", args=[token]) + anchor)


@_by_link("files")
@require_safe
def file(request, invitation: Invitation, token: str, pk):
    """Photos of this hazard and its group, and what this link sent itself."""
    hazard = invitation.hazard
    own = Q(by=invitation.user)
    own |= Q(pk__in=Evidence.objects.filter(hazard=hazard).values("attachment"))
    group = group_of(hazard)
    if group:
        said = PostPhoto.objects.filter(post__thread__hazard=hazard, post__at__gte=group.opened_at)
        own |= Q(pk__in=said.values("attachment"))
    own |= Q(pk__in=SubTask.objects.filter(group__hazard=hazard, photo__isnull=False).values("photo"))
    return serve(request, get_object_or_404(Attachment.objects.filter(own), pk=pk))


def _seen(request, invitation: Invitation) -> str:
    """The page runs in front of somebody: it opens the link, and what calls them in the group is read."""
    actions.open_invitation(invitation, language=request.LANGUAGE_CODE)
    thread = Thread.objects.filter(hazard=invitation.hazard_id).select_related("hazard").first()
    if thread:
        actions.see_thread(thread, by=invitation.user)
    return ""


def _start(request, invitation: Invitation) -> str:
    _require_fixer(invitation)
    actions.start_hazard(invitation.hazard, by=invitation.user)
    return "#fix"


def _before(request, invitation: Invitation) -> str:
    """Where it was reported without a photo, it is photographed before the work."""
    _require_fixer(invitation)
    hazard = invitation.hazard
    taken = take_photos(request, "before", stamp=stamp_of(hazard.equipment or hazard.area), by=invitation.user)
    with keeping(taken_fix=taken):
        if taken.errors:
            raise DomainError(_("Look at the marked places; nothing is lost."))
        actions.add_before_photos(hazard, by=invitation.user, photos=taken.photos)
    return "#fix"


def _rectify(request, invitation: Invitation) -> str:
    _require_fixer(invitation)
    hazard, form = invitation.hazard, RectifyForm(request.POST)
    stamp = stamp_of(hazard.equipment or hazard.area)
    taken = take_photos(request, "photos", stamp=stamp, by=invitation.user)
    with keeping(form=form, taken_fix=taken):
        words = read(form, *taken.errors)
        said = {name: words[name] for name in ("measure", "cause", "tests")}
        actions.submit_hazard(hazard, by=invitation.user, photos=taken.photos, **said)
    return "#fix"


def _require_fixer(invitation: Invitation) -> None:
    if not invitation.may_fix:
        raise NotAllowed(_("This link is for taking part. Who sent it can make one for fixing."))


def _language(request, invitation: Invitation) -> str:
    chosen = request.POST.get("language")
    if chosen in dict(settings.LANGUAGES):
        prefer(invitation.user, language=chosen)
    return ""


VERBS: dict[str, Callable[[Any, Invitation], str]] = {
    "post": lambda request, invitation: views.post(request, invitation.hazard, by=invitation.user),
    "finish": lambda request, invitation: views.finish(request, invitation.hazard, by=invitation.user),
    "seen": _seen,
    "before": _before,
    "start": _start,
    "rectify": _rectify,
    "language": _language,
}
