"""Where somebody probably is: the machine they check, the label they scanned last, else where their team works."""

from datetime import timedelta

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


def guess_place(request: HttpRequest) -> Equipment | Area | None:
    return _checked_now(request.user) or _scanned_last(request) or _of_the_team(request.user)


def _checked_now(user) -> Equipment | Area | None:
    since = timezone.now() - BEGUN_WITHIN
    begun = Run.objects.filter(inspector=user, status=Run.Status.DOING, started_at__gt=since)
    run = begun.select_related("equipment__area", "area").order_by("-started_at").first()
    return (run.equipment or run.area) if run else None


def _scanned_last(request: HttpRequest) -> Equipment | Area | None:
    pk, text = request.session.get(_KEY, (None, ""))
    at = moment(text)
    if at is None or at < timezone.now() - SCANNED_WITHIN:
        return None
    point = QRPoint.objects.select_related("equipment__area", "area").filter(pk=pk, revoked_at=None).first()
    return point.place if point else None


def _of_the_team(user) -> Area | None:
    departments = [user.team.department_id] if user.team else []
    departments += [user.department_id] if user.department_id else []
    return next((area for at in departments for area in Area.objects.filter(department=at)[:1]), None)
