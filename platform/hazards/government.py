"""隐患排查治理统计分析表: quarter and year as the authority asks for them. The law knows two levels, so serious is general."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.archives import quarter_of, year_of
from hazards.archive import VALID, Filter, Group, Late, Legal, Moment, late_ever
from hazards.models import Hazard, PlanStatus, RectificationPlan, Status

COLUMNS: dict[str, str | Promise] = {
    "found": gettext_lazy("Found"),
    "closed": gettext_lazy("Rectified"),
    "rate": gettext_lazy("Rate of rectification"),
    "late": gettext_lazy("Not rectified in time"),
    "open": gettext_lazy("Not rectified yet"),
    "planned": gettext_lazy("of these with an approved plan"),
    "settled": gettext_lazy("of these with all five settled"),
    "cost": gettext_lazy("Money spent"),
}
DEFINITIONS = (
    gettext_lazy("Counted are all hazards found in the period, whoever found them; merged, unfounded and void reports are not."),
    gettext_lazy("Legally major is only what a clause of the official list names. Our levels general and serious, and what the factory itself calls major or urgent, count as general."),
    gettext_lazy("Rectified: closed when this table was made. Rate: rectified of found."),
    gettext_lazy("Not rectified in time: closed after its limit, or still open behind it."),
    gettext_lazy("All five settled: who, how, money, limit and emergency plan stand in an approved plan or in the record."),
    gettext_lazy("Money spent: what is entered on these hazards."),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One class of the law, or one clause; where: narrows the archive to its rows."""

    name: str | Promise
    where: dict[str, Any]
    found: int
    closed: int
    late: int
    open: int
    planned: int
    settled: int
    cost: int

    @property
    def rate(self) -> float | None:
        return round(100 * self.closed / self.found, 1) if self.found else None

    @property
    def values(self) -> list[Any]:
        return [getattr(self, column) for column in COLUMNS]


@dataclass(frozen=True)
class Block:
    title: str
    days: tuple[date, date]
    rows: list[Row]
    clauses: list[Row]


def blocks(user: Any, period: str) -> list[Block]:
    """Of a quarter: the quarter, and the year up to its end; of a year: the year."""
    days = days_of(period)
    whole = year_of(days[0])
    if days == whole:
        return [_block(user, title_of(period), days)]
    so_far = whole[0], days[1]
    words = _("%(year)d up to this quarter's end") % {"year": days[0].year}
    return [_block(user, title_of(period), days), _block(user, words, so_far)]


def days_of(period: str) -> tuple[date, date]:
    """period: 2026, or 2026Q3."""
    year, _q, quarter = period.partition("Q")
    first = date(int(year), 1, 1)
    return quarter_of(first.replace(month=3 * int(quarter) - 2)) if quarter else year_of(first)


def is_period(text: str) -> bool:
    return bool(re.fullmatch(r"20\d\d(Q[1-4])?", text, re.ASCII))


def title_of(period: str) -> str:
    year, _q, quarter = period.partition("Q")
    if not quarter:
        return _("Year %(year)s") % {"year": year}
    return _("Quarter %(quarter)s of %(year)s") % {"year": year, "quarter": quarter}


def periods(user: Any, today: date) -> list[tuple[str, str]]:
    """From the first hazard on, the newest first; each quarter, and the year above them."""
    first = Hazard.objects.visible_to(user).order_by("reported_at").values_list("reported_at", flat=True).first()
    years = range(today.year, (first.year if first else today.year) - 1, -1)
    last = {today.year: (today.month + 2) // 3}
    names = [f"{year}{part}" for year in years for part in ("", *(f"Q{q}" for q in range(last.get(year, 4), 0, -1)))]
    return [(name, title_of(name)) for name in names]


def filter_of(column: str, days: tuple[date, date], where: dict[str, Any]) -> Filter | None:
    """The rows behind a number, where the archive can show just these."""
    found = Filter(since=days[0], until=days[1], by=Moment.REPORTED, group=Group.VALID, **where)
    kinds = {
        "found": found,
        "closed": replace(found, group=Group.CLOSED),
        "late": replace(found, late=Late.EVER),
        "open": replace(found, group=Group.OPEN),
    }
    return kinds.get(column)


def _block(user: Any, title: str, days: tuple[date, date]) -> Block:
    found = Filter(since=days[0], until=days[1], by=Moment.REPORTED, group=Group.VALID)
    hazards = found.of(Hazard.objects.visible_to(user)).order_by()
    split: Any = hazards.values("is_legal_major").annotate(**_counts())
    by_class = {row["is_legal_major"]: row for row in split}
    classes = [
        _row(legal.label, {"legal": legal.value}, by_class.get(legal == Legal.MAJOR, {}))
        for legal in (Legal.GENERAL, Legal.MAJOR)
    ]
    total = {name: sum(getattr(row, name) for row in classes) for name in _NAMES}
    clauses: Any = hazards.filter(is_legal_major=True).values("clause").annotate(**_counts()).order_by("clause")
    named = [_row(row["clause"], {"legal": Legal.MAJOR, "words": row["clause"]}, row) for row in clauses]
    return Block(title, days, [*classes, _row(_("All"), {}, total)], named)


_NAMES = ("found", "closed", "late", "open", "planned", "settled", "cost")


def _row(name: str | Promise, where: dict[str, Any], row: dict[str, Any]) -> Row:
    return Row(name, where, **{column: row.get(column) or 0 for column in _NAMES})


def _counts() -> dict[str, Any]:
    is_open = VALID & ~Q(status=Status.CLOSED)
    approved = Exists(RectificationPlan.objects.filter(hazard=OuterRef("pk"), status=PlanStatus.APPROVED))
    written = Q(owner__isnull=False, due_at__isnull=False, cost__isnull=False) & ~Q(measure="") & ~Q(control="")
    kinds = {
        "found": Q(),
        "closed": Q(status=Status.CLOSED),
        "late": late_ever(),
        "open": is_open,
        "planned": is_open & Q(approved),
        "settled": is_open & (Q(approved) | written),
    }
    counts: dict[str, Any] = {name: Count("pk", filter=fits) for name, fits in kinds.items()}
    return counts | {"cost": Coalesce(Sum("cost"), 0)}
