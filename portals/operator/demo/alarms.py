"""Who is on duty this week and the next, and the alerts of the last days with everything that was sent for them."""

from datetime import date, datetime, timedelta
from itertools import cycle

from django.db.models import QuerySet

from alerts.models import Alert
from core.events import emit
from core.words import say
from facilities.models import Department, Shift
from notifications.models import Message, Notification
from notifications.states import WITHOUT_RECEIPTS
from people.models import Duty, User
from people.permissions import Role
from portals.operator.demo.setup import Site

DAY = timedelta(days=1)
TOLD = 4
# From queued to handed over, and until the person opened it, in seconds.
_PACE = ((1, 48), (2, 131), (1, 75))
# What a phone's operator and an open page take.
_ARRIVES = timedelta(seconds=4)
_REFUSED = "这个手机号收不了短信，改一下。（isv.MOBILE_NUMBER_ILLEGAL）"


def write_duties(site: Site, today: date) -> None:
    """The safety office for the whole factory, its substitute the next one in turn; the press shop has its own people."""
    officer, shifts = site.user("周敏"), {row.code: row for row in Shift.objects.all()}
    others = [user for user in User.objects.filter(grants__role=Role.SAFETY_OFFICER) if user != officer]
    turn = cycle(others or [site.user("马国平")])
    monday, shop, rows = today - today.weekday() * DAY, site.departments["stamping"], []
    for day in (monday + number * DAY for number in range(14)):
        rows += [_duty(day, shifts[code], officer, next(turn)) for code in ("early", "late")]
        rows.append(_duty(day, shifts["night"], next(turn), officer))
        if day.weekday() < 6:
            rows.append(_duty(day, shifts["early"], site.user("马国平"), site.user("李卫东"), shop))
    for row in Duty.objects.bulk_create(rows):
        words = {"shift": say(row.shift.name), "place": say(row.department.name) if row.department else ""}
        words |= {"name": row.person.name, "substitute_name": row.substitute.name if row.substitute else ""}
        emit("duty.entered", row, by=officer, day=row.day, person=row.person_id, **words)


def _duty(day: date, shift: Shift, person: User, substitute: User, shop: Department | None = None) -> Duty:
    return Duty(day=day, shift=shift, person=person, substitute=substitute, department=shop)


def tell_alarms() -> None:
    """What was delivered, put back to when it was; one number was wrong, and one alert went up a level."""
    for number, alert in enumerate(last_alerts()):
        for message in Message.objects.filter(alert_id=alert.pk).select_related("notification"):
            _date(message, alert, number)
        Notification.objects.bulk_update(_read(alert, number), ["read_at", "opened_at", "delivered_at"])


def last_alerts() -> QuerySet[Alert]:
    return Alert.objects.filter(called__isnull=False).distinct().order_by("-raised_at")[:TOLD]


def _read(alert: Alert, number: int) -> list[Notification]:
    """Who took it opened it before; the others a while later, or never."""
    notes = list(Notification.objects.filter(alert_id=alert.pk).order_by("pk"))
    for place, note in enumerate(notes):
        later = None if place % 3 == 2 else note.at + timedelta(seconds=_PACE[number % 3][1] + 200 * place)
        note.opened_at = alert.acknowledged_at if note.user_id == alert.acknowledged_by_id else later
        note.read_at = note.opened_at
        note.delivered_at = note.opened_at or (note.at + _ARRIVES if place % 2 else None)
    return notes


def _date(message: Message, alert: Alert, number: int) -> None:
    begin: datetime = message.notification.at if message.notification else alert.raised_at
    sent, _opened = _PACE[number % 3]
    message.created_at = begin
    message.sent_at = begin + timedelta(seconds=sent)
    message.status, message.reason, message.attempts = Message.Status.SENT, "", 1
    message.delivered_at = None
    if message.channel not in WITHOUT_RECEIPTS:
        message.status, message.delivered_at = Message.Status.DELIVERED, message.sent_at + _ARRIVES
    if number == 1 and message.person_id != alert.acknowledged_by_id and "alert.raised" in _event_of(message):
        message.status, message.reason = Message.Status.FAILED, _REFUSED
        message.sent_at = message.delivered_at = None
    message.save()


def _event_of(message: Message) -> str:
    return message.notification.event if message.notification else ""
