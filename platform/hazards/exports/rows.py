"""The archive's rows for paper and sheets: read in chunks by a server-side cursor, never as objects."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, F

from core.words import say
from core.zone import zone
from facilities.models import Area, Department, Equipment
from hazards.archive import Filter, Legal
from hazards.models import Category, Evidence, Hazard, Level, PlanStatus, RectificationPlan, Review, Status
from hazards.origins import origins
from people.models import Team, User

CHUNK = 1000


class HazardRow(NamedTuple):
    """One hazard as the register of hazards asks for it."""

    number: str
    found_at: datetime
    kind_of_check: str
    department: str
    area: str
    machine: str
    what: str
    category_code: str
    category: str
    level: str
    legal: str
    clause: str
    before: int
    cause: str
    measure: str
    team: str
    owner: str
    cost: int | None
    due_at: datetime | None
    first_due_at: datetime | None
    control: str
    emergency: str
    fixed_at: datetime | None
    after: int
    tests: str
    reviews: dict[str, str]
    closed_at: datetime | None
    status: str
    repeat_of: str
    where: str
    known_on: date | None
    reporter: str
    is_urgent: bool


@dataclass(frozen=True)
class Known:
    """Small tables, read once, so that a row needs no joins; here: the factory's zone."""

    here: ZoneInfo
    departments: dict[int, str]
    areas: dict[int, str]
    machines: dict[int, str]
    categories: dict[int, tuple[str, str]]
    teams: dict[int, str]
    people: dict[int, str]
    levels: dict[str, str]
    statuses: dict[str, str]
    legals: dict[bool, str]


def known() -> Known:
    machines = Equipment.objects.order_by().values_list("pk", "code", "name")
    categories = Category.objects.order_by().values_list("pk", "code", "name")
    return Known(
        here=zone(),
        departments=_said(Department),
        areas=_said(Area),
        machines={pk: f"{code} {say(name)}" for pk, code, name in machines},
        categories={pk: (code, say(name)) for pk, code, name in categories},
        teams=_said(Team),
        people=dict(User.objects.order_by().values_list("pk", "name")),
        levels={value: str(label) for value, label in Level.choices},
        statuses={value: str(label) for value, label in Status.choices},
        legals={True: str(Legal.MAJOR.label), False: str(Legal.GENERAL.label)},
    )


def _said(model: Any) -> dict[int, str]:
    return {pk: say(name) for pk, name in model.objects.order_by().values_list("pk", "name")}


_COLUMNS = (
    "id", "number", "source", "reported_at", "department_id", "area_id", "equipment_id", "title", "description",
    "category_id", "level", "is_legal_major", "clause", "clause_text", "cause", "measure", "team_id", "owner_id",
    "cost", "due_at", "first_due_at", "control", "submitted_at", "tests", "closed_at", "status", "earlier",
    "published_where", "published_on", "reporter_id", "is_urgent", "round",
)  # fmt: skip


def chunks(chosen: Filter, user: Any) -> Iterator[list[HazardRow]]:
    """Oldest first."""
    known_names = known()
    found = chosen.of(Hazard.objects.visible_to(user)).annotate(earlier=F("repeat_of__number"))
    rows = found.order_by("reported_at", "id").values(*_COLUMNS).iterator(chunk_size=CHUNK)
    while part := list(islice(rows, CHUNK)):
        ids = [row["id"] for row in part]
        beside = _Beside(ids, origins((row["id"], row["source"]) for row in part), known_names)
        yield [_row(row, beside, known_names) for row in part]


class _Beside:
    """What stands in other tables about the hazards of one chunk."""

    def __init__(self, ids: list[int], kinds: dict[int, str], names: Known) -> None:
        self.kinds = kinds
        self.shots = _shots(ids)
        self.reviews = _reviews(ids, names)
        plans = RectificationPlan.objects.filter(hazard__in=ids, status=PlanStatus.APPROVED)
        self.plans = dict(plans.order_by("pk").values_list("hazard", "emergency"))


def _shots(ids: list[int]) -> dict[tuple[int, str], int]:
    """How many photos each has before and after; voice notes are none."""
    photos = Evidence.objects.filter(hazard__in=ids).exclude(attachment__content_type__startswith="audio/")
    counted = photos.order_by().values_list("hazard", "stage").annotate(Count("pk"))
    return {(hazard, stage): count for hazard, stage, count in counted}


def _reviews(ids: list[int], names: Known) -> dict[tuple[int, int], dict[str, str]]:
    """Who passed which stage of which round, and when."""
    found: dict[tuple[int, int], dict[str, str]] = defaultdict(dict)
    passed = Review.objects.filter(hazard__in=ids, is_passed=True).order_by("pk")
    for hazard, turn, stage, reviewer, at in passed.values_list("hazard", "round", "stage", "reviewer", "at"):
        found[hazard, turn][stage] = f"{names.people[reviewer]} {at.astimezone(names.here):%Y-%m-%d %H:%M}"
    return found


def _row(row: dict[str, Any], beside: _Beside, names: Known) -> HazardRow:
    code, category = names.categories[row["category_id"]]

    def here(column: str) -> datetime | None:
        return row[column] and row[column].astimezone(names.here)

    return HazardRow(
        number=row["number"],
        found_at=row["reported_at"].astimezone(names.here),
        kind_of_check=beside.kinds[row["id"]],
        department=names.departments[row["department_id"]],
        area=names.areas[row["area_id"]],
        machine=names.machines.get(row["equipment_id"], ""),
        what="\n".join(filter(None, (row["title"], row["description"]))),
        category_code=code,
        category=category,
        level=names.levels[row["level"]],
        legal=names.legals[row["is_legal_major"]],
        clause=" ".join(filter(None, (row["clause"], row["clause_text"]))),
        before=beside.shots.get((row["id"], Evidence.Stage.BEFORE), 0),
        cause=row["cause"],
        measure=row["measure"],
        team=names.teams.get(row["team_id"], ""),
        owner=names.people.get(row["owner_id"], ""),
        cost=row["cost"],
        due_at=here("due_at"),
        first_due_at=here("first_due_at"),
        control=row["control"],
        emergency=beside.plans.get(row["id"], ""),
        fixed_at=here("submitted_at"),
        after=beside.shots.get((row["id"], Evidence.Stage.AFTER), 0),
        tests="；".join(_test(test) for test in row["tests"] or ()),
        reviews=beside.reviews.get((row["id"], row["round"]), {}),
        closed_at=here("closed_at"),
        status=names.statuses[row["status"]],
        repeat_of=row["earlier"] or "",
        where=row["published_where"],
        known_on=row["published_on"],
        reporter=names.people.get(row["reporter_id"], ""),
        is_urgent=row["is_urgent"],
    )


def _test(test: dict[str, Any]) -> str:
    return f"{test.get('name', '')} {test.get('result', '')} {'✓' if test.get('is_passed') else '✗'}"
