"""The joint group of a hazard: opened, joined, left. Who left still stands in the record."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from hazards.models import Hazard, Invitation, JointGroup, Member
from people.models import RoleGrant, User
from people.permissions import PARTNER_ROLES, PERMISSIONS, Role
from realtime.push import push_on_commit


@action
def open_group(hazard: Hazard, *, by: User) -> JointGroup:
    """拉人处理: whoever opens it, who fixes the hazard and who was invited to it are in it from the start."""
    _require_opener(hazard, by)
    require_open(hazard)
    group, is_new = JointGroup.objects.get_or_create(
        hazard=hazard, defaults={"opened_by": by, "opened_at": timezone.now()}
    )
    if is_new:
        emit("group.opened", hazard, by=by)
        for user in _first_members(hazard, by):
            enter(group, user, by=by)
    return group


@action
def add_member(group: JointGroup, *, by: User, user: User) -> Member:
    _require_opener(group.hazard, by)
    require_open(group.hazard)
    if not user.is_active or not user.is_staff_member:
        raise DomainError(
            _("%(name)s has no account here. Invite people from outside by a link.") % {"name": user.name}
        )
    return enter(group, user, by=by)


@action
def leave_group(member: Member, *, by: User) -> Member:
    """Somebody leaves, or is taken out by those who may open a group."""
    group = member.group
    if by.pk != member.user_id:
        _require_opener(group.hazard, by)
    require_open(group.hazard)
    if not member.user.is_staff_member:
        raise DomainError(_("Who was invited by a link leaves with the link. End the link instead."))
    dismiss(group.hazard, member.user, by=by)
    member.refresh_from_db()
    return member


def enter(group: JointGroup, user: User, *, by: User | None) -> Member:
    """A second call changes nothing; who had left comes back."""
    now = timezone.now()
    member, is_new = Member.objects.get_or_create(group=group, user=user, defaults={"added_by": by, "added_at": now})
    if not is_new and not Member.objects.filter(pk=member.pk, left_at__isnull=False).update(
        left_at=None, added_by=by, added_at=now
    ):
        return member
    member.refresh_from_db()
    emit("group.joined", group, by=by, user=user.pk, note=user.name, told=[user.pk])
    look_again(group.hazard)
    return member


def dismiss(hazard: Hazard, user: User, *, by: User) -> None:
    group = JointGroup.objects.filter(hazard=hazard).first()
    if group and Member.objects.filter(group=group, user=user, left_at=None).update(left_at=timezone.now()):
        emit("group.left", group, by=by, user=user.pk, note=user.name)
        look_again(hazard)


def require_open(hazard: Hazard) -> None:
    """Holds the hazard's row to the commit: what is said gets its place in order, and nothing follows the closure."""
    if not Hazard.objects.select_for_update(of=("self",), no_key=True).get(pk=hazard.pk).is_open:
        raise WrongStatus(_("This hazard is closed. What was said can be read; nothing is added any more."))


def require_member(group: JointGroup, by: User) -> None:
    """Who fixes the hazard or may open groups joins by taking part."""
    if group.present().filter(user=by).exists():
        return
    if by.pk != group.hazard.owner_id and not by.can("hazards.open_group", group.hazard):
        raise NotAllowed(_("Only members write here. Ask the safety officer to add you to the group."))
    enter(group, by, by=by)


def people_of(hazard: Hazard) -> QuerySet[User]:
    """Who may see the hazard, and so can be called: the other side of `Hazard.objects.visible_to`."""
    members = present_in(hazard)
    near = Q(pk__in=[hazard.reporter_id, hazard.owner_id]) | Q(pk__in=members)
    if hazard.team_id:
        staff = RoleGrant.objects.exclude(role__in=PARTNER_ROLES).values("user")
        near |= Q(team_id=hazard.team_id, pk__in=staff)
    watchers = User.objects.holding(PERMISSIONS["hazards.view"], hazard.department_id).values("pk")
    guests = RoleGrant.objects.filter(role=Role.OUTSIDER).values("user")
    elsewhere = Q(pk__in=guests) & ~Q(pk__in=members)
    return User.objects.filter(near | Q(pk__in=watchers), is_active=True).exclude(elsewhere)


def present_in(hazard: Hazard) -> QuerySet[Any]:
    """Numbers of those in its group: they have not left, and where they came by a link, it still opens."""
    return Member.objects.present().filter(group__hazard=hazard).values("user")


def look_again(hazard: Hazard) -> None:
    """A hint to open pages of the thread: of all who may see the hazard."""
    lookers = people_of(hazard).values_list("pk", flat=True)
    push_on_commit(sorted(lookers), {"look": f"thread_{hazard.pk}", "soon": True})


def _require_opener(hazard: Hazard, by: User) -> None:
    if not by.can("hazards.open_group", hazard):
        raise NotAllowed(_("Your role does not put groups together. Ask the safety officer."))


def _first_members(hazard: Hazard, by: User) -> list[User]:
    invited = Invitation.objects.filter(hazard=hazard, revoked_at=None, expires_at__gt=timezone.now())
    people = [by, hazard.owner, *(invitation.user for invitation in invited.select_related("user"))]
    return list(dict.fromkeys(person for person in people if person))
