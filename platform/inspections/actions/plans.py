"""Plans: made, changed and stopped by people, followed by the clock."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed, WrongStatus
from core.events import action, emit
from core.zone import zone
from facilities.calendar import workdays
from facilities.models import Area, Equipment, Shift
from inspections.models import Audience, Checklist, Pause, Plan, Run, Stop, Theme
from inspections.schedule import Opening, Schedule, handed_over, openings, refuse_what_never_fires
from people.models import Team, User
from tenants import due
from tenants.current import current_factory
from tenants.standing import Standing

# Runs stand a day ahead, so that a phone can fetch them before it goes where there is no signal.
AHEAD = timedelta(hours=24)
PLAN_AGAIN = timedelta(hours=6)
LONGEST_ROUTE = 200
LONGEST_WINDOW = 31 * 24 * 60
LATEST_REMINDER = 24 * 60


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
    plan = Plan(
        name=name.strip(),
        rule=rule.strip(),
        days=days,
        starts_on=starts_on or timezone.localdate(timezone=zone()),
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
    _save(plan, list(checklists), list(places))
    emit("plan.created", plan, by=by, **_said(plan))
    _plan_ahead(plan, timezone.now())
    return plan


@action
def change_plan(plan: Plan, *, by: User | None, **changes: Any) -> Plan:
    """changes: as of create_plan. What is open or past stays as it is; the rest is withdrawn and planned anew."""
    _refuse_unless_planner(by)
    plan = _locked(plan)
    if not plan.is_active:
        raise WrongStatus(_("This plan was stopped. Make a new one."))
    now = timezone.now()
    _plan_ahead(plan, now)
    before = _said(plan)
    checklists = changes.pop("checklists", _checklists(plan))
    places = changes.pop("places", [stop.place for stop in plan.stops.select_related("equipment", "area")])
    for field, value in changes.items():
        setattr(plan, Plan._meta.get_field(field).name, value)
    plan.name, plan.rule = plan.name.strip(), plan.rule.strip()
    plan.opens_at = None if plan.shift else plan.opens_at
    _save(plan, list(checklists), list(places))
    after = _said(plan)
    if after != before:
        emit("plan.changed", plan, by=by, before=before, after=after)
        _hand_over(plan, now, renews=True)
    return plan


@action
def save_plans(plan: Plan | None, facts: list[dict[str, Any]], *, by: User) -> list[Plan]:
    """One plan for each of the facts, such as one for each shift; the first of them changes the given plan."""
    first = [change_plan(plan, by=by, **facts[0])] if plan else []
    return first + [create_plan(by=by, **each) for each in facts[len(first) :]]


@action
def stop_plan(plan: Plan, *, by: User) -> Plan:
    """No further runs: those that are not open yet are withdrawn, all others stay as they are."""
    _refuse_unless_planner(by)
    plan = _locked(plan)
    if plan.is_active:
        plan.is_active = False
        plan.save(update_fields=["is_active"])
        due.cancel(key=f"plan:{plan.pk}")
        emit("plan.stopped", plan, by=by)
        _withdraw(plan, timezone.now(), keep=set())
    return plan


@action
def plan_runs(plan: Plan) -> list[Run]:
    """Makes the runs of the coming day and asks to be called again; what stands already stays."""
    plan, now = _locked(plan), timezone.now()
    if not plan.is_active:
        return []
    if current_factory().standing == Standing.READ_ONLY:
        # Nobody can hand anything in: what nobody may do would only count as missed.
        _planned(plan, now, max(plan.planned_until or now, now))
        return []
    return _plan_ahead(plan, now)


@action
def replan_runs(plan: Plan) -> None:
    """The calendar or the shift has changed: runs that are not open yet follow, those that still fit stay."""
    plan = _locked(plan)
    if plan.is_active:
        now = timezone.now()
        _plan_ahead(plan, now)
        _hand_over(plan, now, renews=False)


def schedule_of(plan: Plan) -> Schedule:
    return _schedule(plan, themes=plan.themes.count())


def _schedule(plan: Plan, themes: int) -> Schedule:
    return Schedule(
        rule=plan.rule,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        opens_at=plan.opening_time,
        zone=zone().key,
        days=plan.days,
        window_minutes=plan.window_minutes,
        themes=themes,
    )


def occurrences(plan: Plan, after: datetime, until: datetime) -> list[Opening]:
    return openings(schedule_of(plan), after, until, workdays())


def foresee(checklists: list[Checklist], places: list[Any], *, until: datetime, **columns: Any) -> list[Opening]:
    """What a plan that nobody has saved yet would open from now on; refuses what create_plan refuses."""
    plan = Plan(**columns)
    refuse_faulty(plan, checklists, places)
    return openings(_schedule(plan, len(checklists)), timezone.now(), until, workdays())


def _locked(plan: Plan) -> Plan:
    return Plan.objects.select_for_update(of=("self",)).select_related("shift", "assignee", "fallback").get(pk=plan.pk)


def _refuse_unless_planner(by: User | None) -> None:
    if by is not None and not by.can("inspections.plan"):
        raise NotAllowed(_("Your role does not plan inspections. Ask the safety officer."))


def _save(plan: Plan, checklists: list[Checklist], places: list[Equipment | Area]) -> None:
    refuse_faulty(plan, checklists, places)
    plan.save()
    plan.themes.all().delete()
    plan.stops.all().delete()
    Theme.objects.bulk_create(
        Theme(plan=plan, position=position, checklist=checklist) for position, checklist in enumerate(checklists, 1)
    )
    Stop.objects.bulk_create(_stop(plan, position, place) for position, place in enumerate(places, 1))


def _stop(plan: Plan, position: int, place: Equipment | Area) -> Stop:
    if isinstance(place, Equipment):
        return Stop(plan=plan, position=position, equipment=place)
    return Stop(plan=plan, position=position, area=place)


def refuse_faulty(plan: Plan, checklists: list[Checklist], places: list[Equipment | Area]) -> None:
    """Also for a plan that nobody has saved yet, so that its maker reads what is wrong before."""
    if not plan.name:
        raise DomainError(_("Give the plan a name."))
    _refuse_faulty_people(plan)
    if not checklists:
        raise DomainError(_("Choose at least one checklist."))
    if any(checklist.status == Checklist.Status.DRAFT for checklist in checklists):
        raise DomainError(_("A checklist that is still a draft cannot be planned. Publish it first."))
    if any(checklist.audience != Audience.STAFF for checklist in checklists):
        raise DomainError(_("A questionnaire for suppliers is filled in by them; it cannot be planned."))
    codes = {checklist.code for checklist in checklists}
    if Checklist.objects.current().filter(code__in=codes).count() < len(codes):
        raise DomainError(_("One of these checklists is out of use. Choose another one, or publish it again."))
    if not places:
        raise DomainError(_("Choose at least one machine or area."))
    if len({(type(place), place.pk) for place in places}) < len(places):
        raise DomainError(_("A place stands twice on the route. Leave one out."))
    if len(places) > LONGEST_ROUTE:
        raise DomainError(_("A route has at most %(n)d stops. Make two plans of it.") % {"n": LONGEST_ROUTE})
    _refuse_faulty_times(plan)
    refuse_what_never_fires(_schedule(plan, len(checklists)), timezone.now(), workdays())


def _refuse_faulty_people(plan: Plan) -> None:
    given = [who for who in (plan.assignee, plan.team, plan.role) if who]
    if not given:
        raise DomainError(_("Say who does the check: a person, a team or a role."))
    if len(given) > 1:
        raise DomainError(_("Give it to one only: a person, a team or a role."))
    is_known = plan.assignee is None or plan.assignee.is_active or plan.fallback
    if not is_known or (plan.fallback and not plan.fallback.is_active):
        raise DomainError(_("This account is closed. Choose somebody else."))
    if plan.fallback and plan.fallback == plan.assignee:
        raise DomainError(_("The stand-in is the same person. Choose somebody else."))


def _refuse_faulty_times(plan: Plan) -> None:
    if plan.shift is None and plan.opens_at is None:
        raise DomainError(_("Say when it opens: a time or a shift."))
    if not 1 <= plan.window_minutes <= LONGEST_WINDOW:
        raise DomainError(_("The time to do it lies between 1 minute and 31 days."))
    if not 0 <= plan.remind_minutes <= LATEST_REMINDER:
        raise DomainError(_("The safety officer is told within a day."))


def _said(plan: Plan) -> dict[str, Any]:
    """The plan as the ledger keeps it."""
    columns = ("name", "rule", "days", "starts_on", "ends_on", "opens_at", "window_minutes", "role", "remind_minutes")
    people = {"shift": plan.shift_id, "assignee": plan.assignee_id, "team": plan.team_id, "fallback": plan.fallback_id}
    return {
        **{name: getattr(plan, name) for name in columns},
        **people,
        "checklists": [checklist.code for checklist in _checklists(plan)],
        "places": [stop.place.code for stop in plan.stops.select_related("equipment", "area")],
    }


def _checklists(plan: Plan) -> list[Checklist]:
    """Each theme's list in the version of today; one that was taken out of use altogether stays as it was."""
    planned = [theme.checklist for theme in plan.themes.select_related("checklist")]
    current = {row.code: row for row in Checklist.objects.current().filter(code__in={row.code for row in planned})}
    return [current.get(row.code, row) for row in planned]


def _plan_ahead(plan: Plan, now: datetime) -> list[Run]:
    after = plan.planned_until or now - timedelta(minutes=plan.window_minutes)
    until = max(after, now + AHEAD)
    made = _make_runs(plan, occurrences(plan, after, until))
    _planned(plan, now, until)
    return made


def _planned(plan: Plan, now: datetime, until: datetime) -> None:
    plan.planned_until = until
    plan.save(update_fields=["planned_until"])
    due.at(now + PLAN_AGAIN, "inspections.plan_runs", key=f"plan:{plan.pk}", plan=plan.pk)


def _hand_over(plan: Plan, now: datetime, *, renews: bool) -> None:
    """From the old version to the new one; renews=False leaves what still fits as it is."""
    until, local = now + AHEAD, zone()
    recent = plan.runs.exclude(status=Run.Status.WITHDRAWN).filter(opens_at__gt=now - timedelta(days=3))
    moments = set(recent.values_list("opens_at", flat=True))
    standing = [Opening(moment, moment.astimezone(local).date()) for moment in sorted(moments)]
    kept, added = handed_over(standing, now, schedule_of(plan), until, workdays())
    keep = {one.at for one in kept}
    _withdraw(plan, now, keep if renews else keep | {one.at for one in added})
    _make_runs(plan, added)
    _planned(plan, now, until)


def _withdraw(plan: Plan, now: datetime, keep: set[datetime]) -> None:
    runs = plan.runs.not_open_yet(now).exclude(opens_at__in=keep)
    rows = list(runs.select_for_update(of=("self",)).order_by("pk"))
    Run.objects.filter(pk__in=[run.pk for run in rows]).update(status=Run.Status.WITHDRAWN)
    for run in rows:
        emit("run.withdrawn", run, by=None, opens_at=run.opens_at)


def _make_runs(plan: Plan, moments: list[Opening]) -> list[Run]:
    """One for each stop; one that stands already, because somebody began it just now, stays the only one."""
    places = plan.stops.select_related("equipment__area", "area").exclude(
        equipment__status=Equipment.Status.OUT_OF_SERVICE
    )
    stops, checklists = list(places), _checklists(plan)
    pauses = list(Pause.objects.filter(status=Pause.Status.APPROVED, equipment__stops__plan=plan))
    live = plan.runs.exclude(status=Run.Status.WITHDRAWN).filter(opens_at__in=[one.at for one in moments])
    standing = set(live.values_list("opens_at", "equipment_id", "area_id"))
    runs = [_new_run(plan, stop, checklists[one.theme], one.at, pauses) for one in moments for stop in stops]
    runs = [run for run in runs if (run.opens_at, run.equipment_id, run.area_id) not in standing]
    Run.objects.bulk_create(runs)
    for run in runs:
        paused = {"pause": run.pause_id} if run.pause_id else {}
        emit(
            "run.planned", run, by=None, place=run.place.code, opens_at=run.opens_at, closes_at=run.closes_at, **paused
        )
    for opens_at, closes_at in sorted({(run.opens_at, run.closes_at) for run in runs if run.closes_at}):
        facts: dict[str, Any] = {"plan": plan.pk, "opens_at": opens_at.isoformat()}
        due.at(opens_at, "inspections.announce", key=f"open:{plan.pk}:{opens_at.isoformat()}", **facts)
        due.at(closes_at, "inspections.close", key=f"close:{plan.pk}:{opens_at.isoformat()}", **facts)
    return runs


def _new_run(plan: Plan, stop: Stop, checklist: Checklist, opens_at: datetime, pauses: list[Pause]) -> Run:
    place = stop.place
    closes_at = opens_at + timedelta(minutes=plan.window_minutes)
    pause = next((one for one in pauses if one.equipment_id == stop.equipment_id and one.covers(closes_at)), None)
    assignee, fallback = plan.assignee, plan.fallback
    if assignee and fallback and not assignee.is_active:
        assignee, fallback = fallback, None
    return Run(
        plan=plan,
        stop=stop.position,
        checklist=checklist,
        equipment=stop.equipment,
        area=place.area if isinstance(place, Equipment) else place,
        department_id=place.department_id,
        assignee=assignee,
        team=plan.team,
        role=plan.role,
        fallback=fallback,
        shift=plan.shift,
        opens_at=opens_at,
        closes_at=closes_at,
        status=Run.Status.EXCUSED if pause else Run.Status.DUE,
        pause=pause,
    )
