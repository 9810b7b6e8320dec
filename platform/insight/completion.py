"""Completion of a day: what was due, what was done, what is still open. Read-only, within what the reader may see.

Every planned check whose window opened on the day is due, unless the machine's standstill excused it or it was withdrawn;
a window that has not opened yet is not due yet. due = on time + late + missed + open.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from core.share import Share
from core.zone import zone
from insight.figures import Quantile
from inspections.models import COUNTED, Run
from people.models import User
from people.permissions import Role

LOOK_BACK_DAYS = 400
_DONE = Q(status=Run.Status.DONE)
# What each number counts; the list behind a number is filtered by the same words.
WHAT: dict[str, Q] = {
    "due": COUNTED,
    "done": COUNTED & _DONE,
    "on_time": COUNTED & _DONE & Q(is_late=False),
    "late": COUNTED & _DONE & Q(is_late=True),
    "missed": COUNTED & Q(status=Run.Status.MISSED),
    "open": COUNTED & Q(status__in=(Run.Status.DUE, Run.Status.DOING)),
    "excused": Q(status=Run.Status.EXCUSED),
}


@dataclass
class Tally:
    due: int = 0
    done: int = 0
    on_time: int = 0
    late: int = 0
    missed: int = 0
    open: int = 0
    excused: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Tally)))

    @property
    def completion(self) -> Share:
        """巡检完成率: done of due."""
        return Share(self.done, self.due)

    @property
    def punctuality(self) -> Share:
        """准时完成率: done within the window of due."""
        return Share(self.on_time, self.due)


@dataclass
class Line:
    """A workshop, or a team, person or role within one; `where` filters the rows behind its numbers."""

    name: Any
    where: dict[str, Any]
    tally: Tally = field(default_factory=Tally)
    lines: list["Line"] = field(default_factory=list)
    streak: int | None = None

    @property
    def query(self) -> str:
        return urlencode(self.where)


@dataclass(frozen=True)
class Response:
    """Minutes from a task's opening to its hand-in."""

    median: int | None
    p90: int | None
    runs: int


@dataclass(frozen=True)
class Board:
    day: date
    total: Tally
    workshops: list[Line]
    response: Response
    later: int


# How the address of a list names a line of the board.
WHERE = {"department": "department_id", "team": "team_id", "person": "assignee_id", "role": "role"}


def where(line: dict[str, Any]) -> Q:
    """The runs behind a line; what is no number, where one belongs, finds nothing."""
    found = Q()
    for key, value in line.items():
        if key != "role" and not (str(value).isdecimal() and len(str(value)) < 19):
            return Q(pk__in=[])
        found &= Q(**{WHERE[key]: value})
    if "person" in line or "role" in line:
        found &= Q(team=None)
    return found & Q(assignee=None) if "role" in line else found


def bounds(day: date) -> tuple[datetime, datetime]:
    """From midnight to midnight in the factory's own zone."""
    begin = datetime.combine(day, time(), zone())
    return begin, datetime.combine(day + timedelta(days=1), time(), zone())


def runs_of(user: User | None, day: date) -> QuerySet[Run]:
    """Planned runs of the day whose window has opened; nobody in particular, such as a screen on a wall, sees all."""
    begin, end = bounds(day)
    until = min(end, timezone.now() + timedelta(microseconds=1))
    seen = Run.objects.visible_to(user) if user else Run.objects.all()
    return seen.filter(plan__isnull=False, opens_at__gte=begin, opens_at__lt=until)


def board(user: User, day: date) -> Board:
    counted = {name: Count("pk", filter=rule) for name, rule in WHAT.items()}
    groups = list(runs_of(user, day).order_by().values(*_GROUP).annotate(**counted))
    workshops = _workshops(groups)
    _add_streaks([line for workshop in workshops for line in workshop.lines])
    total = sum((workshop.tally for workshop in workshops), Tally())
    return Board(day, total, workshops, response(user, day), _later(user, day))


_GROUP = (
    "department_id", "department__name", "department__code", "team_id", "team__name", "team__code", "assignee_id", "assignee__name", "role",
)  # fmt: skip


def _workshops(groups: Iterable[dict[str, Any]]) -> list[Line]:
    found: dict[int, Line] = {}
    for group in sorted(groups, key=_order):
        where = {"department": group["department_id"]}
        workshop = found.setdefault(group["department_id"], Line(group["department__name"], where))
        tally = Tally(**{one.name: group[one.name] for one in fields(Tally)})
        workshop.tally += tally
        _line_of(workshop, group).tally += tally
    return list(found.values())


def _order(group: dict[str, Any]) -> tuple[Any, ...]:
    """Teams, then people, then roles."""
    team, person = group["team__code"], group["assignee__name"]
    return group["department__code"], team is None, team or "", person is None, person or "", group["role"]


def _line_of(workshop: Line, group: dict[str, Any]) -> Line:
    where = workshop.where | _who(group)
    for line in workshop.lines:
        if line.where == where:
            return line
    name = group["team__name"] or group["assignee__name"] or role_word(group["role"])
    workshop.lines.append(Line(name, where))
    return workshop.lines[-1]


def _who(group: dict[str, Any]) -> dict[str, Any]:
    """The team first: who of it does the check is its own affair."""
    if group["team_id"]:
        return {"team": group["team_id"]}
    return {"person": group["assignee_id"]} if group["assignee_id"] else {"role": group["role"]}


def role_word(role: str) -> str:
    return str(dict(Role.choices).get(role, ""))


def _later(user: User, day: date) -> int:
    begin, end = bounds(day)
    runs = Run.objects.visible_to(user).filter(COUNTED, opens_at__gte=begin, opens_at__lt=end)
    return runs.filter(opens_at__gt=timezone.now()).count()


def response(user: User, day: date) -> Response:
    """Of checks that fell due on the day and are done."""
    took = runs_of(user, day).filter(WHAT["done"]).order_by().annotate(took=F("submitted_at") - F("opens_at"))
    found = took.aggregate(median=Quantile("took", at=0.5), p90=Quantile("took", at=0.9), runs=Count("pk"))
    return Response(_minutes(found["median"]), _minutes(found["p90"]), found["runs"])


def _minutes(time: timedelta | None) -> int | None:
    return None if time is None else round(time / timedelta(minutes=1))


# Still to do


@dataclass
class Waiting:
    """People or a team with what they have not done yet."""

    name: Any
    runs: list[Run] = field(default_factory=list)
    may_nudge: bool = False
    nudged_at: datetime | None = None


def waiting(user: User, day: date) -> list[Waiting]:
    runs = runs_of(user, day).filter(WHAT["open"]).select_related("equipment", "area", "team", "assignee", "inspector")
    groups: dict[Any, Waiting] = {}
    for run in runs.order_by("closes_at", "id"):
        key = (
            ("team", run.team_id)
            if run.team_id
            else ("person", run.assignee_id)
            if run.assignee_id
            else ("role", run.role)
        )
        name = run.team.name if run.team else run.assignee.name if run.assignee else role_word(run.role)
        group = groups.setdefault(
            (run.department_id, *key), Waiting(name, may_nudge=user.can("inspections.nudge", run))
        )
        group.runs.append(run)
    for group in groups.values():
        nudged = [run.nudged_at for run in group.runs]
        group.nudged_at = min((at for at in nudged if at), default=None) if all(nudged) else None
    return sorted(groups.values(), key=lambda group: -len(group.runs))


# Streaks

# A day with something due is good when all of it was done in its window, bad when something was late or missed, and
# counts for nothing while something is still open. Days without anything due are no days at all.
_STREAKS = """
SELECT who, count(*) FILTER (WHERE is_good AND (bad_day IS NULL OR day > bad_day))
FROM (
  SELECT who, day, is_good, max(day) FILTER (WHERE is_bad) OVER (PARTITION BY who) AS bad_day
  FROM (
    SELECT {who} AS who, (opens_at AT TIME ZONE %s)::date AS day,
           bool_or(status = 'missed' OR is_late) AS is_bad,
           bool_and(status = 'done' AND NOT is_late) AS is_good
    FROM {run}
    WHERE plan_id IS NOT NULL AND status NOT IN ('excused', 'withdrawn')
      AND opens_at >= %s AND opens_at <= %s AND ({mine})
    GROUP BY 1, 2
  ) days
) known
GROUP BY who
"""


def team_streaks(teams: Iterable[int]) -> dict[int, int]:
    """Days in a row in which the team did in time all that was due."""
    return _streaks("team_id", "team_id = ANY(%s)", [list(teams)])


def streak(user: User) -> int:
    """A person's own: what was given to them, and what they took on of the team's or a role's tasks."""
    taken = "assignee_id = %s OR (assignee_id IS NULL AND inspector_id = %s)"
    return _streaks("0", taken, [user.pk, user.pk]).get(0, 0)


def _streaks(who: str, mine: str, values: list[Any]) -> dict[int, int]:
    now = timezone.now()
    question = _STREAKS.format(who=who, mine=mine, run=Run._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(question, [str(zone()), now - timedelta(days=LOOK_BACK_DAYS), now, *values])
        return dict(cursor.fetchall())


def _add_streaks(lines: list[Line]) -> None:
    found = team_streaks({line.where["team"] for line in lines if "team" in line.where})
    for line in lines:
        line.streak = found.get(line.where.get("team", 0))
