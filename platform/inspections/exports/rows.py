"""The archive's rows for paper and sheets: read in chunks by a server-side cursor, never as objects."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, F

from core.words import say
from core.zone import zone
from facilities.models import Area, Department, Equipment
from inspections.archive import Filter
from inspections.models import Answer, Checklist, Frequency, Item, Plan, Run
from people.models import Team, User
from people.permissions import Role

CHUNK = 1000


class RunRow(NamedTuple):
    """One run as people read it; its answers stand beside it."""

    id: int
    plan: str
    frequency: str
    checklist: str
    version: int
    department: str
    area: str
    machine: str
    opens: datetime
    closes: datetime | None
    begun: datetime | None
    handed_in: datetime | None
    status: str
    is_late: bool
    result: str
    given_to: str
    person: str
    seconds: int | None
    problems: int | None
    hazards: str
    photos: int | None
    second_of: int | None
    skew: int | None
    answers: "list[AnswerRow]"


class AnswerRow(NamedTuple):
    position: int
    text: str
    value: str
    number: Decimal | None
    unit: str
    minimum: Decimal | None
    maximum: Decimal | None
    words: str
    hazard: str
    photos: int
    voice: bool
    at: datetime
    is_problem: bool


@dataclass(frozen=True)
class Names:
    """Small tables, read once, so that a row needs no joins; here: the factory's zone."""

    here: ZoneInfo
    plans: dict[int, str]
    lists: dict[int, tuple[str, int, str]]
    departments: dict[int, str]
    areas: dict[int, str]
    machines: dict[int, str]
    teams: dict[int, str]
    people: dict[int, str]
    items: dict[int, tuple[Any, ...]]


def names() -> Names:
    kinds = {value: str(label) for value, label in Frequency.choices}
    lists = Checklist.objects.values_list("pk", "title", "version", "frequency")
    machines = Equipment.objects.values_list("pk", "code", "name")
    items = Item.objects.order_by().values_list("pk", "position", "text", "unit", "minimum", "maximum")
    return Names(
        here=zone(),
        plans=dict(Plan.objects.values_list("pk", "name")),
        lists={pk: (say(title), version, kinds.get(kind, kind)) for pk, title, version, kind in lists.order_by()},
        departments=_said(Department),
        areas=_said(Area),
        machines={pk: f"{code} {say(name)}" for pk, code, name in machines.order_by()},
        teams=_said(Team),
        people=dict(User.objects.order_by().values_list("pk", "name")),
        items={pk: (position, say(text), *rest) for pk, position, text, *rest in items},
    )


def _said(model: Any) -> dict[int, str]:
    return {pk: say(name) for pk, name in model.objects.order_by().values_list("pk", "name")}


_RUN = (
    "id", "plan_id", "checklist_id", "department_id", "area_id", "equipment_id", "opens_at", "closes_at",
    "started_at", "submitted_at", "status", "is_late", "result", "assignee_id", "team_id", "role", "inspector_id",
    "seconds", "conflicts_with_id", "skew_seconds",
)  # fmt: skip


def chunks(chosen: Filter, user: Any) -> Iterator[list[RunRow]]:
    """Oldest first. Answers of runs that were sealed later than the first look are not taken: both blocks agree."""
    known, labels = names(), _labels()
    found = chosen.of(Run.objects.visible_to(user)).order_by("opens_at", "id").values_list(*_RUN)
    runs = found.iterator(chunk_size=CHUNK)
    while part := list(islice(runs, CHUNK)):
        answers = _answers([row[0] for row in part if row[9] is not None], known, labels)
        yield [_run(row, answers.get(row[0], []), known, labels) for row in part]


def _labels() -> dict[str, dict[str, str]]:
    kinds = {"status": Run.Status, "result": Run.Result, "value": Answer.Value, "role": Role}
    return {name: {value: str(label) for value, label in kind.choices} for name, kind in kinds.items()}


def _answers(runs: list[int], known: Names, labels: dict[str, dict[str, str]]) -> dict[int, list[AnswerRow]]:
    through = Answer.photos.through.objects.filter(answer__run__in=runs)
    shots = dict(through.order_by().values_list("answer_id").annotate(Count("pk")))
    columns = ("pk", "run_id", "item_id", "value", "number", "text", "answered_at", "voice_id")
    answers = Answer.objects.filter(run__in=runs).annotate(found=F("hazard__number")).order_by()
    rows: dict[int, list[AnswerRow]] = defaultdict(list)
    words = labels["value"]
    for pk, run, item, value, number, text, at, voice, found in answers.values_list(*columns, "found"):
        position, asked, unit, low, high = known.items[item]
        rows[run].append(
            AnswerRow(
                position,
                asked,
                words[value],
                number,
                unit,
                low,
                high,
                text,
                found or "",
                shots.get(pk, 0),
                voice is not None,
                at.astimezone(known.here),
                value == Answer.Value.FAIL,
            )
        )
    for given in rows.values():
        given.sort()
    return rows


def _run(row: tuple[Any, ...], answers: list[AnswerRow], known: Names, labels: dict[str, dict[str, str]]) -> RunRow:
    (pk, plan, checklist, department, area, machine, opens, closes, begun, handed, status, is_late, result,
     assignee, team, role, inspector, seconds, second_of, skew) = row  # fmt: skip
    title, version, frequency = known.lists[checklist]
    found = [answer.hazard for answer in answers if answer.hazard]
    is_done = handed is not None
    given_to = known.people.get(assignee) or known.teams.get(team) or labels["role"].get(role, "")
    return RunRow(
        id=pk,
        plan=known.plans.get(plan, ""),
        frequency=frequency,
        checklist=title,
        version=version,
        department=known.departments[department],
        area=known.areas[area],
        machine=known.machines.get(machine, ""),
        opens=opens.astimezone(known.here),
        closes=closes and closes.astimezone(known.here),
        begun=begun and begun.astimezone(known.here),
        handed_in=handed and handed.astimezone(known.here),
        status=labels["status"][status],
        is_late=is_late,
        result=labels["result"].get(result, ""),
        given_to=given_to,
        person=known.people.get(inspector, ""),
        seconds=seconds,
        problems=sum(answer.is_problem for answer in answers) if is_done else None,
        hazards="、".join(found),
        photos=sum(answer.photos for answer in answers) if is_done else None,
        second_of=second_of,
        skew=skew,
        answers=answers,
    )
