"""What can be changed because of a pattern, so concretely that one press does it. Nothing is changed here."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from core.words import say, wordings
from core.zone import zone
from facilities.calendar import today
from facilities.models import Area, Department, Equipment, Shift
from insight.models import Countermeasure, Pattern
from insight.patterns import words
from inspections.models import Audience, Checklist, Plan, Run, Stop
from past.models import PastRun
from people.models import User
from sensors.models import Direction, Grade, Kind, Sensor
from training.models import Course, Requirement
from training.models.learning import Occasion

MOST_PLACES = 6
MOST_PEOPLE = 60
THIRD_WEEK = 3
# An extra check is over when the bad hour begins.
BEFORE_THE_HOUR = timedelta(minutes=40)
# Where no hour stands out: so long after the usual check; where that one has half a day and more, after noon.
_LATER, _HALF_A_DAY, _AFTERNOON = timedelta(hours=5), 12 * 60, time(13)
_LONGEST = 120
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# Cold below this is a pattern of cold, dry below that one of dryness.
_COLD, _DRY = 10, 50


@dataclass(frozen=True)
class Proposal:
    """facts: for the action that does it; hint: why it cannot be done now, and what to do first."""

    kind: str
    line: Callable[[], str] = field(default=str)
    facts: dict[str, Any] = field(default_factory=dict)
    hint: str = ""

    @property
    def label(self) -> str:
        return str(Countermeasure.Kind(self.kind).label)

    @property
    def text(self) -> str:
        """In the reader's language."""
        return self.line()

    @property
    def stamp(self) -> str:
        """Of what a page showed: who presses gets that, or is told that it has changed."""
        return hashlib.sha256(words.in_both(self.line)["zh"].encode()).hexdigest()[:16]


def proposals(pattern: Pattern) -> list[Proposal]:
    """The most telling first."""
    factors = pattern.factors
    scene = _Scene(pattern)
    found = []
    if "tenure_week" in factors and THIRD_WEEK in range(*_span(factors["tenure_week"])):
        found.append(_course(scene))
    found += [_limit(scene, name) for name in _SENSED if name in factors]
    if "tenure_week" not in factors:
        found.append(_extra_check(scene))
    return [*found, _talk(scene)]


def _span(value: Any) -> tuple[int, int]:
    first, end = value if isinstance(value, list) else (value, value + 1)
    return int(first), int(end)


class _Scene:
    """Where it happened, how often at which place, and who was there."""

    def __init__(self, pattern: Pattern) -> None:
        self.pattern = pattern
        rows = Run.objects.filter(pk__in=pattern.run_ids)
        self.own = list(rows.values_list("equipment_id", "area_id", "inspector_id"))
        self.plans = Counter(rows.exclude(plan=None).values_list("plan_id", flat=True))
        past = PastRun.objects.filter(pk__in=pattern.past_ids)
        named = list(past.values_list("place__equipment", "place__area", "place__workshop", "inspector_no"))
        self.machines = Counter(machine for machine, _area, _who in self.own if machine)
        self.areas = Counter(area for _machine, area, _who in self.own)
        machines, areas, workshops = (_by_name(model.objects) for model in (Equipment, Area, Department))
        self.workshops = Counter[int]()
        for machine, area, workshop, _who in named:
            self.machines.update(machines.get(machine, ()))
            self.areas.update(areas.get(area, ()))
            self.workshops.update(workshops.get(workshop, ()))
        people = {who for *_place, who in self.own if who}
        numbers = {who for *_place, who in named if who}
        self.people = User.objects.insiders().filter(Q(pk__in=people) | Q(employee_no__in=numbers), is_active=True)

    def weight(self, stop: Stop) -> int:
        """How much was found there; at a machine of the area only where no row says at which."""
        if stop.equipment is None:
            return self.areas[stop.area_id]  # type: ignore[index]
        return self.machines[stop.equipment.pk] if self.machines else self.areas[stop.equipment.area_id]

    @property
    def words(self) -> str:
        return words.where(self.pattern.factors)


def _by_name(things: Any) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for thing in things.all():
        for text in {thing.code, *wordings(thing.name)}:
            found.setdefault(text, []).append(thing.pk)
    return found


def _extra_check(scene: _Scene) -> Proposal:
    """As the plan that looks after most of these places, at those of them that found most, once more."""
    kind = Countermeasure.Kind.PLAN
    stops = _stops(scene)
    if not stops:
        return Proposal(kind, hint=_("No plan looks after these places yet. Make one first, then come back."))
    plan = stops[0].plan
    lists = [theme.checklist.code for theme in plan.themes.select_related("checklist")]
    checklists = list(Checklist.objects.current().filter(code__in=lists, audience=Audience.STAFF))
    if not checklists:
        return Proposal(kind, hint=_("The checklist of these places is out of use. Publish it again first."))
    when = _when(scene.pattern.factors, plan)
    places = [stop.place for stop in stops[:MOST_PLACES]]
    who = plan.team or plan.assignee
    facts = {
        "checklists": checklists,
        "places": places,
        "assignee": plan.assignee,
        "team": plan.team,
        "role": plan.role,
        "fallback": plan.fallback,
        "remind_minutes": plan.remind_minutes,
        "days": Plan.Days.ALL if "weekday" in scene.pattern.factors else plan.days,
    }

    def line() -> str:
        return _("%(when)s, %(who)s checks once more: %(places)s (%(list)s).") % {
            "when": _said(when, scene.pattern.factors),
            "who": say(who.name) if who else plan.get_role_display(),
            "places": _listed(places),
            "list": "、".join(say(each.title) for each in checklists),
        }

    return Proposal(kind, line, facts | when)


def _stops(scene: _Scene) -> list[Stop]:
    """Of the plan that looks after it, those with most of it first."""
    running = Q(plan__ends_on=None) | Q(plan__ends_on__gte=today())
    at = Q(equipment__in=scene.machines) | Q(area__in=scene.areas)
    if not scene.machines:
        at |= Q(equipment__area__in=scene.areas)
    if not scene.machines and not scene.areas:
        at |= Q(equipment__area__department__in=scene.workshops) | Q(area__department__in=scene.workshops)
    stops = Stop.objects.filter(running, at, plan__is_active=True).exclude(
        equipment__status=Equipment.Status.OUT_OF_SERVICE
    )
    found: dict[int, list[Stop]] = {}
    chosen = stops.select_related("plan__team", "plan__assignee", "plan__fallback", "plan__shift", "equipment", "area")
    for stop in chosen.order_by("plan_id", "position"):
        found.setdefault(stop.plan_id, []).append(stop)
    if not found:
        return []
    best = max(found.values(), key=lambda each: _telling(scene, each))
    return sorted(best, key=scene.weight, reverse=True)


def _telling(scene: _Scene, stops: list[Stop]) -> tuple[int, int, int]:
    """The plan whose checks found it; else one that goes to the very machines, before one that walks their area."""
    at_machines = [stop for stop in stops if stop.equipment_id]
    return scene.plans[stops[0].plan_id], sum(map(scene.weight, at_machines)), sum(map(scene.weight, stops))


def _when(factors: dict[str, Any], plan: Plan) -> dict[str, Any]:
    """Rule and window of the extra check."""
    rule = plan.rule
    if "weekday" in factors:
        days = ",".join(_DAYS[day - 1] for day in range(*_span(factors["weekday"])))
        rule = f"FREQ=WEEKLY;BYDAY={days}"
    if "month" in factors and "BYMONTH" not in rule:
        months = ",".join(str((month - 1) % 12 + 1) for month in range(*_span(factors["month"])))
        rule = f"{rule};BYMONTH={months}"
    opens_at, minutes = _clock(plan.opening_time, _LATER), min(plan.window_minutes, _LONGEST)
    if plan.window_minutes > _HALF_A_DAY:
        opens_at = _AFTERNOON
    if "hour" in factors:
        hour = time(_span(factors["hour"])[0] % 24)
        opens_at = _clock(hour, -BEFORE_THE_HOUR) if hour.hour else hour
        minutes = BEFORE_THE_HOUR // timedelta(minutes=1)
    elif "shift" in factors:
        named = [shift for shift in Shift.objects.all() if factors["shift"] in wordings(shift.name)]
        if named:
            return {"rule": rule, "shift": named[0], "window_minutes": _LONGEST}
    return {"rule": rule, "opens_at": opens_at, "window_minutes": minutes}


def _clock(moment: time, step: timedelta) -> time:
    return (datetime.combine(today(), moment) + step).time()


def _said(when: dict[str, Any], factors: dict[str, Any]) -> str:
    named: dict[str, Any] = {name: factors[name] for name in ("weekday", "month") if name in factors}
    day = words.where(named) if named else _("As often as the plan there")
    opens_at = when["shift"].starts_at if "shift" in when else when["opens_at"]
    ends = _clock(opens_at, timedelta(minutes=when["window_minutes"]))
    return _("%(day)s, %(from)s–%(to)s") % {"day": day, "from": f"{opens_at:%H:%M}", "to": f"{ends:%H:%M}"}


def _listed(places: Iterable[Equipment | Area]) -> str:
    return "、".join(f"{place.code} {say(place.name)}" for place in places)


_SENSED = {"humidity_pct": Kind.HUMIDITY, "temperature_c": Kind.TEMPERATURE}


def _limit(scene: _Scene, factor: str) -> Proposal:
    """The sensors there warn where the pattern begins."""
    kind = Countermeasure.Kind.LIMIT
    areas = scene.areas or Counter(Equipment.objects.filter(pk__in=scene.machines).values_list("area_id", flat=True))
    sensors = list(Sensor.objects.filter(kind=_SENSED[factor], area__in=areas, retired_at=None).select_related("area"))
    if not sensors:
        return Proposal(kind, hint=_("No sensor measures this there yet. Set one up first, then come back."))
    low, high = scene.pattern.factors[factor]
    is_below = (low + high) / 2 < (_DRY if factor == "humidity_pct" else _COLD)
    limit: dict[str, Any] = {
        "grade": Grade.WARN,
        "direction": Direction.BELOW if is_below else Direction.REACHES,
        "low": high if is_below else None,
        "high": None if is_below else low,
    }
    standing = Q(thresholds__dropped_at=None, **{f"thresholds__{name}": value for name, value in limit.items()})
    has_it = set(Sensor.objects.filter(standing, pk__in=[sensor.pk for sensor in sensors]).values_list("pk", flat=True))
    sensors = [sensor for sensor in sensors if sensor.pk not in has_it]
    if not sensors:
        return Proposal(kind, hint=_("All sensors there have this limit already."))

    def line() -> str:
        text = _("Warns under %(limit)g %(unit)s: %(sensors)s.") if is_below else _("Warns from %(limit)g %(unit)s: %(sensors)s.")  # fmt: skip
        names = "、".join(sensor.name for sensor in sensors)
        return text % {"limit": high if is_below else low, "unit": sensors[0].unit, "sensors": names}

    return Proposal(kind, line, {"sensors": sensors, "limit": limit})


def _course(scene: _Scene) -> Proposal:
    """Whoever is new learns it once more in the third week: what most posts of those who were there ask for."""
    kind = Countermeasure.Kind.COURSE
    given = Requirement.objects.filter(occasion=Occasion.THIRD_WEEK, job_role=None).values("course_code")
    courses = list(Course.objects.current().exclude(code__in=given).order_by("code"))
    if not courses:
        return Proposal(kind, hint=_("All courses are learned once more in the third week already."))
    posts = scene.people.exclude(job_role=None).values("job_role")
    asked = Requirement.objects.filter(occasion=Occasion.POST, job_role__in=posts).values("course_code")
    often = dict(asked.annotate(n=Count("pk")).values_list("course_code", "n"))
    courses.sort(key=lambda course: -often.get(course.code, 0))

    def line() -> str:
        return _("Whoever is new learns it once more in the third week, within seven days.")

    return Proposal(kind, line, {"courses": courses})


def _talk(scene: _Scene) -> Proposal:
    """Half an hour with the people of the place, on the next day that the pattern names."""
    first = Shift.objects.order_by("starts_at").first()
    at = datetime.combine(today() + timedelta(days=1), first.starts_at if first else time(8), zone())
    if "weekday" in scene.pattern.factors:
        at += timedelta(days=(_span(scene.pattern.factors["weekday"])[0] - at.isoweekday()) % 7)
    people = list(scene.people[:MOST_PEOPLE])
    place = _place(scene)

    def line() -> str:
        return _("%(when)s, half an hour at %(place)s with %(n)d people: what goes wrong here, and how to do it safely.") % {
            "when": f"{at:%m-%d %H:%M}", "place": place, "n": len(people)
        }  # fmt: skip

    return Proposal(Countermeasure.Kind.TALK, line, {"starts_at": at, "people": people, "place": place[:80]})


def _place(scene: _Scene) -> str:
    factors = scene.pattern.factors
    named = next((factors[name] for name in ("area", "equipment", "workshop") if name in factors), "")
    if named:
        return str(named)
    most = scene.areas.most_common(1)
    area = Area.objects.filter(pk=most[0][0]).first() if most else None
    return say(area.name) if area else _("the workshop")
