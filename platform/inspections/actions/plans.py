"""Plans and the runs that the clock makes of them."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from dateutil.rrule import rrulestr
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed
from core.events import action, emit
from facilities.models import Area, Equipment, Shift
from inspections.models import Checklist, Plan, Run, Stop, Theme
from inspections.zone import zone
from people.models import Team, User
from tenants import due

# Runs stand a day ahead, so that a phone can fetch them before it goes where there is no signal.
AHEAD = timedelta(hours=24)
PLAN_AGAIN = timedelta(hours=6)


@action
def create_plan(
    name: str,
    checklists: Iterable[Checklist],
    places: Iterable[Equipment | Area],
    *,
    by: User | None,
    window_minutes: int,
    opens_at: time | None = None,
    shift: Shift | None = None,
    rule: str = "FREQ=DAILY",
    days: str = Plan.Days.ALL,
    starts_on: date | None = None,
    ends_on: date | None = None,
    assignee: User | None = None,
    team: Team | None = None,
    role: str = "",
    fallback: User | None = None,
    remind_minutes: int = 15,
) -> Plan:
    """A plan for one place or a route of several; its first runs exist at once.

    It opens with a shift or at `opens_at`, local time of the factory. by=None is the operator or the demo.
    """
    _refuse_unless_planner(by)
    checklists, places = list(checklists), list(places)
    if not (assignee or team or role):
        raise DomainError(_("Say who does the check: a person or a team."))
    if not checklists or not places:
        raise DomainError(_("Choose at least one machine or area."))
    starts_on = starts_on or timezone.localdate(timezone=zone())
    _read_rule(rule, datetime.combine(starts_on, opens_at or time()))
    plan = Plan.objects.create(
        name=name,
        rule=rule,
        days=days,
        starts_on=starts_on,
        ends_on=ends_on,
        shift=shift,
        opens_at=None if shift else opens_at,
        window_minutes=window_minutes,
        assignee=assignee,
        team=team,
        role=role,
        fallback=fallback,
        remind_minutes=remind_minutes,
    )
    Theme.objects.bulk_create(
        Theme(plan=plan, position=position, checklist=checklist) for position, checklist in enumerate(checklists, 1)
    )
    Stop.objects.bulk_create(_stop(plan, position, place) for position, place in enumerate(places, 1))
    emit(
        "plan.created",
        plan,
        by=by,
        name=name,
        checklists=[checklist.code for checklist in checklists],
        places=[place.code for place in places],
        rule=rule,
    )
    plan_runs(plan)
    return plan


def _stop(plan: Plan, position: int, place: Equipment | Area) -> Stop:
    if isinstance(place, Equipment):
        return Stop(plan=plan, position=position, equipment=place)
    return Stop(plan=plan, position=position, area=place)


@action
def stop_plan(plan: Plan, *, by: User) -> Plan:
    """No further runs; those that stand stay as they are."""
    _refuse_unless_planner(by)
    if Plan.objects.filter(pk=plan.pk, is_active=True).update(is_active=False):
        due.cancel(key=f"plan:{plan.pk}")
        emit("plan.stopped", plan, by=by)
    plan.is_active = False
    return plan


def _refuse_unless_planner(by: User | None) -> None:
    if by is not None and not by.can("inspections.plan"):
        raise NotAllowed(_("Your role does not plan inspections. Ask the safety officer."))


@action
def plan_runs(plan: Plan) -> list[Run]:
    """Makes the runs of the coming day and asks to be called again; what stands already stays."""
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if not plan.is_active:
        return []
    now = timezone.now()
    after = plan.planned_until or now - timedelta(minutes=plan.window_minutes)
    moments = occurrences(plan, after, now + AHEAD)
    made = [run for moment in moments for run in _plan_occurrence(plan, moment)]
    plan.planned_until = now + AHEAD
    plan.save()
    due.at(now + PLAN_AGAIN, "inspections.plan_runs", key=f"plan:{plan.pk}", plan=plan.pk)
    return made


def occurrences(plan: Plan, after: datetime, until: datetime) -> list[datetime]:
    """Opening times in (after, until]; the rule counts local days, so that 8 o'clock stays 8 o'clock."""
    local = zone()
    rule = _read_rule(plan.rule, datetime.combine(plan.starts_on, plan.opening_time))
    days = rule.between(
        after.astimezone(local).replace(tzinfo=None), until.astimezone(local).replace(tzinfo=None), inc=True
    )
    moments = [day.replace(tzinfo=local) for day in days]
    return [moment for moment in moments if after < moment <= until]


def _read_rule(rule: str, start: datetime):
    try:
        return rrulestr(rule, dtstart=start)
    except (ValueError, TypeError):
        raise DomainError(_("“%(rule)s” is not a rule that can be read.") % {"rule": rule}) from None


def _plan_occurrence(plan: Plan, opens_at: datetime) -> list[Run]:
    checklist = plan.themes.select_related("checklist")[0].checklist
    return [_plan_run(plan, stop, checklist, opens_at) for stop in plan.stops.select_related("equipment__area", "area")]


def _plan_run(plan: Plan, stop: Stop, checklist: Checklist, opens_at: datetime) -> Run:
    place = stop.place
    closes_at = opens_at + timedelta(minutes=plan.window_minutes)
    run = Run.objects.create(
        plan=plan,
        stop=stop.position,
        checklist=checklist,
        equipment=stop.equipment,
        area=place.area if isinstance(place, Equipment) else place,
        department_id=place.department_id,
        assignee=plan.assignee,
        team=plan.team,
        role=plan.role,
        fallback=plan.fallback,
        shift=plan.shift,
        opens_at=opens_at,
        closes_at=closes_at,
    )
    emit("run.planned", run, by=None, place=place.code, opens_at=opens_at, closes_at=closes_at)
    due.at(closes_at, "inspections.miss_run", key=f"run:{run.pk}", run=run.pk)
    return run
