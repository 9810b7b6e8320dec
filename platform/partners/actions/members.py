"""Who of a company has an account: one looks after the others, ends an access, or gives that duty to a colleague."""

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, WrongStatus
from core.events import action, emit
from hazards.actions import hand_over_hazard, take_back
from hazards.models import TO_FIX, Hazard
from partners.actions.companies import MANAGING, look_after
from partners.actions.guards import reason_in, refuse_unless_in_charge
from partners.models import CompanyInvitation, CompanyMember
from people.models import User


@action
def end_access(member: CompanyMember, *, by: User, note: str) -> list[Hazard]:
    """Nobody signs in with it any more, and what was to be put right goes back to who looks after the people."""
    company, user = member.company, member.user
    refuse_unless_in_charge(company, by)
    if user.pk == by.pk:
        raise DomainError(_("You cannot end your own access. Make a colleague the administrator first, who can."))
    if user.is_staff_member:
        raise DomainError(
            _("%(name)s works for the factory too. Its administrator closes the account.") % {"name": user}
        )
    note = reason_in(note)
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        raise WrongStatus(_("This was changed in the meantime. Look at where it stands now."))
    emit("company.left", company, by=by, name=user.name, person=user.pk, note=note)
    return give_back(member, by=by)


@action
def give_back(member: CompanyMember, *, by: User | None) -> list[Hazard]:
    """What somebody was to put right who has left goes to who looks after the people, and without one to the factory."""
    head, note = look_after(member.company), _("%(name)s has left.") % {"name": member.user.name}
    theirs = Hazard.objects.select_for_update(of=("self",)).filter(owner=member.user, status__in=TO_FIX)
    if head is None:
        return [take_back(hazard) for hazard in theirs.order_by("pk")]
    actor = by if by and by.pk == head.pk else None
    return [hand_over_hazard(hazard, by=actor, to=head, note=note) for hazard in theirs.order_by("pk")]


@action
def name_administrator(member: CompanyMember, *, by: User) -> CompanyMember:
    """One at a time."""
    company, user = member.company, member.user
    refuse_unless_in_charge(company, by)
    if not company.users.filter(pk=user.pk, grants__role__in=MANAGING).exists():
        raise DomainError(_("This account is closed, or signs in for other things only. Choose somebody else."))
    members = CompanyMember.objects.filter(company=company)
    list(members.select_for_update(of=("self",)).order_by("pk"))
    if members.filter(pk=member.pk, is_administrator=False).exists():
        members.filter(is_administrator=True).update(is_administrator=False)
        members.filter(pk=member.pk).update(is_administrator=True)
        member.is_administrator = True
        emit("company.administrator_named", company, by=by, name=user.name, person=user.pk)
    return member


@action
def withdraw_invitation(invitation: CompanyInvitation, *, by: User) -> CompanyInvitation:
    """Its link opens nothing from now on."""
    refuse_unless_in_charge(invitation.company, by)
    now = timezone.now()
    waits = CompanyInvitation.objects.filter(pk=invitation.pk, used_at=None, expires_at__gt=now)
    if not waits.update(expires_at=now):
        raise WrongStatus(_("This invitation was used already or has ended."))
    emit("company.invitation_withdrawn", invitation.company, by=by, invitation=invitation.pk)
    return invitation
