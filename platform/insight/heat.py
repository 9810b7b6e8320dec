"""动态风险: where more is found per hour of inspection than elsewhere in the plant.

risk = (1 per general, 3 per serious, 10 per major hazard, 2 per near miss) / hours of inspection. A place that was
looked at for few hours says little by itself, so five hours at the plant's mean are added to each (empirical Bayes); one
with fewer than five inspections in thirty days says nothing, and is shown so.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, QuerySet

from core.archives import DAY, midnight
from core.words import say, wordings
from facilities.calendar import today
from facilities.models import Area
from hazards.archive import VALID, during
from hazards.models import Hazard
from insight.figures import PERIOD, Days, Scope, thirty_days
from insight.rollups import Total, totals
from inspections.models import Run
from past.models import PastPlace

WEIGHTS = {"general": 1, "serious": 3, "major": 10, "near_misses": 2}
PRIOR_HOURS = 5.0
FEWEST = 5
WEEKS = 12
MOST_CAUSES = 3
# From how many times the plant's mean on it is which colour; below the last one it is the fourth.
BANDS = ((1, 2.0), (2, 1.3), (3, 0.7))


@dataclass
class Sum:
    """seconds of `timed` of its inspections are known."""

    runs: int = 0
    timed: int = 0
    seconds: int = 0
    general: int = 0
    serious: int = 0
    major: int = 0
    near_misses: int = 0

    def add(self, row: Total) -> None:
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(row, name))

    @property
    def weight(self) -> int:
        return sum(factor * getattr(self, name) for name, factor in WEIGHTS.items())

    @property
    def hazards(self) -> int:
        return self.general + self.serious + self.major

    def hours(self, usual: float) -> float:
        """usual: seconds of one inspection of which nobody knows how long it took."""
        return (self.seconds + (self.runs - self.timed) * usual) / 3600


@dataclass(frozen=True)
class Cell:
    """An area in some days. rate: per hour, shrunk; times: of the plant's mean; rank: of the colour, 0 where data are
    scarce; causes: the kinds of hazards that were found most often, where they were asked for."""

    area: Area
    days: Days
    sum: Sum
    hours: float
    rate: float
    times: float
    rank: int
    causes: list[tuple[Any, int]] = field(default_factory=list)

    @property
    def is_scarce(self) -> bool:
        return not self.rank


@dataclass(frozen=True)
class Weeks:
    spans: list[Days]
    lines: list[tuple[Area, list[Cell]]]


@dataclass(frozen=True)
class Heat:
    """mean: of the whole plant, per hour."""

    days: Days
    mean: float
    cells: list[Cell]
    weeks: Weeks

    @property
    def telling(self) -> list[Cell]:
        return [cell for cell in self.cells if not cell.is_scarce]

    @property
    def scarce(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.is_scarce]


def areas_of(scope: Scope) -> QuerySet[Area]:
    """Those whose figures the reader may see."""
    areas = Area.objects.select_related("department").order_by("department__code", "code", "pk")
    seen = scope.reader.departments_with("insight.dashboard") if scope.reader else None
    if seen is not None:
        areas = areas.filter(department__in=seen)
    return areas.filter(department=scope.department) if scope.department else areas


def heat(scope: Scope, until: date | None = None) -> Heat:
    """Of the thirty days up to that day, the riskiest area first, and of whole weeks from Monday on.

    A week says something where the thirty days up to its end hold enough inspections.
    """
    last = until or today()
    spans = _weeks(last)
    around = [thirty_days(min(end, last)) for _begin, end in spans]
    plant, by_area = _sums([*spans, *around, (spans[0][0], last)])
    areas, causes, now = list(areas_of(scope)), _causes(scope, around[-1]), 2 * WEEKS - 1
    of_month, of_all = _mean(plant[now]), _mean(plant[2 * WEEKS])
    cells = [
        _cell(area, around[-1], by_area[now, area.pk], by_area[now, area.pk].runs, *of_month, causes[area.pk])
        for area in areas
    ]
    lines = [
        (
            area,
            [
                _cell(area, span, by_area[n, area.pk], by_area[WEEKS + n, area.pk].runs, *of_all, [])
                for n, span in enumerate(spans)
            ],
        )
        for area in areas
    ]
    cells.sort(key=lambda cell: (cell.is_scarce, -cell.rate))
    return Heat(around[-1], of_month[0], cells, Weeks(spans, lines))


def _weeks(last: date) -> list[Days]:
    monday = last - timedelta(days=last.weekday())
    return [(monday - timedelta(weeks=n), monday - timedelta(weeks=n) + 6 * DAY) for n in range(WEEKS - 1, -1, -1)]


def cell_of(scope: Scope, area: Area, days: Days) -> Cell:
    """One area with its causes, for the page of its rows: the number from which one came.

    Thirty days and more are measured against the plant's mean of the same days, fewer against that of all the weeks.
    """
    last = today()
    against = days if days[1] - days[0] + DAY >= PERIOD else (_weeks(last)[0][0], last)
    plant, by_area = _sums([days, thirty_days(min(days[1], last)), against])
    mean, usual = _mean(plant[2])
    runs = by_area[1, area.pk].runs
    return _cell(area, days, by_area[0, area.pk], runs, mean, usual, _causes(scope, days)[area.pk])


def hazards_of(scope: Scope, area: Area, days: Days) -> QuerySet[Hazard]:
    found = scope.seen(Hazard).filter(VALID, during("", *days), area=area)
    return found.select_related("category", "equipment")


def runs_of(scope: Scope, area: Area, days: Days) -> QuerySet[Run]:
    """Done in these days; a second record of the same task does not count."""
    done = scope.seen(Run).filter(area=area, status=Run.Status.DONE, conflicts_with=None)
    within = {"submitted_at__gte": midnight(days[0]), "submitted_at__lt": midnight(days[1] + DAY)}
    return done.filter(**within).select_related("checklist", "equipment", "inspector").order_by("-submitted_at")


def _sums(spans: Sequence[Days]) -> tuple[dict[int, Sum], dict[tuple[int, int | None], Sum]]:
    """Of the whole plant by span, and by span and area."""
    rows = totals(spans)
    places = _places([row.place for row in rows if row.place])
    plant: dict[int, Sum] = defaultdict(Sum)
    by_area: dict[tuple[int, int | None], Sum] = defaultdict(Sum)
    for row in rows:
        plant[row.span].add(row)
        area = places.get(row.place) if row.place else row.area
        by_area[row.span, area].add(row)
    return plant, by_area


def _places(wanted: Iterable[int]) -> dict[int, int]:
    """The areas of today that a file of past records meant, by code, Chinese or English."""
    keys = set(wanted)
    if not keys:
        return {}
    known = {text.lower(): area.pk for area in Area.objects.all() for text in (area.code, *wordings(area.name)) if text}
    named = PastPlace.objects.filter(pk__in=keys).values_list("pk", "area")
    return {pk: known[text.strip().lower()] for pk, text in named if text.strip().lower() in known}


def _mean(plant: Sum) -> tuple[float, float]:
    """Risk per hour in the whole plant, and the seconds of its usual inspection."""
    usual = plant.seconds / plant.timed if plant.timed else 0.0
    hours = plant.hours(usual)
    return (plant.weight / hours if hours else 0.0), usual


def _cell(
    area: Area, days: Days, of: Sum, runs_around: int, mean: float, usual: float, causes: list[tuple[Any, int]]
) -> Cell:
    hours = of.hours(usual)
    rate = (of.weight + PRIOR_HOURS * mean) / (hours + PRIOR_HOURS)
    times = rate / mean if mean else 0.0
    is_scarce = runs_around < FEWEST or not of.runs
    return Cell(area, days, of, hours, rate, times, 0 if is_scarce else _rank(round(times, 1)), causes)


def _rank(times: float) -> int:
    return next((rank for rank, least in BANDS if times >= least), 4)


def _causes(scope: Scope, days: Days) -> dict[int, list[tuple[Any, int]]]:
    found = scope.seen(Hazard).filter(VALID, during("", *days)).order_by()
    counted: dict[int, Counter[str]] = defaultdict(Counter)
    for area, name, count in found.values_list("area", "category__name").annotate(n=Count("pk")):
        counted[area][say(name)] += count
    named = {area: kinds.most_common(MOST_CAUSES) for area, kinds in counted.items()}
    return defaultdict(list, named)
