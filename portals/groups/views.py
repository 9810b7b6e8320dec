"""The joint group of a hazard on the desk and on the phone: one set of views with two faces."""

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
from hazards.models import Hazard, JointGroup
from people.models import User
from portals.groups.forms import InviteForm, MemberForm, PostForm, SubTaskForm, keeping, left_of, read, wanted
from portals.groups.threads import group_of, mark_online, thread
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
    group = group_of(hazard)
    if group and part != "people":
        actions.see_group(group, by=request.user)
    context = shown(request, hazard, face, found=_found(request, hazard, group))
    return page(request, PARTS[part] if part in PARTS and request.htmx else FACES[face], context)


def shown(request, hazard: Hazard, face: str, **more: Any) -> dict[str, Any]:
    user, everything = request.user, bool(request.GET.get("all"))
    found = thread(hazard, user, everything=everything)
    mark_online(found.get("members", []))
    may_open = user.can("hazards.open_group", hazard)
    is_member = any(member.user_id == user.pk for member in found.get("members", ()))
    may_write = hazard.is_open and (is_member or may_open or hazard.owner_id == user.pk)
    context = {
        "base": reverse(f"{face}:group", args=[hazard.pk]),
        "files": "/files/",
        "me": user,
        "everything": everything,
        "words": request.GET.get("q", ""),
        "may_open": may_open and hazard.is_open,
        "may_write": may_write,
        "may_give": may_write and user.is_staff_member,
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


def card(request, hazard: Hazard, face: str) -> dict[str, Any]:
    """For the hazard's own page: the thread, which is open there too, at the desk; one line that leads to it on the phone."""
    group = group_of(hazard)
    if group and face == "console":
        actions.see_group(group, by=request.user)
    called = {"mentions__user": request.user, "mentions__seen_at": None}
    unread = list(group.posts.filter(**called).select_related("author").order_by("-pk")) if group else []
    return {"chat": shown(request, hazard, face, called=unread)["chat"]}


def _found(request, hazard: Hazard, group: JointGroup | None) -> list[User]:
    """People whom the search words fit and who are not in the group."""
    words = " ".join(request.GET.get("q", "").replace("\0", "").lower().split())
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
        actions.add_post(_group(hazard), by=by, photos=taken.photos, **words)
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


VERBS = {
    "open": _open,
    "post": post,
    "add": _add,
    "leave": _leave,
    "give": _give,
    "finish": finish,
    "invite": _invite,
    "revoke": _revoke,
}
