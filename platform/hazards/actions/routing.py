"""Who fixes it: by the table of routes, or as somebody decides."""

from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed
from core.events import action, emit
from facilities.models import Area
from hazards.actions.clock import require_reason, wait_for_start
from hazards.actions.invitations import fixers_from_outside
from hazards.models import WORKFLOW, Category, Hazard, Route, Status
from people.models import Team, User
from people.permissions import Role


def route_of(category: Category, area: Area) -> Route | None:
    """The route of this kind in this area, else the one for everywhere."""
    routes = Route.objects.filter(category=category, area__in=[area]) | Route.objects.filter(
        category=category, area=None
    )
    return routes.select_related("team__leader", "maintainer").order_by(F("area").asc(nulls_last=True)).first()


def give_to_route(hazard: Hazard) -> Hazard:
    """Gives it to the leader of the route's team, where there is one who can fix things."""
    route = route_of(hazard.category, hazard.area)
    leader = route.team.leader if route else None
    if route and leader and leader.can("hazards.rectify"):
        _assign(hazard, route.team, leader, by=None)
    return hazard


@action
def route_category(category: Category, *, by: User, team: Team | None, area: Area | None = None) -> Category:
    """Hazards of this category go to the team's leader by themselves; without a team the officer assigns each one."""
    if not by.can("hazards.route"):
        raise NotAllowed(_("Your role does not decide where hazards go. Ask the safety officer."))
    standing = Route.objects.filter(category=category, area=area).first()
    before, after = standing.team_id if standing else None, team.pk if team else None
    if before == after:
        return category
    if team is None:
        Route.objects.filter(category=category, area=area).delete()
    else:
        Route.objects.update_or_create(category=category, area=area, defaults={"team": team})
    emit("category.routed", category, by=by, code=category.code, before=before, after=after)
    return category


@action
def assign_hazard(hazard: Hazard, *, by: User, owner: User, team: Team | None = None, note: str = "") -> Hazard:
    """Names the one who fixes it; naming another one does not move the limit."""
    _refuse_idle(owner)
    _refuse_stranger(owner, hazard)
    return _assign(hazard, team or owner.team, owner, by=by, note=note)


@action
def hand_over_hazard(hazard: Hazard, *, by: User, to: User, note: str) -> Hazard:
    """The one who has it gives it to somebody else; the limit does not move."""
    require_reason(note)
    _refuse_idle(to)
    _refuse_stranger(to, hazard)
    if to.pk == by.pk:
        raise DomainError(_("Choose somebody else."))
    data = {"owner": to.pk, "owner_name": to.name, "due_at": hazard.due_at}
    WORKFLOW.take("hand_over", hazard, by=by, note=note, data=data, owner=to, team=to.team, assigned_at=timezone.now())
    wait_for_start(hazard)
    return hazard


def _refuse_idle(owner: User) -> None:
    if not owner.is_active or not owner.can("hazards.rectify"):
        raise DomainError(_("%(name)s cannot be given this: the account does not fix hazards.") % {"name": owner.name})


def _refuse_stranger(owner: User, hazard: Hazard) -> None:
    """Somebody from outside fixes only what their own link was made for."""
    if Role.OUTSIDER in owner.role_codes and not fixers_from_outside(hazard).filter(pk=owner.pk).exists():
        refusal = _("%(name)s was not invited to fix this one, or the link has ended. Invite them first.")
        raise DomainError(refusal % {"name": owner.name})


def _assign(hazard: Hazard, team: Team | None, owner: User, *, by: User | None, note: str = "") -> Hazard:
    data: dict[str, Any] = {"owner": owner.pk, "owner_name": owner.name, "due_at": hazard.due_at}
    verb = "assign" if hazard.status == Status.CONFIRMED else "reassign"
    WORKFLOW.take(verb, hazard, by=by, note=note, data=data, owner=owner, team=team, assigned_at=timezone.now())
    wait_for_start(hazard)
    return hazard
