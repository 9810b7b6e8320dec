"""What factories think of packs and templates, and what they measured with them, as sums that tell of none of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from django.db import transaction
from django.db.models import Avg, Count
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from core.errors import DomainError
from sharing.models import Measure, Rating
from tenants.current import current_factory

# With fewer, a factory that knows its own numbers could reckon out another one's.
ENOUGH_FACTORIES = 3
# Numbers of factories that stopped measuring are nobody's opinion any more.
KEPT = timedelta(days=90)


@dataclass(frozen=True)
class Stars:
    mean: float
    count: int


@dataclass(frozen=True)
class Figures:
    """Of one checklist over all factories that use it."""

    factories: int
    runs: int
    seconds: int
    per_hundred: float


@transaction.atomic
def rate(subject: str, stars: int) -> None:
    """The one vote of the current factory; a later one takes its place."""
    if stars not in range(1, 6):
        raise DomainError(_("Give one to five stars."))
    Rating.objects.update_or_create(subject=subject, factory=current_factory(), defaults={"stars": stars})


def own_stars(subject: str) -> int:
    given = Rating.objects.filter(subject=subject, factory=current_factory()).values_list("stars", flat=True)
    return given.first() or 0


def stars_of(subjects: Collection[str]) -> dict[str, Stars]:
    rows = Rating.objects.filter(subject__in=subjects).order_by().values_list("subject")
    return {subject: Stars(mean, count) for subject, mean, count in rows.annotate(Avg("stars"), Count("pk"))}


@transaction.atomic
def hand_in(measured: dict[str, tuple[int, int, int]], day: date) -> None:
    """By checklist: runs, median seconds, hazards."""
    for checklist, (runs, seconds, hazards) in measured.items():
        facts = {"checklist": checklist, "runs": runs, "seconds": seconds, "hazards": hazards, "day": day}
        Measure.objects.update_or_create(mark=_mark(checklist), defaults=facts)


def forget(checklists: Collection[str]) -> None:
    Measure.objects.filter(mark__in=[_mark(checklist) for checklist in checklists]).delete()


def _mark(checklist: str) -> str:
    return salted_hmac(
        "sharing.measure", f"{current_factory().schema_name}:{checklist}", algorithm="sha256"
    ).hexdigest()


def figures_of(checklists: Collection[str], day: date) -> dict[str, Figures]:
    """Only where enough factories handed in."""
    found: dict[str, list[Measure]] = {}
    for row in Measure.objects.filter(checklist__in=checklists, day__gte=day - KEPT):
        found.setdefault(row.checklist, []).append(row)
    return {code: _together(rows) for code, rows in found.items() if len(rows) >= ENOUGH_FACTORIES}


def _together(rows: list[Measure]) -> Figures:
    runs = sum(row.runs for row in rows)
    hazards = sum(row.hazards for row in rows)
    return Figures(len(rows), runs, round(median(row.seconds for row in rows)), round(100 * hazards / runs, 1))
