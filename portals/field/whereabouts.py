"""Where somebody probably is: the machine they check, the label they scanned last, else where their team works."""

from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone

from facilities.models import Area, Equipment, QRPoint
from inspections.models import Run
from portals.photos import moment

SCANNED_WITHIN = timedelta(hours=4)
BEGUN_WITHIN = timedelta(hours=12)
_KEY = "label"


def note_label(request: HttpRequest, point: QRPoint) -> None:
    request.session[_KEY] = [point.pk, timezone.now().isoformat()]


def forget_label(request: HttpRequest) -> None:
    """Who goes on to report without a name leaves nothing behind that says where they stood, and when."""
    if _KEY in request.session:
        del request.session[_KEY]


def label_since(request: HttpRequest, begun: datetime | None) -> QRPoint | None:
    """The last label that was scanned from that moment on."""
    point, at = _last_label(request)
    return point if at and begun and at >= begun else None


def guess_place(request: HttpRequest) -> Equipment | Area | None:
    return _checked_now(request.user) or _scanned_last(request) or _of_the_team(request.user)


def _checked_now(user) -> Equipment | Area | None:
    since = timezone.now() - BEGUN_WITHIN
    begun = Run.objects.filter(inspector=user, status=Run.Status.DOING, started_at__gt=since)
    run = begun.select_related("equipment__area", "area").order_by("-started_at").first()
    return (run.equipment or run.area) if run else None


def _scanned_last(request: HttpRequest) -> Equipment | Area | None:
    point, at = _last_label(request)
    return point.place if point and at and at >= timezone.now() - SCANNED_WITHIN else None


def _last_label(request: HttpRequest) -> tuple[QRPoint | None, datetime | None]:
    pk, text = request.session.get(_KEY, (None, ""))
    point = QRPoint.objects.select_related("equipment__area", "area").filter(pk=pk, revoked_at=None).first()
    return point, moment(text)


def _of_the_team(user) -> Area | None:
    departments = [user.team.department_id] if user.team else []
    departments += [user.department_id] if user.department_id else []
    return next((area for at in departments for area in Area.objects.filter(department=at)[:1]), None)
