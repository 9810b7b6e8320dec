"""同事: who of the company has an account; one of them invites the others, ends an access, or passes that duty on."""

from typing import Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.errors import Refusal
from partners import actions
from partners.actions.companies import link_of
from partners.models import CompanyInvitation, CompanyMember
from portals.supplier.gate import company_page
from portals.web import page


@never_cache
@company_page
def index(request):
    """A link is shown on the answer that made it, and never again."""
    if request.method != "POST":
        return _show(request)
    phone = request.POST.get("phone", "").replace("\0", "")
    try:
        _invitation, token = actions.invite(request.company, by=request.user, phone=phone)
    except Refusal as refusal:
        return _show(request, refusal.status, refusal=refusal.message, phone=phone)
    if not phone.strip():
        return _show(request, link=link_of(token))
    messages.success(request, _("Sent as a text. The link works once, for 14 days."))
    return redirect("supplier:people")


def _show(request, status: int = 200, **more: Any):
    head = request.company.administrator
    context = {
        "members": request.company.members.select_related("user").order_by("-user__is_active", "joined_at", "pk"),
        "head": head,
        "may_manage": head == request.user,
        "invitations": [each for each in request.company.invitations.all() if not each.is_over],
    }
    return page(request, "supplier/people.html", context | more, status=status)


@company_page
@require_POST
def act(request, pk: int, verb: str):
    members = CompanyMember.objects.filter(company=request.company).select_related("user", "company")
    member = get_object_or_404(members, pk=pk)
    if verb not in VERBS:
        raise Http404
    note = request.POST.get("note", "").replace("\0", "")
    try:
        messages.success(request, VERBS[verb](request, member, note))
    except Refusal as refusal:
        return _show(request, refusal.status, refusal=refusal.message, ending=pk, note=note)
    return redirect("supplier:people")


def _end(request, member: CompanyMember, note: str) -> str:
    back = len(actions.end_access(member, by=request.user, note=note))
    ended = _("%(name)s has no access any more.") % {"name": member.user.name}
    if not back:
        return ended
    words = ngettext("%(n)d thing to put right is with you now.", "%(n)d things to put right are with you now.", back)
    return f"{ended} {words % {'n': back}}"


def _administrator(request, member: CompanyMember, note: str) -> str:
    actions.name_administrator(member, by=request.user)
    return _("%(name)s looks after your company's accounts now.") % {"name": member.user.name}


VERBS = {"end": _end, "administrator": _administrator}


@company_page
@require_POST
def withdraw(request, pk: int):
    own = CompanyInvitation.objects.filter(company=request.company).select_related("company")
    try:
        actions.withdraw_invitation(get_object_or_404(own, pk=pk), by=request.user)
    except Refusal as refusal:
        return _show(request, refusal.status, refusal=refusal.message)
    messages.success(request, _("Taken back. The link opens nothing any more."))
    return redirect("supplier:people")
