"""Floor plans: a picture, and the outlines of areas on it."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _

from core.attachments import keep_drawn, visible_through
from core.errors import DomainError
from core.events import action, emit
from core.models import Attachment
from core.words import say
from facilities.models import Area, Department
from people.models import User
from risks.actions.rating import refuse_others, require_reason
from risks.models import FloorPlan, Zone

CORNERS = range(3, 41)
SMALLEST = 0.05  # percent of the picture


@visible_through
def plans_seen_by(user: Any) -> Any:
    return FloorPlan.objects.visible_to(user).values("picture")


@action
def add_floor_plan(
    name: str, picture: UploadedFile | Attachment, *, by: User | None, department: Department | None = None
) -> FloorPlan:
    """picture: what was uploaded, or what the product has drawn itself. department: None for the whole factory."""
    refuse_others(by)
    name = " ".join(name.replace("\0", " ").split())[:60]
    if not name:
        raise DomainError(_("Give the plan a name, such as the hall that it shows."))
    kept = picture if isinstance(picture, Attachment) else keep_drawn(picture, by=by)
    plan = FloorPlan.objects.create(name=name, department=department, picture=kept, added_by=by)
    emit("floor_plan.added", plan, by=by, name=name, picture=kept.sha256)
    return plan


@action
def draw_zone(plan: FloorPlan, area: Area, points: list[tuple[float, float]], *, by: User | None) -> Zone:
    """points: the corners in percent, one after the other round the area. Drawn again, it takes the old one's place."""
    refuse_others(by)
    corners = [[round(float(x), 1), round(float(y), 1)] for x, y in points]
    if len(corners) not in CORNERS:
        raise DomainError(
            _("An area has %(least)d corners at least and %(most)d at most.")
            % {"least": CORNERS[0], "most": CORNERS[-1]}
        )
    if any(not 0 <= value <= 100 for corner in corners for value in corner):
        raise DomainError(_("Corners lie inside the picture: between 0 and 100."))
    if size_of(corners) < SMALLEST:
        raise DomainError(_("The corners lie on one line. Tap them round the area, one after the other."))
    zone, _is_new = Zone.objects.update_or_create(plan=plan, area=area, defaults={"points": corners})
    emit("floor_plan.drawn", plan, by=by, area=area.code, note=say(area.name), points=corners)
    return zone


def size_of(corners: list[list[float]]) -> float:
    """Its area in percent of the picture."""
    pairs = zip(corners, [*corners[1:], corners[0]], strict=True)
    return abs(sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairs)) / 200


@action
def erase_zone(zone: Zone, *, by: User) -> None:
    refuse_others(by)
    emit("floor_plan.erased", zone.plan, by=by, area=zone.area.code, note=say(zone.area.name))
    zone.delete()


@action
def retire_floor_plan(plan: FloorPlan, *, by: User, reason: str) -> FloorPlan:
    refuse_others(by)
    reason = require_reason(reason)
    if FloorPlan.objects.in_use().filter(pk=plan.pk).update(retired_at=timezone.now()):
        emit("floor_plan.retired", plan, by=by, note=reason)
    return plan
