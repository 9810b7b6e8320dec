"""What became of everything that was found wrong: 867 hazards, from the report to closure or to where they stand now.

Each life is computed to its end and cut off at the present moment. Planted for later screens: closing takes six days
in the first months and two in the last, some are handed back once, a few were no hazards, and a handful stand open
before the accounts that the product is shown with.
"""

import math
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from hazards.models import Hazard, Level, Review, Status
from people.permissions import Role
from portals.operator.demo.checks import Check, Routine, again
from portals.operator.demo.people import HISTORY_DAYS, Person
from portals.operator.demo.plant import AREAS, ROUTES, Machine, machines

HAZARDS = 867
CLOSED_LOOP = 0.968
HOURS = {Level.GENERAL: 72, Level.SERIOUS: 48, Level.MAJOR: 24}
STAGES = (Review.Stage.FIRST, Review.Stage.SECOND, Review.Stage.FINAL)
# Met by an alarm that hears nothing; so many days ago that the open one at the same machine repeats nothing.
LEGAL_MACHINE, CLAUSE = "A-PT-001", "14"
_LEGAL_AGE = timedelta(days=120), timedelta(days=500)
_URGENT = frozenset({"electrical", "pressure-gas", "machine-guarding"})
_SPOT_CATEGORIES = (
    ("housekeeping", 9), ("fire-passage", 7), ("ppe", 6), ("electrical", 5), ("machine-guarding", 5), ("signage-env", 4),
    ("unsafe-act", 4), ("fire-equipment", 3), ("chemicals", 2), ("dust", 2), ("height", 2), ("contractor", 2), ("management", 1),
)  # fmt: skip
_RETURNS = (
    "照片看不清螺栓，请再拍一张近景。",
    "只擦了油，漏点没有找到。",
    "试运行没有做，请试后再交。",
    "防护罩还能晃动，请再紧一遍。",
)
_NO_HAZARD = ("现场核对：是检修挂牌，不是缺失。", "已过复测，读数在范围内。", "报错机台，原机台完好。")


@dataclass(slots=True)
class Step:
    """One thing that happened: verb of the workflow, or "escalate"."""

    verb: str
    at: datetime
    by: int | None
    note: str = ""
    round: int = 1


@dataclass(slots=True)
class Case:
    category: str
    area: str
    machine: str | None
    words: list[str]  # what is wrong, cause, measure, test
    level: str
    reporter: int
    reported_at: datetime
    is_urgent: bool = False
    source: str = Hazard.Source.REPORT
    check: int | None = None
    position: int | None = None
    number: str = ""
    owner: int | None = None
    crew: str | None = None
    officer: int = 0
    status: str = Status.REPORTED
    round: int = 1
    steps: list[Step] = field(default_factory=list)
    merged_into: int | None = None
    stands: Status | None = None  # where it must stand now
    clause: str = ""  # of the official list: then the head releases it

    def at(self, *verbs: str) -> datetime | None:
        """When one of these happened last."""
        return next((step.at for step in reversed(self.steps) if step.verb in verbs), None)

    @property
    def closed_at(self) -> datetime | None:
        return self.at("pass_head" if self.clause else "pass_final")

    @property
    def due_at(self) -> datetime | None:
        confirmed = self.at("confirm")
        return confirmed + timedelta(hours=HOURS[Level(self.level)]) if confirmed else None


# What stands open before the accounts of the story: category, machine, hours since the report, where it stands,
# whose turn it is to fix, and of which level.
_NOW: tuple[tuple[str, str, float, Status, str, Level], ...] = (
    ("electrical", "A-JB-001", 0.4, Status.REPORTED, "", Level.SERIOUS),
    ("housekeeping", "A-YY-001", 1.2, Status.REPORTED, "", Level.GENERAL),
    ("fire-passage", "A-ZW-002", 2.5, Status.REPORTED, "", Level.GENERAL),
    ("machine-guarding", "A-CY-004", 43.5, Status.ASSIGNED, "陈志强", Level.SERIOUS),
    ("coating-vent", "A-PT-001", 20.0, Status.ASSIGNED, "陈志强", Level.SERIOUS),
    ("machine-guarding", "A-CY-005", 56.0, Status.RECTIFYING, "陈志强", Level.SERIOUS),
    ("machine-guarding", "A-SC-002", 30.0, Status.RECTIFYING, "陈志强", Level.SERIOUS),
    ("machine-guarding", "A-CY-001", 26.0, Status.FIRST_REVIEW, "陈志强", Level.SERIOUS),
    ("machine-guarding", "A-CY-003", 33.0, Status.FIRST_REVIEW, "陈志强", Level.SERIOUS),
    ("machine-guarding", "A-CY-006", 36.0, Status.SECOND_REVIEW, "陈志强", Level.SERIOUS),
    ("housekeeping", "A-HJ-001", 48.0, Status.SECOND_REVIEW, "", Level.GENERAL),
    ("machine-guarding", "A-YY-002", 40.0, Status.FINAL_REVIEW, "陈志强", Level.SERIOUS),
    ("ppe", "A-SC-001", 52.0, Status.FINAL_REVIEW, "", Level.GENERAL),
)


class Cast:
    """Who takes which part; numbers of people in the order of make_people."""

    def __init__(self, people: list[Person], rng: random.Random) -> None:
        self.people, self.rng = people, rng
        self.officers = self._with(Role.SAFETY_OFFICER)
        self.leaders = self._with(Role.LEADER)
        self.crew_leader = {person.crew: n for n, person in enumerate(people) if person.is_leader}
        self.team_leaders = self._by_department(Role.TEAM_LEADER)
        self.heads = self._by_department(Role.WORKSHOP_HEAD)

    def _with(self, role: Role) -> list[int]:
        return [n for n, person in enumerate(self.people) if any(grant.role == role for grant in person.grants)]

    def _by_department(self, role: Role) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, person in enumerate(self.people):
            for grant in person.grants:
                if grant.role == role and grant.department:
                    found.setdefault(grant.department, []).append(number)
        return found

    def named(self, name: str) -> int:
        return next(number for number, person in enumerate(self.people) if person.name == name)

    def owner(self, category: str, department: str) -> tuple[int, str]:
        crew = ROUTES.get(category)
        if crew:
            return self.crew_leader[crew], crew
        number = self.rng.choice(self.team_leaders[department])
        return number, self.people[number].crew or ""

    def reviewers(self, owner: int, department: str) -> list[int]:
        """Three different people, none of whom fixed it; the workshop's head where its only team leader did."""
        chosen: list[int] = []
        near = [number for number in self.team_leaders[department] if number != owner] or self.heads[department]
        for pool in (near, self.officers, self.leaders):
            chosen.append(self.rng.choice([number for number in pool if number != owner and number not in chosen]))
        return chosen


def make_cases(
    now: datetime,
    people: list[Person],
    plan: list[Routine],
    checks: list[Check],
    asked: dict[str, list[Any]],
    texts: dict[str, list[list[str]]],
    areas: dict[str, str],
    rng: random.Random,
) -> list[Case]:
    """Oldest first. asked: per checklist its questions; texts: content/demo/hazards.yaml; areas: names by code."""
    cast, maker = Cast(people, rng), _Maker(texts, areas, now, rng)
    cases = [
        maker.found(number, check, plan[check.routine], position, asked)
        for number, check in enumerate(checks)
        for position in check.faults
    ]
    cases += [maker.standing(row, cast) for row in _NOW]
    maker.know(cases)
    for _n in range(HAZARDS - len(cases)):
        cases.append(maker.on_the_spot(cast))
        maker.know(cases[-1:])
    cases.sort(key=lambda case: case.reported_at)
    _mark_legal(cases, maker, now)
    for case in cases:
        _live(case, cast, now, rng)
    _let_slip(cases, cast, now, rng)
    _number(cases, now.tzinfo)
    _merge(cases)
    return cases


class _Maker:
    def __init__(
        self, texts: dict[str, list[list[str]]], areas: dict[str, str], now: datetime, rng: random.Random
    ) -> None:
        self.texts, self.areas, self.now, self.rng = texts, areas, now, rng
        self.machines = machines()
        self.by_code = {machine.code: machine for machine in self.machines}
        self.known: dict[tuple[str, str], list[datetime]] = defaultdict(list)

    def know(self, cases: list[Case]) -> None:
        for case in cases:
            self.known[case.category, case.machine or case.area].append(case.reported_at)

    def seen(self, at: datetime) -> tuple[str, Machine]:
        """What somebody sees who walks by; that it repeats another one is as likely as it was at that time."""
        names, weights = zip(*_SPOT_CATEGORIES, strict=True)
        months = (HISTORY_DAYS - (self.now - at).days) / 30.4
        wanted, category, machine = self.rng.random() < again(months), "", self.machines[0]
        for _try in range(12):
            category, machine = self.rng.choices(names, weights)[0], self.rng.choice(self.machines)
            if wanted == any(abs(at - other) < timedelta(days=95) for other in self.known[category, machine.code]):
                break
        return category, machine

    def words(self, category: str, place: str) -> list[str]:
        return self.said(self.rng.choice(self.texts[category]), place)

    def probe(self) -> list[str]:
        """What is wrong where a clause of the official list is met: an alarm that hears nothing."""
        row = next(row for row in self.texts["coating-vent"] if "探头" in row[0])
        return self.said(row, self.by_code[LEGAL_MACHINE].name.zh)

    def said(self, row: list[str], place: str) -> list[str]:
        return [row[0].replace("□", place), *row[1:]]

    def place(self, machine: str | None, area: str) -> str:
        return self.by_code[machine].name.zh if machine else self.areas[area]

    def found(self, number: int, check: Check, routine: Routine, position: int, asked: dict[str, list[Any]]) -> Case:
        assert check.inspector is not None and check.submitted_at  # noqa: S101 - only checks that were done have faults
        category = asked[routine.checklist][position].category
        return Case(
            category,
            routine.area,
            routine.machine,
            self.words(category, self.place(routine.machine, routine.area)),
            _level(category, self.rng),
            check.inspector,
            check.submitted_at,
            is_urgent=category in _URGENT and self.rng.random() < 0.25,
            source=Hazard.Source.INSPECTION,
            check=number,
            position=position,
        )

    def on_the_spot(self, cast: Cast) -> Case:
        """Somebody walks by and sees it, in working hours."""
        # More reports each month: people learn that something happens when they report.
        day = self.now.date() - timedelta(days=3 + int((HISTORY_DAYS - 5) * (1 - math.sqrt(self.rng.random()))))
        at = datetime.combine(day, time(self.rng.randint(8, 17), self.rng.randint(0, 59)), self.now.tzinfo)
        category, machine = self.seen(at)
        crew = [n for n, person in enumerate(cast.people) if person.crew == machine.crew and person.tenure(day) > 7]
        return Case(
            category,
            machine.area,
            machine.code,
            self.words(category, machine.name.zh),
            _level(category, self.rng),
            self.rng.choice(crew),
            at,
            is_urgent=category in _URGENT and self.rng.random() < 0.2,
        )

    def standing(self, row: tuple[str, str, float, Status, str, Level], cast: Cast) -> Case:
        category, code, hours, status, owner, level = row
        machine = self.by_code[code]
        reporter = cast.named("王建国") if machine.crew == "press-1" else cast.crew_leader[machine.crew]
        at = self.now - timedelta(hours=hours)
        words = self.probe() if code == LEGAL_MACHINE else self.words(category, machine.name.zh)
        case = Case(category, machine.area, code, words, level, reporter, at, stands=status)
        case.owner = cast.named(owner) if owner else None
        return case


def _level(category: str, rng: random.Random) -> Level:
    usual = Level.GENERAL if category in {"housekeeping", "fire-passage", "ppe", "signage-env", "fire-equipment", "unsafe-act", "management"} else Level.SERIOUS  # fmt: skip
    if rng.random() < 0.012:
        return Level.MAJOR
    return usual if rng.random() < 0.85 else Level.GENERAL


def _mark_legal(cases: list[Case], maker: _Maker, now: datetime) -> None:
    """One at the paint line fell under a clause; from then on nothing was called major that was not."""
    old = [
        case
        for case in cases
        if case.category == "coating-vent" and _LEGAL_AGE[0] < now - case.reported_at < _LEGAL_AGE[1]
    ]
    legal = max(old, key=lambda case: (case.machine == LEGAL_MACHINE, case.reported_at))
    for case in cases:
        if case.level == Level.MAJOR and case.reported_at >= legal.reported_at:
            case.level = Level.SERIOUS
    legal.level, legal.clause, legal.is_urgent, legal.words = Level.MAJOR, CLAUSE, True, maker.probe()


def _department(case: Case) -> str:
    return next(ground.department for ground in AREAS if ground.code == case.area)


def _live(case: Case, cast: Cast, now: datetime, rng: random.Random) -> None:
    """The whole life; a standing one is squeezed so that it is just where it should be, others are cut off at now."""
    department = _department(case)
    owner, case.crew = cast.owner(case.category, department)
    if case.owner is not None:
        owner, case.crew = case.owner, cast.people[case.owner].crew
    case.owner, case.status = owner, Status.REPORTED
    case.officer = rng.choice(cast.officers)
    steps = _steps(case, cast, department, now, rng)
    if case.stands:
        _squeeze(steps, case.stands, case.reported_at, now)
    for step in steps:
        if step.at <= now:
            _take(case, step)
    if case.at("assign") is None:
        case.owner = case.crew = None


def _steps(case: Case, cast: Cast, department: str, now: datetime, rng: random.Random) -> list[Step]:
    assert case.owner is not None  # noqa: S101
    age = (now - case.reported_at) / timedelta(days=HISTORY_DAYS)  # 1 at the beginning, 0 now
    at = case.reported_at + timedelta(minutes=rng.uniform(4, 40) * (1 + 3 * age))
    if rng.random() < 0.022 and not case.stands and not case.clause:
        verb = "reject" if rng.random() < 0.7 else "void"
        return [Step(verb, at, case.officer, rng.choice(_NO_HAZARD))]
    steps = [Step("confirm", at, case.officer)]
    is_routed = case.category in ROUTES
    at += timedelta(seconds=1) if is_routed else timedelta(minutes=rng.uniform(1, 25))
    steps.append(Step("assign", at, None if is_routed else case.officer))
    hours = 24 * (1.7 + 5.2 * age**1.4) * math.exp(rng.gauss(-0.12, 0.5)) * (0.55 if case.level == Level.MAJOR else 1)
    at += timedelta(hours=min(hours * 0.2, 10))
    steps.append(Step("start", at, case.owner))
    reviewers = cast.reviewers(case.owner, department)
    at += timedelta(hours=hours * 0.5)
    is_returned = rng.random() < 0.07
    if is_returned:
        steps.append(Step("submit", at, case.owner))
        steps.append(Step("pass_first", at + timedelta(hours=hours * 0.08), reviewers[0]))
        steps.append(Step("return_second", at + timedelta(hours=hours * 0.16), reviewers[1], rng.choice(_RETURNS)))
        at += timedelta(hours=hours * 0.4)
    round_number = 2 if is_returned else 1
    steps.append(Step("submit", at, case.owner, round=round_number))
    for stage, reviewer in zip(STAGES, reviewers, strict=True):
        at += timedelta(hours=hours * rng.uniform(0.04, 0.16))
        steps.append(Step(f"pass_{stage}", at, reviewer, round=round_number))
    if case.clause:
        steps.append(Step("pass_head", at + timedelta(hours=2), cast.named("钱立群"), round=round_number))
    return steps


def _let_slip(cases: list[Case], cast: Cast, now: datetime, rng: random.Random) -> None:
    """Of what was to be closed in the last 30 days 96.8 % is: as many as that leaves are being fixed behind their limit."""
    since = now - timedelta(days=30)
    lately = [case for case in cases if any(at and since < at <= now for at in (case.due_at, case.closed_at))]
    late = sum(case.closed_at is None for case in lately)
    spare = [case for case in cases if case.stands == Status.RECTIFYING and case.due_at and case.due_at > now]
    for case in spare[: max(0, round(len(lately) * (1 - CLOSED_LOOP)) - late)]:
        case.reported_at = now - timedelta(hours=HOURS[Level(case.level)] + 6)
        case.steps.clear()
        _live(case, cast, now, rng)
    cases.sort(key=lambda case: case.reported_at)


def _squeeze(steps: list[Step], wanted: Status, begin: datetime, now: datetime) -> None:
    """Spreads what leads to the wanted status over the time that there was; the rest is still to come."""
    order = {
        Status.REPORTED: 0, Status.ASSIGNED: 2, Status.RECTIFYING: 3,
        Status.FIRST_REVIEW: 4, Status.SECOND_REVIEW: 5, Status.FINAL_REVIEW: 6,
    }  # fmt: skip
    if any(step.verb == "return_second" for step in steps):
        del steps[3:6]
    for step in steps:
        step.round = 1
    steps[:] = steps[: order[wanted]]
    for number, step in enumerate(steps):
        early = timedelta(minutes=10 + 2 * number)
        step.at = begin + (early if number < 2 else (now - begin) * (number / (len(steps) + 1)))


def _take(case: Case, step: Step) -> None:
    case.steps.append(step)
    case.round = max(case.round, step.round + (1 if step.verb.startswith("return") else 0))
    case.status = {
        "confirm": Status.CONFIRMED,
        "assign": Status.ASSIGNED,
        "start": Status.RECTIFYING,
        "submit": Status.FIRST_REVIEW,
        "pass_first": Status.SECOND_REVIEW,
        "pass_second": Status.FINAL_REVIEW,
        "pass_final": Status.HEAD_REVIEW if case.clause else Status.CLOSED,
        "pass_head": Status.CLOSED,
        "return_second": Status.RECTIFYING,
        "reject": Status.REJECTED,
        "void": Status.VOIDED,
    }[step.verb]


def _number(cases: list[Case], zone: tzinfo | None) -> None:
    months: Counter[str] = Counter()
    for case in cases:
        month = f"{case.reported_at.astimezone(zone):%Y%m}"
        months[month] += 1
        case.number = f"YH-{month}-{months[month]:04}"


def _merge(cases: list[Case]) -> None:
    """Four reports of what was known already."""
    closed = [n for n, case in enumerate(cases) if case.status == Status.CLOSED]
    for case in [case for case in cases if case.status == Status.VOIDED][:4]:
        earlier = [n for n in closed if cases[n].reported_at < case.reported_at]
        if earlier:
            into = earlier[-1]
            case.merged_into, case.status = into, Status.MERGED
            case.steps[-1].verb, case.steps[-1].note = "merge", cases[into].number
