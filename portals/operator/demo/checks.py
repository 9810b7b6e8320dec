"""Two years of inspections: every occurrence of every plan, who did it, when, and what was found wrong.

Planted on purpose, so that later screens have something true to find (rates are per answered question):
machines fail ×3.0 on Wednesdays from 9 to 10, static in the paint shop ×2.5 from June to September, people
err ×2.8 in their third week. Nine checks were done faster than one can look.
"""

import heapq
import math
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from portals.operator.demo.people import HISTORY_DAYS, Person
from portals.operator.demo.plant import AREAS, CREWS, STORY_MACHINE, Machine, machines

WINDOW = timedelta(minutes=30)
TOO_FAST = 9
FOUND_IN_CHECKS = 628
FOUND_YESTERDAY = 12
# Nothing of the last days is left to find by chance: what is open now is told in cases.py.
QUIET_DAYS = 2

# A fault is moved by so many spots at most; it repeats another one that was closed by then.
NEAR = 240
_AGAIN = timedelta(days=4), timedelta(days=95)

_STARTS = (time(7, 30), time(9, 0), time(13, 30), time(15, 30), time(19, 30))
_MACHINE_FAULTS = frozenset({"machine-guarding", "electrical", "special-equipment", "pressure-gas"})
_SLIPS = frozenset({"unsafe-act", "ppe"})
_WEIGHTS = defaultdict(
    lambda: 1.0, {"coating-vent": 4.0, "unsafe-act": 2.0, "ppe": 1.5, "electrical": 0.8, "management": 0.2}
)
_WEEKLY = ("electrical-weekly", "forming-weekly", "lifting-weekly", "paint-chem-weekly")
_PRESHIFT = {
    "cnc-lathe": "machine-preshift",
    "machining-centre": "machine-preshift",
    "weld-robot": "machine-preshift",
    "laser-cutter": "machine-preshift",
    "arc-welder": "weld-preshift",
    "bridge-crane": "crane-preshift",
    "forklift": "forklift-preshift",
    "air-compressor": "compressor-preshift",
    "paint-line": "paint-preshift",
}


@dataclass(slots=True)
class Routine:
    """A plan of the past: one checklist at one place."""

    checklist: str
    crew: str
    area: str
    machine: str | None = None


@dataclass(slots=True)
class Check:
    routine: int
    opens_at: datetime
    closes_at: datetime
    inspector: int | None = None  # nobody came
    started_at: datetime | None = None
    submitted_at: datetime | None = None
    is_late: bool = False
    faults: list[int] = field(default_factory=list)  # positions, from 0
    unused: tuple[int, ...] = ()

    @property
    def seconds(self) -> int:
        assert self.started_at and self.submitted_at  # noqa: S101 - only asked of checks that were done
        return round((self.submitted_at - self.started_at).total_seconds())


@dataclass(frozen=True)
class Question:
    category: str


def preshift_of(machine: Machine) -> str:
    return _PRESHIFT.get(machine.type, "press-preshift")


def routines() -> list[Routine]:
    """28 machines before each shift, one weekly theme in turn, every high-risk area once a month."""
    rows = [Routine(preshift_of(machine), machine.crew, machine.area, machine.code) for machine in machines()]
    rows += [Routine(code, "safety", area) for code, area in zip(_WEEKLY, _WEEKLY_AREAS, strict=True)]
    return rows + [Routine("plant-monthly", "safety", ground.code) for ground in AREAS if ground.is_high_risk]


_WEEKLY_AREAS = ("switch-room", "press-shop", "crane-area", "paint-store")
_FIRST_WEEKLY = 28
_FIRST_MONTHLY = _FIRST_WEEKLY + len(_WEEKLY)


def completion(months: float) -> float:
    """Share of checks that were done: 67 % on paper, a year of getting used to it, then 98.5 %."""
    return 0.67 + (0.985 - 0.67) * min(1.0, max(0.0, (months - 3) / 8))


def make_checks(
    today: date, zone: tzinfo, people: list[Person], questions: dict[str, list[Question]], rng: random.Random
) -> list[Check]:
    """Oldest first; `questions` are the items of each checklist in their order."""
    checks = sorted(_occurrences(today, zone), key=lambda check: (check.opens_at, check.routine))
    plan, staff = routines(), _Staff(people, rng)
    missed = _missed(checks, today, rng)
    done = [check for number, check in enumerate(checks) if number not in missed]
    for check in done:
        _do(check, plan[check.routine], staff, today, rng)
    _hurry(done, rng)
    _plant_faults(done, plan, people, questions, today, rng)
    for check in done:
        if rng.random() < 0.04:
            asked = questions[plan[check.routine].checklist]
            check.unused = tuple({rng.randrange(len(asked))} - set(check.faults))
    return checks


def _occurrences(today: date, zone: tzinfo) -> Iterator[Check]:
    """Workdays only; a machine's shift starts at another hour each week."""
    for ago in range(HISTORY_DAYS, 0, -1):
        day = today - timedelta(days=ago)
        week = day.toordinal() // 7
        if day.weekday() < 5:
            for routine in range(_FIRST_WEEKLY):
                opens = datetime.combine(day, _STARTS[(week + routine) % len(_STARTS)], zone)
                yield Check(routine, opens, opens + WINDOW)
        if day.weekday() == 1:
            opens = datetime.combine(day, time(8, 30), zone)
            yield Check(_FIRST_WEEKLY + week % len(_WEEKLY), opens, opens + timedelta(hours=8))
        if ago % 30 == 1:
            opens = datetime.combine(day, time(8), zone)
            for routine in range(_FIRST_MONTHLY, _FIRST_MONTHLY + 8):
                yield Check(routine, opens, opens + timedelta(hours=10))


def _months(check: Check, today: date) -> float:
    return (HISTORY_DAYS - (today - check.opens_at.date()).days) / 30.4


def _missed(checks: list[Check], today: date, rng: random.Random) -> set[int]:
    """Exactly the share of each month, never the walk of yesterday."""
    by_month = defaultdict(list)
    for number, check in enumerate(checks):
        if check.opens_at.date() < today - timedelta(days=1):
            by_month[int(_months(check, today))].append(number)
    missed: set[int] = set()
    for month, numbers in by_month.items():
        missed.update(rng.sample(numbers, round(len(numbers) * (1 - completion(month + 0.5)))))
    return missed


def _do(check: Check, routine: Routine, staff: "_Staff", today: date, rng: random.Random) -> None:
    share_late = 0.06 - 0.056 * min(1.0, _months(check, today) / 12)
    check.inspector = staff.pick(routine, check.opens_at.date())
    check.is_late = rng.random() < share_late
    needed = timedelta(seconds=round(_SECONDS[routine.checklist] * math.exp(rng.gauss(-0.05, 0.18))))
    if check.is_late:
        check.submitted_at = check.closes_at + timedelta(seconds=rng.randint(180, 5400))
    else:
        room = (check.closes_at - check.opens_at - needed).total_seconds()
        check.submitted_at = check.opens_at + needed + timedelta(seconds=rng.randint(30, max(31, int(room * 0.9))))
    check.started_at = check.submitted_at - needed


def _hurry(done: list[Check], rng: random.Random) -> None:
    for check in rng.sample([check for check in done[-4000:] if check.routine < _FIRST_WEEKLY], TOO_FAST):
        assert check.submitted_at  # noqa: S101
        check.started_at = check.submitted_at - timedelta(seconds=rng.randint(6, 14))


def _plant_faults(
    done: list[Check],
    plan: list[Routine],
    people: list[Person],
    questions: dict[str, list[Question]],
    today: date,
    rng: random.Random,
) -> None:
    """Exactly as many faults as there are to be, dealt out to each pattern's inside and outside by their weights."""
    yesterday = today - timedelta(days=1)
    walk = [check for check in done if check.routine >= _FIRST_MONTHLY and check.opens_at.date() == yesterday]
    spots = [(check, position) for check in walk for position in range(12)]
    drawn = rng.sample(spots, FOUND_YESTERDAY)
    strata: dict[tuple[str, float], list[tuple[float, Check, int]]] = defaultdict(list)
    for check in done:
        if check.opens_at.date() < today - timedelta(days=QUIET_DAYS):
            for position, question in enumerate(questions[plan[check.routine].checklist]):
                stratum = _stratum(question, check, people)
                strata[stratum].append((_WEIGHTS[question.category] * stratum[1], check, position))
    found = []
    for stratum, count in _shares(strata).items():
        keyed = [(math.log(rng.random()) / weight, n) for n, (weight, _check, _at) in enumerate(strata[stratum])]
        found += [(stratum, n) for _key, n in heapq.nlargest(count, keyed)]
    for check, position in [*drawn, *_shaped(found, strata, plan, questions, today, rng)]:
        check.faults.append(position)


def again(months: float) -> float:
    """Share of faults that are the same kind at the same place as one of the last three months: it shrinks by two thirds."""
    return max(0.11, 0.66 - 0.66 * max(0.0, months - 5) / 15)


def _shaped(
    found: list[tuple[tuple[str, float], int]],
    strata: dict[tuple[str, float], list[tuple[float, Check, int]]],
    plan: list[Routine],
    questions: dict[str, list[Question]],
    today: date,
    rng: random.Random,
) -> Iterator[tuple[Check, int]]:
    """Each fault, or one of the same stratum near it that repeats an earlier one as often as it should."""
    seen: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    taken: set[tuple[int, int]] = set()

    def place_of(check: Check, position: int) -> tuple[str, str]:
        routine = plan[check.routine]
        return questions[routine.checklist][position].category, routine.machine or routine.area

    def fits(spot: tuple[Check, int], wanted: bool) -> bool:
        return (id(spot[0]), spot[1]) not in taken and wanted == any(
            _AGAIN[0] < spot[0].opens_at - at < _AGAIN[1] for at in seen[place_of(*spot)]
        )

    for stratum, n in sorted(found, key=lambda one: strata[one[0]][one[1]][1].opens_at):
        spots, own = strata[stratum], strata[stratum][n][1:]
        wanted = rng.random() < again(_months(own[0], today))
        near = (spots[(n + rng.randint(-NEAR, NEAR)) % len(spots)][1:] for _try in range(NEAR // 4))
        chosen = next((spot for spot in (own, *near) if fits(spot, wanted)), own)
        taken.add((id(chosen[0]), chosen[1]))
        seen[place_of(*chosen)].append(chosen[0].opens_at)
        yield chosen


def _shares(strata: dict[tuple[str, float], list[tuple[float, Check, int]]]) -> dict[tuple[str, float], int]:
    total = sum(weight for spots in strata.values() for weight, *_spot in spots)
    shares = {
        key: round(FOUND_IN_CHECKS * sum(weight for weight, *_spot in spots) / total) for key, spots in strata.items()
    }
    shares["", 1.0] += FOUND_IN_CHECKS - sum(shares.values())
    return shares


def _stratum(question: Question, check: Check, people: list[Person]) -> tuple[str, float]:
    """Which planted pattern the question belongs to, and how many times likelier it fails here and now."""
    assert check.submitted_at and check.inspector is not None  # noqa: S101
    at = check.submitted_at
    if question.category in _MACHINE_FAULTS:
        return "machine", 3.0 if at.weekday() == 2 and at.hour == 9 else 1.0
    if question.category == "coating-vent":
        return "static", 2.5 if 6 <= at.month <= 9 else 1.0
    if question.category in _SLIPS:
        return "slip", 2.8 if 15 <= people[check.inspector].tenure(at.date()) <= 21 else 1.0
    return "", 1.0


_SECONDS = {
    "press-preshift": 88, "machine-preshift": 86, "weld-preshift": 88, "crane-preshift": 84, "forklift-preshift": 84,
    "compressor-preshift": 78, "paint-preshift": 88, "electrical-weekly": 900, "forming-weekly": 1200,
    "lifting-weekly": 1200, "paint-chem-weekly": 1500, "plant-monthly": 5400,
}  # fmt: skip


class _Staff:
    """Who checks: the newest of a crew more often than the others, as long as they learn the machine."""

    def __init__(self, people: list[Person], rng: random.Random) -> None:
        self.rng, self.people = rng, people
        self.crews = {crew.code: [n for n, person in enumerate(people) if person.crew == crew.code] for crew in CREWS}
        self.hero = next(number for number, person in enumerate(people) if person.name == "王建国")

    def pick(self, routine: Routine, day: date) -> int:
        if routine.machine == STORY_MACHINE and self.rng.random() < 0.5:
            return self.hero
        tenures = [(number, self.people[number].tenure(day)) for number in self.crews[routine.crew]]
        newest = [number for number, days in tenures if 2 <= days <= 35]
        if newest and self.rng.random() < 0.85:
            return self.rng.choice(newest)
        return self.rng.choice([number for number, days in tenures if days > 35])
