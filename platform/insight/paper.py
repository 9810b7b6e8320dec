"""The safety report on paper: all that stands in it, gathered once, and drawn."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, QuerySet, When
from django.utils import timezone

from core.archives import before, period
from core.pdf import render_pdf
from hazards.archive import VALID, Filter
from hazards.models import OPEN, Hazard, Level
from insight import figures, heat
from insight.figures import FIGURES, Figure, Scope, Value
from insight.models import Report, Search
from insight.waiting import funnel
from tenants.current import current_factory

MOST_HAZARDS, MOST_PATTERNS = 20, 5
WIDTH, HEIGHT, FOOT, HEAD = 700, 120, 18, 16


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    shown: str


@dataclass(frozen=True)
class Chart:
    """bars: of months with a value; months: names below the others. target: how high it lies."""

    bars: list[Bar]
    months: list[tuple[float, str]]
    target: float
    width: int = WIDTH
    height: int = HEIGHT
    floor: int = HEIGHT - FOOT


@dataclass(frozen=True)
class Line:
    """One figure: of the period, of the one before, its year, and whether the target is met."""

    figure: Figure
    now: Value
    past: Value
    target: float
    is_met: bool | None
    chart: Chart


def contents(report: Report) -> dict[str, Any]:
    """As it stands at this moment, of the whole factory."""
    scope, days = Scope(None), (report.since, report.until)
    found, wanted = figures.read(scope, days), figures.targets()
    lines = [_line(figure, found, wanted[figure.key]) for figure in FIGURES]
    risk = heat.heat(scope, report.until)
    return {
        "report": report,
        "title": period(*days),
        "before": period(*before(*days)),
        "at": timezone.now(),
        "factory": current_factory().name,
        "values": found.now,
        "lines": lines,
        "missed": [line for line in lines if line.is_met is False],
        "stages": funnel(scope, days),
        "heat": risk,
        "weeks": risk.weeks,
        "workshops": found.workshops,
        "figures": FIGURES,
        "hazards": _worst(Filter(*days).of(Hazard.objects.all())),
        "majors": _worst(Hazard.objects.filter(status__in=OPEN, level=Level.MAJOR)),
        "patterns": _patterns(),
    }


def draw(told: dict[str, Any]) -> bytes:
    return render_pdf("pdf/safety_report.html", "report.css", told)


def _line(figure: Figure, found: figures.Reading, target: float) -> Line:
    key, now = figure.key, found.now[figure.key]
    chart = _chart(found.months[key], target)
    return Line(figure, now, found.past[key], target, figures.is_met(figure, now, target), chart)


def _chart(months: list[tuple[date, Value]], target: float) -> Chart:
    """From zero; a month without a value has no bar."""
    top = max([target, *(value.number or 0 for _first, value in months)]) or 1
    step, room = WIDTH / len(months), HEIGHT - FOOT - HEAD
    bars, names = [], []
    for at, (first, value) in enumerate(months):
        names.append((round(step * (at + 0.5), 1), f"{first:%m}"))
        if value.number is not None:
            height = round(value.number / top * room, 1)
            x, y = round(step * at + step * 0.22, 1), round(HEIGHT - FOOT - height, 1)
            bars.append(Bar(x, y, round(step * 0.56, 1), height, f"{value.number:g}"))
    return Chart(bars, names, round(HEIGHT - FOOT - target / top * room, 1))


@dataclass(frozen=True)
class Worst:
    """rows: hazards and the days that they took; more: of which there is no room."""

    rows: list[tuple[Hazard, float | None]]
    more: int


def _worst(found: QuerySet[Hazard]) -> Worst:
    """Major and serious ones, major ones first, then the newest."""
    rows = found.filter(VALID, level__in=(Level.MAJOR, Level.SERIOUS)).select_related("area", "owner")
    ranked = rows.order_by(Case(When(level=Level.MAJOR, then=0), default=1), "-reported_at", "-id")
    return Worst([(row, _days(row)) for row in ranked[:MOST_HAZARDS]], max(rows.count() - MOST_HAZARDS, 0))


def _days(hazard: Hazard) -> float | None:
    if not hazard.closed_at or not hazard.confirmed_at or hazard.status in OPEN:
        return None
    return round((hazard.closed_at - hazard.confirmed_at) / timedelta(days=1), 1)


def _patterns() -> list[Any]:
    search = Search.objects.first()
    return list(search.patterns.all()[:MOST_PATTERNS]) if search else []
