"""Stars for what was installed, and once a week the numbers of the pack's checklists, handed in without a name."""

from datetime import timedelta
from statistics import median
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import NotAllowed
from core.events import history
from facilities.calendar import today
from inspections.models import Answer, Run
from market.actions import MEASURE, begin_to_measure
from market.models import PackPart, PartKind
from market.updates import installed, refuse_unless_manager
from sharing import opinions
from tenants import due
from tenants.current import current_factory

SPAN = timedelta(days=180)
# A few runs say more of the day than of the list.
ENOUGH_RUNS = 20


def rate_pack(code: str, stars: int, *, by: Any) -> None:
    refuse_unless_manager(by)
    if code not in installed():
        raise NotAllowed(_("Only who has installed it gives stars."))
    opinions.rate(f"pack:{code}", stars)


def rate_template(pk: Any, stars: int, *, by: Any) -> None:
    refuse_unless_manager(by)
    if not has_taken(pk):
        raise NotAllowed(_("Only who has installed it gives stars."))
    opinions.rate(f"template:{pk}", stars)


def has_taken(pk: Any) -> bool:
    return history(current_factory()).filter(name="template.taken", data__template=str(pk)).exists()


@due.handler(MEASURE)
def measure() -> None:
    """Of the lists that came with a pack; whatever else a factory asks is its own business."""
    codes = set(PackPart.objects.filter(kind=PartKind.CHECKLIST).values_list("code", flat=True))
    since = timezone.now() - SPAN
    runs = Run.objects.filter(checklist__code__in=codes, status=Run.Status.DONE, submitted_at__gte=since)
    timed: dict[str, list[int]] = {}
    for code, seconds in runs.exclude(seconds=None).order_by().values_list("checklist__code", "seconds"):
        timed.setdefault(code, []).append(seconds or 0)
    found: dict[str, set[int]] = {}
    answers = Answer.objects.filter(run__in=runs.exclude(seconds=None), hazard__isnull=False).order_by()
    for code, hazard in answers.values_list("run__checklist__code", "hazard"):
        found.setdefault(code, set()).add(hazard)
    measured = {
        code: (len(seconds), round(median(seconds)), len(found.get(code, ())))
        for code, seconds in timed.items()
        if len(seconds) >= ENOUGH_RUNS
    }
    opinions.hand_in(measured, today())
    opinions.forget(codes - measured.keys())
    begin_to_measure()
