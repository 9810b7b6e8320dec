"""What rates and safe days are counted by."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, NotAllowed
from core.events import action, emit
from facilities.calendar import today
from incidents.models import SafetyStart, WorkedHours
from people.models import User

MOST_HOURS = 10_000_000


@action
def enter_hours(*, by: User, month: date, headcount: int, hours: int) -> WorkedHours:
    _refuse_others(by)
    if month.replace(day=1) > today():
        raise DomainError(_("This month has not begun yet."))
    if not (0 < headcount <= 1_000_000 and 0 < hours <= MOST_HOURS):
        raise DomainError(_("Enter people and hours of the month as numbers above 0."))
    values = {"headcount": headcount, "hours": hours, "by": by, "at": timezone.now()}
    row, _is_new = WorkedHours.objects.update_or_create(month=month.replace(day=1), defaults=values)
    emit("hours.entered", row, by=by, month=f"{row.month:%Y-%m}", headcount=headcount, hours=hours)
    return row


@action
def change_safety_start(*, by: User, starts_on: date | None, counts_first_aid: bool) -> SafetyStart:
    """Written down with its event, because the number hangs on the wall."""
    _refuse_others(by)
    if starts_on and starts_on > today():
        raise DomainError(_("That day is still to come."))
    row = SafetyStart.objects.first() or SafetyStart()
    before = {"starts_on_before": row.starts_on, "first_aid_before": row.counts_first_aid}
    row.starts_on, row.counts_first_aid, row.changed_by, row.changed_at = (
        starts_on,
        counts_first_aid,
        by,
        timezone.now(),
    )
    row.save()
    emit("safety_start.changed", row, by=by, starts_on=starts_on, counts_first_aid=counts_first_aid, **before)
    return row


def _refuse_others(by: User) -> None:
    if not by.can("incidents.manage"):
        raise NotAllowed(_("Only the safety officer keeps these figures."))
