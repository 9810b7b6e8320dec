"""Hazards that stand anywhere on their way."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from core.attachments import keep_photo
from hazards.models import OPEN, Category, Evidence, Hazard, Level, LevelPolicy, Route, Status
from people.models import Team
from people.permissions import Role
from tests.make.base import numbers
from tests.make.files import photo_file
from tests.make.plant import area, person


def policies(*, acknowledge_minutes: int = 60, escalate_before_hours: int = 12) -> None:
    """Time limits for every level: major 24 h, serious 48 h, general 72 h."""
    for level, hours in ((Level.MAJOR, 24), (Level.SERIOUS, 48), (Level.GENERAL, 72)):
        LevelPolicy.objects.create(
            level=level,
            version=LevelPolicy.objects.filter(level=level).count() + 1,
            acknowledge_minutes=acknowledge_minutes,
            rectify_hours=hours,
            escalate_before_hours=escalate_before_hours,
        )


def category(level: str = Level.SERIOUS, for_team: Team | None = None) -> Category:
    number = next(numbers)
    words = {"zh": f"防护缺失{number}", "en": f"Missing guard {number}"}
    made = Category.objects.create(code=f"C{number}", name=words, gbt13861=2, level=level)
    if for_team:
        Route.objects.create(category=made, team=for_team)
    return made


def hazard(status: str = Status.REPORTED, **columns: Any) -> Hazard:
    """One that stands at this status, with what the steps before have left behind."""
    number, now = next(numbers), timezone.now()
    if not LevelPolicy.objects.exists():
        policies()
    place = columns.pop("area", None) or area()
    facts: dict[str, Any] = {
        "number": f"YH-TEST-{number}",
        "source": Hazard.Source.REPORT,
        "title": f"防护栏缺失 {number}",
        "department": place.department,
        "area": place,
        "level": Level.SERIOUS,
        "reported_at": now,
    }
    if status not in (Status.REPORTED, Status.MERGED, Status.REJECTED):
        facts |= {"policy": LevelPolicy.objects.filter(level=Level.SERIOUS).latest("version"), "confirmed_at": now}
        facts |= {"due_at": now + timedelta(hours=48)}
    if status in OPEN[2:] and "owner" not in columns:
        facts |= {"owner": person(Role.MAINTENANCE), "assigned_at": now}
    facts |= {"category": columns.get("category") or category()}
    facts |= {"reporter": columns.get("reporter") or person(Role.WORKER)}
    made = Hazard.objects.create(status=status, **(facts | columns))
    if status in (Status.ASSIGNED, Status.RECTIFYING):
        before(made)
    return made


def before(of: Hazard) -> Evidence:
    """The photo that work does not begin without."""
    photo = keep_photo(photo_file(size=(64, 48)), by=of.reporter)
    return Evidence.objects.create(hazard=of, attachment=photo, stage=Evidence.Stage.BEFORE)
