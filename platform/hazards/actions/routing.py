"""Who fixes it: by the table of routes, or as somebody decides."""

from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed
from core.events import action, emit
from facilities.models import Area
from hazards.actions.clock import require_reason, wait_for_start
from hazards.actions.invitations import LONGEST, fixers_from_outside, invite_outsider, send_link
from hazards.models import TO_FIX, WORKFLOW, Category, Hazard, Maintainer, Route, Status
from people.models import Absence, Team, User
from people.phones import normal_phone


def route_of(category: Category, area: Area) -> Route | None:
    """The route of this kind in this area, else the one for everywhere."""
    routes = Route.objects.filter(category=category, area__in=[area]) | Route.objects.filter(
        category=category, area=None
    )
    return routes.select_related("team__leader", "maintainer").order_by(F("area").asc(nulls_last=True)).first()


def give_to_route(hazard: Hazard) -> Hazard:
    """Gives it to the leader of the route's team, where there is one who can fix things.

    What is at a supplier's own site goes to the supplier.
    """
    if hazard.source == Hazard.Source.SUPPLIER and (fixer := fixers_from_outside(hazard).order_by("pk").first()):
        return _assign(hazard, None, fixer, by=None)
    route = route_of(hazard.category, hazard.area)
    if route and route.maintainer and route.maintainer.is_active:
        return send_out(hazard, route.maintainer, team=route.team, by=None)
    leader = route.team.leader if route else None
    if route and leader and leader.is_active and leader.can("hazards.rectify"):
        _assign(hazard, route.team, leader, by=None)
    return hazard


def give_again(hazard: Hazard, *, by: User, note: str) -> Hazard:
    """To the same person once more: what was begun waits until it may begin again."""
    assert hazard.owner is not None  # noqa: S101 - only of those that somebody is fixing
    return _assign(hazard, hazard.team, hazard.owner, by=by, note=note)


@action
def send_out(hazard: Hazard, maintainer: Maintainer, *, by: User | None, team: Team | None = None) -> Hazard:
    """委托外部维保: the company's contact fixes it by a link, which goes to the phone as a text; `team` looks after it."""
    if by is not None and not by.can("hazards.assign", hazard):
        raise NotAllowed(_("You may not do this here. Ask who it is assigned to, or the safety officer."))
    if not maintainer.is_active:
        raise DomainError(_("This company is out of use. Choose another one."))
    invitation = invite_outsider(
        hazard,
        by=None,
        name=maintainer.person,
        company=maintainer.company,
        phone=maintainer.phone,
        may_fix=True,
        maintainer=maintainer,
        lasts=LONGEST,
    )
    _assign(hazard, team, invitation.user, by=by)
    send_link(invitation)
    return hazard


@action
def route_category(
    category: Category, *, by: User, team: Team | None, area: Area | None = None, maintainer: Maintainer | None = None
) -> Category:
    """Hazards of this category go to the team's leader by themselves, or to the maintainer whom the team looks after.

    Everywhere, or in one area only; without a team the officer assigns each one.
    """
    if not by.can("hazards.route"):
        raise NotAllowed(_("Your role does not decide where hazards go. Ask the safety officer."))
    standing = Route.objects.filter(category=category, area=area).first()
    if maintainer and team is None:
        raise DomainError(_("Choose the team that looks after the company from outside."))
    before = [standing.team_id, standing.maintainer_id] if standing else [None, None]
    after = [team.pk if team else None, maintainer.pk if maintainer else None]
    if before == after:
        return category
    if team is None:
        Route.objects.filter(category=category, area=area).delete()
    else:
        Route.objects.update_or_create(category=category, area=area, defaults={"team": team, "maintainer": maintainer})
    where = area.code if area else ""
    emit("category.routed", category, by=by, code=category.code, area=where, before=before, after=after)
    return category


@action
def assign_hazard(hazard: Hazard, *, by: User, owner: User, team: Team | None = None, note: str = "") -> Hazard:
    """Names the one who fixes it; naming another one does not move the limit."""
    _refuse_idle(owner)
    _refuse_stranger(owner, hazard)
    return _assign(hazard, team or owner.team, owner, by=by, note=note)


@action
def hand_over_hazard(hazard: Hazard, *, by: User | None, to: User, note: str) -> Hazard:
    """The one who has it gives it to somebody else; the limit does not move."""
    require_reason(note)
    _refuse_idle(to)
    _refuse_stranger(to, hazard)
    if by and to.pk == by.pk == hazard.owner_id:
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
    if not owner.is_staff_member and not fixers_from_outside(hazard).filter(pk=owner.pk).exists():
        refusal = _("%(name)s was not invited to fix this one, or the link has ended. Invite them first.")
        raise DomainError(refusal % {"name": owner.name})


def _assign(hazard: Hazard, team: Team | None, owner: User, *, by: User | None, note: str = "") -> Hazard:
    absence = Absence.objects.running().filter(person=owner).select_related("stand_in").first()
    data: dict[str, Any] = {"due_at": hazard.due_at}
    if absence and absence.stand_in.can("hazards.rectify"):
        data["instead_of"], owner = owner.name, absence.stand_in
    data |= {"owner": owner.pk, "owner_name": owner.name}
    verb = "assign" if hazard.status == Status.CONFIRMED else "reassign"
    WORKFLOW.take(verb, hazard, by=by, note=note, data=data, owner=owner, team=team, assigned_at=timezone.now())
    wait_for_start(hazard)
    return hazard


@action
def pass_on_hazards(absence: Absence) -> list[Hazard]:
    """What somebody has to fix goes to who stands in for them when the absence begins; the limits do not move.

    It stays there: who is back gets it by being handed over, or from the officer.
    """
    is_running = Absence.objects.running().filter(pk=absence.pk).exists()
    if not is_running or not absence.stand_in.can("hazards.rectify"):
        return []
    mine = Hazard.objects.select_for_update(of=("self",)).filter(owner=absence.person, status__in=TO_FIX).order_by("pk")
    return [_assign(hazard, hazard.team, absence.person, by=None) for hazard in mine]


@action
def keep_maintainer(
    *, by: User, company: str, person: str, phone: str, maintainer: Maintainer | None = None, is_active: bool = True
) -> Maintainer:
    """Writes down a company from outside, or changes what stands; one out of use gets nothing new."""
    if not by.can("hazards.route"):
        raise NotAllowed(_("Your role does not decide where hazards go. Ask the safety officer."))
    others = Maintainer.objects.exclude(pk=maintainer.pk) if maintainer else Maintainer.objects
    if others.filter(company__iexact=company.strip()).exists():
        raise DomainError(_("“%(name)s” is written down already.") % {"name": company.strip()})
    facts = {"company": company.strip(), "person": person.strip(), "phone": normal_phone(phone), "is_active": is_active}
    made = maintainer or Maintainer()
    for name, value in facts.items():
        setattr(made, name, value)
    made.save()
    emit("maintainer.kept", made, by=by, company=made.company, is_active=made.is_active)
    return made
