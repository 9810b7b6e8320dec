"""What is said about a hazard, and its joint group, on the desk and on the phone: one set of views with two faces."""

from typing import Any

import segno
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError, Refusal
from hazards import actions
from hazards.actions.invitations import token_of
from hazards.actions.posts import refuse_too_many
from hazards.models import Hazard, JointGroup, Thread
from notifications.actions import mark_opened
from notifications.outward import address_within
from notifications.reading import is_muted, mute, unmute
from people.models import User
from portals.groups.forms import InviteForm, MemberForm, PostForm, SubTaskForm, keeping, left_of, read, wanted
from portals.groups.threads import FEW, SHOWN, group_of, mark_online, thread
from portals.photos import stamp_of, take_photos
from portals.typed import hazard_for
from portals.web import page, require

PARTS = {
    "posts": "group/_posts.html",
    "side": "group/_side.html",
    "people": "group/_people.html",
    "online": "group/_members_in.html",
}
FACES = {"console": "console/hazards/group.html", "field": "field/hazards/group.html"}
NEAR = ("area", "equipment", "department", "owner", "policy", "reporter")
FOUND = 8


@login_required
def show(request, pk: int, face: str):
    """The page, or a part of it that fetches itself again. Who has it open has seen what calls them."""
    if face == "console":
        require(request.user, "console.open")
    hazard, part = hazard_for(request.user, pk, *NEAR), request.GET.get("part", "")
    context = shown(request, hazard, face, found=_found(request, hazard))
    if part not in ("people", "online"):
        seen(request, hazard, context["chat"])
    return page(request, PARTS[part] if part in PARTS and request.htmx else FACES[face], context)


def seen(request, hazard: Hazard, chat: dict[str, Any]) -> None:
    """What stands before somebody is seen, and its notices are opened."""
    first = next((entry.post.pk for entry in chat["entries"] if entry.post), None)
    if first and chat["thread"]:
        actions.see_thread(chat["thread"], by=request.user, since=first)
        mark_opened(chat["thread"], by=request.user)


def shown(request, hazard: Hazard, face: str, **more: Any) -> dict[str, Any]:
    user, is_all, is_few = request.user, bool(request.GET.get("all")), bool(more.get("few") or request.GET.get("few"))
    found = thread(hazard, user, most=0 if is_all else FEW if is_few else SHOWN)
    mark_online(found["members"])
    may_open = user.can("hazards.open_group", hazard)
    is_member = any(member.user_id == user.pk for member in found["members"])
    may_speak = hazard.is_open and user.can("hazards.comment")  # hazard_for has asked whether they see it
    takes_part = is_member or may_open or hazard.owner_id == user.pk
    about = found["thread"]
    context = {
        "about": address_within(about) if about else "",
        "is_muted": bool(about and is_muted(about, by=user)),
        "base": reverse(f"{face}:group", args=[hazard.pk]),
        "files": "/files/",
        "me": user,
        "asked": "&all=1" if is_all else "&few=1" if is_few else "",
        "few": is_few,
        "words": request.GET.get("q", ""),
        "may_open": may_open and hazard.is_open,
        "may_write": may_speak,
        "may_give": may_speak and takes_part and user.is_staff_member,
        "is_member": is_member and hazard.is_open,
        "post": PostForm(),
        "task": SubTaskForm(group=found["group"]),
        "invite": InviteForm(),
        "invitations": _invitations(request, hazard) if user.can("hazards.invite", hazard) else None,
    }
    return {"hazard": hazard, "chat": found | context | more}


def _invitations(request, hazard: Hazard) -> list[Any]:
    rows: list[Any] = list(hazard.invitations.select_related("user", "created_by"))
    for row in rows:
        row.link = "" if row.is_over else request.build_absolute_uri(reverse("outsider:hazard", args=[token_of(row)]))
        # The drawing stands in the address itself: no file is made, and nobody else sees the link.
        row.qr = segno.make(row.link, error="m").svg_data_uri(scale=4, border=2) if row.link else ""
    return rows


def card(request, hazard: Hazard, face: str, *, is_row: bool = False) -> dict[str, Any]:
    """For the hazard's own page: the thread at the desk, its end on the phone; is_row: only one line that leads to it."""
    context = shown(request, hazard, face, few=face == "field")
    about = context["chat"]["thread"]
    if about:
        called = about.posts.filter(mentions__user=request.user, mentions__seen_at=None)
        context["chat"]["called"] = list(called.select_related("author").order_by("-pk"))
    if not is_row:
        seen(request, hazard, context["chat"])
    return {"chat": context["chat"]}


def _found(request, hazard: Hazard) -> list[User]:
    """People whom the search words fit and who are not in the group."""
    group, words = group_of(hazard), " ".join(request.GET.get("q", "").replace("\0", "").lower().split())
    if not words or group is None or not request.user.can("hazards.open_group", hazard):
        return []
    fits = Q(name__icontains=words) | Q(sort_key__icontains=words) | Q(employee_no__icontains=words) | Q(phone=words)
    people = User.objects.insiders().filter(fits, is_active=True).exclude(pk__in=group.present().values("user"))
    return list(people.select_related("department")[:FOUND])


@login_required
@require_POST
def act(request, pk: int, verb: str, face: str):
    """One thing done; refused, the page comes back with the sentence and with what was typed."""
    if face == "console":
        require(request.user, "console.open")
    hazard = hazard_for(request.user, pk, *NEAR)
    if verb not in VERBS:
        raise Http404
    try:
        anchor = VERBS[verb](request, hazard, by=request.user)
    except Refusal as refusal:
        if request.htmx:
            raise
        hazard = hazard_for(request.user, pk, *NEAR, after=refusal)
        context = shown(request, hazard, face, **left_of(request, refusal, hazard))
        return page(request, FACES[face], context, status=refusal.status)
    if request.htmx and verb == "post":
        return page(request, PARTS["posts"], shown(request, hazard, face, is_sent=True))
    return redirect(reverse(f"{face}:group", args=[pk]) + anchor)


def _group(hazard: Hazard) -> JointGroup:
    group = group_of(hazard)
    if group is None:
        raise DomainError(_("There is no group yet. Open it first."))
    return group


def _stamp(hazard: Hazard) -> str:
    return stamp_of(hazard.equipment or hazard.area)


def _open(request, hazard: Hazard, *, by: User) -> str:
    actions.open_group(hazard, by=by)
    return ""


def post(request, hazard: Hazard, *, by: User) -> str:
    """What the form under the thread sends; photos that were accepted once are kept for the next try."""
    form = PostForm(request.POST)
    with keeping(post=form):
        refuse_too_many(request.FILES.getlist("photos"))
    taken = take_photos(request, "photos", stamp=_stamp(hazard), by=by)
    with keeping(post=form, taken=taken):
        words = read(form, *taken.errors)
        actions.add_post(hazard, by=by, photos=taken.photos, **words)
    return "#last"


def _add(request, hazard: Hazard, *, by: User) -> str:
    words = read(MemberForm(request.POST))
    actions.add_member(_group(hazard), by=by, **words)
    return "#side"


def _leave(request, hazard: Hazard, *, by: User) -> str:
    actions.leave_group(wanted(request, "member", _group(hazard).members), by=by)
    return "#side"


def _give(request, hazard: Hazard, *, by: User) -> str:
    group = _group(hazard)
    form = SubTaskForm(request.POST, group=group)
    with keeping(task=form):
        actions.add_subtask(group, by=by, **read(form))
    return "#side"


def finish(request, hazard: Hazard, *, by: User) -> str:
    task = wanted(request, "task", _group(hazard).subtasks.select_related("group__hazard", "owner"))
    result = request.POST.get("result", "").replace("\0", "")[:300]
    taken = take_photos(request, "photo", stamp=_stamp(hazard), by=by)
    with keeping(tried=task.pk, result=result):
        if taken.errors:
            raise DomainError(" ".join(taken.errors))
        actions.finish_subtask(task, by=by, result=result, photo=next(iter(taken.photos), None))
    return "#side"


def _invite(request, hazard: Hazard, *, by: User) -> str:
    form = InviteForm(request.POST)
    with keeping(invite=form):
        actions.invite_outsider(hazard, by=by, **read(form))
    return "#links"


def _revoke(request, hazard: Hazard, *, by: User) -> str:
    invitations = hazard.invitations.select_related("hazard", "user")
    actions.revoke_invitation(wanted(request, "invitation", invitations), by=by)
    return "#links"


def _mute(request, hazard: Hazard, *, by: User) -> str:
    mute(_thread(hazard), by=by)
    return ""


def _unmute(request, hazard: Hazard, *, by: User) -> str:
    unmute(_thread(hazard), by=by)
    return ""


def _thread(hazard: Hazard) -> Thread:
    about = Thread.objects.filter(hazard=hazard).first()
    if about is None:
        raise DomainError(_("Nobody has said anything here yet."))
    return about


VERBS = {
    "mute": _mute,
    "unmute": _unmute,
    "open": _open,
    "post": post,
    "add": _add,
    "leave": _leave,
    "give": _give,
    "finish": finish,
    "invite": _invite,
    "revoke": _revoke,
}
