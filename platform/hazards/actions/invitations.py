"""Links for people without an account: an outside maintainer who fixes one hazard, a helper in its joint group."""

from collections.abc import Callable
from datetime import timedelta

from django.core import signing
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, Revoked, WrongStatus
from core.events import action, emit
from core.links import signer
from hazards.actions.clock import call, forget_start
from hazards.actions.groups import dismiss, enter, look_again, open_group
from hazards.chain import REMINDED
from hazards.models import WORKFLOW, Hazard, Invitation, JointGroup, Maintainer
from people.actions import sort_key
from people.models import RoleGrant, User
from people.permissions import Role
from people.preferences import prefer
from tenants import due
from tenants.addresses import address_of
from tenants.current import current_factory

# Rooms above say which of their people may be given a hazard.
_fixers: list[Callable[[Hazard], QuerySet[User]]] = []
LASTS = timedelta(days=7)
LONGEST = timedelta(days=30)


@action
def invite_outsider(
    hazard: Hazard,
    *,
    by: User | None,
    name: str,
    company: str,
    phone: str = "",
    may_fix: bool = False,
    maintainer: Maintainer | None = None,
    lasts: timedelta = LASTS,
) -> Invitation:
    """A link that opens this one hazard until it expires; what is done by it stands under the outsider's name.

    The outsider is a person of the factory without any way to sign in: no phone, no number, no password. They are in
    the joint group; where somebody is asked only to take part, it is opened for that.
    """
    if by is not None and not by.can("hazards.invite", hazard):
        raise NotAllowed(_("You may not do this here. Ask who it is assigned to, or the safety officer."))
    if not hazard.is_open:
        raise WrongStatus(_("This hazard is closed; nobody can be invited to it any more."))
    if not timedelta() < lasts <= LONGEST:
        raise DomainError(_("Choose a time within %(days)d days.") % {"days": LONGEST.days})
    user = User(name=name.strip(), sort_key=sort_key(name))
    user.set_unusable_password()
    user.save()
    RoleGrant.objects.create(user=user, role=Role.OUTSIDER)
    now = timezone.now()
    invitation = Invitation.objects.create(
        hazard=hazard,
        user=user,
        maintainer=maintainer,
        company=company.strip(),
        phone=phone.strip(),
        may_fix=may_fix,
        created_by=by,
        created_at=now,
        expires_at=now + lasts,
    )
    if may_fix:
        due.at(invitation.expires_at, "hazards.end_invitation", key=_key(invitation), invitation=invitation.pk)
    data = {"name": user.name, "company": invitation.company, "until": invitation.expires_at, "may_fix": may_fix}
    emit("hazard.outsider_invited", hazard, by=by, **data)
    group = JointGroup.objects.filter(hazard=hazard).first()
    if group:
        enter(group, user, by=by)
    elif by is not None and not may_fix:
        open_group(hazard, by=by)
    return invitation


@action
def open_invitation(invitation: Invitation, *, language: str = "") -> Invitation:
    """The link was opened for the first time; from now on its holder is told in this language."""
    now = timezone.now()
    if Invitation.objects.filter(pk=invitation.pk, opened_at=None).update(opened_at=now):
        invitation.opened_at = now
        if language:
            prefer(invitation.user, language=language)
            invitation.user.language = language
        emit("hazard.outsider_opened", invitation.hazard, by=invitation.user, name=invitation.user.name)
        look_again(invitation.hazard)
    return invitation


@action
def revoke_invitation(invitation: Invitation, *, by: User) -> Invitation:
    """The link opens nothing from now on; what was done by it stays."""
    if not by.can("hazards.invite", invitation.hazard):
        raise NotAllowed(_("You may not do this here. Ask who it is assigned to, or the safety officer."))
    now = timezone.now()
    if Invitation.objects.filter(pk=invitation.pk, revoked_at=None).update(revoked_at=now):
        invitation.revoked_at = now
        emit("hazard.outsider_dismissed", invitation.hazard, by=by, name=invitation.user.name)
        dismiss(invitation.hazard, invitation.user, by=by)
        due.cancel(key=_key(invitation))
        end_invitation(invitation)
    return invitation


@action
def end_invitation(invitation: Invitation) -> Invitation:
    """The link opens nothing any more; what its holder was to fix goes back to the officer."""
    hazard = Hazard.objects.select_for_update(of=("self",)).get(pk=invitation.hazard_id)
    if hazard.owner_id == invitation.user_id:
        take_back(hazard)
    return invitation


@action
def take_back(hazard: Hazard) -> Hazard:
    """What somebody from outside was to fix who may not any more waits for a new owner, and who names one is told at once.

    What waits for its review waits on: it comes back only when it is returned.
    """
    if not WORKFLOW.step("take_back").fits(hazard) or not _is_adrift(hazard):
        return hazard
    link = hazard.invitations.filter(user=hazard.owner).order_by("pk").last()
    note = " · ".join(filter(None, (hazard.owner.name, link.company if link else "")))  # type: ignore[union-attr]
    data = call(hazard, REMINDED["link_over"], reason="link_over")
    WORKFLOW.take("take_back", hazard, by=None, note=note, data=data, owner=None, assigned_at=None, started_at=None)
    forget_start(hazard)
    return hazard


def _is_adrift(hazard: Hazard) -> bool:
    """Its owner is from outside, and no link or account of theirs opens any more."""
    owner = hazard.owner
    if owner is None or owner.is_staff_member:
        return False
    return not fixers_from_outside(hazard).filter(pk=owner.pk).exists()


def _key(invitation: Invitation) -> str:
    return f"invitation:{invitation.pk}:end"


def token_of(invitation: Invitation) -> str:
    return signer("g").sign(str(invitation.pk))


def link_of(invitation: Invitation) -> str:
    return address_of(current_factory()) + reverse("outsider:hazard", args=[token_of(invitation)])


def send_link(invitation: Invitation) -> None:
    """As a text to the phone that was written down, once."""
    words = {"company": invitation.company, "factory": current_factory().name, "link": link_of(invitation)}
    text = _("%(factory)s asks %(company)s to fix a hazard. Look and hand in here: %(link)s") % words
    due.now("notifications.send_sms", phone=invitation.phone, text=text, key=f"invitation:{invitation.pk}")


def invitation_of(token: str) -> Invitation | None:
    """The invitation that a link was made for, or nothing; a link that has ended is refused with a sentence."""
    try:
        pk = signer("g").unsign(token)
    except signing.BadSignature:
        return None
    found = Invitation.objects.select_related("hazard", "user", "maintainer").filter(pk=pk).first()
    if found and found.is_over:
        raise Revoked(_("This link has ended. Ask who sent it to you for a new one."))
    return found


def guest_of(token: str) -> User | None:
    """Who stands behind a link that still opens."""
    try:
        found = invitation_of(token)
    except Revoked:
        return None
    return found.user if found else None


def fixes_from_outside(function: Callable[[Hazard], QuerySet[User]]) -> Callable[[Hazard], QuerySet[User]]:
    """Registers a room's answer to "whose people, not the factory's own, may fix this one"."""
    _fixers.append(function)
    return function


def fixers_from_outside(hazard: Hazard) -> QuerySet[User]:
    """Whom the hazard can be given to beside the factory's own people: invited to fix this one, by a link that still
    opens, or of the company at whose site it is.
    """
    live = Invitation.objects.filter(hazard=hazard, may_fix=True, revoked_at=None, expires_at__gt=timezone.now())
    allowed = Q(pk__in=live.values("user"))
    for function in _fixers:
        allowed |= Q(pk__in=function(hazard).values("pk"))
    return User.objects.filter(allowed, is_active=True)
